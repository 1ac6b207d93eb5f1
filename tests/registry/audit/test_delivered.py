"""What is read in order to leave the office is compared with the audit: each row that it follows from, at once."""

from __future__ import annotations

import pytest

from pipeline.registry import Registry
from tests.registry.audit.intruder import Intruder

HARMS = {
    "a value": (
        "UPDATE birth_record SET child_name = 'Người Khác' WHERE entry_id = 1",
        {1: ("birth_record",)},
    ),
    "a value deleted": ("DELETE FROM birth_record WHERE entry_id = 1", {1: ("birth_record",)}),
    "an entry out of sight": ("UPDATE entry SET stands = (1 = 0) WHERE id = 2", {2: ("entry",)}),
    "a task": ("UPDATE review_task SET question = 'x' WHERE id = 1", {1: ("review_task",)}),
    "the form": ("UPDATE page_run SET form = 'x' WHERE latest", {1: ("page_run",), 2: ("page_run",)}),
    "the picture": ("UPDATE page SET page_no = 2 WHERE id = 1", {1: ("page",), 2: ("page",)}),
    "the scan": ("UPDATE scan SET name = 'other.pdf' WHERE id = 1", {1: ("scan",), 2: ("scan",)}),
    "the book": ("UPDATE book SET place_code = '00001' WHERE id = 1", {1: ("book",), 2: ("book",)}),
}


def tables_by_entry(registry: Registry) -> dict[int, tuple[str, ...]]:
    (book_id,) = {registry.entry(entry_id).book_id for entry_id in registry.entries()}
    return {one.entry_id: tables for one, tables in registry.compared_entries(book_id)}


def test_nothing_is_told_of_a_book_that_nobody_touched(lived: Registry) -> None:
    assert tables_by_entry(lived) == {1: (), 2: ()}


@pytest.mark.parametrize("harm", HARMS)
def test_each_row_that_an_entry_follows_from_is_compared(
    lived: Registry, intruder: Intruder, harm: str
) -> None:
    statement, told = HARMS[harm]
    intruder.execute(statement)
    assert tables_by_entry(lived) == {1: (), 2: ()} | told


def test_a_digest_that_was_changed_along_with_the_row_lacks_the_signature(
    lived: Registry, intruder: Intruder
) -> None:
    intruder.execute("UPDATE birth_record SET child_name = 'Người Khác' WHERE entry_id = 1")
    digest = intruder.digest("birth_record", 1).hex()
    spelled = f"decode('{digest}', 'hex')" if intruder.outsider.on_postgresql else f"X'{digest}'"
    intruder.execute(
        f"UPDATE row_digest SET digest = {spelled} WHERE table_name = 'birth_record' AND row_id = 1"  # noqa: S608
    )
    assert tables_by_entry(lived)[1] == ("birth_record",)


def test_what_was_settled_is_delivered_again(lived: Registry, intruder: Intruder) -> None:
    intruder.execute("UPDATE birth_record SET child_name = 'Người Khác' WHERE entry_id = 1")
    lived.settle_flaws(lived.audit().verify().flaws, document="BB-1/2026", by="console")
    assert tables_by_entry(lived) == {1: (), 2: ()}
