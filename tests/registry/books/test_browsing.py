"""The entries of a book as a supervisor looks through them: what is shown, what is withheld, who may."""

from __future__ import annotations

import pytest

from pipeline.base.stages import Stage
from pipeline.registry import Registry
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.amendments.model import AmendmentOrder
from pipeline.registry.errors import NotThere
from pipeline.registry.tasks.model import NotYours
from tests.registry.offices import (
    ADMINISTRATOR,
    AN,
    CHECKED,
    CHECKER,
    OPERATOR,
    REVIEWER,
    SINGLE,
    SUPERVISOR,
    Clock,
    keyed,
    person,
    said,
)
from tests.registry.pages import entry, page, read

ORDER = AmendmentOrder("12/QĐ-UBND", "05.03.2020", "Điều 28")


@pytest.fixture
def listed(registry: Registry, book: int) -> int:
    """A book with a settled entry, and one whose number and name wait."""
    settled = (
        read("entry_number", "1/2010"),
        read("registered_on", "05.03.2010"),
        read("page_number", "7"),
        read("child_name", "Thử Một"),
    )
    waiting = (
        read("entry_number", "2/2010", accepted=False),
        read("registered_on", "06.03.2010"),
        read("child_name", "Thử Hai", accepted=False),
    )
    registry.save_page(book, page(entry(*settled), page_no=1), "f1")
    registry.save_page(book, page(entry(*waiting), page_no=2), "f1")
    return book


def test_entries_come_in_the_order_of_the_book_without_what_waits(
    registry: Registry, listed: int, clock: Clock
) -> None:
    first, _ = registry.entries(listed)
    registry.amend(first, "child_name", "Thử Ba", ORDER, author="an")
    registry.amend(first, "registered_on", "08.03.2010", ORDER, author="an")
    one, two = registry.desk(SINGLE, now=clock).entries_of_book(SUPERVISOR, listed)
    assert (one.number, one.registered_on, one.page_number) == ("1/2010", "08.03.2010", "7")
    assert (one.subject, two.subject) == ("Thử Ba", "")
    assert (one.stage, one.waiting, one.amended, one.waits) == (Stage.SETTLED, 0, 2, False)
    assert (two.number, two.registered_on, two.page_number) == ("", "06.03.2010", "")
    assert (two.stage, two.waiting, two.amended, two.waits) == (Stage.REVIEW, 2, 0, True)
    assert (two.scan, two.ref.page_no, two.row) == ("scan.pdf", 2, 0)


def test_a_number_that_one_person_keyed_stays_hidden_until_it_is_decided(
    registry: Registry, listed: int, clock: Clock
) -> None:
    desk = registry.desk(CHECKED, now=clock)
    words = said("entry_number", "2/2010"), said("child_name", "Thử Hai")
    keyed(desk, AN, *words)
    half = desk.entries_of_book(SUPERVISOR, listed)[1]
    assert (half.number, half.stage) == ("", Stage.CHECK)
    keyed(desk, CHECKER, *words)
    assert desk.entries_of_book(SUPERVISOR, listed)[1].number == "02/2010"


@pytest.mark.parametrize("who", [OPERATOR, REVIEWER, CHECKER, ADMINISTRATOR], ids=lambda one: one.role)
def test_only_supervisors_of_the_place_list_entries(
    registry: Registry, listed: int, clock: Clock, who: Person
) -> None:
    desk = registry.desk(SINGLE, now=clock)
    elsewhere = person(20, Role.SUPERVISOR, frozenset({"99999"}))
    for refused in (who, elsewhere):
        with pytest.raises(NotYours):
            desk.entries_of_book(refused, listed)
    with pytest.raises(NotThere):
        desk.entries_of_book(SUPERVISOR, listed + 1)


def test_a_view_is_in_the_audit(registry: Registry, listed: int, clock: Clock) -> None:
    registry.desk(SINGLE, now=clock).entries_of_book(SUPERVISOR, listed)
    (newest,) = registry.audit().recent(1)
    assert (newest.actor, newest.action, newest.subject) == (
        SUPERVISOR.login,
        "entries-listed",
        f"book:{listed}",
    )


def test_an_entry_that_does_not_stand_is_not_listed(registry: Registry, listed: int, clock: Clock) -> None:
    desk = registry.desk(SINGLE, now=clock)
    desk.withdraw(SUPERVISOR, registry.part_of_entry(registry.entries(listed)[0]), "trang quét hai lần")
    assert [one.number for one in desk.entries_of_book(SUPERVISOR, listed)] == [""]
