"""What goes wrong with a server is said in words, with what to do about it, and without a password or a value."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from benchmarks.servers.postgresql import MUST_LOG_IN, OWNER, Cluster
from pipeline.base.errors import HotichError, RegistryError, StorageError
from pipeline.registry import Registry
from tests.registry.pages import LEDGER, SCAN, SCHEMAS, entry, page, read

CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE application_name = 'hotich' AND datname = current_database() AND pid <> pg_backend_pid()
"""


def database_of(url: str) -> str:
    return url.partition("@/")[2].partition("?")[0]


def chain_of(error: BaseException) -> Iterator[BaseException]:
    """The error and all that it came from."""
    told: BaseException | None = error
    while told is not None:
        yield told
        told = told.__cause__ or told.__context__


def test_a_server_that_is_not_there_is_named(tmp_path_factory: pytest.TempPathFactory) -> None:
    nowhere = tmp_path_factory.mktemp("n")
    with pytest.raises(RegistryError, match="Không kết nối được"):
        Registry.open(f"postgresql://u:secret@/d?host={nowhere}", SCHEMAS)


def test_a_wrong_password_is_named_and_not_repeated(postgresql_url: str, postgresql_cluster: Cluster) -> None:
    postgresql_cluster.execute(f"CREATE ROLE {{}} LOGIN PASSWORD 'right' IN ROLE {MUST_LOG_IN}", "guarded")
    try:
        for password in ("secret", ""):
            url = postgresql_cluster.url(database_of(postgresql_url), "guarded", password)
            with pytest.raises(RegistryError, match="tên hoặc mật khẩu") as refused:
                Registry.open(url, SCHEMAS)
            assert not any("secret" in str(told) for told in chain_of(refused.value))
    finally:
        postgresql_cluster.execute("DROP ROLE {}", "guarded")


def test_an_unknown_account_or_database_is_named(postgresql_cluster: Cluster) -> None:
    with pytest.raises(RegistryError, match="Trên máy chủ không có"):
        Registry.open(postgresql_cluster.url("no_such_database"), SCHEMAS)
    with pytest.raises(RegistryError, match="tên hoặc mật khẩu"):
        Registry.open(postgresql_cluster.url("postgres", "nobody_such"), SCHEMAS)


def test_a_page_that_another_program_holds_too_long_is_named_and_others_go_on(
    postgresql_url: str, postgresql_cluster: Cluster
) -> None:
    with Registry.open(postgresql_url, SCHEMAS, wait_seconds=0.1) as registry:
        book = registry.book_id(LEDGER, "book")
        registry.store_scan(book, SCAN, "scan.pdf", 1, 2)
        registry.save_page(book, page(entry(read("notes", "x"))), "f1")
        with postgresql_cluster.connect(database_of(postgresql_url)) as other, other.transaction():
            other.execute("SELECT id FROM page FOR UPDATE")
            with pytest.raises(RegistryError, match="giữ quá lâu"):
                registry.save_page(book, page(entry(read("notes", "y"))), "f2")
            registry.save_page(book, page(entry(read("notes", "y")), page_no=2), "f2")
        assert registry.save_page(book, page(entry(read("notes", "y"))), "f2").entries == 1


def test_a_connection_that_the_server_cut_is_told_and_the_next_call_has_a_new_one(
    postgresql_url: str, postgresql_cluster: Cluster
) -> None:
    with Registry.open(postgresql_url, SCHEMAS) as registry:
        book = registry.book_id(LEDGER, "book")
        registry.store_scan(book, SCAN, "scan.pdf", 1, 1)

        def cut(*_: object) -> None:
            event.remove(Engine, "after_cursor_execute", cut)
            with postgresql_cluster.connect(database_of(postgresql_url)) as owner:
                owner.execute(CUT)

        event.listen(Engine, "after_cursor_execute", cut)
        with pytest.raises(RegistryError, match=r"Mất kết nối|Không kết nối"):
            registry.save_page(book, page(entry(read("notes", "x"))), "f1")
        assert registry.summary(book).pages == {}
        assert registry.save_page(book, page(entry(read("notes", "x"))), "f1").entries == 1


def test_a_database_that_may_only_be_read_is_named(postgresql_url: str, postgresql_cluster: Cluster) -> None:
    name = database_of(postgresql_url)
    postgresql_cluster.execute("ALTER DATABASE {} SET default_transaction_read_only = on", name)
    with Registry.open(postgresql_url, SCHEMAS) as registry:
        assert registry.summary().books == 0
        with pytest.raises(StorageError, match="chỉ cho đọc"):
            registry.book_id(LEDGER, "book")


def test_a_database_in_another_encoding_is_refused(postgresql_cluster: Cluster) -> None:
    postgresql_cluster.execute("CREATE DATABASE {} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'", "latin")
    try:
        with pytest.raises(RegistryError, match="LATIN1"):
            Registry.open(postgresql_cluster.url("latin", OWNER), SCHEMAS)
    finally:
        postgresql_cluster.execute("DROP DATABASE {} WITH (FORCE)", "latin")


def test_a_letter_that_the_server_cannot_keep_is_refused_and_nothing_of_the_page_is_kept(
    postgresql_url: str,
) -> None:
    with Registry.open(postgresql_url, SCHEMAS) as registry:
        book = registry.book_id(LEDGER, "book")
        registry.store_scan(book, SCAN, "scan.pdf", 1, 1)
        with pytest.raises(RegistryError) as refused:
            registry.save_page(book, page(entry(read("child_name", "Tên Riêng\x00"))), "f1")
        assert registry.summary(book).pages == {}
    assert not any("Riêng" in str(told) for told in chain_of(refused.value))


def test_what_the_server_says_of_a_refused_row_goes_no_further(
    postgresql_url: str, postgresql_cluster: Cluster
) -> None:
    with postgresql_cluster.connect(database_of(postgresql_url)) as owner:
        owner.execute("ALTER TABLE reading ADD CHECK (text <> 'Tên Riêng')")
    with Registry.open(postgresql_url, SCHEMAS) as registry:
        book = registry.book_id(LEDGER, "book")
        registry.store_scan(book, SCAN, "scan.pdf", 1, 1)
        with pytest.raises(RegistryError, match="CheckViolation 23514") as refused:
            registry.save_page(book, page(entry(read("child_name", "Tên Riêng"))), "f1")
    assert not any("Riêng" in str(told) for told in chain_of(refused.value))
    log = postgresql_cluster.log.read_text(encoding="utf-8")
    assert "violates check constraint" in log
    assert "Riêng" not in log


@pytest.mark.parametrize(
    ("state", "kind", "words"),
    [
        ("53100", StorageError, "Hết chỗ"),
        ("25006", StorageError, "chỉ cho đọc"),
        ("53300", RegistryError, "hết lượt kết nối"),
        ("40P01", RegistryError, "Hãy thử lại"),
        ("57P01", RegistryError, "Mất kết nối"),
        ("XX001", RegistryError, "bị hỏng"),
    ],
)
def test_what_a_test_cannot_bring_about_has_words_too(
    postgresql_url: str, postgresql_cluster: Cluster, state: str, kind: type[HotichError], words: str
) -> None:
    """The server itself is made to raise these states."""
    with postgresql_cluster.connect(database_of(postgresql_url)) as owner:
        owner.execute(
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{state}'; END $$"
        )
        owner.execute("CREATE TRIGGER fail BEFORE INSERT ON book EXECUTE FUNCTION fail()")
    with Registry.open(postgresql_url, SCHEMAS) as registry, pytest.raises(kind, match=words):
        registry.book_id(LEDGER, "book")
