"""A registry moves to another database, of the same kind or the other: whole, with its audit, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.servers import postgresql
from pipeline.base.errors import RegistryError
from pipeline.base.model import FieldStatus
from pipeline.declarations.office.review import ReviewPolicy
from pipeline.registry import Registry, Verdict
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.copying import COPIED, RegistryCopy, copy_registry
from tests.registry.audit.history import live
from tests.registry.outsider import Outsider
from tests.registry.pages import LEDGER, SCHEMAS, entry, page, read
from tests.registry.told_once import told_once

POLICY = ReviewPolicy(check="all", blind="critical")

CHECKER = Person(7, "dung", "", Role.CHECKER, None)


@pytest.fixture
def key_path(tmp_path: Path) -> Path:
    return tmp_path / "workspace" / "audit.key"


@pytest.fixture(params=["sqlite", "postgresql"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without a single table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/copy.db"
        return
    cluster: postgresql.Cluster = request.getfixturevalue("postgresql_cluster")
    with cluster.database("template0") as name:
        yield cluster.url(name, postgresql.OWNER)


def work(registry: Registry) -> None:
    live(registry)
    registry.save_page(1, page(entry(read("child_name", "Người Thử", accepted=False)), page_no=2), "run")
    desk = registry.desk(POLICY)
    task = desk.next_task(CHECKER)
    assert task is not None
    words = [Verdict(one.field, FieldStatus.READ, "Thử Hai") for one in task.fields]
    desk.key(CHECKER, task.task_id, task.version, words, token="once")
    desk.next_task(CHECKER)
    registry.accounts().first_administrator()


@pytest.fixture
def source(url: str, key_path: Path) -> str:
    """The address of a registry with a little of everything, its audit signed."""
    with told_once(work, url, key_path):
        return url


def test_all_of_it_is_there_and_the_audit_holds(source: str, target: str, key_path: Path) -> None:
    copied = copy_registry(source, target, SCHEMAS, audit_key=key_path)
    assert copied.flaws == 0
    with (
        Registry.open(source, SCHEMAS, audit_key=key_path) as old,
        Registry.open(target, SCHEMAS, audit_key=key_path) as new,
    ):
        before, after = old.audit().verify(), new.audit().verify()
        assert before.passed
        assert after.passed
        assert (after.rows, after.proven) == (before.rows, before.proven + 1)
        assert after.begun_at == before.begun_at
        assert old.audit().verify(new.audit().seal()).flaw_count > 0
        assert new.audit().verify(old.audit().seal()).passed
        assert new.audit().recent(1)[0].action == COPIED
        assert new.entries() == old.entries()
        assert [new.entry(one) for one in new.entries()] == [old.entry(one) for one in old.entries()]
        assert new.queue() == old.queue()
        assert new.desk(POLICY).held(CHECKER) == old.desk(POLICY).held(CHECKER)
        assert new.accounts().list() == old.accounts().list()


def test_work_goes_on_where_it_was_copied_to(source: str, target: str, key_path: Path) -> None:
    copy_registry(source, target, SCHEMAS, audit_key=key_path)
    with Registry.open(target, SCHEMAS, audit_key=key_path) as registry:
        book = registry.book_id(LEDGER, "KS.2010.02")
        registry.store_scan(book, "b" * 64, "scan.pdf", 1, 1)
        first = registry.entries()[0]
        verdict = Verdict("child_native_place", FieldStatus.READ, "Thử Năm")
        registry.decide(first, [verdict], author="an", reason="rõ nét")
        assert registry.entry(first).values["child_native_place"] == "Thử Năm"
        assert registry.audit().verify().passed


def test_nothing_is_copied_over_what_is_there(source: str, url: str, key_path: Path, tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="trống"):
        copy_registry(source, url, SCHEMAS, audit_key=key_path)
    with pytest.raises(RegistryError, match="Chưa có sổ dữ liệu"):
        copy_registry(f"sqlite:///{tmp_path}/nowhere.db", url, SCHEMAS, audit_key=key_path)
    assert not (tmp_path / "nowhere.db").exists()


def test_what_is_written_meanwhile_stops_the_copy_and_nothing_stays(
    source: str, target: str, key_path: Path
) -> None:
    def somebody_writes(table: str, _rows: int) -> None:
        if table == "page":
            with Registry.open(source, SCHEMAS, audit_key=key_path) as registry:
                registry.book_id(LEDGER, "KS.2010.09")

    with pytest.raises(RegistryError, match="trong lúc chép"):
        copy_registry(source, target, SCHEMAS, audit_key=key_path, progress=somebody_writes)
    outsider = Outsider(target)
    assert outsider.tables() == []
    outsider.close()
    assert copy_registry(source, target, SCHEMAS, audit_key=key_path).flaws == 0


def test_a_flaw_of_the_source_goes_along_and_is_told(source: str, target: str, key_path: Path) -> None:
    with Registry.open(source, SCHEMAS, audit_key=key_path) as registry:
        rows = registry.audit().verify().rows
    outsider = Outsider(source)
    outsider.execute("UPDATE entry SET number_text = 'khác' WHERE id = 1")
    outsider.close()
    copied = copy_registry(source, target, SCHEMAS, audit_key=key_path)
    assert copied == RegistryCopy(rows=copied.rows, flaws=1)
    assert copied.rows > rows
    with Registry.open(target, SCHEMAS, audit_key=key_path) as registry:
        assert registry.audit().verify().flaw_count == 1
