"""The ways that the program chooses, through the acts of the desk, and what it does with planted wrong texts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from pipeline.base.model import Box, Evidence, FieldReading, FieldStatus, Hypothesis
from pipeline.base.stages import Stage
from pipeline.declarations.office.review import ReviewPolicy, Way
from pipeline.registry import Registry
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.desk import Desk
from pipeline.registry.tasks.model import DeskTask, FieldWork, KeyOutcome, LeasedColumn
from pipeline.registry.tasks.way_choice import OVERLOOKED
from pipeline.registry.tasks.way_plans import MISTYPED, MOST_MISTYPED, mistyped
from tests.registry.offices import AN, BINH, CHI, Clock, in_force, keyed, said, taken
from tests.registry.pages import LEDGER, entry, finding, page, read

NAME, READ, OTHER, ELSE = "child_name", "Trần Thị Thử", "Trần Thị Thứ", "Trần Văn Thử"
EASY = ReviewPolicy(planted=0.0, most_wrong_critical=20.0, most_wrong=20.0)
STRICT = ReviewPolicy(planted=0.0, most_wrong_critical=0.01, most_wrong=0.01)
PLANTING = EASY.model_copy(update={"planted": 1.0})


def sure(field: str = NAME, text: str = READ, chance: float = 0.99) -> FieldReading:
    evidence = Evidence(chance, 1.0, 1.0, 1.0, 1.0, 1.0)
    others = (Hypothesis(text, chance), Hypothesis(OTHER, 0.01))
    reading = read(field, text, accepted=False)
    return replace(reading, confidence=chance, evidence=evidence, hypotheses=others)


def opened(
    registry: Registry, book: int, clock: Clock, policy: ReviewPolicy, *readings: FieldReading
) -> Desk:
    registry.save_page(book, page(entry(*(readings or (sure(),)))), "f1")
    return registry.desk(policy, now=clock)


def work_in(task: DeskTask, field: str = NAME) -> FieldWork:
    return next(work for work in task.fields if work.field == field)


def ways(registry: Registry) -> list[str]:
    with registry._database.reading() as connection:
        return list(connection.scalars(text("SELECT way FROM keying ORDER BY id")))


def answers(registry: Registry) -> list[tuple[str, bool]]:
    with registry._database.reading() as connection:
        rows = connection.execute(text("SELECT stage, missed FROM planted_answer ORDER BY id"))
        return [(stage, bool(missed)) for stage, missed in rows]


def test_a_sure_reading_that_a_person_confirms_is_in_force(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = opened(registry, book, clock, EASY)
    work = work_in(taken(desk, AN))
    assert (work.way, work.blind, work.wrong) == (Way.GLANCE, False, 0.01)
    assert work.reading is not None
    (task,) = desk.held(AN)
    assert keyed(desk, AN, said(NAME, READ), task=task).stage is Stage.SETTLED
    assert in_force(registry, NAME) == READ


def test_what_a_person_corrects_waits_for_another_one(registry: Registry, book: int, clock: Clock) -> None:
    desk = opened(registry, book, clock, EASY)
    assert keyed(desk, AN, said(NAME, OTHER)).stage is Stage.CHECK
    assert in_force(registry, NAME) is None
    task = taken(desk, BINH)
    assert work_in(task).first == said(NAME, OTHER)
    keyed(desk, BINH, said(NAME, OTHER), task=task)
    assert (in_force(registry, NAME), ways(registry)) == (OTHER, ["checked", "checked"])


def test_a_bound_that_no_glance_keeps_has_two_people_type(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = opened(registry, book, clock, STRICT)
    task = taken(desk, AN)
    assert (work_in(task).way, work_in(task).reading, task.values) == (Way.BLIND_TWICE, None, {})
    keyed(desk, AN, said(NAME, READ), task=task)
    assert work_in(taken(desk, BINH)).blind
    assert in_force(registry, NAME) is None


def test_the_office_overrules_what_the_program_would_choose(
    registry: Registry, book: int, clock: Clock
) -> None:
    twice = EASY.model_copy(update={"blind": "all", "blind_first": True})
    desk = opened(registry, book, clock, twice)
    work = work_in(taken(desk, AN))
    assert (work.way, work.blind, work.wrong) == (Way.BLIND_TWICE, True, None)


@pytest.mark.parametrize(
    ("typed", "stage"), [(READ, Stage.SETTLED), (OTHER, Stage.SETTLED), (ELSE, Stage.CHECK)]
)
def test_who_types_what_the_machine_read_counts_as_the_other_keying(
    registry: Registry, book: int, clock: Clock, typed: str, stage: Stage
) -> None:
    policy = EASY.model_copy(update={"most_wrong_critical": 1.2})
    desk = opened(registry, book, clock, policy, sure(chance=0.5))
    task = taken(desk, AN)
    assert (work_in(task).way, work_in(task).reading) == (Way.KEYED, None)
    assert keyed(desk, AN, said(NAME, typed), task=task).stage is stage


def test_of_what_is_typed_unseen_only_other_findings_are_shown(
    registry: Registry, book: int, clock: Clock
) -> None:
    told = [finding("READ-LOW", NAME), finding("L04", "child_born_on"), finding("D04", NAME, "child_born_on")]
    readings = (sure(chance=0.5), sure("child_born_on", "01.02.2006"))
    registry.save_page(book, page(entry(*readings, findings=told)), "f1")
    desk = registry.desk(EASY.model_copy(update={"most_wrong_critical": 8.0}), now=clock)
    task = taken(desk, AN)
    assert (work_in(task).blind, work_in(task, "child_born_on").blind) == (True, False)
    assert [found.code for found in task.findings] == ["L04"]


def test_a_way_stays_as_it_was_shown(registry: Registry, book: int, clock: Clock) -> None:
    desk = opened(registry, book, clock, EASY)
    task = taken(desk, AN)
    stricter = registry.desk(STRICT, now=clock)
    assert work_in(stricter.task(AN, task.task_id)).way is Way.GLANCE


# --- planted texts --------------------------------------------------------------------------------------------------


def shown_planted(desk: Desk, who: Person) -> tuple[DeskTask, str]:
    task = taken(desk, who)
    reading = work_in(task).reading
    assert reading is not None
    return task, reading.text


def test_a_planted_text_that_is_confirmed_never_counts_and_the_field_is_asked_again(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = opened(registry, book, clock, PLANTING)
    task, planted = shown_planted(desk, AN)
    assert planted not in (READ, OTHER, "")  # the machine holds OTHER for possible
    outcome = keyed(desk, AN, said(NAME, planted), task=task)
    assert (outcome.waiting, outcome.settled) == ((NAME,), ())
    assert (ways(registry), answers(registry)) == ([], [("review", True)])
    again = work_in(desk.task(AN, task.task_id))
    assert again.reading is not None
    assert (again.reading.text, again.is_again) == (READ, True)
    (held,) = desk.held(AN)
    assert keyed(desk, AN, said(NAME, READ), task=held).stage is Stage.SETTLED
    assert in_force(registry, NAME) == READ


def test_who_notices_a_planted_text_has_keyed_the_value(registry: Registry, book: int, clock: Clock) -> None:
    desk = opened(registry, book, clock, PLANTING)
    task, _ = shown_planted(desk, AN)
    assert keyed(desk, AN, said(NAME, READ), task=task).stage is Stage.SETTLED
    assert (in_force(registry, NAME), answers(registry)) == (READ, [("review", False)])


def test_a_submission_that_arrives_twice_is_answered_alike(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = opened(registry, book, clock, PLANTING)
    task, planted = shown_planted(desk, AN)

    def sent() -> KeyOutcome:
        return desk.key(AN, task.task_id, task.version, [said(NAME, planted)], token="once")

    assert sent() == sent()
    assert answers(registry) == [("review", True)]


def test_a_second_person_is_tried_too(registry: Registry, book: int, clock: Clock) -> None:
    desk = opened(registry, book, clock, PLANTING)
    task, _ = shown_planted(desk, AN)
    keyed(desk, AN, said(NAME, ELSE), task=task)
    task = taken(desk, BINH)
    first = work_in(task).first
    assert first is not None
    assert first.text not in (ELSE, READ)
    keyed(desk, BINH, first, task=task)
    assert in_force(registry, NAME) is None
    (task,) = desk.held(BINH)
    assert work_in(task).first == said(NAME, ELSE)
    keyed(desk, BINH, said(NAME, ELSE), task=task)
    assert (in_force(registry, NAME), answers(registry)) == (ELSE, [("review", False), ("check", True)])


def test_what_cannot_be_read_and_what_is_doubted_is_never_replaced(
    registry: Registry, book: int, clock: Clock
) -> None:
    unread = replace(sure(), status=FieldStatus.UNREADABLE, text="", canonical="", hypotheses=())
    desk = opened(registry, book, clock, PLANTING, unread, sure("mother_name", chance=0.7))
    task = taken(desk, AN)
    assert {work.reading.text for work in task.fields if work.reading is not None} <= {"", READ}


def test_answers_name_nobody_and_the_audit_holds(registry: Registry, book: int, clock: Clock) -> None:
    desk = opened(registry, book, clock, PLANTING)
    task, planted = shown_planted(desk, AN)
    keyed(desk, AN, said(NAME, planted), task=task)
    with registry._database.reading() as connection:
        row = connection.execute(text("SELECT * FROM planted_answer")).one()
    assert AN.login not in [str(value) for value in row]
    assert registry.audit().verify().passed


def test_people_who_overlook_planted_texts_are_asked_for_more(
    registry: Registry, book: int, clock: Clock
) -> None:
    """The same book before and after people confirmed every planted text."""
    registry.save_page(book, page(*(entry(sure(chance=0.99), row=row) for row in range(30))), "f1")
    policy = PLANTING.model_copy(update={"most_wrong_critical": 6.0})
    desk = registry.desk(policy, now=clock)
    assert work_in(taken(desk, AN)).way is Way.GLANCE
    for _ in range(12):
        (task,) = desk.held(AN)
        reading = work_in(task).reading
        assert reading is not None
        assert keyed(desk, AN, said(NAME, reading.text), task=task).waiting
        (task,) = desk.held(AN)
        keyed(desk, AN, said(NAME, READ), task=task)
        taken(desk, AN)
    clock.pass_minutes(6)
    assert work_in(taken(registry.desk(policy, now=clock), BINH)).way is not Way.GLANCE


def test_planted_texts_stand_in_columns_too(registry: Registry, book: int, clock: Clock) -> None:
    registry.save_page(book, page(*(entry(sure(), row=row) for row in range(3))), "f1")
    desk = registry.desk(PLANTING, now=clock)

    def column() -> LeasedColumn:
        leased = desk.column(AN, book, NAME, Stage.REVIEW)
        assert leased is not None
        return leased

    shown = column()
    wrong = {task.task_id: task.of_row for task in shown.tasks}
    assert READ not in {word.text for word in wrong.values() if word}
    assert {task.task_id: task.of_row for task in column().tasks} == wrong, "the same again"
    (first, *others) = column().tasks
    words = [(first.task_id, first.version, said(NAME, READ))]
    words += [(one.task_id, one.version, wrong[one.task_id] or said(NAME)) for one in others]
    for _ in range(2):
        outcomes = desk.key_column(AN, words, token="once")
        assert [one.refused for one in outcomes] == ["", OVERLOOKED, OVERLOOKED]
    assert sorted(answers(registry)) == [("review", False), ("review", True), ("review", True)]
    again = column()
    assert [(row.verdict, len(row.tasks)) for row in again.rows] == [(said(NAME, READ), 2)]


# --- settled fields asked again -------------------------------------------------------------------------------------

BORN = "child_born_on"
ASKING = EASY.model_copy(update={"planted": 1.0, "most_wrong_critical": 6.0})


def settled_and_asked_again(registry: Registry, book: int, clock: Clock) -> tuple[Desk, DeskTask]:
    """An entry whose name AN settled by a glance and whose day waits for BINH, who holds it."""
    name = replace(sure(), box=Box(1, 1, 20, 20))
    desk = opened(registry, book, clock, EASY, name, sure(BORN, "01.02.2006", 0.5))
    task = taken(desk, AN)
    assert keyed(desk, AN, said(NAME, READ), said(BORN, "02.02.2006"), task=task).settled == (NAME,)
    desk = registry.desk(ASKING, now=clock)
    return desk, taken(desk, BINH)


@pytest.mark.parametrize(("typed", "is_missed"), [(READ.upper(), False), (ELSE, True)])
def test_a_settled_field_is_typed_again_by_somebody_else_and_no_value_changes(
    registry: Registry, book: int, clock: Clock, typed: str, is_missed: bool
) -> None:
    desk, task = settled_and_asked_again(registry, book, clock)
    work = work_in(task)
    assert (work.blind, work.is_settled, work.reading, work.first) == (True, True, None, None)
    outcome = keyed(desk, BINH, said(NAME, typed), said(BORN, "02.02.2006"), task=task)
    assert (outcome.stage, outcome.settled) == (Stage.SETTLED, (BORN,))
    assert ("settled", is_missed) in answers(registry)
    assert (in_force(registry, NAME), len(ways(registry))) == (READ, 3)
    (check,) = [one for one in registry.statistics(None).all(1).overlooked if one.is_settled]
    assert (check.stage, check.shown, check.missed) == ("review", 1, is_missed)
    assert registry.audit().verify().passed


def test_who_keyed_a_field_is_not_asked_again(registry: Registry, book: int, clock: Clock) -> None:
    desk, task = settled_and_asked_again(registry, book, clock)
    desk.hand_back(BINH, task.task_id)
    assert desk.next_task(AN) is None
    assert work_in(taken(desk, CHI)).is_settled


def test_an_answer_that_arrives_twice_counts_once(registry: Registry, book: int, clock: Clock) -> None:
    desk, task = settled_and_asked_again(registry, book, clock)
    words = [said(NAME, ELSE), said(BORN, "02.02.2006")]

    def sent() -> KeyOutcome:
        return desk.key(BINH, task.task_id, task.version, words, token="once")

    assert sent() == sent()
    assert answers(registry).count(("settled", True)) == 1


def test_what_is_typed_otherwise_raises_the_share_of_wrong_values() -> None:
    assert mistyped([], [], 0.2) == MISTYPED == mistyped([False] * 400, [False] * 4000, 0.2)
    assert mistyped([True] * 2 + [False] * 398, [], 0.2) == pytest.approx(3 / 900, abs=1e-4)
    assert mistyped([], [True] * 8 + [False] * 1992, 0.2) > 1.2 * mistyped([], [True] * 8 + [False] * 1992, 0)
    assert mistyped([True] * 400, [], 0.2) == MOST_MISTYPED


CHECKER, REVIEWER = Role.CHECKER, Role.REVIEWER


@pytest.mark.parametrize(
    ("there", "elsewhere", "ways_taken", "few"),
    [
        ((CHECKER, CHECKER, REVIEWER), (), {Way.BLIND_TWICE}, None),
        ((CHECKER, CHECKER), (CHECKER,), {Way.KEYED_CHECKED}, 2),
        ((CHECKER, REVIEWER, REVIEWER), (), {Way.KEYED_CHECKED}, 2),
        ((REVIEWER, Role.ADMINISTRATOR), (CHECKER,), {Way.KEYED}, 1),
    ],
)
def test_no_way_needs_more_people_than_the_place_has(
    registry: Registry,
    book: int,
    clock: Clock,
    there: tuple[Role, ...],
    elsewhere: tuple[Role, ...],
    ways_taken: set[Way],
    few: int | None,
) -> None:
    accounts = registry.accounts()
    for place, roles in ((LEDGER.place_code, there), ("00001", elsewhere)):
        for number, role in enumerate(roles):
            accounts.create(f"nguoi.{place}.{number}", "Người", role, [place])
    desk = opened(registry, book, clock, STRICT, sure(), sure("child_born_on", "01.02.2006", 0.6))
    task = taken(desk, AN)
    assert {work.way for work in task.fields} == ways_taken
    assert {work.few for work in task.fields} == {few}
