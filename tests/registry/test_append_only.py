"""What was decided, read and found can be added to and nothing else, whoever tries."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.model import FieldStatus
from pipeline.registry import Registry, Verdict
from pipeline.registry.audit.tables import audit
from pipeline.registry.tables import APPEND_ONLY
from tests.registry.pages import entry, finding, page, read

ALL_ROWS = "SELECT * FROM {table}"
TABLES = [table.name for table in (*APPEND_ONLY, audit)]


@pytest.fixture
def intruder(registry: Registry, book: int, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Another program on a database that holds one reading, one finding, one decision, one place, and their audit."""
    doubtful = read("child_native_place", "Thử Một", accepted=False)
    registry.save_page(
        book, page(entry(doubtful, findings=[finding("READ-LOW", "child_native_place")])), "f1"
    )
    (entry_id,) = registry.entries(book)
    registry.decide(entry_id, [Verdict("child_native_place", FieldStatus.READ, "Thử Hai")], author="an")
    with closing(sqlite3.connect(tmp_path / "registry.db")) as connection:
        before = {table: connection.execute(ALL_ROWS.format(table=table)).fetchall() for table in TABLES}
        assert all(before.values())
        yield connection
        connection.rollback()
        after = {table: connection.execute(ALL_ROWS.format(table=table)).fetchall() for table in TABLES}
        assert after == before


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {table} SET id = 99",
        "DELETE FROM {table}",
        "INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
        "REPLACE INTO {table} SELECT * FROM {table}",
        "INSERT INTO {table} SELECT * FROM {table} WHERE true ON CONFLICT DO UPDATE SET id = 99",
    ],
)
def test_no_statement_changes_or_removes_a_row(
    intruder: sqlite3.Connection, table: str, statement: str
) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        intruder.execute(statement.format(table=table))


def test_a_reading_cannot_be_replaced_under_another_id(intruder: sqlite3.Connection) -> None:
    columns = [name for _, name, *_ in intruder.execute("PRAGMA table_info(reading)") if name != "id"]
    statement = "INSERT OR REPLACE INTO reading ({names}) SELECT {names} FROM reading"
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        intruder.execute(statement.format(names=", ".join(columns)))
