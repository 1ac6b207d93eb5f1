"""What goes wrong with the file, and with what is asked, is said in words, with what to do about it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from pipeline.base.errors import RegistryError, StorageError
from pipeline.registry import Registry
from tests.registry.pages import LEDGER, SCAN, SCHEMAS, entry, page, read


def test_a_database_that_another_program_holds_too_long_is_named(sqlite_url: str, tmp_path: Path) -> None:
    with Registry.open(sqlite_url, SCHEMAS, wait_seconds=0.05) as registry:
        with closing(sqlite3.connect(tmp_path / "registry.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(RegistryError, match="chương trình khác giữ"):
                registry.book_id(LEDGER, "book")
            assert registry.summary().books == 0
        assert registry.book_id(LEDGER, "book")


def test_a_file_that_may_only_be_read_is_named(sqlite_url: str, tmp_path: Path) -> None:
    with Registry.open(sqlite_url, SCHEMAS) as keeps_the_log_open:
        read_only = f"sqlite:///file:{tmp_path}/registry.db?mode=ro&uri=true"
        with Registry.open(read_only, SCHEMAS) as registry, pytest.raises(StorageError, match="chỉ cho đọc"):
            registry.book_id(LEDGER, "book")
        assert keeps_the_log_open.summary().books == 0


def test_a_full_disk_is_named_and_what_was_saved_stays(sqlite_url: str, tmp_path: Path) -> None:
    with Registry.open(sqlite_url, SCHEMAS) as registry:
        book = registry.book_id(LEDGER, "book")
        registry.store_scan(book, SCAN, "scan.pdf", 1, 2)
        registry.save_page(book, page(entry(read("notes", "x"))), "f1")

    def no_room(connection: object, _entry: object) -> None:
        if not isinstance(connection, sqlite3.Connection):
            return
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count={pages}")

    event.listen(Engine, "connect", no_room)
    try:
        with Registry.open(sqlite_url, SCHEMAS) as registry:
            with pytest.raises(StorageError, match="Hết chỗ"):
                registry.save_page(book, page(entry(read("notes", "y" * 100_000)), page_no=2), "f1")
            assert registry.summary().pages == {"entries": 1}
            assert len(registry.entries(book)) == 1
    finally:
        event.remove(Engine, "connect", no_room)


def test_a_file_that_is_no_database_is_named_and_not_touched(sqlite_url: str, tmp_path: Path) -> None:
    file = tmp_path / "registry.db"
    file.write_bytes(b"%PDF-1.7 " * 1000)
    with pytest.raises(RegistryError, match="không phải là tệp cơ sở dữ liệu"):
        Registry.open(sqlite_url, SCHEMAS)
    assert file.read_bytes() == b"%PDF-1.7 " * 1000


def test_a_damaged_database_is_named(sqlite_url: str, tmp_path: Path) -> None:
    Registry.open(sqlite_url, SCHEMAS).close()
    file = tmp_path / "registry.db"
    whole = file.read_bytes()
    file.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with pytest.raises(RegistryError, match="bị hỏng"), Registry.open(sqlite_url, SCHEMAS) as registry:
        registry.summary()


def test_a_place_where_no_file_can_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="quyền ghi"):
        Registry.open(f"sqlite:///{tmp_path}/file/registry.db", SCHEMAS)
    (tmp_path / "folder").mkdir()
    with pytest.raises(StorageError, match="Không mở được"):
        Registry.open(f"sqlite:///{tmp_path}/folder", SCHEMAS)


def test_folders_on_the_way_are_made(tmp_path: Path) -> None:
    Registry.open(f"sqlite:///{tmp_path}/new/deeper/registry.db", SCHEMAS).close()
    assert (tmp_path / "new" / "deeper" / "registry.db").is_file()


@pytest.mark.parametrize(
    "wrong",
    [
        "registry.db",
        "sqlite://",
        "sqlite:///:memory:",
        "mysql://u:secret@h/d",
        "postgresql://u:secret@h/",
        "postgresql+asyncpg://u:secret@h/d",
    ],
)
def test_an_address_that_cannot_be_used_is_explained_without_repeating_it(wrong: str) -> None:
    with pytest.raises(RegistryError, match=r"sqlite:////duong/dan|postgresql://nguoi-dung@") as refused:
        Registry.open(wrong, SCHEMAS)
    assert "secret" not in refused.value.message


def test_no_error_repeats_what_was_to_be_stored(registry: Registry, book: int) -> None:
    with pytest.raises(RegistryError) as refused:
        registry.save_page(
            book, page(entry(read("child_name", "Tên Riêng"), read("child_name", "Tên Riêng"))), "f1"
        )
    told: BaseException | None = refused.value
    while told is not None:
        assert "Riêng" not in str(told)
        told = told.__cause__ or told.__context__
