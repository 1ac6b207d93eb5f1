"""A scan whose file names a ticket answers it: its page takes the place of the old one, and the ticket is closed."""

from __future__ import annotations

import pytest

from pipeline.base.errors import RegistryError
from pipeline.base.model import EntryResult, PageRef
from pipeline.registry import NotThere, Registry
from pipeline.registry.desk import Desk
from pipeline.registry.tasks.rescans import answer_name
from pipeline.runs.rescans import settle_tickets
from tests.registry.offices import AN, OPERATOR, SINGLE, taken
from tests.registry.pages import SCAN, entry, page, read

NAME, NUMBER, PRINTED = "child_name", "entry_number", "page_number"
AGAIN = "b" * 64


@pytest.fixture
def desk(registry: Registry) -> Desk:
    return registry.desk(SINGLE)


@pytest.fixture
def ticket_id(registry: Registry, book: int, desk: Desk) -> int:
    """A ticket of a page with one entry, number 01/2010, printed page 7."""
    registry.save_page(book, page(one_entry("01/2010")), "f1")
    return desk.request_rescan(AN, taken(desk, AN).task_id, "mờ góc phải").id


def one_entry(number: str) -> EntryResult:
    return entry(read(NUMBER, number), read(NAME, "Thu Mot", accepted=False), read(PRINTED, "7"))


def answer(registry: Registry, book: int, name: str, number: str = "01/2010", pages: int = 1) -> None:
    registry.store_scan(book, AGAIN, name, 1000, pages)
    registry.save_page(book, page(one_entry(number), scan=AGAIN), "f1")


def test_a_ticket_tells_volume_entry_and_printed_page(desk: Desk, ticket_id: int) -> None:
    (told,) = desk.tickets(OPERATOR)
    assert (told.volume, told.entries, told.printed) == ("01/2010", ("01/2010",), ("7",))


def test_a_scan_that_names_the_ticket_takes_the_place_of_the_page_and_closes_it(
    registry: Registry, book: int, desk: Desk, ticket_id: int
) -> None:
    answer(registry, book, answer_name(ticket_id, "a.jpg"))
    assert settle_tickets(registry, book) == 1
    assert desk.tickets(OPERATOR) == ()
    (closed,) = desk.tickets(OPERATOR, closed=True)
    assert f"phiếu số {ticket_id}" in closed.note
    assert closed.entries == ("01/2010",)
    assert [registry.entry(one).ref for one in registry.entries(book)] == [PageRef(AGAIN, 1)]
    assert settle_tickets(registry, book) == 0


def test_a_page_of_another_entry_changes_nothing_and_the_ticket_waits(
    registry: Registry, book: int, desk: Desk, ticket_id: int
) -> None:
    answer(registry, book, answer_name(ticket_id, "a.jpg"), number="02/2010")
    assert settle_tickets(registry, book) == 0
    assert [one.id for one in desk.tickets(OPERATOR)] == [ticket_id]
    assert PageRef(SCAN, 1) in [registry.entry(one).ref for one in registry.entries(book)]


@pytest.mark.parametrize("name", ["phieu-9.jpg", "trang phieu-1.jpg", "phieu-x.jpg", "phieu-{}7.jpg"])
def test_other_names_answer_nothing(registry: Registry, book: int, ticket_id: int, name: str) -> None:
    answer(registry, book, name.format(ticket_id))
    assert registry.answered_tickets(book) == ()


def test_a_scan_of_several_pages_answers_nothing(registry: Registry, book: int, ticket_id: int) -> None:
    answer(registry, book, answer_name(ticket_id, "a.pdf"), pages=2)
    assert registry.answered_tickets(book) == ()


def test_only_an_open_ticket_of_that_book_can_be_answered(
    registry: Registry, book: int, desk: Desk, ticket_id: int
) -> None:
    assert desk.open_ticket(OPERATOR, book, ticket_id).id == ticket_id
    with pytest.raises(NotThere):
        desk.open_ticket(OPERATOR, book + 1, ticket_id)
    desk.close_ticket(OPERATOR, ticket_id, "không rõ hơn được")
    with pytest.raises(RegistryError, match="đã đóng"):
        desk.open_ticket(OPERATOR, book, ticket_id)


@pytest.mark.parametrize(
    ("number", "printed", "settled"), [("02/2010", "7", 0), ("03/2010", "9", 0), ("03/2010", "7", 1)]
)
def test_the_wrong_page_takes_no_place_where_the_number_of_the_old_entry_is_unknown(
    registry: Registry, book: int, desk: Desk, number: str, printed: str, settled: int
) -> None:
    """Entry 02/2010 stands on another page of the book; the page of the ticket has the printed number 7."""
    unknown = entry(
        read(NUMBER, "?", accepted=False), read(NAME, "Thu Mot", accepted=False), read(PRINTED, "7")
    )
    registry.save_page(book, page(unknown), "f1")
    number_two = read(NUMBER, "02/2010", canonical="02/2010")
    registry.save_page(book, page(entry(number_two, read(PRINTED, "8")), page_no=2), "f1")
    asked = desk.request_rescan(AN, taken(desk, AN).task_id, "mờ").id
    registry.store_scan(book, AGAIN, answer_name(asked, "a.jpg"), 1000, 1)
    words = read(NUMBER, number, canonical=number), read(NAME, "Thu Mot"), read(PRINTED, printed)
    registry.save_page(book, page(entry(*words), scan=AGAIN), "f1")
    assert settle_tickets(registry, book) == settled
    assert (PageRef(SCAN, 1) in {registry.entry(one).ref for one in registry.entries(book)}) is (settled == 0)
