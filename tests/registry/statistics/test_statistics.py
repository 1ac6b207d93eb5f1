"""What is counted for reports, on both kinds of database, over work that was really done."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.base.model import Evidence, FieldStatus, Finding, PageKind, Severity
from pipeline.base.stages import Stage
from pipeline.declarations.office.review import ReviewPolicy
from pipeline.registry import CrossEntryFinding, Registry
from pipeline.registry.desk import Desk
from pipeline.registry.statistics.book_counts import DRIFT
from pipeline.registry.statistics.model import AGES, EffortKind, ListFilter, SecondLook, Statistics
from tests.registry.offices import AN, BINH, BLIND, CHI, SUPERVISOR, Clock, doubtful, keyed, said, taken
from tests.registry.pages import LEDGER, SCAN, entry, finding, page, read

DAYS = 30


def real_now() -> datetime:
    """The time by the clock that the machine's own rows are written by."""
    return datetime.now(UTC)


@pytest.fixture
def desk(registry: Registry, book: int, clock: Clock) -> Desk:
    """Four pages: the machine was sure of two, the others wait."""
    sure = read("child_name", "Thu Mot")
    registry.save_page(book, page(kind=PageKind.COVER, page_no=1), "f1")
    registry.save_page(book, page(entry(sure), entry(sure, row=1), page_no=2), "f1")
    registry.save_page(book, page(doubtful("child_name", "notes"), page_no=3), "f1")
    registry.save_page(book, page(doubtful("child_name"), page_no=4), "f1")
    return registry.desk(BLIND, now=clock)


def tallies(registry: Registry, *, people: bool = False, places: frozenset[str] | None = None) -> Statistics:
    return registry.statistics(places).all(DAYS, people=people)


def test_a_book_tells_what_went_straight_through_what_people_settled_and_what_waits(
    registry: Registry, book: int, desk: Desk
) -> None:
    desk.skip(AN, taken(desk, AN).task_id, "chữ khó")
    keyed(desk, AN, said("child_name"))
    (told,) = tallies(registry).books
    assert (told.entries, told.straight, told.decided, told.waiting) == (4, 2, 0, 2)
    assert (told.pages, told.inner, told.folder_name, told.opened_in) == (4, 3, "KS.2010.01", 2010)
    keyed(desk, BINH, said("child_name"))
    (told,) = tallies(registry).books
    assert (told.straight, told.decided, told.waiting, told.done) == (2, 1, 1, 3)


def test_an_accepted_entry_that_a_check_of_the_book_doubted_went_not_straight_through(
    registry: Registry, book: int, desk: Desk
) -> None:
    entry_id = registry.entries(book)[0]
    page_id = registry.book(book).pages[1].page_id
    doubt = CrossEntryFinding(book, page_id, entry_id, finding("K07", "child_name"))
    registry.save_checks([doubt], ["K07"])
    registry.save_checks([], ["K07"])
    (told,) = tallies(registry).books
    assert (told.straight, told.decided, told.waiting) == (1, 1, 2)


def test_missing_pages_failures_and_tickets_stand_with_their_book(
    registry: Registry, book: int, desk: Desk
) -> None:
    page_id = registry.book(book).pages[1].page_id
    gap = replace(finding("K11-MISSING"), details={"missing": "3–5, 9", "before": "10"})
    registry.save_checks([CrossEntryFinding(book, page_id, None, gap)], ["K11-MISSING"])
    registry.save_failure(book, SCAN, "scan.pdf", 9, "timeout", "quá giờ")
    desk.request_rescan(SUPERVISOR, taken(desk, SUPERVISOR).task_id, "mờ")
    (told,) = tallies(registry).books
    assert (told.missing, told.failed, told.tickets) == (("3–5, 9",), 1, 1)


def test_that_handwriting_is_unusual_stands_with_its_book_as_long_as_it_holds(
    registry: Registry, book: int, desk: Desk
) -> None:
    page_id = registry.book(book).pages[1].page_id
    said = Finding(DRIFT, Severity.INFO, (), {"unusual": "nhiều chữ lạ", "unseen": "17"})
    registry.save_checks([CrossEntryFinding(book, page_id, None, said)], [DRIFT], [book])
    (told,) = tallies(registry).books
    assert (told.unusual, told.unseen) == ("nhiều chữ lạ", 17)
    assert tallies(registry, places=frozenset({"khác"})).books == ()
    registry.save_checks([], [DRIFT], [book])
    (told,) = tallies(registry).books
    assert (told.unusual, told.unseen) == ("", 0)


def test_pages_to_scan_again_are_counted_by_the_scanner_that_the_intake_names(
    registry: Registry, book: int, desk: Desk
) -> None:
    names = {
        "b" * 64: "2026-11-25-may-1-00001.jp2",
        "c" * 64: "2026-11-26-may-1-00002-0003.tif",
        "d" * 64: "2026-11-26-may-12345-100000.pdf",
        "e" * 64: "2026-11-26-may-12345-00007-0001.pdf",
        "f" * 64: "trang-0001.jpg",
    }
    for sha256, name in names.items():
        registry.store_scan(book, sha256, name, 10, 1)
        registry.save_page(book, page(entry(read("child_name", "Thu Hai")), scan=sha256), "f1")
    desk.request_rescan(SUPERVISOR, taken(desk, SUPERVISOR).task_id, "mờ")
    told = tallies(registry).scanners
    assert [(one.scanner, one.pages, one.tickets) for one in told] == [
        ("may-1", 2, 0),
        ("may-12345", 2, 0),
        ("", 5, 1),
    ]
    assert tallies(registry, places=frozenset({"99999"})).scanners == ()


def test_what_waits_is_counted_by_stage_and_age(registry: Registry, desk: Desk) -> None:
    keyed(desk, AN, said("child_name"), said("notes"))
    later = registry.statistics(None, now=lambda: real_now() + timedelta(days=5)).all(DAYS)
    assert [(one.stage, one.by_age) for one in later.waiting] == [
        (Stage.CHECK, (0, 0, 1, 0, 0, 0)),
        (Stage.REVIEW, (0, 0, 1, 0, 0, 0)),
    ]
    assert all(len(one.by_age) == len(AGES) + 1 for one in later.waiting)
    (line,) = registry.statistics(None).waiting(ListFilter(stage=Stage.CHECK))
    assert (line.page_no, line.fields, line.book) == (3, ("child_name", "notes"), "KS.2010.01")


def test_second_looks_tell_what_was_overturned_and_how_often_two_agreed(
    registry: Registry, desk: Desk, clock: Clock
) -> None:
    clock.at = real_now()
    keyed(desk, AN, said("child_name", "Thử Hai"), said("notes"))
    keyed(desk, BINH, said("child_name"), said("notes"))
    keyed(desk, CHI, said("child_name"))
    told = tallies(registry, people=True)
    assert told.second == (
        SecondLook("birth", "child_name", "blind", 1, 1, 1),
        SecondLook("birth", "notes", "blind", 1, 0, 0),
    )
    assert [(one.login, one.words, one.first, one.overturned) for one in told.people or ()] == [
        (AN.login, 2, 2, 1),
        (BINH.login, 2, 0, 0),
        (CHI.login, 1, 0, 0),
    ]
    (line,) = registry.statistics(None).overturned(told.since, ListFilter())
    assert (line.field, line.said, line.settled) == ("child_name", "Thử Hai", "Thử Một")
    assert tallies(registry).people is None


def test_another_spelling_of_the_same_value_is_no_error_of_anybody(
    registry: Registry, desk: Desk, clock: Clock
) -> None:
    clock.at = real_now()
    keyed(desk, AN, said("child_name", "THỬ MỘT"), said("notes", "quá hạn"))
    keyed(desk, BINH, said("child_name"), said("notes", "Quá  hạn."))
    told = tallies(registry)
    assert told.second == (
        SecondLook("birth", "child_name", "blind", 1, 0, 0, of_form=1),
        SecondLook("birth", "notes", "blind", 1, 0, 0, of_form=1),
    )
    assert registry.statistics(None).overturned(told.since, ListFilter()) == ()


def test_words_that_were_taken_back_do_not_count(registry: Registry, desk: Desk, clock: Clock) -> None:
    clock.at = real_now()
    keyed(desk, AN, said("child_name"), said("notes"))
    keyed(desk, BINH, said("child_name"), said("notes"))
    assert len(tallies(registry).second) == 2
    desk.undo(BINH)
    told = tallies(registry)
    assert (told.second, told.readings) == ((), ())


def test_readings_stand_beside_what_people_settled_by_form_and_reader(
    registry: Registry, book: int, clock: Clock
) -> None:
    clock.at = real_now()
    desk = registry.desk(BLIND, now=clock)
    made = page(doubtful("child_name", "notes", text="Thử Một"), page_no=1)
    registry.save_page(book, replace(made, hand_reader="hand-x"), "f1")
    for who in (AN, BINH):
        keyed(desk, who, said("child_name"), said("notes", "", FieldStatus.BLANK))
    told = tallies(registry)
    assert [(one.form, one.reader, one.field, one.fields, one.right) for one in told.readings] == [
        ("birth-2006", "hand-x", "child_name", 1, 1),
        ("birth-2006", "hand-x", "notes", 1, 0),
    ]
    (line,) = registry.statistics(None).misread(told.since, ListFilter(form="birth-2006", field="notes"))
    assert (line.said, line.settled_status) == ("Thử Một", FieldStatus.BLANK)


def test_hours_tell_pages_entries_and_words(registry: Registry, desk: Desk, clock: Clock) -> None:
    clock.at = real_now()
    keyed(desk, AN, said("child_name"), said("notes"))
    hours = tallies(registry).hours
    assert (sum(one.pages for one in hours), sum(one.straight for one in hours)) == (4, 2)
    assert (sum(one.words for one in hours), sum(one.closed for one in hours)) == (2, 0)
    keyed(desk, BINH, said("child_name"), said("notes"))
    assert sum(one.closed for one in tallies(registry).hours) == 1


def test_finished_entries_tell_what_they_cost_and_chosen_ways_what_they_leave_wrong(
    registry: Registry, book: int, clock: Clock
) -> None:
    text, wrong = "Trần Thị Thử", 0.01
    reading = replace(read("child_name", text, accepted=False), confidence=1 - wrong)
    registry.save_page(book, page(entry(replace(reading, evidence=Evidence(0.99, 1, 1, 1, 1, 1)))), "f1")
    desk = registry.desk(ReviewPolicy(most_wrong_critical=20.0, planted=0.0), now=clock)
    keyed(desk, AN, said("child_name", text))
    told = tallies(registry)
    (looked,) = told.efforts
    assert (looked.book_id, looked.kind, looked.entries, looked.fields) == (book, EffortKind.LOOKED, 1, 1)
    assert (looked.keys, told.overlooked) == (1, ())
    (settled,) = told.settled
    assert (settled.book_id, settled.field, settled.values) == (book, "child_name", 1)
    assert 0 < settled.wrong < wrong
    assert tallies(registry, places=frozenset({"00001"})).efforts == ()


def test_what_is_typed_from_the_ink_costs_its_letters(registry: Registry, book: int, clock: Clock) -> None:
    registry.save_page(book, page(doubtful("child_name")), "f1")
    desk = registry.desk(BLIND, now=clock)
    for who in (AN, BINH):
        keyed(desk, who, said("child_name", "Thu Hai"))
    kinds = {one.kind: (one.entries, one.keys) for one in tallies(registry).efforts}
    assert kinds == {EffortKind.LOOKED: (1, 1), EffortKind.TYPED: (1, len("Thu Hai") + 1)}


def test_nothing_of_another_place_is_counted(registry: Registry, desk: Desk, clock: Clock) -> None:
    clock.at = real_now()
    keyed(desk, AN, said("child_name"), said("notes"))
    elsewhere = registry.book_id(replace(LEDGER, place_code="99999"), "KS.2010.01")
    assert [one.book_id for one in tallies(registry, places=frozenset({"99999"})).books] == [elsewhere]
    told = tallies(registry, places=frozenset({"99999"}), people=True)
    assert (told.hours, told.waiting, told.second, told.readings, told.people) == ((), (), (), (), ())
    assert registry.statistics(frozenset({"99999"})).waiting(ListFilter()) == ()
    mine = tallies(registry, places=frozenset({LEDGER.place_code}))
    assert (len(mine.books), len(mine.waiting)) == (1, 2)
