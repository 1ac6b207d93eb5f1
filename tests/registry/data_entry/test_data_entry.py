"""What the machine did not find is typed: entries, and fields that no form has. Nothing of it is lost or doubled."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from pipeline.base.errors import RegistryError
from pipeline.base.model import FIRST_TYPED_ROW, TYPED, Box, FieldReading, FieldStatus, PageKind, PageRef
from pipeline.base.stages import Stage
from pipeline.declarations.office.review import ReviewPolicy
from pipeline.registry import NotThere, Registry, RegistryPart, Verdict, Withdrawn
from pipeline.registry.desk import Desk
from pipeline.registry.tasks.model import DeskTask, NotYours
from tests.registry.offices import (
    ADMINISTRATOR,
    AN,
    BINH,
    BLIND,
    OPERATOR,
    REVIEWER,
    SINGLE,
    SUPERVISOR,
    Clock,
    doubtful,
    keyed,
    person,
    said,
    taken,
)
from tests.registry.pages import LEDGER, SCAN, entry, page, read

REF = PageRef(SCAN, 1)
REGION = Box(100, 200, 2300, 500)


@pytest.fixture
def url(request: pytest.FixtureRequest) -> str:
    """A SQLite database of this test's own; a test may ask for the other kind too."""
    return str(request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_url"))


ON_BOTH = pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def desk(registry: Registry, clock: Clock) -> Desk:
    return registry.desk(SINGLE, now=clock)


def unknown(registry: Registry, book: int) -> None:
    """A page of a form that nobody declared."""
    registry.save_page(book, page(kind=PageKind.UNKNOWN), "f1")


def in_hand(desk: Desk) -> DeskTask:
    """The task that An has in hand."""
    (task,) = desk.held(AN)
    return task


def words_for(task: DeskTask, number: str = "07/2010") -> list[Verdict]:
    """A word on everything of a typed entry: number and name, the rest is blank on paper."""
    texts = {"entry_number": number, "child_name": "Thử Một"}
    return [
        said(work.field, texts[work.field])
        if work.field in texts
        else said(work.field, "", FieldStatus.BLANK)
        for work in task.fields
    ]


def typed_whole(desk: Desk, entry_id: int, number: str = "07/2010") -> None:
    """Everything of a typed entry, by one person."""
    task = in_hand(desk)
    assert task.entry_id == entry_id
    keyed(desk, AN, *words_for(task, number), task=task)


def test_a_page_of_an_unknown_form_gets_an_entry_that_waits_with_its_ink(
    registry: Registry, book: int, desk: Desk
) -> None:
    unknown(registry, book)
    assert registry.entries(book) == []
    added = desk.add_entries(AN, book, REF, [REGION])
    assert list(registry.entries(book)) == list(added.entries)
    task = desk.task(AN, added.leased[0])
    fields = {work.field: work for work in task.fields}
    assert (task.stage, task.row) == (Stage.REVIEW, FIRST_TYPED_ROW)
    assert {"entry_number", "child_name", "registered_on"} <= fields.keys()
    assert {work.box for work in task.fields} == {REGION}
    assert {work.reading.engine for work in task.fields if work.reading} == {TYPED}
    assert "volume_number" not in fields
    (known,) = registry.stored_entries(book)
    assert known.values["volume_number"] == LEDGER.volume
    assert (known.values["registration_place"], known.values["child_name"]) == (LEDGER.place, None)


def test_what_can_be_derived_is_asked_last(registry: Registry, book: int, desk: Desk) -> None:
    unknown(registry, book)
    added = desk.add_entries(AN, book, REF, [None])
    asked = [work.field for work in desk.task(AN, added.leased[0]).fields]
    assert set(asked[:2]) == {"page_number", "entry_number"}
    assert asked[-3:] == ["registration_type", "birth_type", "child_birth_place_unit"]


@ON_BOTH
def test_a_page_that_could_not_be_read_gets_entries_too(registry: Registry, book: int, desk: Desk) -> None:
    registry.save_failure(book, SCAN, "scan.pdf", 4, "timeout", "quá giờ")
    (failed,) = (one for one in desk.scanned_pages(AN, book) if one.failure)
    assert (failed.ref, failed.state, failed.entries) == (PageRef(SCAN, 4), "failed", 0)
    added = desk.add_entries(AN, book, failed.ref, [REGION, None])
    assert len(added.entries) == 2
    assert desk.scanned_page(AN, book, failed.ref).entries == 2
    first, second = desk.entries_on_page(AN, book, failed.ref)
    assert (first.box, second.box) == (REGION, None)
    (still,) = registry.read_failures(book)
    assert still.page_no == 4


def test_a_typed_entry_is_settled_by_as_many_people_as_any_other(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = registry.desk(BLIND, now=clock)
    unknown(registry, book)
    (entry_id,) = desk.add_entries(AN, book, REF, [REGION]).entries
    typed_whole(desk, entry_id)
    assert registry.effective_value(entry_id, "child_name") is None
    second = taken(desk, BINH)
    (work,) = (one for one in second.fields if one.field == "child_name")
    assert (second.entry_id, work.blind, work.box, work.reading) == (entry_id, True, REGION, None)
    keyed(desk, BINH, *words_for(second), task=second)
    assert registry.effective_value(entry_id, "child_name") == "Thử Một"
    assert {one.seen for one in registry.entry(entry_id).decisions.values()} == {None}
    assert registry.queue(book) == ()


def test_reading_the_page_again_leaves_what_was_typed_where_it_finds_nothing(
    registry: Registry, book: int, desk: Desk
) -> None:
    unknown(registry, book)
    (entry_id,) = desk.add_entries(AN, book, REF, [REGION]).entries
    typed_whole(desk, entry_id)
    before = registry.entry(entry_id).values
    registry.save_page(book, page(kind=PageKind.UNKNOWN), "f2")
    assert list(registry.entries(book)) == [entry_id]
    assert registry.entry(entry_id).values == before
    assert registry.queue(book) == ()


@ON_BOTH
def test_an_entry_that_the_machine_now_finds_by_its_number_is_read_once_more_and_not_doubled(
    registry: Registry, book: int, desk: Desk
) -> None:
    registry.save_page(book, page(entry(read("entry_number", "06/2010"))), "f1")
    (entry_id,) = desk.add_entries(AN, book, REF, [None]).entries
    typed_whole(desk, entry_id, "7/2010")
    first = entry(read("entry_number", "06/2010"))
    same = entry(read("entry_number", "07/2010"), read("child_name", "Thử Hai"), row=1)
    for run in ("f2", "f3"):
        registry.save_page(book, page(first, same), run)
        assert len(registry.entries(book)) == 2
    known = registry.entry(entry_id)
    assert known.values["child_name"] == "Thử Một"
    assert {one.field: one.text for one in known.readings}["child_name"] == "Thử Hai"
    (task,) = registry.queue(book)
    assert (task.entry_id, task.reopened, task.fields) == (entry_id, True, ("child_name",))


def test_an_entry_that_was_found_once_is_known_by_its_place_and_stays_withdrawn(
    registry: Registry, book: int, desk: Desk
) -> None:
    unknown(registry, book)
    (entry_id,) = desk.add_entries(AN, book, REF, [None]).entries
    typed_whole(desk, entry_id)
    numbered = FieldReading("entry_number", FieldStatus.READ, "7", "7/2010", box=Box(100, 200, 300, 260))
    registry.save_page(book, page(entry(numbered)), "f2")
    registry.withdraw(RegistryPart(book, SCAN, 1, FIRST_TYPED_ROW), author="chi", reason="dòng bị gạch")
    half = np.diag([0.5, 0.5, 1.0])
    unread = FieldReading("entry_number", FieldStatus.UNREADABLE, box=Box(50, 100, 150, 130))
    registry.save_page(book, page(entry(unread), matrix=half), "f3")
    assert registry.entries(book) == []


@ON_BOTH
def test_an_entry_that_stands_where_one_was_drawn_is_that_one_on_a_page_rectified_anew(
    registry: Registry, book: int, desk: Desk
) -> None:
    unknown(registry, book)
    (entry_id,) = desk.add_entries(AN, book, REF, [REGION]).entries
    doubled = np.diag([2.0, 2.0, 1.0])
    there = FieldReading("child_name", FieldStatus.READ, "Thử", "Thử", box=Box(220, 410, 4500, 1000))
    elsewhere = FieldReading("child_name", FieldStatus.READ, "Khác", "Khác", box=Box(220, 2410, 4500, 3000))
    found = page(entry(there), entry(elsewhere, row=1), matrix=doubled, size=(4960, 7016))
    registry.save_page(book, found, "f2")
    known = {one.entry_id: one for one in registry.stored_entries(book)}
    assert len(known) == 2
    readings = {one.field: one for one in known[entry_id].readings}
    assert readings["child_name"].text == "Thử"
    assert readings["entry_number"].box == Box(200, 400, 4600, 1000)


def test_numbers_that_contradict_are_two_entries_wherever_they_stand(
    registry: Registry, book: int, desk: Desk
) -> None:
    unknown(registry, book)
    (entry_id,) = desk.add_entries(AN, book, REF, [REGION]).entries
    typed_whole(desk, entry_id, "07/2010")
    number = FieldReading("entry_number", FieldStatus.READ, "08", "08/2010", box=REGION, accepted=True)
    registry.save_page(book, page(entry(number)), "f2")
    assert len(registry.entries(book)) == 2


def test_an_entry_that_was_withdrawn_stays_so_when_another_one_was_typed_in_its_place(
    registry: Registry, book: int, desk: Desk
) -> None:
    wrong = FieldReading("child_name", FieldStatus.READ, "Sai", "Sai", box=REGION)
    registry.save_page(book, page(entry(wrong)), "f1")
    registry.withdraw(RegistryPart(book, SCAN, 1, 0), author="chi", reason="dòng bị gạch")
    (entry_id,) = desk.add_entries(AN, book, REF, [REGION]).entries
    registry.save_page(book, page(entry(wrong)), "f2")
    assert list(registry.entries(book)) == [entry_id]
    assert [one.text for one in registry.entry(entry_id).readings if one.text == "Sai"] == []


def test_a_field_that_no_form_has_waits_is_typed_and_goes_into_its_column(
    registry: Registry, book: int, desk: Desk
) -> None:
    absent = FieldReading("missing_declared_basis", FieldStatus.NOT_ON_FORM, accepted=True)
    registry.save_page(book, page(entry(read("child_name", "Thử Một"), absent)), "f1")
    (entry_id,) = registry.entries(book)
    assert registry.queue(book) == ()
    offered = {spec.name for spec in desk.fields_to_add(AN, entry_id)}
    assert "missing_declared_basis" in offered
    assert "child_name" not in offered
    desk.add_fields(AN, entry_id, ["missing_declared_basis"], REGION)
    task = in_hand(desk)
    assert [(work.field, work.box) for work in task.fields] == [("missing_declared_basis", REGION)]
    keyed(desk, AN, said("missing_declared_basis", "QĐ 12/2015"), task=task)
    assert registry.effective_value(entry_id, "missing_declared_basis") == "QĐ 12/2015"
    registry.save_page(book, page(entry(read("child_name", "Thử Một"), absent)), "f2")
    assert registry.queue(book) == ()
    assert registry.effective_value(entry_id, "missing_declared_basis") == "QĐ 12/2015"


def test_a_field_that_waits_or_is_known_is_not_added_again(registry: Registry, book: int, desk: Desk) -> None:
    registry.save_page(book, page(entry(read("child_name", "Thử Một"))), "f1")
    (entry_id,) = registry.entries(book)
    desk.add_fields(AN, entry_id, ["registration_type"])
    for name in ("registration_type", "child_name"):
        with pytest.raises(RegistryError, match="đang chờ nhập hoặc đã có giá trị"):
            desk.add_fields(AN, entry_id, [name])
    with pytest.raises(RegistryError, match="Chưa chọn trường"):
        desk.add_fields(AN, entry_id, [])


@ON_BOTH
def test_a_column_of_a_book_waits_on_all_entries_but_those_in_hand(
    registry: Registry, book: int, desk: Desk
) -> None:
    registry.save_page(book, page(doubtful("notes"), entry(read("child_name", "Hai"), row=1)), "f1")
    registry.save_page(book, page(entry(read("child_name", "Ba")), page_no=2), "f1")
    taken(desk, AN)
    with pytest.raises(NotYours):
        desk.add_column(AN, book, "registration_type")
    with pytest.raises(RegistryError, match="đã có"):
        desk.add_column(SUPERVISOR, book, "child_name")
    came = desk.add_column(SUPERVISOR, book, "registration_type")
    assert (came.entries, came.at_work) == (2, 1)
    column = desk.column(BINH, book, "registration_type", Stage.REVIEW)
    assert column is not None
    assert len(column.tasks) == 2
    assert desk.add_column(SUPERVISOR, book, "registration_type").entries == 0


def test_an_entry_added_by_mistake_is_taken_out_until_somebody_has_keyed_it(
    registry: Registry, book: int, desk: Desk
) -> None:
    unknown(registry, book)
    one, two = desk.add_entries(AN, book, REF, [None, None]).entries
    number = desk.discard_entry(AN, one)
    assert list(registry.entries(book)) == [two]
    registry.reinstate(number, author="chi", reason="vẫn cần")
    assert list(registry.entries(book)) == [one, two]
    keyed(desk, AN, said("child_name"))
    with pytest.raises(RegistryError, match="đã có người nhập"):
        desk.discard_entry(AN, one)


def test_only_those_who_review_add_and_only_in_their_places(
    registry: Registry, book: int, desk: Desk
) -> None:
    unknown(registry, book)
    stranger = person(21, REVIEWER.role, frozenset({"99999"}))
    for who in (OPERATOR, ADMINISTRATOR, stranger):
        with pytest.raises(NotYours):
            desk.add_entries(who, book, REF, [None])
        with pytest.raises(NotYours):
            desk.scanned_pages(who, book)
    assert desk.books_of(stranger) == ()
    for wrong in (PageRef(SCAN, 11), PageRef("e" * 64, 1)):
        with pytest.raises(NotThere):
            desk.add_entries(REVIEWER, book, wrong, [None])
    with pytest.raises(RegistryError, match="từ 1 đến"):
        desk.add_entries(REVIEWER, book, REF, [])
    registry.withdraw(RegistryPart(book, SCAN, 1), author="chi", reason="trang thừa")
    with pytest.raises(Withdrawn):
        desk.add_entries(REVIEWER, book, REF, [None])
    assert registry.entries(book) == []


def test_what_follows_is_offered_from_what_a_person_has_typed_so_far(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = registry.desk(BLIND, now=clock)
    unknown(registry, book)
    (task_id,) = desk.add_entries(AN, book, REF, [None]).leased
    assert desk.offers_for(AN, task_id, []) == {}
    words = [
        said("child_born_on", "01/03/2010"),
        said("registered_on", "05/03/2010"),
        said("notes", "", FieldStatus.BLANK),
        said("mother_name"),
        said("father_name", "", FieldStatus.BLANK),
    ]
    offers = {field: one.text for field, (one,) in desk.offers_for(AN, task_id, words).items()}
    assert offers == {"registration_type": "Đúng hạn", "birth_type": "Chưa xác định cha"}
    with pytest.raises(NotYours):
        desk.offers_for(BINH, task_id, words)


def test_a_column_has_like_offers_next_to_one_another_and_none_for_who_keys_it_blind(
    registry: Registry, book: int, desk: Desk, clock: Clock
) -> None:
    for page_no, day in enumerate(("05.03.2010", "05.09.2010", "06.03.2010"), 1):
        known = [read("child_born_on", "01.03.2010"), read("registered_on", day)]
        notes = FieldReading("notes", FieldStatus.BLANK, accepted=True)
        registry.save_page(book, page(entry(*known, notes), page_no=page_no), "f1")
    desk.add_column(SUPERVISOR, book, "registration_type")
    column = desk.column(AN, book, "registration_type", Stage.REVIEW)
    assert column is not None
    offers = [[offer.text for offer in task.work.offers] for task in column.tasks]
    assert offers == [["Đúng hạn"], ["Đúng hạn"], ["Quá hạn"]]
    desk.hand_back_column(AN)
    unseen = ReviewPolicy(check="all", blind="all", blind_first=True)
    blind = registry.desk(unseen, now=clock).column(AN, book, "registration_type", Stage.REVIEW)
    assert blind is not None
    assert [task.work.offers for task in blind.tasks] == [(), (), ()]


def test_a_corrected_cover_is_that_of_typed_entries_and_their_kind_of_event_stays(
    registry: Registry, book: int, desk: Desk
) -> None:
    unknown(registry, book)
    (entry_id,) = desk.add_entries(AN, book, REF, [None]).entries
    cover = dataclasses.replace(LEDGER, volume="02/2010")
    registry.correct_book(book, cover, "KS.2010.01", author="chi", reason="ghi nhầm quyển số")
    assert registry.effective_value(entry_id, "volume_number") == "02/2010"
    other = dataclasses.replace(cover, form="death-2006")
    with pytest.raises(RegistryError, match="không đổi thành sổ"):
        registry.correct_book(book, other, "KS.2010.01", author="chi", reason="sổ khai tử")
