"""What is found beside other entries: it stands as long as it is found, opens tasks and takes no value on trust."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import DBAPIError

from pipeline.base.model import EntryResult, FieldStatus, Finding, Severity
from pipeline.registry import WHOLE_ENTRY, CrossEntryFinding, Link, Registry, Task, Verdict
from tests.registry.outsider import Outsider
from tests.registry.pages import SCHEMAS, blank, entry, page, read

ENDED = "UPDATE {table} SET {end} = '2026-01-01'"
AGAIN = "UPDATE {table} SET {end} = NULL"
REFUSED = (
    "UPDATE {table} SET id = 99",
    "UPDATE {table} SET {end} = '2026-01-01', id = 99",
    "DELETE FROM {table}",
)
ON_SQLITE = "INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
ON_POSTGRESQL = "TRUNCATE {table} CASCADE"
CODES = ("K06", "K07-GAP", "K10", "B06")


def one_entry(number: str = "07/2010") -> EntryResult:
    return entry(read("entry_number", number), blank("notes"), read("child_name", "Thử Một"))


@pytest.fixture
def entry_id(registry: Registry, book: int) -> int:
    """An entry that was accepted as it was read."""
    registry.save_page(book, page(one_entry()), "f1")
    (found,) = registry.entries(book)
    return found


def duplicate(
    entry_id: int, *fields: str, code: str = "K06", severity: Severity = Severity.BLOCK
) -> CrossEntryFinding:
    return CrossEntryFinding(1, 1, entry_id, Finding(code, severity, fields, {"others": "2"}))


def only_task(registry: Registry) -> Task:
    (task,) = registry.queue()
    return task


def test_a_value_that_is_doubted_beside_others_is_in_force_no_longer_until_someone_decides_it(
    registry: Registry, entry_id: int
) -> None:
    assert registry.effective_value(entry_id, "entry_number") == "07/2010"
    registry.save_checks([duplicate(entry_id, "entry_number")], CODES)
    assert registry.effective_value(entry_id, "entry_number") is None
    assert registry.entry(entry_id).values["entry_number"] is None
    assert (only_task(registry).fields, only_task(registry).reasons) == (("entry_number",), ("K06",))
    assert registry.decide(
        entry_id, [Verdict("entry_number", FieldStatus.READ, "07/2010")], author="an", reason="giấy ghi vậy"
    )
    assert registry.effective_value(entry_id, "entry_number") == "07/2010"
    assert registry.queue() == ()


def test_the_same_finding_again_asks_nobody_twice(registry: Registry, entry_id: int) -> None:
    found = [duplicate(entry_id, "entry_number")]
    assert registry.save_checks(found, CODES).raised == 1
    registry.decide(entry_id, [Verdict("entry_number", FieldStatus.READ, "07/2010")], author="an")
    again = registry.save_checks(found, CODES)
    assert (again.raised, again.cleared, again.standing) == (0, 0, 1)
    assert registry.queue() == ()


def test_what_is_no_longer_found_ends_and_gives_the_value_back(registry: Registry, entry_id: int) -> None:
    registry.save_checks([duplicate(entry_id, "entry_number")], CODES)
    assert registry.save_checks([], CODES).cleared == 1
    assert registry.effective_value(entry_id, "entry_number") == "07/2010"
    assert (registry.queue(), registry.cross_entry_findings()) == ((), ())


def test_only_what_was_looked_for_ends(registry: Registry, entry_id: int) -> None:
    registry.save_checks([duplicate(entry_id, "entry_number")], CODES)
    registry.save_checks([], ["K10"])
    registry.save_checks([], CODES, book_ids=[99])
    assert [one.finding.code for one in registry.cross_entry_findings()] == ["K06"]


def test_a_decided_field_opens_again_when_a_later_finding_names_it_and_its_value_stays(
    registry: Registry, entry_id: int
) -> None:
    registry.decide(entry_id, [Verdict("entry_number", FieldStatus.READ, "07/2010")], author="an")
    registry.save_checks([duplicate(entry_id, "entry_number")], CODES)
    assert (only_task(registry).fields, only_task(registry).reopened) == (("entry_number",), True)
    assert registry.effective_value(entry_id, "entry_number") == "07/2010"


def test_a_finding_without_a_field_waits_for_someone_to_say_that_it_was_seen(
    registry: Registry, entry_id: int
) -> None:
    registry.save_checks([duplicate(entry_id, code="K07-GAP", severity=Severity.REVIEW)], CODES)
    assert only_task(registry).fields == (WHOLE_ENTRY,)
    assert registry.effective_value(entry_id, "entry_number") == "07/2010"
    assert registry.decide(entry_id, [Verdict(WHOLE_ENTRY, FieldStatus.READ)], author="an")
    assert registry.queue() == ()


def test_a_figure_opens_nothing(registry: Registry, entry_id: int) -> None:
    registry.save_checks([duplicate(entry_id, "child_name", code="B06", severity=Severity.INFO)], CODES)
    assert registry.queue() == ()
    assert registry.effective_value(entry_id, "child_name") == "Thử Một"
    assert [one.finding.code for one in registry.entry(entry_id).cross_entry_findings] == ["B06"]


def test_a_finding_on_a_page_is_settled_with_the_page_and_comes_back_when_it_says_something_else(
    registry: Registry, book: int, entry_id: int
) -> None:
    def totals(found: str) -> CrossEntryFinding:
        details = {"said": "9", "found": found}
        return CrossEntryFinding(book, 1, None, Finding("K10", Severity.REVIEW, (), details))

    registry.save_checks([totals("8")], CODES)
    assert (only_task(registry).entry_id, only_task(registry).reasons) == (None, ("K10",))
    registry.settle_page(1, author="an")
    assert registry.queue() == ()
    registry.save_checks([totals("7")], CODES)
    assert only_task(registry).reopened


def test_columns_hold_what_is_in_force_and_else_what_was_read(registry: Registry, book: int) -> None:
    doubtful = read("entry_number", "08", accepted=False, canonical="08/2010")
    registry.save_page(book, page(entry(doubtful, read("registered_on", "05.01.2010"), blank("notes"))), "f1")
    entries, pages, books = registry.series_columns([book])
    assert entries[["number", "registered_on", "page"]].to_dict("records") == [
        {"number": "08/2010", "registered_on": "05.01.2010", "page": None}
    ]
    assert (len(pages), books["rows"].tolist(), books["failed"].tolist()) == (1, [1], [0])
    (entry_id,) = registry.entries(book)
    registry.decide(entry_id, [Verdict("entry_number", FieldStatus.ILLEGIBLE)], author="an")
    assert registry.series_columns()[0]["number"].tolist() == [None]


def test_people_are_told_with_what_the_declarations_bind_to_them(registry: Registry, book: int) -> None:
    child = [read("child_name", "Thử Một"), read("child_sex", "Nam", canonical="1"), blank("notes")]
    registry.save_page(book, page(entry(*child, read("mother_name", "Thử Hai"))), "f1")
    people = registry.people_columns().set_index("role")
    assert people["name"].to_dict() == {"child": "Thử Một", "mother": "Thử Hai"}
    assert (people.loc["child", "mother"], people.loc["child", "sex"], people.loc["mother", "sex"]) == (
        "Thử Hai",
        "1",
        "2",
    )


@pytest.mark.parametrize(("table", "end"), [("book_finding", "cleared_at"), ("link", "withdrawn_at")])
def test_what_was_found_can_end_and_nothing_else(
    registry: Registry, entry_id: int, outsider: Outsider, table: str, end: str
) -> None:
    registry.save_checks([duplicate(entry_id, "entry_number")], CODES)
    registry.save_links([Link("person", entry_id, "child", entry_id, "mother", 0.97, {})])
    before = outsider.rows(table)
    for statement in (*REFUSED, ON_POSTGRESQL if outsider.on_postgresql else ON_SQLITE):
        with pytest.raises(DBAPIError, match="only ends"):
            outsider.execute(statement.format(table=table, end=end))
    assert outsider.rows(table) == before
    outsider.execute(ENDED.format(table=table, end=end))
    with pytest.raises(DBAPIError, match="only ends"):
        outsider.execute(AGAIN.format(table=table, end=end))


def test_every_check_says_what_its_findings_mean() -> None:
    from pipeline.books.book_rules import BOOK_CODES, REGISTRY_CODES

    assert {*BOOK_CODES, *REGISTRY_CODES, "LINK-AGAIN", "LINK-PERSON"} <= SCHEMAS.findings.keys()
