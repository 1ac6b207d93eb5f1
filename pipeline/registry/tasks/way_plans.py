"""The price of a wrong value in each book (``cheapest_ways``), and what hidden checks say of people's carefulness.

The price is computed of all waiting fields of a book together and holds for some minutes. What was chosen before counts
with the carefulness that is known now: where people turn out more careless than was assumed, what is left of the book
gets surer ways.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Select, exists, func, select

from pipeline.base.model import (
    HANDWRITTEN,
    NO_ENGINES,
    UNSURE,
    FieldReading,
    FieldStatus,
    Finding,
    Severity,
    Writing,
)
from pipeline.base.stages import Stage
from pipeline.base.text.telex import telex_keys
from pipeline.base.text.tones import folded
from pipeline.declarations.office.review import BookPolicy, Way
from pipeline.recognition.calibration import upper_bound
from pipeline.registry.accounts.model import Role
from pipeline.registry.accounts.permissions import STAGES
from pipeline.registry.accounts.rows import account
from pipeline.registry.books.rows import book, page, scan
from pipeline.registry.database.columns import rows_of
from pipeline.registry.desk_context import DeskContext
from pipeline.registry.entries.machine_view import MachineView, machine_views
from pipeline.registry.entries.rows import entry
from pipeline.registry.tasks.cheapest_ways import (
    ENOUGH,
    NEVER_SEEN,
    Carefulness,
    Doubt,
    WayCost,
    cheapest,
    price_within,
    way_costs,
)
from pipeline.registry.tasks.keyed_values import is_live
from pipeline.registry.tasks.model import TaskState
from pipeline.registry.tasks.rows import (
    ChosenWayRow,
    DecisionRow,
    ReviewTaskRow,
    chosen_way,
    decision,
    keying,
    planted_answer,
    review_task,
)
from pipeline.registry.withdrawals.stored_withdrawals import decision_stands

ASSUMED_PLANTED, ASSUMED_MISSED = 30, 3
"""Planted texts that count as shown and as overlooked before any was: an upper bound of some 21 %."""

MISTYPED = 0.002
"""Least share of typed values that count as wrong: five times what Paulsen, Overgaard and Lauritsen (2012) found of
single entry from clean paper (0.37 in a thousand)."""

MOST_MISTYPED = 0.01
"""Largest share of typed values that count as wrong: people also differ about how a value is written."""

ASSUMED_TYPED, ASSUMED_MISTYPED = 500, 1.0
"""Typed values that count as compared and as wrong before any were: the share ``MISTYPED``."""

LAST_TYPED, AMONG = 4000, 40_000
"""Typed values that count, the latest ones, and the number of last keyed values among which they are looked for."""

LAST_PLANTED = 400
"""Planted texts of a stage that count, the latest ones."""

SUREST = 0.002
"""Least probability that a calibrated reading is wrong."""

UNPROVEN = 0.05
"""Least probability that a reading without a calibrated probability is wrong."""

DOUBTED = 0.1
"""Least probability that a reading is wrong that a rule doubts."""

NOT_A_VALUE = 0.5
"""Least probability that a reading is wrong that is no value of its field."""

UNREAD_KEYS = 20
"""Keystrokes of a value of which nothing was read."""

LASTS = timedelta(minutes=5)
"""Time after which the price of a book is computed anew."""

NEW_ANSWERS = 10
"""Answers to planted texts after which the price of a book is computed anew."""

PRIOR_EXPECTED, PRIOR_FOUND = 1.0, 2.0
"""Wrong readings that count as expected by the calibration and found by people before they decided anything of a book:
a hand is taken to be read half as well as calibrated until it shows otherwise."""

SURE = 0.2
"""Largest probability that a reading is wrong that is called sure; what people find is kept apart for sure readings."""


@dataclass(frozen=True, slots=True)
class WayPlan:
    """What holds for the fields of a book for some minutes.

    Attributes:
        prices: Keys that avoiding a wrong value may cost, of critical fields (True) and others.
        worse: Number of times as many wrong readings as the calibration expects, at least 1: of sure readings (True)
            and others.
        answers: Id of the last answer to a planted text that counts.
        heads: The number of people who may key values of the book; no way needs more.
        ways: Ways of the fields that waited then and for which none was chosen, by task and field.
        doubts: What spoke against their readings.
    """

    prices: Mapping[bool, float]
    people: Carefulness
    worse: Mapping[bool, float]
    until: datetime
    answers: int
    heads: int = ENOUGH
    ways: Mapping[tuple[int, str], Way] = field(default_factory=dict)
    doubts: Mapping[tuple[int, str], Doubt] = field(default_factory=dict)

    def way(self, doubt: Doubt, *, critical: bool) -> WayCost:
        return cheapest(worsened(doubt, self.worse), self.people, self.prices[critical], self.heads)


def doubt_of(reading: FieldReading | None, findings: Iterable[Finding] = ()) -> Doubt:
    """Return what speaks against a reading."""
    if reading is None or reading.engine in NO_ENGINES or not _is_read(reading):
        return Doubt(1.0, UNREAD_KEYS)
    keys = max(1, telex_keys(reading.text))
    if reading.status is not FieldStatus.READ:
        return Doubt(max(1 - reading.confidence, UNPROVEN), keys)
    is_calibrated = reading.evidence is not None and reading.writing is Writing.HAND
    wrong = max(1 - reading.confidence, SUREST if is_calibrated else UNPROVEN)
    if not reading.canonical:
        wrong = max(wrong, NOT_A_VALUE)
    codes = {
        doubt.code
        for doubt in findings
        if reading.field in doubt.fields and doubt.severity is not Severity.INFO
    }
    if codes - {UNSURE, HANDWRITTEN}:
        wrong = max(wrong, DOUBTED)
    others = sum(other.chance for other in reading.hypotheses[1:6])
    return Doubt(round(min(wrong, 1.0), 3), keys, round(min(0.4, others / wrong), 1))


def _is_read(reading: FieldReading) -> bool:
    if reading.status is FieldStatus.UNREADABLE:
        return False
    return bool(reading.text) or reading.status not in (FieldStatus.READ, FieldStatus.STRUCK_THROUGH)


def worsened(doubt: Doubt, worse: Mapping[bool, float]) -> Doubt:
    """Return a doubt whose odds are raised by the number of times that readings like it are wrong more often."""
    if doubt.wrong >= 1:
        return doubt
    odds = worse[doubt.wrong <= SURE] * doubt.wrong / (1 - doubt.wrong)
    return Doubt(round(odds / (1 + odds), 4), doubt.keys, doubt.listed)


def carefulness(connection: Connection) -> Carefulness:
    """Return what people overlook, as upper bounds, and mistype, by the last checks of the whole office."""
    again = _overlooked(connection, Stage.CHECK)
    differing = connection.scalars(_last_answers(Stage.SETTLED)).all()
    corrected = connection.scalars(_corrected(connection)).all()
    return Carefulness(_overlooked(connection, Stage.REVIEW), again, mistyped(differing, corrected, again))


def _overlooked(connection: Connection, stage: Stage) -> float:
    return overlooked(connection.scalars(_last_answers(stage)).all())


def _last_answers(stage: Stage) -> Select[bool]:
    return (
        select(planted_answer.c.missed)
        .where(planted_answer.c.stage == stage)
        .order_by(planted_answer.c.id.desc())
        .limit(LAST_PLANTED)
    )


def _corrected(connection: Connection) -> Select[bool]:
    """Return the query of whether second people keyed another value than the one that they saw typed."""
    first, taking_back = keying.alias(), keying.alias()
    last = connection.scalar(select(func.max(keying.c.id))) or 0
    return (
        select(
            func.coalesce(first.c.compared, first.c.text) != func.coalesce(keying.c.compared, keying.c.text)
        )
        .join_from(keying, first, (first.c.task_id == keying.c.task_id) & (first.c.field == keying.c.field))
        .where(
            keying.c.id > last - AMONG,
            keying.c.stage == Stage.CHECK,
            keying.c.status == FieldStatus.READ,
            is_live,
            first.c.id < keying.c.id,
            first.c.after_decision_id.is_not_distinct_from(keying.c.after_decision_id),
            ~exists().where(taking_back.c.takes_back_id == first.c.id),
            first.c.stage == Stage.REVIEW,
            first.c.way == Way.KEYED_CHECKED,
            first.c.status == FieldStatus.READ,
        )
        .order_by(keying.c.id.desc())
        .limit(LAST_TYPED)
    )


def overlooked(answers: Sequence[bool]) -> float:
    """Return the upper bound of what people overlook, by whether they missed each planted text."""
    return round(upper_bound(ASSUMED_PLANTED + len(answers), ASSUMED_MISSED + sum(answers)), 3)


def mistyped(differing: Sequence[bool], corrected: Sequence[bool], overlooked_again: float) -> float:
    """Return the share of typed values that count as wrong.

    Args:
        differing: Whether each value that somebody typed in a settled field differs from the value in force.
        corrected: Whether each typed value that a second person saw was corrected.
        overlooked_again: The share of wrong values that a second person confirms.
    """
    is_seen = (1 - NEVER_SEEN) * (1 - overlooked_again)
    wrong = ASSUMED_MISTYPED + sum(differing) + sum(corrected) / is_seen
    share = wrong / (ASSUMED_TYPED + len(differing) + len(corrected))
    return round(min(max(MISTYPED, share), MOST_MISTYPED), 4)


def plan_of(context: DeskContext, book_id: int, folder_name: str) -> WayPlan:
    """Return the plan of a book, computed anew when it is old or people have answered more planted texts."""
    answers = context.connection.scalar(select(func.max(planted_answer.c.id))) or 0
    plan: WayPlan | None = context.plans.get(book_id)
    if plan is None or not context.now < plan.until or answers >= plan.answers + NEW_ANSWERS:
        plan = _new_plan(context, book_id, context.policy.of_book(folder_name), answers)
        context.plans[book_id] = plan
    return plan


def _new_plan(context: DeskContext, book_id: int, policy: BookPolicy, answers: int) -> WayPlan:
    connection, people = context.connection, carefulness(context.connection)
    heads = heads_of(connection, book_id)
    chosen = chosen_first(connection, chosen_way.c.book_id == book_id)
    worse = _worse(connection, book_id, chosen)
    tasks = _tasks_of(connection, book_id)
    machines = machine_views(
        connection, context.declared, [row.subject for row in tasks if row.state == TaskState.OPEN]
    )
    waiting: dict[bool, dict[tuple[int, str], Doubt]] = {True: {}, False: {}}
    wrong: dict[bool, list[float]] = {True: [], False: []}
    for row in tasks:
        specs = context.declared.fields(row.record)
        for name, spec in specs.items():
            before = chosen.get((row.id, name))
            if before is not None:
                wrong[spec.critical].append(_wrong_by(before, people, worse))
            elif name in row.fields and row.subject in machines and policy.way(spec) is None:
                waiting[spec.critical][row.id, name] = doubt_in(machines[row.subject], name)
    bounds = {True: policy.most_wrong_critical / 1000, False: policy.most_wrong / 1000}
    prices: dict[bool, float] = {}
    ways: dict[tuple[int, str], Way] = {}
    for critical, bound in bounds.items():
        fields = len(waiting[critical]) + len(wrong[critical])
        allowed = bound * fields - sum(wrong[critical])
        doubts = {place: worsened(doubt, worse) for place, doubt in waiting[critical].items()}
        prices[critical] = price_within(tuple(doubts.values()), people, allowed, heads)
        ways |= {
            place: cheapest(doubt, people, prices[critical], heads).way for place, doubt in doubts.items()
        }
    doubts = waiting[True] | waiting[False]
    return WayPlan(prices, people, worse, context.now + LASTS, answers, heads, ways, doubts)


def heads_of(connection: Connection, book_id: int) -> int:
    """Return how many people may key one value after the other in a book; ``ENOUGH`` where there are no accounts.

    The first person may be anybody who reviews at the place of the book, the others only those who check there.
    """
    place_code = connection.scalar(select(book.c.place_code).where(book.c.id == book_id))
    rows = connection.execute(select(account.c.role, account.c.places).where(account.c.active)).all()
    stages = [STAGES[Role(row.role)] for row in rows if row.places is None or place_code in row.places]
    reviewers = sum(Stage.REVIEW in of_person for of_person in stages)
    checkers = sum(Stage.CHECK in of_person for of_person in stages)
    return min(ENOUGH, reviewers, checkers + 1) if reviewers else ENOUGH


def doubt_in(machine: MachineView, name: str) -> Doubt:
    """Return what speaks against what the machine says now of a field."""
    reading = next((one for one in machine.readings if one.field == name), None)
    across = (found.finding for found in machine.cross_entry_findings)
    return doubt_of(reading, (*machine.findings, *across))


def _wrong_by(row: ChosenWayRow, people: Carefulness, worse: Mapping[bool, float]) -> float:
    """Return the probability that the value is wrong that a chosen way leads to."""
    return wrong_by_way(row.way, worsened(Doubt(row.wrong, 1), worse).wrong, people)


def wrong_by_way(way: str, wrong: float, people: Carefulness) -> float:
    """Return the probability that a value is wrong that a way leads to; ``wrong``: that its reading was."""
    return next(cost.wrong for cost in way_costs(Doubt(wrong, 1), people) if cost.way == way)


@dataclass(frozen=True, slots=True)
class _BookTask(ReviewTaskRow):
    record: str


def _tasks_of(connection: Connection, book_id: int) -> list[_BookTask]:
    query = select(review_task, entry.c.record).join(entry, review_task.c.entry_id == entry.c.id)
    return rows_of(connection, _BookTask, query.where(review_task.c.book_id == book_id, entry.c.stands))


def chosen_first(connection: Connection, *where: ColumnElement[bool]) -> dict[tuple[int, str], ChosenWayRow]:
    """Return the last ways that were chosen for the first person, by task and field."""
    query = select(chosen_way).where(*where, chosen_way.c.stage == Stage.REVIEW).order_by(chosen_way.c.id)
    return {(row.task_id, row.field): row for row in rows_of(connection, ChosenWayRow, query)}


@dataclass(frozen=True, slots=True)
class _TaskDecision(DecisionRow):
    task_id: int


def _worse(
    connection: Connection, book_id: int, chosen: Mapping[tuple[int, str], ChosenWayRow]
) -> dict[bool, float]:
    """Return how many times as many readings of a book people found wrong as the calibration expects (``WayPlan``)."""
    query = (
        select(decision, review_task.c.id)
        .join(scan, (scan.c.book_id == decision.c.book_id) & (scan.c.sha256 == decision.c.scan_sha256))
        .join(page, (page.c.scan_id == scan.c.id) & (page.c.page_no == decision.c.page_no))
        .join(review_task, (review_task.c.page_id == page.c.id) & (review_task.c.row == decision.c.row))
        .where(decision.c.book_id == book_id, decision.c.seen_status == FieldStatus.READ, decision_stands)
        .order_by(decision.c.id)
    )
    last = {(row.task_id, row.field): row for row in rows_of(connection, _TaskDecision, query)}
    decided = [(chosen[place].wrong, _is_as_read(row)) for place, row in last.items() if place in chosen]
    return {
        sure: times_worse([one for one in decided if one[0] < 1 and (one[0] <= SURE) is sure])
        for sure in (True, False)
    }


def times_worse(decided: Sequence[tuple[float, bool]]) -> float:
    """Return how many times as many readings are wrong as expected, at least 1.

    Args:
        decided: The probability that each reading is wrong, and whether people found it right.
    """
    expected = PRIOR_EXPECTED + sum(wrong for wrong, _ in decided)
    found = PRIOR_FOUND + sum(not is_right for _, is_right in decided)
    return round(max(1.0, found / expected), 1)


def _is_as_read(row: DecisionRow) -> bool:
    if row.canonical and row.canonical == row.seen_canonical:
        return True
    return folded(row.text) == folded(row.seen_text or "")
