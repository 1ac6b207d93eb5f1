"""An encrypted registry works like any other, and nothing of it can be read from the disk."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest

from pipeline.base.errors import RegistryError, SetupError, StorageError
from pipeline.base.model import FieldStatus
from pipeline.registry import Registry, Verdict
from pipeline.registry.accounts.model import Role
from pipeline.registry.database import encryption
from pipeline.registry.database.encrypted_copy import encrypted_copy
from tests.registry.pages import LEDGER, SCAN, SCHEMAS, entry, finding, page, read

NAME, DECIDED, STAFF = "Đinh Thị Mẫu Đơn", "Lò Văn Thử Nghiệm", "Người Rà Soát Mẫu"
SEEDED = (NAME, DECIDED, STAFF, "an.tran")


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return new_key(tmp_path / "registry.key", "ab")


def new_key(path: Path, byte: str) -> Path:
    path.write_text(byte * 32 + "\n")
    path.chmod(0o600)
    return path


def url_of(path: Path, key_file: Path | None = None) -> str:
    return f"sqlite:///{path}" + (f"?key_file={quote(str(key_file))}" if key_file else "")


def fill(registry: Registry) -> int:
    """A book with a name that was read, one that was decided, and an account. Returns the entry."""
    book = registry.book_id(LEDGER, "KS.2010.01")
    registry.store_scan(book, SCAN, "scan.pdf", 1000, 10)
    doubtful = read("child_name", NAME, accepted=False)
    registry.save_page(book, page(entry(doubtful, findings=[finding("READ-LOW", "child_name")])), "f1")
    (entry_id,) = registry.entries(book)
    registry.decide(entry_id, [Verdict("child_name", FieldStatus.READ, DECIDED)], author="an.tran")
    registry.accounts().create("an.tran", STAFF, Role.REVIEWER, None)
    return entry_id


def on_disk(folder: Path) -> bytes:
    """All that lies in the files of the registry."""
    return b"".join(path.read_bytes() for path in folder.glob("registry.db*"))


def found_in(stored: bytes) -> set[str]:
    """The seeded names that can be read there, in any encoding that a database might use."""
    return {
        name
        for name in SEEDED
        if any(name.encode(encoding) in stored for encoding in ("utf-8", "utf-16-le", "utf-16-be"))
        or ascii(name).strip("'").encode() in stored
    }


def test_no_name_can_be_read_from_the_file_or_its_log(tmp_path: Path, key_file: Path) -> None:
    folder = tmp_path / "db"
    with Registry.open(url_of(folder / "registry.db", key_file), SCHEMAS) as registry:
        entry_id = fill(registry)
        while_open = on_disk(folder)
        assert len(list(folder.glob("registry.db-wal"))) == 1
        assert registry.effective_value(entry_id, "child_name") == DECIDED
    assert found_in(while_open) == set()
    assert found_in(on_disk(folder)) == set()
    assert not on_disk(folder).startswith(b"SQLite format 3")


def test_the_search_finds_the_names_where_nothing_is_encrypted(tmp_path: Path) -> None:
    folder = tmp_path / "db"
    with Registry.open(url_of(folder / "registry.db"), SCHEMAS) as registry:
        fill(registry)
        assert found_in(on_disk(folder)) == set(SEEDED)


def test_an_encrypted_registry_opens_again_with_its_key_only(tmp_path: Path, key_file: Path) -> None:
    path = tmp_path / "registry.db"
    with Registry.open(url_of(path, key_file), SCHEMAS) as registry:
        entry_id = fill(registry)
    with Registry.open(url_of(path, key_file), SCHEMAS) as registry:
        assert registry.effective_value(entry_id, "child_name") == DECIDED
    for wrong in (None, new_key(tmp_path / "other.key", "cd")):
        with pytest.raises(RegistryError, match="HOTICH_REGISTRY_KEY_FILE"):
            Registry.open(url_of(path, wrong), SCHEMAS)


def test_append_only_holds_in_an_encrypted_file_too(tmp_path: Path, key_file: Path) -> None:
    path = tmp_path / "registry.db"
    with Registry.open(url_of(path, key_file), SCHEMAS) as registry:
        fill(registry)
    module = encryption.driver()
    with closing(module.connect(str(path))) as connection:
        encryption.unlock(connection, encryption.read_key(key_file))
        for change in ("UPDATE decision SET text = 'x'", "DELETE FROM reading"):
            with pytest.raises(module.IntegrityError, match="append-only"):
                connection.execute(change)


# --- the key ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_key_that_others_can_read_is_refused(tmp_path: Path, key_file: Path, mode: int) -> None:
    key_file.chmod(mode)
    with pytest.raises(SetupError, match="chmod 600"):
        Registry.open(url_of(tmp_path / "registry.db", key_file), SCHEMAS)
    assert not (tmp_path / "registry.db").exists()


@pytest.mark.parametrize("text", ["", "ab" * 31, "ab" * 33, "zz" * 32, "ab" * 31 + "'\""])
def test_a_key_that_is_none_is_refused(key_file: Path, text: str) -> None:
    key_file.write_text(text)
    with pytest.raises(SetupError, match="64 chữ số") as refused:
        encryption.read_key(key_file)
    assert "abab" not in refused.value.message


def test_a_key_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="HOTICH_REGISTRY_KEY_FILE"):
        Registry.open(url_of(tmp_path / "registry.db", tmp_path / "none.key"), SCHEMAS)


# --- a copy -------------------------------------------------------------------------------------------------------


def test_a_plain_registry_is_copied_whole_and_left_as_it_was(tmp_path: Path, key_file: Path) -> None:
    plain, target = tmp_path / "registry.db", tmp_path / "copy" / "registry.db"
    target.parent.mkdir()
    with Registry.open(url_of(plain), SCHEMAS) as registry:
        entry_id = fill(registry)
        encrypted_copy(url_of(plain), target, key_file)
        before = registry.summary()
    assert found_in(on_disk(target.parent)) == set()
    assert target.stat().st_mode & 0o777 == 0o600
    with Registry.open(url_of(target, key_file), SCHEMAS) as registry:
        assert registry.summary() == before
        assert registry.effective_value(entry_id, "child_name") == DECIDED
        registry.decide(entry_id, [Verdict("child_name", FieldStatus.READ, NAME)], author="an.tran")
    with closing(sqlite3.connect(plain)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_an_encrypted_registry_is_copied_under_another_key(tmp_path: Path, key_file: Path) -> None:
    source, target = tmp_path / "registry.db", tmp_path / "copy.db"
    with Registry.open(url_of(source, key_file), SCHEMAS) as registry:
        entry_id = fill(registry)
    other = new_key(tmp_path / "other.key", "cd")
    encrypted_copy(url_of(source, key_file), target, other)
    with Registry.open(url_of(target, other), SCHEMAS) as registry:
        assert registry.effective_value(entry_id, "child_name") == DECIDED


def test_a_copy_never_takes_the_place_of_a_file(tmp_path: Path, key_file: Path) -> None:
    plain, target = tmp_path / "registry.db", tmp_path / "other.db"
    Registry.open(url_of(plain), SCHEMAS).close()
    target.write_text("của người khác")
    with pytest.raises(StorageError, match="không ghi đè"):
        encrypted_copy(url_of(plain), target, key_file)
    assert target.read_text() == "của người khác"


def test_a_copy_that_fails_leaves_nothing_behind(tmp_path: Path, key_file: Path) -> None:
    source, target = tmp_path / "registry.db", tmp_path / "copy.db"
    source.write_bytes(b"not a database at all" * 500)
    with pytest.raises(RegistryError, match="Không chép được"):
        encrypted_copy(url_of(source), target, key_file)
    assert not target.exists()
