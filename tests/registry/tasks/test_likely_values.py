"""What people keyed in a book is shown first where the ink of another entry probably has it too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from pipeline.base.model import FieldReading, Hypothesis, PageRef
from pipeline.base.stages import Stage
from pipeline.declarations.office.review import ReviewPolicy
from pipeline.registry import Registry
from pipeline.registry.desk import Desk
from tests.registry.offices import AN, CHECKED, REVIEWER, SINGLE, Clock, said
from tests.registry.pages import SCAN, entry, page, read

FIELD = "registrar_name"
RIGHT, WRONG, OTHER = "Lưu Thúy Trang", "Lưu Thùy Trang", "Phan Văn Mẫu"


def reading(text: str, *others: str, confidence: float = 0.6, field: str = FIELD) -> FieldReading:
    """A reading whose hypotheses are itself with 0.6 and the others with 0.2 each."""
    hypotheses = (Hypothesis(text, 0.6), *(Hypothesis(other, 0.2) for other in others))
    return replace(read(field, text, accepted=False), confidence=confidence, hypotheses=hypotheses)


Fill = Callable[..., Desk]


@pytest.fixture
def fill(registry: Registry, book: int, clock: Clock) -> Fill:
    """Saves a page for each reading and returns the desk."""

    def filled(*readings: FieldReading) -> Desk:
        for page_no, one in enumerate(readings, 1):
            registry.save_page(book, page(entry(one), page_no=page_no), "f1")
        return registry.desk(CHECKED, now=clock)

    return filled


def key_first(desk: Desk, book: int, text: str, field: str = FIELD, count: int = 1) -> None:
    """Somebody keys a text on the first entries of a column."""
    column = desk.column(AN, book, field, Stage.REVIEW)
    assert column is not None
    tasks = sorted(column.tasks, key=lambda task: task.ref.page_no)[:count]
    desk.key_column(AN, [(one.task_id, one.version, said(field, text)) for one in tasks], token=text)
    desk.hand_back_column(AN)


def shown(desk: Desk, book: int, field: str = FIELD) -> dict[int, str]:
    """The text that comes up first on each page of a column."""
    column = desk.column(AN, book, field, Stage.REVIEW)
    assert column is not None
    desk.hand_back_column(AN)
    return {task.ref.page_no: task.work.initial.text if task.work.initial else "" for task in column.tasks}


def test_one_keyed_value_is_shown_first_where_the_reader_proposed_it(fill: Fill, book: int) -> None:
    desk = fill(*(reading(WRONG, RIGHT) for _ in range(3)), reading(OTHER))
    assert shown(desk, book) == {1: WRONG, 2: WRONG, 3: WRONG, 4: OTHER}
    key_first(desk, book, RIGHT)
    assert shown(desk, book) == {2: RIGHT, 3: RIGHT, 4: OTHER}


def test_it_is_shown_at_the_desk_too_and_the_row_of_it_comes_first(fill: Fill, book: int) -> None:
    desk = fill(reading(WRONG, RIGHT), reading(WRONG, RIGHT), reading(OTHER), reading(OTHER))
    key_first(desk, book, RIGHT)
    column = desk.column(AN, book, FIELD, Stage.REVIEW)
    assert column is not None
    rows = [(row.verdict and row.verdict.text, len(row.tasks), row.is_known) for row in column.rows]
    assert rows == [(RIGHT, 1, True), (OTHER, 2, False)]
    desk.hand_back_column(AN)
    task = desk.next_task(REVIEWER)
    assert task is not None
    assert task.ref.page_no == 2
    (work,) = task.fields
    assert work.initial == said(FIELD, RIGHT)
    assert work.reading is not None
    assert work.reading.text == WRONG


@pytest.mark.parametrize(
    ("read_there", "expected"),
    [
        (reading("Lưu Thuy Trang", confidence=0.3), RIGHT),
        (reading("Lưu Thuy Trang", confidence=0.8), "Lưu Thuy Trang"),
        (reading(WRONG, RIGHT, confidence=0.95), WRONG),
        (reading("Lưu Văn Thành", confidence=0.3), "Lưu Văn Thành"),
        (reading("LƯU THUÝ TRANG", confidence=0.3), "LƯU THUÝ TRANG"),
    ],
    ids=["letters-alike", "surer", "clear-ink", "another-name", "the-same-in-capitals"],
)
def test_only_unsure_ink_that_is_like_it_is_offered_the_value_of_the_book(
    fill: Fill, book: int, read_there: FieldReading, expected: str
) -> None:
    desk = fill(reading(WRONG, RIGHT), read_there)
    key_first(desk, book, RIGHT)
    assert shown(desk, book) == {2: expected}


def test_of_two_officers_with_like_names_neither_is_offered(fill: Fill, book: int) -> None:
    one, two = "Nguyễn Văn An", "Nguyễn Văn Ân"
    desk = fill(reading(one), reading(two), reading("Nguyễn Văn Ấn", one, two, confidence=0.3))
    column = desk.column(AN, book, FIELD, Stage.REVIEW)
    assert column is not None
    for task in column.tasks:
        if task.ref.page_no < 3:
            word = said(FIELD, (one, two)[task.ref.page_no - 1])
            desk.key_column(AN, [(task.task_id, task.version, word)], token=str(task.task_id))
    desk.hand_back_column(AN)
    assert shown(desk, book) == {3: "Nguyễn Văn Ấn"}


def test_a_stamp_that_was_named_once_is_named_on_all_pages(registry: Registry, fill: Fill, book: int) -> None:
    desk = fill(reading(RIGHT), reading("44 16w 9ững", confidence=0.01), reading("ïrang"), reading("ïrang"))
    registry.note_stamps(book, {(PageRef(SCAN, number), 0, FIELD): 1 for number in (1, 2, 3)})
    key_first(desk, book, RIGHT)
    assert shown(desk, book) == {2: RIGHT, 3: RIGHT, 4: "ïrang"}


def test_the_people_of_an_entry_are_never_offered(fill: Fill, book: int) -> None:
    name = "child_name"
    desk = fill(*(reading(WRONG, RIGHT, field=name) for _ in range(2)))
    key_first(desk, book, RIGHT, name)
    assert shown(desk, book, name) == {2: WRONG}


def test_a_place_with_another_number_or_name_is_another_place(fill: Fill, book: int) -> None:
    field = "child_birth_place"
    desk = fill(
        reading("Ấp 5, xã Thử Nghiệm", field=field),
        reading("Ấp 6, xã Thử Nghiệm", confidence=0.3, field=field),
        reading("Ap 5, xã Thư Nghiệm", confidence=0.3, field=field),
    )
    key_first(desk, book, "Ấp 5, xã Thử Nghiệm", field)
    assert shown(desk, book, field) == {2: "Ấp 6, xã Thử Nghiệm", 3: "Ấp 5, xã Thử Nghiệm"}


@pytest.mark.parametrize("policy", [CHECKED, SINGLE], ids=["keyed", "decided"])
def test_what_was_taken_back_is_offered_no_more(
    registry: Registry, fill: Fill, book: int, clock: Clock, policy: ReviewPolicy
) -> None:
    fill(reading(WRONG, RIGHT), reading(WRONG, RIGHT))
    desk = registry.desk(policy, now=clock)
    key_first(desk, book, RIGHT)
    desk.undo_column(AN)
    desk.hand_back_column(AN)
    assert shown(desk, book) == {1: WRONG, 2: WRONG}
