"""A page that was scanned again takes the place of the old one, and what people did on the old one is not lost."""

from __future__ import annotations

import pytest

from pipeline.base.errors import RegistryError
from pipeline.base.model import FieldStatus, PageRef
from pipeline.registry import NotThere, Registry, RegistryPart, Verdict, WithdrawalKind, Withdrawn
from pipeline.registry.amendments.model import AmendmentOrder
from pipeline.registry.books.model import PagePosition
from pipeline.registry.withdrawals.page_replacement import DIFFERS
from tests.registry.offices import (
    AN,
    BINH,
    BLIND,
    OPERATOR,
    SINGLE,
    SUPERVISOR,
    Clock,
    keyed,
    said,
    taken,
)
from tests.registry.pages import SCAN, entry, page, read

NAME, PLACE, NUMBER = "child_name", "child_native_place", "entry_number"
AGAIN = "b" * 64
OLD, NEW = PageRef(SCAN, 1), PageRef(AGAIN, 1)
ORDER = AmendmentOrder("12/QĐ", "01.02.2020", "Luật Hộ tịch, Điều 28")


@pytest.fixture
def decided(registry: Registry, book: int) -> int:
    """A page with two entries, of which the name of the first was decided, and a second scan that was noted."""
    first = entry(
        read(NUMBER, "01/2010"), read(NAME, "Thu Mot", accepted=False), read(PLACE, "Xã Thử"), row=0
    )
    second = entry(read(NUMBER, "02/2010"), read(NAME, "Thử Hai"), row=1)
    registry.save_page(book, page(first, second), "f1")
    registry.decide(1, [Verdict(NAME, FieldStatus.READ, "Thử Một")], author="an", reason="rõ nét")
    registry.store_scan(book, AGAIN, "lai.pdf", 1000, 1)
    return book


def scanned_again(registry: Registry, book: int, name: str, place: str = "Xã Thử", *, first: int = 0) -> None:
    """The same two entries on the new scan; ``first``: the row of the first one."""
    one = entry(read(NUMBER, "01/2010"), read(NAME, name, accepted=False), read(PLACE, place), row=first)
    two = entry(read(NUMBER, "02/2010"), read(NAME, "Thử Hai"), row=1 - first)
    registry.save_page(book, page(one, two, scan=AGAIN), "f1")


def test_a_page_that_was_scanned_again_lies_where_the_old_one_lay(registry: Registry, book: int) -> None:
    numbers = {SCAN: "01/2010", "c" * 64: "02/2010"}
    registry.store_scan(book, "c" * 64, "trang-2.jpg", 1000, 1)
    for scan, number in numbers.items():
        registry.save_page(book, page(entry(read(NUMBER, number)), scan=scan), "f1")
    seen = OLD
    for again in ("d" * 64, "e" * 64):  # twice: where the first one lay counts
        registry.store_scan(book, again, f"trang-9-{again[0]}.jpg", 1000, 1)
        registry.save_page(book, page(entry(read(NUMBER, "01/2010")), scan=again), "f1")
        registry.replace_page(book, seen, PageRef(again, 1), author="chi", reason="trang cũ mờ")
        seen = PageRef(again, 1)
    there = PagePosition(registry.scan_names(book)[SCAN], 1)
    assert registry.places_of_moved(book)[seen] == there
    assert [one.values[NUMBER] for one in registry.stored_entries(book)] == ["01/2010", "02/2010"]
    assert [one.ref for one in registry.book(book).pages] == [seen, PageRef("c" * 64, 1)]
    rows = registry.record_rows("birth", [book])
    assert [one.values[NUMBER] for one in rows] == ["01/2010", "02/2010"]
    assert [one.number for one in registry.desk(SINGLE).entries_of_book(SUPERVISOR, book)] == [
        "01/2010",
        "02/2010",
    ]
    _, pages, _ = registry.series_columns([book])
    assert [(one.scan, one.page_no) for one in pages.itertuples()] == [("trang-2.jpg", 1), (there.scan, 1)]


@pytest.mark.parametrize("name", ["Thu Mot", "Thử Một"], ids=["what was seen then", "what was decided"])
def test_a_decision_is_kept_where_the_new_page_agrees(registry: Registry, decided: int, name: str) -> None:
    scanned_again(registry, decided, name)
    outcome = registry.replace_page(decided, OLD, NEW, author="chi", reason="trang cũ mờ")
    assert (outcome.entries, outcome.decisions, outcome.differing) == (2, 1, 0)
    assert list(registry.entries(decided)) == [3, 4]
    assert registry.effective_value(3, NAME) == "Thử Một"
    told = registry.entry(3).decisions[NAME]
    assert (told.author, told.reason) == ("an", "rõ nét")
    assert registry.queue(decided) == ()


def test_a_decision_that_the_new_page_contradicts_holds_and_waits_for_a_person(
    registry: Registry, decided: int
) -> None:
    scanned_again(registry, decided, "Thử Mười")
    outcome = registry.replace_page(decided, OLD, NEW, author="chi", reason="trang cũ mờ")
    assert outcome.differing == 1
    assert registry.effective_value(3, NAME) == "Thử Một"
    (task,) = registry.queue(decided)
    assert (task.entry_id, task.fields, task.reopened) == (3, (NAME,), True)
    shown = taken(registry.desk(SINGLE), SUPERVISOR)
    (work,) = shown.fields
    assert work.decided is not None
    assert work.reading is not None
    assert (work.decided.text, work.reading.text) == ("Thử Một", "Thử Mười")


def test_two_accepted_readings_that_differ_are_put_in_doubt_with_the_old_value(
    registry: Registry, decided: int
) -> None:
    scanned_again(registry, decided, "Thử Một", "Xã Khác")
    outcome = registry.replace_page(decided, OLD, NEW, author="chi", reason="trang cũ mờ")
    assert outcome.differing == 1
    assert registry.effective_value(3, PLACE) is None
    (task,) = registry.queue(decided)
    assert (task.fields, task.reasons) == ((PLACE,), (DIFFERS,))
    (found,) = registry.cross_entry_findings()
    assert found.finding.details == {"old": "Xã Thử"}
    registry.decide(3, [Verdict(PLACE, FieldStatus.READ, "Xã Khác")], author="an")
    assert registry.effective_value(3, PLACE) == "Xã Khác"


@pytest.mark.parametrize(
    "said_before", [("Thử Một",), ("Thử Một", "Thử Mười")], ids=["one", "two who differ"]
)
def test_what_people_had_keyed_and_not_settled_waits_on_the_new_page_too(
    registry: Registry, book: int, said_before: tuple[str, ...]
) -> None:
    first = entry(read(NUMBER, "01/2010"), read(NAME, "Thu Mot", accepted=False))
    registry.save_page(book, page(first), "f1")
    desk = registry.desk(BLIND)
    for person, text in zip((AN, BINH), said_before, strict=False):
        keyed(desk, person, said(NAME, text))
    registry.store_scan(book, AGAIN, "lai.pdf", 1000, 1)
    second = entry(read(NUMBER, "01/2010"), read(NAME, "Thử Mười"))
    registry.save_page(book, page(second, scan=AGAIN), "f1")
    assert registry.effective_value(2, NAME) == "Thử Mười"
    assert registry.replace_page(book, OLD, NEW, author="chi", reason="mờ").differing == 1
    assert registry.effective_value(2, NAME) is None
    (task,) = registry.queue(book)
    assert (task.entry_id, task.fields, task.reasons) == (2, (NAME,), (DIFFERS,))
    (found,) = registry.cross_entry_findings()
    assert not {one for one in said_before if one in str(found.finding.details)}


def test_entries_are_matched_by_their_numbers_before_their_rows(registry: Registry, decided: int) -> None:
    scanned_again(registry, decided, "Thử Một", first=1)
    registry.replace_page(decided, OLD, NEW, author="chi", reason="trang cũ mờ")
    values = {one.values[NUMBER]: one.values[NAME] for one in registry.stored_entries(decided)}
    assert values == {"01/2010": "Thử Một", "02/2010": "Thử Hai"}


def test_what_was_amended_is_amended_on_the_new_page(registry: Registry, decided: int) -> None:
    registry.amend(1, NAME, "Thử Cải Chính", ORDER, author="an")
    scanned_again(registry, decided, "Thử Một")
    assert registry.replace_page(decided, OLD, NEW, author="chi", reason="mờ").amendments == 1
    assert registry.entry(3).current[NAME] == "Thử Cải Chính"


def test_a_page_of_other_entries_is_refused_and_nothing_changes(registry: Registry, decided: int) -> None:
    other = entry(read(NUMBER, "07/2010"), read(NAME, "Thử Bảy"))
    registry.save_page(decided, page(other, scan=AGAIN), "f1")
    with pytest.raises(RegistryError):
        registry.replace_page(decided, OLD, NEW, author="chi", reason="mờ")
    assert registry.withdrawals() == ()
    assert list(registry.entries(decided)) == [1, 2, 3]
    assert registry.entry(3).decisions == {}


def test_a_page_that_was_never_read_or_is_withdrawn_takes_no_place(registry: Registry, decided: int) -> None:
    with pytest.raises(NotThere):
        registry.replace_page(decided, OLD, PageRef(AGAIN, 9), author="chi", reason="mờ")
    with pytest.raises(RegistryError, match="là một"):
        registry.replace_page(decided, OLD, OLD, author="chi", reason="mờ")
    scanned_again(registry, decided, "Thử Một")
    registry.withdraw(RegistryPart(decided, AGAIN), author="chi", reason="nhầm")
    with pytest.raises(Withdrawn):
        registry.replace_page(decided, OLD, NEW, author="chi", reason="mờ")


def test_the_old_page_comes_back_only_when_the_new_one_is_withdrawn(registry: Registry, decided: int) -> None:
    scanned_again(registry, decided, "Thử Một")
    number = registry.replace_page(decided, OLD, NEW, author="chi", reason="mờ").withdrawal_id
    (found,) = registry.withdrawals()
    assert (found.kind, found.replaced_by) == (WithdrawalKind.REPLACED, NEW)
    with pytest.raises(RegistryError, match=r"lai\.pdf trang 1"):
        registry.reinstate(number, author="chi", reason="trang cũ rõ hơn")
    registry.withdraw(RegistryPart(decided, AGAIN, 1), author="chi", reason="trang cũ rõ hơn")
    registry.reinstate(number, author="chi", reason="trang cũ rõ hơn")
    assert list(registry.entries(decided)) == [1, 2]
    assert registry.effective_value(1, NAME) == "Thử Một"


def test_what_asked_for_another_scan_is_closed(registry: Registry, book: int) -> None:
    clock = Clock()
    desk = registry.desk(SINGLE, now=clock)
    registry.save_page(book, page(entry(read(NUMBER, "01/2010"), read(NAME, "Thu", accepted=False))), "f1")
    task = taken(desk, SUPERVISOR)
    desk.request_rescan(SUPERVISOR, task.task_id, "mờ góc phải")
    registry.store_scan(book, AGAIN, "lai.pdf", 1000, 1)
    again = entry(read(NUMBER, "01/2010"), read(NAME, "Thử Một", accepted=False))
    registry.save_page(book, page(again, scan=AGAIN), "f1")
    registry.replace_page(book, OLD, NEW, author="chi", reason="đã quét lại")
    assert desk.tickets(OPERATOR) == ()
    (closed,) = desk.tickets(OPERATOR, closed=True)
    assert (closed.closed_by, closed.note) == ("chi", "đã quét lại")
    assert [one.waiting for one in desk.counts(SUPERVISOR)] == [1]
    assert taken(desk, SUPERVISOR).ref == NEW


def test_nobody_replaces_a_page_without_a_reason(registry: Registry, decided: int) -> None:
    scanned_again(registry, decided, "Thử Một")
    with pytest.raises(RegistryError, match="lý do thay trang"):
        registry.replace_page(decided, OLD, NEW, author="chi", reason=" ")


def test_the_audit_tells_of_a_replacement_and_proves_all_rows(registry: Registry, decided: int) -> None:
    scanned_again(registry, decided, "Thử Mười")
    registry.replace_page(decided, OLD, NEW, author="chi", reason="mờ")
    (told,) = registry.audit().recent(1)
    assert (told.actor, told.action, told.subject) == ("chi", "page-replaced", "page:1")
    assert registry.audit().verify().passed


def test_the_task_of_a_replaced_page_sends_its_holder_to_the_new_page(registry: Registry, book: int) -> None:
    desk = registry.desk(SINGLE, now=Clock())
    registry.save_page(book, page(entry(read(NUMBER, "01/2010"), read(NAME, "Thu", accepted=False))), "f1")
    task = taken(desk, SUPERVISOR)
    registry.store_scan(book, AGAIN, "lai.pdf", 1000, 1)
    again = entry(read(NUMBER, "01/2010"), read(NAME, "Thử Một", accepted=False))
    registry.save_page(book, page(again, scan=AGAIN), "f1")
    registry.replace_page(book, OLD, NEW, author="chi", reason="đã quét lại")
    with pytest.raises(Withdrawn, match="làm tiếp ở trang mới"):
        desk.key(SUPERVISOR, task.task_id, task.version, [said(NAME)], token="một")
    assert desk.held(SUPERVISOR) == ()


def test_what_was_typed_goes_over_to_the_new_page_whether_the_machine_finds_it_there_or_not(
    registry: Registry, decided: int
) -> None:
    desk = registry.desk(SINGLE, now=Clock())
    missed, found = desk.add_entries(SUPERVISOR, decided, OLD, [None, None]).entries
    for entry_id, number in ((missed, "03/2010"), (found, "04/2010")):
        registry.decide(entry_id, [said(NUMBER, number), said(NAME)], author="an")
    desk.add_fields(SUPERVISOR, 1, ["missing_declared_basis"])
    registry.decide(1, [said("missing_declared_basis", "QĐ 12")], author="an")
    before = {one.values[NUMBER]: one.values for one in registry.stored_entries(decided)}
    one = entry(read(NUMBER, "01/2010"), read(NAME, "Thu Mot", accepted=False), read(PLACE, "Xã Thử"))
    two = entry(read(NUMBER, "02/2010"), read(NAME, "Thử Hai"), row=1)
    four = entry(read(NUMBER, "04/2010"), read(NAME, "Thử Một"), row=2)
    registry.save_page(decided, page(one, two, four, scan=AGAIN), "f1")
    outcome = registry.replace_page(decided, OLD, NEW, author="chi", reason="trang cũ mờ")
    assert (outcome.entries, outcome.differing) == (4, 0)
    after = {one.values[NUMBER]: one for one in registry.stored_entries(decided)}
    assert {number: one.values for number, one in after.items()} == before
    assert {one.ref for one in after.values()} == {NEW}
    reopened = [task.fields for task in registry.queue(decided) if task.reopened]
    assert reopened == []
