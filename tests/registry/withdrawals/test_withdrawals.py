"""What does not belong into the registry is taken out of all that is read and asked, and put back as it was."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from pipeline.base.errors import RegistryError
from pipeline.base.model import FieldStatus
from pipeline.registry import (
    CrossEntryFinding,
    NotThere,
    PartKind,
    Registry,
    RegistryPart,
    TaskState,
    Verdict,
    WithdrawalKind,
    Withdrawn,
)
from pipeline.registry.amendments.model import AmendmentOrder
from tests.registry.outsider import Outsider
from tests.registry.pages import LEDGER, SCAN, entry, finding, page, read

NAME, PLACE, NUMBER = "child_name", "child_native_place", "entry_number"
OTHER = "b" * 64
ORDER = AmendmentOrder("12/QĐ", "01.02.2020", "Luật Hộ tịch, Điều 28")


@pytest.fixture
def filled(registry: Registry, book: int) -> int:
    """Two pages of one scan, the first with two entries, and a page of a second scan. One entry is decided, one waits
    for a person, and so does a page itself."""
    registry.store_scan(book, OTHER, "other.pdf", 1000, 1)
    first = entry(read(NUMBER, "01/2010"), read(NAME, "Thử Một", accepted=False))
    second = entry(read(NUMBER, "02/2010"), read(NAME, "Thử Hai", accepted=False), row=1)
    registry.save_page(book, page(first, second), "f1")
    third = entry(read(NUMBER, "03/2010"), read(NAME, "Thử Ba"))
    registry.save_page(book, page(third, page_no=2, findings=[finding("PAGE-UNKNOWN")]), "f1")
    fourth = entry(read(NUMBER, "04/2010"), read(NAME, "Thử Bốn"))
    registry.save_page(book, page(fourth, scan=OTHER), "f1")
    registry.decide(registry.entries(book)[0], [Verdict(NAME, FieldStatus.READ, "Thử Mốt")], author="an")
    registry.save_failure(book, OTHER, "other.pdf", 2, "timeout", "quá giờ")
    return book


def parts(book: int) -> dict[PartKind, RegistryPart]:
    return {
        PartKind.BOOK: RegistryPart(book),
        PartKind.SCAN: RegistryPart(book, SCAN),
        PartKind.PAGE: RegistryPart(book, SCAN, 1),
        PartKind.ENTRY: RegistryPart(book, SCAN, 1, 1),
    }


LEFT = {PartKind.BOOK: [], PartKind.SCAN: [4], PartKind.PAGE: [3, 4], PartKind.ENTRY: [1, 3, 4]}
"""The entries that stand when one of them is withdrawn."""


@pytest.mark.parametrize("kind", PartKind)
def test_what_is_withdrawn_is_gone_with_all_that_lies_in_it(
    registry: Registry, filled: int, kind: PartKind
) -> None:
    number = registry.withdraw(parts(filled)[kind], author="chi", reason="quét nhầm sổ")
    assert list(registry.entries(filled)) == LEFT[kind]
    assert [one.entry_id for one in registry.stored_entries(filled)] == LEFT[kind]
    assert registry.summary(filled).entries == len(LEFT[kind])
    (found,) = registry.withdrawals(filled)
    assert (found.withdrawal_id, found.part, found.kind) == (
        number,
        parts(filled)[kind],
        WithdrawalKind.WITHDRAWN,
    )
    assert (found.author, found.reason, found.in_force) == ("chi", "quét nhầm sổ", True)


@pytest.mark.parametrize("kind", PartKind)
def test_put_back_everything_is_as_it_was(
    registry: Registry, filled: int, kind: PartKind, outsider: Outsider
) -> None:
    def state() -> tuple[object, ...]:
        tasks = outsider.execute(
            "SELECT id, state, reasons, fields, reopened, opened_at, closed_at, stage, question, first_keyer "
            "FROM review_task ORDER BY id"
        )
        told = registry.summary(filled), registry.queue(filled), registry.book_rows("birth")
        unversioned = [[getattr(task, "fields", None) for task in told[1]], told[0], told[2]]
        return tasks, unversioned, list(registry.stored_entries(filled)), registry.read_failures(filled)

    before = state()
    number = registry.withdraw(parts(filled)[kind], author="chi", reason="nhầm")
    assert state() != before
    registry.reinstate(number, author="dung", reason="đúng ra là của sổ này")
    assert state() == before
    assert [one.in_force for one in registry.withdrawals(filled)] == [False, False]
    with pytest.raises(RegistryError, match="không còn hiệu lực"):
        registry.reinstate(number, author="dung", reason="lần nữa")


def test_a_page_that_was_withdrawn_before_its_book_stays_so_when_the_book_is_put_back(
    registry: Registry, filled: int
) -> None:
    registry.withdraw(RegistryPart(filled, SCAN, 1), author="chi", reason="trang quét hai lần")
    number = registry.withdraw(RegistryPart(filled), author="chi", reason="sổ ghi nhầm")
    assert list(registry.entries(filled)) == []
    registry.reinstate(number, author="chi", reason="sổ đúng")
    assert list(registry.entries(filled)) == LEFT[PartKind.PAGE]


def test_what_is_withdrawn_cannot_be_withdrawn_again_nor_be_decided_or_amended(
    registry: Registry, filled: int
) -> None:
    one = registry.entries(filled)[0]
    number = registry.withdraw(RegistryPart(filled, SCAN), author="chi", reason="quét nhầm")
    for part in (RegistryPart(filled, SCAN), RegistryPart(filled, SCAN, 2), RegistryPart(filled, SCAN, 1, 0)):
        with pytest.raises(Withdrawn, match=f"số {number}, chi: quét nhầm"):
            registry.withdraw(part, author="chi", reason="lần nữa")
    with pytest.raises(Withdrawn):
        registry.decide(one, [Verdict(NAME, FieldStatus.READ, "Thử Khác")], author="an")
    with pytest.raises(Withdrawn):
        registry.amend(one, NAME, "Thử Khác", ORDER, author="an")
    with pytest.raises(Withdrawn):
        registry.settle_page(1, author="an")
    assert len(registry.withdrawals(filled)) == 1


@pytest.mark.parametrize(
    ("author", "reason"), [("", "vì sao"), ("chi", ""), ("chi", "  "), ("chi", "a\u202eb")]
)
def test_nobody_withdraws_without_a_name_and_a_reason(
    registry: Registry, filled: int, author: str, reason: str
) -> None:
    with pytest.raises(RegistryError):
        registry.withdraw(RegistryPart(filled), author=author, reason=reason)
    assert registry.withdrawals() == ()


@pytest.mark.parametrize(
    "part",
    [RegistryPart(99), RegistryPart(1, "f" * 64), RegistryPart(1, SCAN, 9_999), RegistryPart(1, SCAN, 1, 7)],
    ids=["book", "scan", "page", "entry"],
)
def test_what_is_not_there_cannot_be_withdrawn(registry: Registry, filled: int, part: RegistryPart) -> None:
    with pytest.raises(NotThere):
        registry.withdraw(part, author="chi", reason="nhầm")


def test_a_scan_that_could_not_be_read_can_be_withdrawn_and_is_no_failure_then(
    registry: Registry, book: int
) -> None:
    broken = "c" * 64
    registry.save_failure(book, broken, "hong.pdf", None, "broken", "tệp hỏng")
    number = registry.withdraw(RegistryPart(book, broken), author="chi", reason="tệp hỏng, đã quét lại")
    assert registry.read_failures(book) == ()
    assert registry.book(book).failures == ()
    assert registry.summary(book).failures == {}
    registry.reinstate(number, author="chi", reason="giữ lại")
    assert [one.scan for one in registry.read_failures(book)] == ["hong.pdf"]


def test_a_withdrawn_page_that_is_read_again_stays_withdrawn(registry: Registry, filled: int) -> None:
    number = registry.withdraw(RegistryPart(filled, SCAN, 1), author="chi", reason="nhầm")
    registry.save_page(filled, page(entry(read(NUMBER, "09/2010"), read(NAME, "Thử Chín"))), "f2")
    assert list(registry.entries(filled)) == LEFT[PartKind.PAGE]
    registry.reinstate(number, author="chi", reason="đúng trang")
    assert list(registry.entries(filled)) == [1, 3, 4]
    assert registry.effective_value(1, NAME) == "Thử Mốt"


def test_the_task_of_what_is_withdrawn_waits_for_nobody(
    registry: Registry, filled: int, outsider: Outsider
) -> None:
    registry.withdraw(RegistryPart(filled, SCAN), author="chi", reason="nhầm")
    states = {row[0] for row in outsider.execute("SELECT state FROM review_task WHERE page_id IN (1, 2)")}
    assert states == {TaskState.WITHDRAWN}
    assert registry.queue(filled) == ()


def test_a_finding_across_entries_of_something_withdrawn_is_not_told(registry: Registry, filled: int) -> None:
    found = [
        CrossEntryFinding(filled, 1, 2, finding("K07", NAME)),
        CrossEntryFinding(filled, 2, 3, finding("K07", NAME)),
    ]
    registry.save_checks(found, ["K07"])
    number = registry.withdraw(RegistryPart(filled, SCAN, 1, 1), author="chi", reason="nhầm")
    assert [one.entry_id for one in registry.cross_entry_findings()] == [3]
    registry.reinstate(number, author="chi", reason="đúng")
    assert [one.entry_id for one in registry.cross_entry_findings()] == [2, 3]


def test_the_preview_tells_what_hangs_on_a_part_and_changes_nothing(registry: Registry, filled: int) -> None:
    one = registry.entries(filled)[0]
    registry.amend(one, NAME, "Thử Khác", ORDER, author="an")
    registry.note_package(filled, {one: "01/2010"}, "d" * 64)
    told = registry.withdrawal_preview(RegistryPart(filled, SCAN))
    assert (told.book, told.name, told.pages, told.entries) == ("KS.2010.01", "scan.pdf", 2, 3)
    assert (told.decided, told.tasks, told.amendments, told.packages) == (1, 2, 1, 1)
    assert registry.withdrawal_preview(RegistryPart(filled)).failures == 1
    assert registry.withdrawals() == ()


def test_an_entry_that_a_package_held_is_told_once_it_is_withdrawn(registry: Registry, filled: int) -> None:
    registry.note_package(filled, {1: "01/2010", 2: "02/2010"}, "d" * 64)
    registry.note_package(filled, {2: "02/2010"}, "e" * 64)
    assert registry.withdrawn_deliveries(filled) == ()
    registry.withdraw(RegistryPart(filled, SCAN, 1), author="chi", reason="nhầm")
    told = {one.number: one.manifest_sha256 for one in registry.withdrawn_deliveries(filled)}
    assert told == {"01/2010": "d" * 64, "02/2010": "e" * 64}


def test_the_audit_tells_of_each_act_and_proves_the_rows(registry: Registry, filled: int) -> None:
    number = registry.withdraw(RegistryPart(filled, SCAN, 1), author="chi", reason="nhầm")
    registry.reinstate(number, author="dung", reason="đúng")
    told = [(one.actor, one.action, one.subject) for one in registry.audit().recent(2)]
    assert told == [("dung", "reinstated", "page:1"), ("chi", "withdrawn", "page:1")]
    assert registry.audit().verify().passed


def test_another_book_of_the_same_cover_is_found_before_a_withdrawn_one(
    registry: Registry, book: int
) -> None:
    right = registry.book_id(replace(LEDGER, volume="02/2010"), "KS.2010.01")
    registry.withdraw(RegistryPart(book), author="chi", reason="ledger.toml ghi nhầm quyển số")
    assert registry.likely_books("KS.2010.01", [SCAN])[0].book_id == right
    registry.correct_book(right, LEDGER, "KS.2010.01", author="chi", reason="bìa sổ")
    assert registry.book_id(LEDGER, "KS.2010.01") == right


def test_a_page_that_is_saved_while_its_scan_is_withdrawn_does_not_stand(
    registry: Registry, book: int
) -> None:
    start = threading.Barrier(2)

    def save() -> None:
        start.wait(60)
        for page_no in range(1, 9):
            registry.save_page(book, page(entry(read(NAME, f"Thử {page_no}")), page_no=page_no), "f1")

    saving = threading.Thread(target=save)
    saving.start()
    start.wait(60)
    registry.withdraw(RegistryPart(book, SCAN), author="chi", reason="nhầm")
    saving.join()
    assert list(registry.entries(book)) == []
    assert len(registry.fingerprints(book)) == 0
    registry.reinstate(1, author="chi", reason="đúng")
    assert len(registry.entries(book)) == 8
    assert registry.audit().verify().passed
