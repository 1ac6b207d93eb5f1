"""What finished entries cost people, book by book, and what hidden checks and chosen ways say of what is left wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Float, and_, case, cast, exists, func, or_, select

from pipeline.base.model import FieldStatus
from pipeline.base.stages import Stage
from pipeline.declarations.office.review import BLIND_FIRST, BLIND_SECOND
from pipeline.registry.statistics.model import BookEffort, ChosenWaysOfField, EffortKind, Overlooked
from pipeline.registry.statistics.scope import Places, of_places
from pipeline.registry.tasks.consensus import ORDER
from pipeline.registry.tasks.leases import NOT_KEYED_HERE
from pipeline.registry.tasks.model import TaskState
from pipeline.registry.tasks.rows import WITHDRAWN, chosen_way, decision, keying, planted_answer, review_task
from pipeline.registry.tasks.way_plans import carefulness, wrong_by_way

_TYPED: ColumnElement[bool] = or_(
    and_(keying.c.stage == Stage.REVIEW, keying.c.way.in_(sorted(BLIND_FIRST))),
    and_(keying.c.stage == Stage.CHECK, keying.c.way.in_(sorted(BLIND_SECOND))),
)
_KIND = case(
    (keying.c.stage.not_in([Stage.REVIEW, Stage.CHECK]), EffortKind.THIRD),
    (_TYPED, EffortKind.TYPED),
    (keying.c.stage == Stage.CHECK, EffortKind.LOOKED_AGAIN),
    else_=EffortKind.LOOKED,
)
_KEYS = case((and_(_TYPED, keying.c.status == FieldStatus.READ), func.length(keying.c.text) + 1), else_=1)


def book_efforts(connection: Connection, places: Places, since: datetime) -> tuple[BookEffort, ...]:
    """Return what the entries cost that people finished since a moment, by book and kind of work."""
    finished = (
        review_task.c.state == TaskState.DONE,
        review_task.c.closed_at >= since,
        review_task.c.entry_id.is_not(None),
        of_places(places, review_task.c.place_code),
    )
    keyed = exists().where(
        keying.c.task_id == review_task.c.id,
        keying.c.status != WITHDRAWN,
        keying.c.mode.not_in(NOT_KEYED_HERE),
    )
    entries = (
        select(review_task.c.book_id, func.count().label("entries"))
        .where(*finished, keyed)
        .group_by(review_task.c.book_id)
    )
    work = (
        select(
            review_task.c.book_id,
            _KIND.label("kind"),
            func.count().label("fields"),
            func.sum(_KEYS).label("keys"),
            cast(func.sum(keying.c.seconds), Float).label("seconds"),
        )
        .join(keying, keying.c.task_id == review_task.c.id)
        .where(*finished, keying.c.status != WITHDRAWN, keying.c.mode.not_in(NOT_KEYED_HERE))
        .group_by(review_task.c.book_id, _KIND)
    )
    count = {row.book_id: row.entries for row in connection.execute(entries)}
    return tuple(
        BookEffort(
            row.book_id, EffortKind(row.kind), count[row.book_id], row.fields, int(row.keys), row.seconds
        )
        for row in connection.execute(work.order_by(review_task.c.book_id, _KIND))
    )


def hidden_checks(connection: Connection) -> tuple[Overlooked, ...]:
    """Return how the whole office answered planted texts and settled fields that were asked again, by stage."""
    query = (
        select(planted_answer.c.stage, planted_answer.c.missed, decision.c.keyings)
        .join(chosen_way, chosen_way.c.id == planted_answer.c.chosen_way_id)
        .outerjoin(decision, decision.c.id == chosen_way.c.after_decision_id)
    )
    answers: defaultdict[tuple[bool, Stage], list[bool]] = defaultdict(list)
    for stage, missed, keyings in connection.execute(query):
        is_settled = stage == Stage.SETTLED
        answers[is_settled, ORDER[len(keyings) - 1] if is_settled else Stage(stage)].append(missed)
    people = carefulness(connection)
    reckoned = {Stage.REVIEW: people.overlooked, Stage.CHECK: people.overlooked_again}
    return tuple(
        Overlooked(
            stage, len(missed), sum(missed), people.mistyped if is_settled else reckoned[stage], is_settled
        )
        for is_settled in (False, True)
        for stage in ORDER
        if (missed := answers.get((is_settled, stage)))
    )


def settled_fields(connection: Connection, places: Places) -> tuple[ChosenWaysOfField, ...]:
    """Return what the ways that the program chose leave wrong by what is known of people now, by book and field."""
    by = (chosen_way.c.book_id, chosen_way.c.field, chosen_way.c.way, chosen_way.c.wrong)
    query = (
        select(*by, func.count())
        .join(review_task, review_task.c.id == chosen_way.c.task_id)
        .where(chosen_way.c.stage == Stage.REVIEW, of_places(places, review_task.c.place_code))
        .group_by(*by)
    )
    people = carefulness(connection)
    fields: defaultdict[tuple[int, str], list[Sequence[float]]] = defaultdict(list)
    for book_id, field, way, wrong, times in connection.execute(query):
        fields[book_id, field].append((times, times * wrong_by_way(way, wrong, people)))
    return tuple(
        ChosenWaysOfField(
            book_id, field, int(sum(times for times, _ in some)), sum(wrong for _, wrong in some)
        )
        for (book_id, field), some in sorted(fields.items())
    )
