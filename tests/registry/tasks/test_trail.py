"""What people did at the desk stays on record, whoever would have it otherwise."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy.exc import DBAPIError

from pipeline.base.model import Box
from pipeline.registry import Registry
from pipeline.registry.tasks.model import NotYours
from pipeline.registry.tasks.rows import WITHDRAWN
from tests.registry.offices import (
    AN,
    BINH,
    BLIND,
    CHECKED,
    OPERATOR,
    Clock,
    doubtful,
    keyed,
    said,
    taken,
)
from tests.registry.outsider import Outsider
from tests.registry.pages import LEDGER, SCAN, SCHEMAS, entry, page, read

TABLES = ["keying", "submission", "aside", "ticket", "ticket_closing"]


@pytest.fixture(scope="module")
def shared(shared_url: str) -> Iterator[Outsider]:
    """Another program on a database in which every table of the desk has rows."""
    with Registry.open(shared_url, SCHEMAS) as registry:
        book = registry.book_id(LEDGER, "KS.2010.01")
        registry.store_scan(book, SCAN, "scan.pdf", 1000, 10)
        registry.save_page(book, page(doubtful("notes")), "f1")
        desk = registry.desk(CHECKED, now=Clock())
        keyed(desk, AN, said("notes"))
        task = desk.undo(AN)
        desk.skip(AN, task.task_id, "khó")
        ticket = desk.request_rescan(BINH, taken(desk, BINH).task_id, "mờ")
        desk.close_ticket(OPERATOR, ticket.id, "xong")
    outsider = Outsider(shared_url)
    yield outsider
    outsider.close()


@pytest.fixture
def intruder(shared: Outsider) -> Iterator[Outsider]:
    """The same, and every row is there afterwards."""
    before = {table: shared.rows(table) for table in TABLES}
    assert all(before.values())
    yield shared
    assert {table: shared.rows(table) for table in TABLES} == before


def test_showing_a_task_tells_of_the_ink_of_its_own_fields_and_of_no_other(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = registry.desk(CHECKED, now=clock)
    placed = replace(read("notes", "Thu Mot", accepted=False), box=Box(100.4, 10, 300, 40))
    registry.save_page(book, page(entry(placed)), "f1")
    task = taken(desk, AN)
    place, told = desk.ink_of(AN, task.task_id, Box(100, 10, 300, 40))
    assert (place.ref, told) == (task.ref, True)
    assert not desk.ink_of(AN, task.task_id, Box(100, 10, 300, 400))[1]  # what stands below it
    with pytest.raises(NotYours, match="không còn trong tay"):
        desk.ink_of(BINH, task.task_id, Box(100, 10, 300, 40))
    desk.hand_back(AN, task.task_id)
    with pytest.raises(NotYours, match="không còn trong tay"):
        desk.ink_of(AN, task.task_id, Box(100, 10, 300, 40))


def test_a_text_that_is_kept_as_it_stands_on_paper_is_named_in_the_audit(
    registry: Registry, book: int, clock: Clock, outsider: Outsider
) -> None:
    desk = registry.desk(CHECKED, now=clock)
    registry.save_page(book, page(doubtful("child_born_on", "notes")), "f1")
    task = taken(desk, AN)
    words = [said("child_born_on", "32/13/2017"), said("notes")]
    desk.key(AN, task.task_id, task.version, words, token="t", kept=["child_born_on"])
    (row,) = outsider.execute("SELECT detail FROM audit WHERE action = 'keyed'")
    detail = json.loads(row[0]) if isinstance(row[0], str) else row[0]
    assert detail["kept"] == ["child_born_on"]
    assert "32/13/2017" not in str(detail)


def test_what_is_known_of_an_entry_is_for_who_has_it_in_hand_and_nothing_where_a_field_is_blind(
    registry: Registry, book: int, clock: Clock
) -> None:
    registry.save_page(
        book, page(entry(read("notes", "Thu", accepted=False), read("signer_title", "x"))), "f1"
    )
    desk = registry.desk(BLIND, now=clock)
    task = taken(desk, AN)
    known = desk.known_entry(AN, task.task_id)
    assert (known.fields, [one.field for one in known.readings]) == (("notes",), ["signer_title"])
    with pytest.raises(NotYours, match="không còn trong tay"):
        desk.known_entry(BINH, task.task_id)
    keyed(desk, AN, said("notes"), task=task)
    blind = taken(desk, BINH)
    assert desk.known_entry(BINH, blind.task_id).readings == ()


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", ["UPDATE {table} SET login = 'x'", "DELETE FROM {table}"])
def test_no_statement_changes_or_removes_a_row(intruder: Outsider, table: str, statement: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"):
        intruder.execute(statement.format(table=table))


@pytest.mark.parametrize("table", TABLES)
def test_no_table_is_emptied_at_once(intruder: Outsider, table: str) -> None:
    if intruder.on_postgresql:
        with pytest.raises(DBAPIError, match="append-only"):
            intruder.execute(f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize("table", TABLES)
def test_no_row_takes_the_place_of_another(intruder: Outsider, table: str) -> None:
    if not intruder.on_postgresql:
        with pytest.raises(DBAPIError, match="append-only"):
            intruder.execute(f"REPLACE INTO {table} SELECT * FROM {table}")  # noqa: S608


@pytest.mark.parametrize("table", ["keying", "submission", "ticket_closing"])
def test_a_row_cannot_be_replaced_under_another_id(intruder: Outsider, table: str) -> None:
    names = ", ".join(name for name, _ in intruder.columns(table) if name != "id")
    replace = "INSERT" if intruder.on_postgresql else "INSERT OR REPLACE"
    with pytest.raises(DBAPIError, match=r"append-only|unique"):
        intruder.execute(f"{replace} INTO {table} ({names}) SELECT {names} FROM {table}")  # noqa: S608


def test_a_word_taken_back_stays_beside_its_withdrawal(intruder: Outsider) -> None:
    rows = intruder.execute("SELECT status, text, takes_back_id FROM keying ORDER BY id")
    assert rows == [("read", "Thử Một", None), (WITHDRAWN, "", 1)]
