"""An upgrade is tried on a copy: the registry in use is not touched, and what would be lost is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import MetaData

from benchmarks.servers import postgresql
from pipeline.base.errors import AuditFlawed, RegistryError
from pipeline.registry import Registry, rehearsal
from pipeline.registry.accounts.model import Role
from pipeline.registry.database import snapshot
from pipeline.registry.database.database import Database
from pipeline.registry.rehearsal import Rehearsal, put_back, rehearse_upgrade
from tests.registry.outsider import Outsider
from tests.registry.pages import LEDGER, SCAN, SCHEMAS

pytestmark = pytest.mark.usefixtures("cheap_hashes")


@pytest.fixture
def office(url: str, tmp_path: Path) -> str:
    """A registry with a book, a scan and an account."""
    with Registry.open(url, SCHEMAS, audit_key=tmp_path / "audit.key") as opened:
        book_id = opened.book_id(LEDGER, "KS.2010.01")
        opened.store_scan(book_id, SCAN, "scan.pdf", 1000, 10)
        opened.accounts().create("quan.tri", "Người Thử", Role.ADMINISTRATOR, None)
    return url


@pytest.fixture
def copy_url(url: str, request: pytest.FixtureRequest) -> Iterator[str | None]:
    """Where a copy goes that is no file."""
    if url.startswith("sqlite"):
        yield None
        return
    cluster: postgresql.Cluster = request.getfixturevalue("postgresql_cluster")
    with cluster.database("template0") as name:
        yield cluster.url(name, postgresql.OWNER)


def rehearsed(office: str, copy_url: str | None, tmp_path: Path) -> Rehearsal:
    folder = tmp_path / "rehearsal"
    folder.mkdir()
    return rehearse_upgrade(office, folder, SCHEMAS, audit_key=tmp_path / "audit.key", copy_url=copy_url)


def everything(url: str) -> dict[str, object]:
    outsider = Outsider(url)
    try:
        return {table: outsider.rows(table) for table in outsider.tables()}
    finally:
        outsider.close()


def test_the_registry_in_use_is_read_and_not_changed(
    office: str, copy_url: str | None, tmp_path: Path
) -> None:
    before = everything(office)
    done = rehearsed(office, copy_url, tmp_path)
    assert (done.before["book"], done.after["book"], done.after["scan"]) == (1, 1, 1)
    assert done.audit_rows == done.after["audit"] > 2
    assert everything(office) == before


def losing(database: Database, _metadata: MetaData) -> None:
    """An upgrade that loses the scans."""
    with database.engine.connect().execution_options(write=True) as connection, connection.begin():
        connection.exec_driver_sql("DELETE FROM scan")


def test_an_upgrade_that_loses_rows_is_refused(
    office: str, copy_url: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearsal, "bring_up_to_date", losing)
    before = everything(office)
    with pytest.raises(RegistryError, match="thiếu dòng ở bảng scan"):
        rehearsed(office, copy_url, tmp_path)
    assert everything(office) == before


def test_a_registry_whose_rows_were_altered_is_not_upgraded(
    office: str, copy_url: str | None, tmp_path: Path
) -> None:
    outsider = Outsider(office)
    outsider.execute("UPDATE account SET role = 'supervisor'")
    outsider.close()
    with pytest.raises(AuditFlawed, match="hotich audit verify"):
        rehearsed(office, copy_url, tmp_path)


def test_a_file_that_is_put_back_is_as_it_was_and_the_other_is_kept(sqlite_url: str, tmp_path: Path) -> None:
    with Registry.open(sqlite_url, SCHEMAS) as opened:
        opened.book_id(LEDGER, "KS.2010.01")
    kept = tmp_path / "kept"
    kept.mkdir()
    taken = snapshot.take(sqlite_url, kept)
    with Registry.open(sqlite_url, SCHEMAS) as opened:
        opened.book_id(LEDGER, "KS.2010.02")
    aside = put_back(taken, sqlite_url)
    assert aside is not None
    for url, books in ((sqlite_url, 1), (f"sqlite:///{aside}", 2)):
        with Registry.open(url, SCHEMAS) as opened:
            assert opened.summary().books == books


def test_a_damaged_copy_is_never_put_back(sqlite_url: str, tmp_path: Path) -> None:
    there = tmp_path / "registry.db"
    before = there.read_bytes()
    damaged = tmp_path / "kept" / "registry.db"
    damaged.parent.mkdir()
    damaged.write_bytes(before[:5000])
    with pytest.raises(RegistryError):
        put_back(damaged, sqlite_url)
    assert there.read_bytes() == before
