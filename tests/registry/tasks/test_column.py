"""One field of many entries at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event

from pipeline.base.errors import RegistryError
from pipeline.base.model import PageRef
from pipeline.base.stages import Stage
from pipeline.declarations.office.review import ReviewPolicy
from pipeline.registry import Registry
from pipeline.registry.accounts.model import Person
from pipeline.registry.database.audit.rows import unpacked
from pipeline.registry.desk import Desk
from pipeline.registry.tasks.columns import LARGEST
from pipeline.registry.tasks.model import CannotUndo, LeasedColumn
from tests.registry.offices import (
    AN,
    BINH,
    BLIND,
    CHECKED,
    REVIEWER,
    Clock,
    keyed,
    said,
    taken,
)
from tests.registry.outsider import Outsider
from tests.registry.pages import SCAN, entry, page, read

READINGS = ("Nữ", "Nam", "Nữ", "Nam", "?", "Nam")


@pytest.fixture
def desk(registry: Registry, book: int, clock: Clock) -> Desk:
    """Six entries, of which sex and notes wait."""
    for number, text in enumerate(READINGS, 1):
        sex = read("child_sex", text, accepted=False, canonical=text)
        notes = read("notes", "Thu Mot", accepted=False)
        registry.save_page(book, page(entry(sex, notes), page_no=number), "f1")
    return registry.desk(CHECKED, now=clock)


def column_of(
    desk: Desk, book: int, stage: Stage = Stage.REVIEW, who: Person = AN, size: int = 48
) -> LeasedColumn:
    found = desk.column(who, book, "child_sex", stage, size)
    assert found is not None
    return found


def readings(column: LeasedColumn) -> list[str]:
    return [task.work.reading.text for task in column.tasks if task.work.reading]


def test_like_readings_stand_beside_one_another(desk: Desk, book: int) -> None:
    assert readings(column_of(desk, book)) == ["Nam", "Nam", "Nam", "Nữ", "Nữ", "?"]


def test_a_row_of_like_ones_is_said_at_once(desk: Desk, book: int) -> None:
    column = column_of(desk, book)
    men = [task for task in column.tasks if task.work.reading and task.work.reading.text == "Nam"]
    words = [(task.task_id, task.version, said("child_sex", "Nam")) for task in men]
    outcomes = desk.key_column(AN, words, token="nam")
    assert [(one.stage, one.refused) for one in outcomes] == [(Stage.REVIEW, "")] * 3
    assert desk.key_column(AN, words, token="nam") == outcomes
    counts = {(one.field, one.stage): one.waiting for one in desk.column_counts(AN, book)}
    assert counts == {("child_sex", Stage.REVIEW): 3, ("notes", Stage.REVIEW): 6}
    counts = {(one.field, one.stage): one.waiting for one in desk.column_counts(BINH, book)}
    assert counts == {("child_sex", Stage.CHECK): 3, ("notes", Stage.REVIEW): 3}


def test_somebody_else_checks_the_column_while_other_fields_still_wait(
    registry: Registry, desk: Desk, book: int
) -> None:
    words = [(one.task_id, one.version, said("child_sex", "Nam")) for one in column_of(desk, book).tasks]
    desk.key_column(AN, words, token="một")
    checked = column_of(desk, book, Stage.CHECK, BINH)
    assert {task.work.first for task in checked.tasks} == {said("child_sex", "Nam")}
    words = [(one.task_id, one.version, said("child_sex", "Nam")) for one in checked.tasks]
    assert all(one.settled == ("child_sex",) for one in desk.key_column(BINH, words, token="hai"))
    assert {registry.effective_value(entry_id, "child_sex") for entry_id in registry.entries()} == {"1"}
    assert {task.fields for task in registry.queue()} == {("notes",)}


def test_a_task_in_hand_is_in_nobody_elses_column_and_the_other_way_round(desk: Desk, book: int) -> None:
    held = taken(desk, BINH)
    column = column_of(desk, book, size=3)
    assert held.task_id not in {task.task_id for task in column.tasks}
    assert len(column_of(desk, book, who=REVIEWER).tasks) == 2
    assert desk.next_task(BINH) is None
    desk.hand_back_column(AN)
    assert desk.next_task(BINH) is not None


def test_a_new_column_takes_the_place_of_the_one_in_hand(desk: Desk, book: int) -> None:
    column_of(desk, book, size=6)
    column_of(desk, book, size=2)
    assert len(column_of(desk, book, who=BINH).tasks) == 4


def test_a_column_has_its_limit(registry: Registry, desk: Desk, book: int) -> None:
    sex = read("child_sex", "Nam", accepted=False)
    rows = (entry(sex, row=row) for row in range(LARGEST + 5))
    registry.save_page(book, page(*rows, page_no=9), "f1")
    assert len(column_of(desk, book, size=500).tasks) == LARGEST


def test_a_task_that_changed_is_left_alone_and_the_others_go_on(
    registry: Registry, desk: Desk, book: int
) -> None:
    column = column_of(desk, book)
    changed = entry(read("child_sex", "Nữ", accepted=False), read("notes", "Thu Hai", accepted=False))
    gone = next(task for task in column.tasks if task.ref.page_no == 1)
    registry.save_page(book, page(changed, entry(read("child_sex", "?", accepted=False), row=1)), "f2")
    registry.save_page(
        book, page(entry(read("child_sex", "Nữ"), read("notes", "Thu Hai", accepted=False))), "f3"
    )
    words = [(one.task_id, one.version, said("child_sex", "Nam")) for one in column.tasks]
    outcomes = desk.key_column(AN, words, token="một")
    refused = [one for one, task in zip(outcomes, column.tasks, strict=True) if task.task_id == gone.task_id]
    assert [bool(one.refused) for one in refused] == [True]
    assert sum(not one.refused for one in outcomes) == len(READINGS) - 1


def test_what_is_no_longer_in_hand_is_refused_task_by_task(desk: Desk, book: int, clock: Clock) -> None:
    column = column_of(desk, book)
    clock.pass_minutes(16)
    others = column_of(desk, book, who=BINH, size=2)
    taken_over = {task.task_id for task in others.tasks}
    words = [(one.task_id, one.version, said("child_sex", "Nam")) for one in column.tasks]
    outcomes = desk.key_column(AN, words, token="một")
    assert {task_id for (task_id, *_), one in zip(words, outcomes, strict=True) if one.refused} == taken_over


def test_words_of_a_column_that_cannot_stand_stop_all_of_it(desk: Desk, book: int) -> None:
    first, second, *_ = column_of(desk, book).tasks
    wrong = [
        (first.task_id, first.version, said("child_sex", "Nam")),
        (second.task_id, second.version, said("child_sex", "")),
    ]
    with pytest.raises(RegistryError, match="chưa có chữ"):
        desk.key_column(AN, wrong, token="một")
    with pytest.raises(RegistryError, match="một chữ"):
        desk.key_column(AN, [wrong[0], wrong[0]], token="hai")
    desk.hand_back_column(AN)
    assert {one.stage for one in desk.column_counts(BINH, book)} == {Stage.REVIEW}


def test_a_blind_column_comes_in_the_order_of_the_book(registry: Registry, desk: Desk, book: int) -> None:
    blind = registry.desk(BLIND)
    words = [(one.task_id, one.version, said("child_sex", "Nam")) for one in column_of(blind, book).tasks]
    blind.key_column(AN, words, token="một")
    column = column_of(blind, book, Stage.CHECK, BINH)
    assert [task.ref.page_no for task in column.tasks] == list(range(1, len(READINGS) + 1))
    assert readings(column) == []


def test_a_column_is_taken_back_as_far_as_nobody_has_built_on_it(desk: Desk, book: int) -> None:
    words = [(one.task_id, one.version, said("child_sex", "Nam")) for one in column_of(desk, book).tasks]
    desk.key_column(AN, words, token="một")
    (one,) = column_of(desk, book, Stage.CHECK, BINH, size=1).tasks
    desk.key_column(BINH, [(one.task_id, one.version, said("child_sex", "Nữ"))], token="hai")
    again = desk.undo_column(AN)
    assert len(again.tasks) == len(READINGS) - 1
    assert one.task_id not in {task.task_id for task in again.tasks}
    assert {task.work.mine for task in again.tasks} == {said("child_sex", "Nam")}
    with pytest.raises(CannotUndo):
        desk.undo_column(AN)


def test_words_of_column_and_desk_are_taken_back_each_by_its_own(desk: Desk, book: int) -> None:
    keyed(desk, AN, said("child_sex", "Nam"), said("notes"))
    with pytest.raises(CannotUndo):
        desk.undo_column(AN)
    assert desk.undo(AN).stage is Stage.REVIEW


def test_a_field_or_a_book_that_is_not_there_is_named(desk: Desk, book: int) -> None:
    with pytest.raises(RegistryError, match="child_sex"):
        desk.column(AN, book, "child_sexx", Stage.REVIEW)
    with pytest.raises(RegistryError, match="quyển sổ"):
        desk.column(AN, 99, "child_sex", Stage.REVIEW)
    assert desk.column(AN, book, "child_name", Stage.REVIEW) is None


def test_a_column_takes_no_more_statements_the_more_snippets_it_has(desk: Desk, book: int) -> None:
    def statements_of(size: int, token: str) -> tuple[int, int]:
        with counted_statements() as lent:
            column = column_of(desk, book, size=size)
        words = [(one.task_id, one.version, said("child_sex", "Nam")) for one in column.tasks]
        assert len(words) == size
        with counted_statements() as said_at_once:
            desk.key_column(AN, words, token=token)
        return len(lent), len(said_at_once)

    two, four = statements_of(2, "hai"), statements_of(4, "bốn")
    assert four == two


def test_the_audit_tells_of_each_snippet_with_its_own_rows(
    registry: Registry, desk: Desk, book: int, outsider: Outsider
) -> None:
    for who, stage in ((AN, Stage.REVIEW), (BINH, Stage.CHECK)):
        tasks = column_of(desk, book, stage, who).tasks
        words = [(one.task_id, one.version, said("child_sex", "Nam")) for one in tasks]
        desk.key_column(who, words, token=f"{stage}")
    entries = {f"task:{task.task_id}": task.entry_id for task in tasks}
    told = outsider.execute(
        f"SELECT subject, rows FROM audit WHERE action = 'keyed' AND actor = '{BINH.login}' ORDER BY id"  # noqa: S608
    )
    of_task = {
        f"task:{task_id}": row_id
        for row_id, task_id in outsider.execute(
            f"SELECT id, task_id FROM keying WHERE login = '{BINH.login}' ORDER BY id"  # noqa: S608
        )
    }
    assert [subject for subject, _ in told] == list(of_task)
    for subject, rows in told:
        written: dict[str, list[int]] = {}
        for table, row_id, *_ in unpacked(rows):
            written.setdefault(table, []).append(row_id)
        assert written["keying"] == [of_task[subject]]
        assert written["entry"] == written["birth_record"] == [entries[subject]]
        assert len(written["decision"]) == len(written["submission"]) == 1
    assert not registry.audit().verify().flaw_count


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    """What any connection is told meanwhile, but for INSERT: SQLite is told row by row where ids are wanted."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("INSERT"):
            found.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield found
    event.remove(Engine, "before_cursor_execute", note)


def titles(registry: Registry, book: int, clock: Clock, policy: ReviewPolicy, *, name: str) -> LeasedColumn:
    """The column of a title that shares its blank with the signer's name; ``name`` is settled where it is told."""
    title = read("signer_title", "Chu tich", accepted=False)
    registry.save_page(book, page(entry(title, read("signer_name", name or "?", accepted=bool(name)))), "f1")
    found = registry.desk(policy, now=clock).column(AN, book, "signer_title", Stage.REVIEW)
    assert found is not None
    return found


@pytest.mark.parametrize("name", ["Nguyen Van Thu", ""])
def test_what_is_settled_in_the_same_blank_is_told(
    registry: Registry, book: int, clock: Clock, name: str
) -> None:
    (task,) = titles(registry, book, clock, CHECKED, name=name).tasks
    assert task.beside == {"signer_name": name or None}


def test_nothing_of_the_blank_is_told_to_who_keys_blind(registry: Registry, book: int, clock: Clock) -> None:
    unseen = ReviewPolicy(blind="all", blind_first=True)
    (task,) = titles(registry, book, clock, unseen, name="Nguyen Van Thu").tasks
    assert task.beside == {}


def test_a_field_that_has_its_blank_for_itself_has_nothing_beside(desk: Desk, book: int) -> None:
    assert all(one.beside == {} for one in column_of(desk, book).tasks)


def test_fields_with_one_stamp_are_one_row_and_a_later_pass_may_say_otherwise(
    registry: Registry, desk: Desk, book: int
) -> None:
    stamps = {(PageRef(SCAN, page_no), 0, "child_sex"): 1 for page_no in (1, 2, 4, 6)}
    registry.note_stamps(book, stamps | {(PageRef(SCAN, 99), 0, "child_sex"): 1})
    assert [(row.verdict and row.verdict.text, len(row.tasks)) for row in column_of(desk, book).rows] == [
        ("Nam", 4),
        ("Nữ", 1),
        ("?", 1),
    ]
    registry.note_stamps(book, {})
    assert [len(row.tasks) for row in column_of(desk, book).rows] == [3, 2, 1]
