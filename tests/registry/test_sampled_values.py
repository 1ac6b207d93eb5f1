"""Values that the machine accepted are drawn for a blind check: they wait, nobody is shown them, the check counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.base.model import FieldStatus, Writing
from pipeline.registry import Registry, RegistryPart
from pipeline.registry.sampled_values import SECOND_PASS, AcceptedValue, NewSample, ValueSource
from tests.registry.offices import AN, BINH, PLACE, SINGLE, keyed, said, taken
from tests.registry.outsider import Outsider
from tests.registry.pages import blank, entry, page, read

FIELD, TEXT, OTHER = "child_name", "Thử Một", "child_sex"
OFFICE = "office-reader"

BOTH = pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_url"))


@pytest.fixture
def book_read(registry: Registry, book: int) -> int:
    """A book of one entry: a name by hand, a blank, and a field that waits."""
    registry.save_page(
        book, page(entry(read(FIELD, TEXT), blank("notes"), read(OTHER, "nam", accepted=False))), "f1"
    )
    return book


def accepted(registry: Registry, book: int) -> dict[str, AcceptedValue]:
    return {one.field: one for one in registry.accepted_values(book, OFFICE)}


def draw(registry: Registry, book: int, field: str = FIELD, share: float = 0.01) -> int:
    new = NewSample(accepted(registry, book)[field], True, "calibration-1", share, 0.001)
    return registry.draw_samples(book, [new])


@BOTH
def test_a_drawn_value_waits_and_nobody_is_shown_it(
    registry: Registry, book_read: int, outsider: Outsider
) -> None:
    assert draw(registry, book_read) == 1
    (stored,) = registry.stored_entries(book_read)
    shown = next(one for one in stored.readings if one.field == FIELD)
    assert (shown.status, shown.text, shown.canonical, shown.accepted) == (
        FieldStatus.UNREADABLE,
        "",
        "",
        False,
    )
    assert stored.values[FIELD] is None
    assert TEXT not in repr(taken(registry.desk(SINGLE), AN))
    (other,) = registry.drawn_readings(book_read).values()
    assert (other[0].text, other[1]) == (TEXT, 0.01)
    assert draw_again(registry, book_read) == 0
    ((action,),) = outsider.execute("SELECT action FROM audit WHERE action = 'values-sampled'")
    assert action == "values-sampled"


def draw_again(registry: Registry, book: int) -> int:
    """The same value, as somebody saw it before it was drawn."""
    seen = AcceptedValue(1, 1, 0, "birth", "a" * 64, 1, FIELD, "read", TEXT, TEXT, ValueSource.MACHINE, True)
    return registry.draw_samples(book, [NewSample(seen, True, "", 0.01, 0.001)])


@BOTH
@pytest.mark.parametrize(("keyed_text", "wrong"), [(TEXT, False), ("thử một", False), ("Thử Mốt", True)])
def test_what_people_find_is_a_check(
    registry: Registry, book_read: int, keyed_text: str, wrong: bool
) -> None:
    draw(registry, book_read)
    (waiting,) = registry.sampled_values(None)
    assert (waiting.decided_at, waiting.source, waiting.critical) == (None, ValueSource.MACHINE, True)
    keyed(registry.desk(SINGLE), AN, said(FIELD, keyed_text), said(OTHER, "nam"))
    (checked,) = registry.sampled_values(None, book_read)
    assert checked.decided_at is not None
    assert (checked.wrong, checked.share, checked.basis) == (wrong, 0.01, "calibration-1")
    assert registry.effective_value(checked.entry_id, FIELD) == keyed_text
    registry.withdraw(RegistryPart(book_read), author="x", reason="nhầm sổ")
    assert registry.sampled_values(None) == ()


def test_a_check_is_of_its_place(registry: Registry, book_read: int) -> None:
    draw(registry, book_read)
    assert len(registry.statistics(frozenset({PLACE})).sampled()) == 1
    assert registry.statistics(frozenset({"99999"})).sampled() == ()


def test_a_blank_that_holds_something_was_wrong(registry: Registry, book_read: int) -> None:
    draw(registry, book_read, "notes", share=0.5)
    keyed(registry.desk(SINGLE), AN, said("notes", "Ghi chú"), said(OTHER, "nam"))
    (checked,) = registry.sampled_values(None)
    assert (checked.source, checked.wrong) == (ValueSource.PRINT, True)


def test_what_somebody_has_in_hand_or_has_begun_is_left(registry: Registry, book_read: int) -> None:
    task = taken(registry.desk(SINGLE), AN)
    assert draw(registry, book_read) == 0
    desk = registry.desk(SINGLE)
    desk.key(AN, task.task_id, task.version, [said(OTHER, "nam")], token="mine")
    assert not accepted(registry, book_read)[FIELD].untouched
    assert draw(registry, book_read) == 0


def test_what_was_read_otherwise_since_is_no_longer_a_sample(registry: Registry, book_read: int) -> None:
    draw(registry, book_read)
    registry.save_page(book_read, page(entry(read(FIELD, "Thử Hai"))), "f2")
    assert registry.sampled_values(None) == ()
    assert registry.effective_value(1, FIELD) == "Thử Hai"
    assert registry.drawn_readings(book_read) == {}


def test_a_delivered_book_is_left_in_peace(registry: Registry, book_read: int) -> None:
    registry.note_package(book_read, {1: "1"}, "c" * 64)
    assert draw(registry, book_read) == 0


def test_each_source_is_told_from_the_others(registry: Registry, book: int) -> None:
    hand = read(FIELD, TEXT)
    pages = (
        (1, "f1", replace(hand, writing=Writing.PRINT), "reader"),
        (2, "f2", hand, "reader"),
        (4, "f4", replace(hand, engine="hand.1.2"), f"reader~ordinary.1.2.{'a' * 12}"),
        (5, "f5", hand, OFFICE),
    )
    for number, fingerprint, one, reader in pages:
        registry.save_page(book, page(entry(one), page_no=number, hand_reader=reader), fingerprint)
    waits = page(entry(replace(hand, accepted=False)), page_no=3, hand_reader="reader")
    registry.save_page(book, waits, "f3")
    weighed = page(entry(hand), page_no=3, hand_reader="reader")
    registry.save_page(book, weighed, f"f3{SECOND_PASS}1")
    registry.save_page(book, page(entry(hand), page_no=2, hand_reader="reader"), f"f2{SECOND_PASS}1")
    found = {one.page_no: one.source for one in registry.accepted_values(book, OFFICE)}
    assert found == {
        1: ValueSource.PRINT,
        2: ValueSource.MACHINE,
        3: ValueSource.CONTEXT,
        4: ValueSource.ADAPTER,
        5: ValueSource.OFFICE,
    }


def test_two_draws_at_once_are_one(registry: Registry, book_read: int) -> None:
    new = NewSample(accepted(registry, book_read)[FIELD], True, "", 0.01, 0.001)
    assert [registry.draw_samples(book_read, [new]), registry.draw_samples(book_read, [new])] == [1, 0]
    keyed(registry.desk(SINGLE), BINH, said(FIELD, TEXT), said(OTHER, "nam"))
    assert len(registry.sampled_values(None)) == 1
