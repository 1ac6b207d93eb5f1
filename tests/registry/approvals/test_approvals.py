"""Approving a book, and what ends it; second signatures under amendments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from pipeline.base.errors import RegistryError
from pipeline.base.model import FieldStatus
from pipeline.declarations.office.delivery_policy import DeliveryPolicy
from pipeline.registry import Registry, RegistryPart, Verdict
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.amendments.model import AmendmentOrder
from pipeline.registry.tasks.model import NotYours
from tests.registry.offices import (
    ADMINISTRATOR,
    CHECKER,
    OPERATOR,
    REVIEWER,
    SINGLE,
    SUPERVISOR,
    person,
)
from tests.registry.pages import entry, page, read

ORDER = AmendmentOrder("12/QĐ-UBND", "05.03.2020", "Luật Hộ tịch 2014, Điều 28")
OTHER = person(21)


@pytest.fixture
def entry_id(registry: Registry, book: int) -> int:
    """An entry that is settled but for the mother's name; a delivery rule is about its birthday."""
    words = (
        read("entry_number", "1/2010", canonical="01/2010"),
        read("registered_on", "05/03/2010", canonical="05.03.2010"),
        read("child_name", "Thử Một"),
        read("child_born_on", "x", accepted=False),
        read("mother_name", "Thử Hai", accepted=False),
    )
    registry.save_page(book, page(entry(*words)), "f1")
    (made,) = registry.entries(book)
    registry.decide(made, [Verdict("child_born_on", FieldStatus.READ, "05/3/07")], author="an")
    return made


def approved(registry: Registry, book: int) -> int:
    return registry.approve_book(book, registry.value_digest(book)[0], author="chi", note="đã xem")


def decides(registry: Registry, book: int, entry_id: int) -> None:
    registry.decide(entry_id, [Verdict("mother_name", FieldStatus.READ, "Thử Ba")], author="an")


def amends(registry: Registry, book: int, entry_id: int) -> None:
    registry.amend(entry_id, "child_name", "Thử Bốn", ORDER, author="an")


def confirms(registry: Registry, book: int, entry_id: int) -> None:
    registry.confirm_delivery(entry_id, "child_born_on", DeliveryPolicy(), author="an")


def withdraws(registry: Registry, book: int, entry_id: int) -> None:
    registry.withdraw(registry.part_of_entry(entry_id), author="an", reason="nhầm")


def reads_anew(registry: Registry, book: int, entry_id: int) -> None:
    registry.save_page(book, page(entry(read("child_name", "Thử Năm")), page_no=2), "f1")


def corrects_the_cover(registry: Registry, book: int, entry_id: int) -> None:
    known = registry.known_book(book)
    ledger = replace(known.ledger, closed_on="30.12.2010")
    registry.correct_book(book, ledger, known.folder_name, author="an", reason="bìa ghi khác")


@pytest.mark.parametrize("change", [corrects_the_cover, decides, amends, confirms, withdraws, reads_anew])
def test_an_approval_holds_until_a_value_changes(
    registry: Registry, book: int, entry_id: int, change: Callable[[Registry, int, int], None]
) -> None:
    assert registry.book_approval(book) is None
    number = approved(registry, book)
    held = registry.book_approval(book)
    assert held is not None
    assert (held.id, held.author, held.entries, held.note) == (number, "chi", 1, "đã xem")
    change(registry, book, entry_id)
    assert registry.book_approval(book) is None
    assert registry.audit().verify().flaws == ()


def test_what_is_read_and_not_accepted_ends_no_approval(registry: Registry, book: int, entry_id: int) -> None:
    approved(registry, book)
    registry.save_page(book, page(page_no=3), "f1")
    registry.note_package(book, {entry_id: "01/2010"}, "d" * 64)
    assert registry.book_approval(book) is not None


def test_only_what_was_seen_is_approved_and_only_once(registry: Registry, book: int, entry_id: int) -> None:
    seen, _ = registry.value_digest(book)
    decides(registry, book, entry_id)
    with pytest.raises(RegistryError, match="đã thay đổi"):
        registry.approve_book(book, seen, author="chi")
    approved(registry, book)
    with pytest.raises(RegistryError, match="đã được phê duyệt"):
        approved(registry, book)
    with pytest.raises(RegistryError, match="vì sao"):
        registry.withdraw_approval(book, author="chi", reason=" ")
    registry.withdraw_approval(book, author="chi", reason="xem sót")
    assert registry.book_approval(book) is None
    with pytest.raises(RegistryError, match="không có phê duyệt"):
        registry.withdraw_approval(book, author="chi", reason="xem sót")
    registry.withdraw(RegistryPart(book), author="chi", reason="nhầm sổ")
    with pytest.raises(RegistryError):
        approved(registry, book)


def test_a_book_without_entries_is_not_approved(registry: Registry, book: int) -> None:
    with pytest.raises(RegistryError, match="chưa có sự kiện"):
        approved(registry, book)


@pytest.mark.parametrize("who", [OPERATOR, REVIEWER, CHECKER, ADMINISTRATOR], ids=lambda one: one.role)
def test_only_a_supervisor_of_the_place_approves_signs_and_takes_back(
    registry: Registry, book: int, entry_id: int, who: Person
) -> None:
    desk = registry.desk(SINGLE)
    amends(registry, book, entry_id)
    (one,) = desk.amendments_of_book(SUPERVISOR, book)
    number, seen = one.amendment.amendment_id, registry.value_digest(book)[0]
    doors: list[tuple[Callable[..., object], tuple[object, ...]]] = [
        (desk.approval_view, (book,)),
        (desk.approve_book, (book, seen, "")),
        (desk.withdraw_approval, (book, "nhầm")),
        (desk.amendments_of_book, (book,)),
        (desk.sign_amendment, (entry_id, number)),
        (desk.withdraw_amendment, (entry_id, number, "nhầm")),
    ]
    for refused in (who, person(20, Role.SUPERVISOR, frozenset({"99999"}))):
        for door, asked in doors:
            with pytest.raises(NotYours):
                door(refused, *asked)
    assert registry.unsigned_amendments(book) == {number}
    assert desk.approve_book(SUPERVISOR, book, seen, "") == 1


def test_an_amendment_wants_the_signature_of_a_second_person(
    registry: Registry, book: int, entry_id: int
) -> None:
    desk = registry.desk(SINGLE)
    number = registry.amend(entry_id, "child_name", "Thử Bốn", ORDER, author=SUPERVISOR.login)
    with pytest.raises(RegistryError, match="người thứ hai"):
        desk.sign_amendment(SUPERVISOR, entry_id, number)
    assert desk.approval_view(SUPERVISOR, book).unsigned == 1
    assert desk.sign_amendment(OTHER, entry_id, number) == book
    with pytest.raises(RegistryError, match="đã có người ký"):
        desk.sign_amendment(person(22), entry_id, number)
    assert registry.unsigned_amendments(book) == frozenset()
    later = registry.amend(entry_id, "child_name", "Thử Sáu", ORDER, author="an")
    assert registry.unsigned_amendments(book) == {later}
    with pytest.raises(RegistryError, match="không có cải chính"):
        desk.sign_amendment(OTHER, entry_id, number)


def test_the_amendments_of_a_book_are_listed_and_taken_back(
    registry: Registry, book: int, entry_id: int
) -> None:
    desk = registry.desk(SINGLE)
    first = registry.amend(entry_id, "child_name", "Thử Bốn", ORDER, author="an")
    second = registry.amend(entry_id, "child_name", "Thử Sáu", ORDER, author="an")
    desk.sign_amendment(OTHER, entry_id, second)
    new, old = desk.amendments_of_book(SUPERVISOR, book)
    assert (new.amendment.amendment_id, new.number, new.in_force, new.signed_by) == (
        second, "01/2010", True, OTHER.login,
    )  # fmt: skip
    assert (old.amendment.amendment_id, old.in_force, old.withdrawn, old.hidden) == (
        first,
        False,
        False,
        False,
    )
    assert desk.withdraw_amendment(SUPERVISOR, entry_id, second, "ghi nhầm") == book
    new, old = desk.amendments_of_book(SUPERVISOR, book)
    assert [(one.in_force, one.withdrawn) for one in (new, old)] == [(False, True), (True, False)]
    assert registry.entry(entry_id).current["child_name"] == "Thử Bốn"
    actions = [row.action for row in registry.audit().recent(20)]
    assert actions.count("amendments-listed") == 2
    assert registry.audit().verify().flaws == ()
