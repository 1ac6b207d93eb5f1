"""Scanning staff put the pages of a book in order and take pages out; nothing is lost."""

from __future__ import annotations

import pytest

from pipeline.base.errors import RegistryError
from pipeline.base.model import FieldStatus, PageRef
from pipeline.books.book_checks import check_books
from pipeline.registry import Registry, Verdict
from pipeline.registry.accounts.model import Role
from pipeline.registry.tasks.model import NotYours
from tests.registry.offices import BINH, OPERATOR, SINGLE, SUPERVISOR, person
from tests.registry.pages import SCAN, SCHEMAS, entry, page, read

LATE = "b" * 64
OTHERS = person(77, Role.OPERATOR)


def refs(count: int, scan: str = SCAN) -> list[PageRef]:
    return [PageRef(scan, number) for number in range(1, count + 1)]


@pytest.fixture
def four(registry: Registry, book: int) -> int:
    """A book with four unread pages and a photograph whose name stands before them."""
    registry.store_scan(book, SCAN, "so.pdf", 1000, 4)
    registry.store_scan(book, LATE, "IMG_7.jpg", 1000, 1)
    return book


def shown(registry: Registry, book: int) -> list[PageRef]:
    return [one.ref for one in registry.desk(SINGLE).wall(OPERATOR, book).pages]


def test_pages_are_seen_before_they_are_read_and_moved_by_hand(registry: Registry, four: int) -> None:
    desk, (one, two, three, last), late = registry.desk(SINGLE), refs(4), PageRef(LATE, 1)
    assert shown(registry, four) == [late, one, two, three, last]
    desk.move_pages(OPERATOR, four, [late], None)
    desk.move_pages(OPERATOR, four, [three, two], one)
    assert shown(registry, four) == [three, two, one, last, late]
    registry.store_scan(four, "c" * 64, "them.jpg", 1000, 1)
    assert shown(registry, four)[-2:] == [PageRef("c" * 64, 1), late]
    with pytest.raises(RegistryError):
        desk.move_pages(OPERATOR, four, [PageRef(SCAN, 9)], None)
    with pytest.raises(NotYours):
        desk.move_pages(BINH, four, [one], None)


def test_entries_follow_the_order_of_the_pages(registry: Registry, four: int) -> None:
    for number in (1, 2, 3):
        read_page = page(entry(read("entry_number", f"0{number}/2010")), scan=SCAN, page_no=number)
        registry.save_page(four, read_page, "f1")
    registry.desk(SINGLE).move_pages(OPERATOR, four, [PageRef(SCAN, 3)], PageRef(SCAN, 1))
    numbers = ["03/2010", "01/2010", "02/2010"]
    assert [one.values["entry_number"] for one in registry.stored_entries(four)] == numbers
    assert [one.number for one in registry.desk(SINGLE).entries_of_book(SUPERVISOR, four)] == numbers
    _, pages, _ = registry.series_columns([four])
    assert sorted(pages["page_no"]) == [2, 3, 4]


def test_a_removed_page_is_kept_with_its_reason_and_put_back(registry: Registry, four: int) -> None:
    desk, gone = registry.desk(SINGLE), PageRef(SCAN, 2)
    with pytest.raises(RegistryError):
        desk.remove_pages(OPERATOR, four, [gone], " ")
    desk.remove_pages(OPERATOR, four, [gone], "trùng trang 1")
    wall = desk.wall(OPERATOR, four)
    assert gone not in [one.ref for one in wall.pages]
    (kept,) = wall.removed
    assert (kept.ref, kept.name, kept.reason) == (gone, "so.pdf", "trùng trang 1")
    with pytest.raises(NotYours):
        desk.put_back_page(OTHERS, four, kept.withdrawal_id, "nhầm")
    desk.put_back_page(OPERATOR, four, kept.withdrawal_id, "nhầm")
    assert shown(registry, four)[1:3] == [PageRef(SCAN, 1), gone]


def test_pages_made_of_a_page_stand_in_its_place_until_it_is_put_back(registry: Registry, four: int) -> None:
    desk, old, halves = registry.desk(SINGLE), PageRef(SCAN, 2), [PageRef("d" * 64, 1), PageRef("e" * 64, 1)]
    for number, half in enumerate(halves):
        registry.store_scan(four, half.scan_sha256, f"so-t2-{number}.jpg", 1000, 1)
    desk.take_places(OPERATOR, four, old, halves, "tách trang đôi")
    assert shown(registry, four)[1:5] == [PageRef(SCAN, 1), *halves, PageRef(SCAN, 3)]
    (kept,) = desk.wall(OPERATOR, four).removed
    assert kept.made == tuple(halves)
    desk.put_back_page(OPERATOR, four, kept.withdrawal_id, "tách nhầm")
    assert shown(registry, four)[1:4] == refs(3)


def test_scanning_staff_leave_alone_what_people_decided(registry: Registry, four: int) -> None:
    desk = registry.desk(SINGLE)
    words = entry(read("child_name", "Thu Mot", accepted=False))
    registry.save_page(four, page(words, scan=SCAN), "f1")
    registry.decide(1, [Verdict("child_name", FieldStatus.READ, "Thử Một")], author="an", reason="rõ nét")
    with pytest.raises(RegistryError, match="người phụ trách"):
        desk.remove_pages(OPERATOR, four, [PageRef(SCAN, 1)], "thừa")
    desk.remove_pages(SUPERVISOR, four, [PageRef(SCAN, 1)], "thừa")
    assert PageRef(SCAN, 1) not in shown(registry, four)


def test_pages_with_sure_printed_numbers_are_put_in_their_order(registry: Registry, four: int) -> None:
    desk = registry.desk(SINGLE)
    with pytest.raises(RegistryError, match="số trang in"):
        desk.order_pages_by_number(OPERATOR, four)
    for number, printed in ((1, "12"), (2, "10"), (4, "11")):
        words = entry(read("entry_number", f"0{number}/2010"), read("page_number", printed))
        registry.save_page(four, page(words, scan=SCAN, page_no=number), "f1")
    assert desk.order_pages_by_number(OPERATOR, four) == 3
    assert [(one.ref.page_no, one.printed) for one in desk.wall(OPERATOR, four).pages[1:]] == [
        (2, "10"), (3, ""), (4, "11"), (1, "12"),
    ]  # fmt: skip


def test_pages_that_were_scanned_twice_are_named_in_pairs_also_after_they_were_moved(
    registry: Registry, four: int
) -> None:
    desk, first, again = registry.desk(SINGLE), PageRef(SCAN, 1), PageRef(SCAN, 3)
    for ref, ink in ((first, "0f18" * 64), (PageRef(SCAN, 2), "f0a1" * 64), (again, "0f18" * 64)):
        words = entry(read("entry_number", f"0{ref.page_no}/2010"))
        registry.save_page(four, page(words, scan=SCAN, page_no=ref.page_no, ink_print=ink), "f1")
    check_books(registry, SCHEMAS, [four])
    pairs = [(one.ref, one.same) for one in desk.wall(OPERATOR, four).pages if one.same]
    assert pairs == [(again, first)]
    desk.move_pages(OPERATOR, four, [again], first)
    check_books(registry, SCHEMAS, [four])
    pairs = [(one.ref, one.same) for one in desk.wall(OPERATOR, four).pages if one.same]
    assert pairs == [(first, again)]
    desk.remove_pages(OPERATOR, four, [again], "quét hai lần")
    check_books(registry, SCHEMAS, [four])
    assert not [one for one in desk.wall(OPERATOR, four).pages if one.same]
