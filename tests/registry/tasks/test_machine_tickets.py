"""The machine itself asks for another scan of a poor page; nobody waits for it."""

from __future__ import annotations

import pytest

from pipeline.base.model import Finding, PageResult, Severity
from pipeline.registry import CrossEntryFinding, Registry
from pipeline.registry.desk import Desk
from tests.registry.offices import AN, OPERATOR, SINGLE, Clock, taken
from tests.registry.pages import entry, page, read


def poor(code: str = "SCAN-BLUR") -> PageResult:
    flaw = Finding(code, Severity.INFO)
    said = Finding(code, Severity.REVIEW)
    return page(
        entry(
            read("entry_number", "07/2010"), read("child_name", "Thử Một", accepted=False), findings=[said]
        ),
        findings=[flaw],
    )


@pytest.fixture
def desk(registry: Registry, book: int, clock: Clock) -> Desk:
    return registry.desk(SINGLE, now=clock)


@pytest.fixture
def book_id(registry: Registry, book: int) -> int:
    registry.save_page(book, poor(), "f1")
    return book


def test_a_poor_page_has_a_ticket_of_the_machine_with_its_reason(desk: Desk, book_id: int) -> None:
    (ticket,) = desk.tickets(OPERATOR)
    assert (ticket.book_id, ticket.code, ticket.by_machine) == (book_id, "SCAN-BLUR", True)
    assert ticket.reason.startswith("Ảnh mờ, nhòe.")
    assert desk.page_of_ticket(OPERATOR, ticket.id).ref == ticket.ref


def test_nobody_waits_for_the_machines_ticket(desk: Desk, book_id: int) -> None:
    assert "child_name" in {work.field for work in taken(desk, AN).fields}


def test_what_a_person_closed_stays_closed_when_the_page_is_read_again(
    registry: Registry, desk: Desk, book_id: int
) -> None:
    (ticket,) = desk.tickets(OPERATOR)
    desk.close_ticket(OPERATOR, ticket.id, "không quét rõ hơn được")
    registry.save_page(book_id, poor(), "f2")
    assert desk.tickets(OPERATOR) == ()
    registry.save_page(book_id, poor("SCAN-FOLD"), "f3")
    assert [one.code for one in desk.tickets(OPERATOR)] == ["SCAN-FOLD"]


def test_a_missing_page_of_the_book_is_asked_for_too(registry: Registry, desk: Desk, book_id: int) -> None:
    missing = Finding("K11-MISSING", Severity.REVIEW, (), {"missing": "3"})
    for _ in range(2):
        registry.save_checks([CrossEntryFinding(book_id, 1, None, missing)], ["K11-MISSING"])
    ticket = next(one for one in desk.tickets(OPERATOR) if one.code == "K11-MISSING")
    assert ticket.reason == "Thiếu trang trước trang này. (thiếu 3)"


def test_an_ordinary_page_has_no_ticket(registry: Registry, desk: Desk, book: int) -> None:
    registry.save_page(book, page(entry(read("entry_number", "07/2010"))), "f1")
    assert desk.tickets(OPERATOR) == ()
