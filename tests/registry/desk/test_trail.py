"""What people did at the desk stays on record, whoever would have it otherwise."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.registry import Registry
from pipeline.registry.desk.tables import DESK_APPEND_ONLY, WITHDRAWN
from tests.registry.desk.offices import AN, BINH, CHECKED, OPERATOR, Clock, doubtful, keyed, said, taken
from tests.registry.pages import page

TABLES = [table.name for table in DESK_APPEND_ONLY]
ALL_ROWS = "SELECT * FROM {table}"


@pytest.fixture
def intruder(registry: Registry, book: int, clock: Clock, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Another program on a database in which every table of the desk has rows."""
    desk = registry.desk(CHECKED, now=clock)
    registry.save_page(book, page(doubtful("notes")), "f1")
    keyed(desk, AN, said("notes"))
    task = desk.undo(AN)
    desk.skip(AN, task.task_id, "khó")
    ticket = desk.request_rescan(BINH, taken(desk, BINH).task_id, "mờ")
    desk.close_ticket(OPERATOR, ticket.ticket_id, "xong")
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
        "UPDATE {table} SET login = 'x'",
        "DELETE FROM {table}",
        "REPLACE INTO {table} SELECT * FROM {table}",
        "INSERT INTO {table} SELECT * FROM {table} WHERE true ON CONFLICT DO UPDATE SET login = 'x'",
    ],
)
def test_no_statement_changes_or_removes_a_row(
    intruder: sqlite3.Connection, table: str, statement: str
) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        intruder.execute(statement.format(table=table))


@pytest.mark.parametrize("table", ["keying", "submission", "ticket_closing"])
def test_a_row_cannot_be_replaced_under_another_id(intruder: sqlite3.Connection, table: str) -> None:
    columns = [name for _, name, *_ in intruder.execute(f"PRAGMA table_info({table})") if name != "id"]
    names = ", ".join(columns)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        intruder.execute(f"INSERT OR REPLACE INTO {table} ({names}) SELECT {names} FROM {table}")  # noqa: S608


def test_a_word_taken_back_stays_beside_its_withdrawal(intruder: sqlite3.Connection) -> None:
    rows = intruder.execute("SELECT status, text, takes_back_id FROM keying ORDER BY id").fetchall()
    assert rows == [("read", "Thử Một", None), (WITHDRAWN, "", 1)]
