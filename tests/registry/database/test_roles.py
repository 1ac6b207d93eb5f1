"""Under its own account on PostgreSQL hotich can do its work, and nobody can change what was decided."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from benchmarks.servers import postgresql
from pipeline.base.errors import RegistryError
from pipeline.base.model import FieldStatus
from pipeline.registry import Registry, Verdict
from pipeline.registry.database.columns import RowLife, cover, tables_of
from pipeline.registry.database.roles import role_sql
from pipeline.registry.database.snapshot import take
from tests.registry.pages import LEDGER, SCAN, SCHEMAS, entry, page, read

GUARDED = """
SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE t.tgname = c.relname || '_no_update' AND t.tgqual IS NULL
"""
"""The tables whose rows, as the database itself says, can never be changed."""


@pytest.fixture
def worker(postgresql_url: str, postgresql_cluster: postgresql.Cluster) -> Iterator[psycopg.Connection[Any]]:
    """A plain connection under the account that hotich works as, after a page was saved, decided and saved again."""
    with Registry.open(postgresql_url, SCHEMAS) as registry:
        book = registry.book_id(LEDGER, "book")
        registry.store_scan(book, SCAN, "scan.pdf", 1, 1)
        registry.save_failure(book, SCAN, "scan.pdf", 1, "timeout", "quá giờ")
        registry.save_page(book, page(entry(read("child_name", "Thử Một", accepted=False))), "f1")
        (entry_id,) = registry.entries(book)
        registry.decide(entry_id, [Verdict("child_name", FieldStatus.READ, "Thử Hai")], author="an")
        assert registry.save_page(book, page(), "f2").reopened == 1
    name = postgresql_url.partition("@/")[2].partition("?")[0]
    with postgresql_cluster.connect(name, postgresql.WORKER) as connection:
        yield connection


def test_the_worker_is_refused_every_change_of_what_is_append_only(worker: psycopg.Connection[Any]) -> None:
    tables = {name for (name,) in worker.execute(GUARDED)}
    assert tables >= {table.name for table in tables_of(RowLife.KEPT)}
    for table in tables:
        for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):  # noqa: S608
            with pytest.raises(InsufficientPrivilege):
                worker.execute(statement.encode())


def test_the_worker_can_end_what_ends_and_change_nothing_else_of_it(worker: psycopg.Connection[Any]) -> None:
    for table in tables_of(RowLife.ENDS_ONCE):
        end = cover(table).end
        worker.execute(f"UPDATE {table.name} SET {end} = now() WHERE false".encode())  # noqa: S608
        for statement in (f"UPDATE {table.name} SET id = id", f"DELETE FROM {table.name}"):  # noqa: S608
            with pytest.raises(InsufficientPrivilege):
                worker.execute(statement.encode())


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE decision DISABLE TRIGGER ALL",
        "DROP TRIGGER decision_no_update ON decision",
        "CREATE OR REPLACE FUNCTION hotich_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "DROP TABLE decision",
        "CREATE TABLE elsewhere (id integer)",
        "UPDATE alembic_version SET version_num = '0001'",
        "SET session_replication_role = replica",
        f"GRANT UPDATE ON decision TO {postgresql.WORKER}",
        "DELETE FROM entry",
        "DELETE FROM review_task",
    ],
)
def test_the_worker_cannot_take_the_guards_away(worker: psycopg.Connection[Any], statement: str) -> None:
    with worker.transaction(force_rollback=True):
        granted = "SELECT has_table_privilege('decision', 'UPDATE')"
        try:
            worker.execute(statement.encode())
        except InsufficientPrivilege:
            return
        assert worker.execute(granted).fetchone() == (False,)


def test_the_worker_backs_up_tables_too_that_nothing_declares(
    postgresql_cluster: postgresql.Cluster, tmp_path: Path
) -> None:
    """A table that another version left there does not keep the office from its backups."""
    with postgresql_cluster.database() as name:
        with postgresql_cluster.connect(name) as owner:
            owner.execute("CREATE TABLE left_over (id integer)")
            owner.execute(role_sql(SCHEMAS, postgresql.WORKER).encode())
        assert take(postgresql_cluster.url(name), tmp_path).stat().st_size > 0
        with (
            postgresql_cluster.connect(name, postgresql.WORKER) as worker,
            pytest.raises(InsufficientPrivilege),
        ):
            worker.execute("INSERT INTO left_over VALUES (1)")


def test_a_worker_with_an_unusual_name_is_quoted() -> None:
    assert 'TO "a role; DROP TABLE decision";' in role_sql(SCHEMAS, "a role; DROP TABLE decision")


def test_who_may_not_make_tables_is_told_who_can(postgresql_cluster: postgresql.Cluster) -> None:
    with postgresql_cluster.database("template0") as name:
        postgresql_cluster.execute("REVOKE ALL ON DATABASE {} FROM PUBLIC", name)
        postgresql_cluster.execute(f"GRANT CONNECT ON DATABASE {{}} TO {postgresql.WORKER}", name)
        with pytest.raises(RegistryError, match="hotich registry upgrade"):
            Registry.open(postgresql_cluster.url(name), SCHEMAS)
