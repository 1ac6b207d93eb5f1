"""The choice of a way when fields are first shown, and the wrong texts that are planted among them.

A person who confirms a planted text has keyed no value: the answer is kept without a name, and the field is asked of
them again, with what the machine read.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace

from pipeline.base.model import FieldReading, FieldStatus, Hypothesis
from pipeline.base.stages import Stage
from pipeline.declarations.office.review import BLIND_FIRST, Way
from pipeline.registry.books.rows import StoredBookRow
from pipeline.registry.database.audit import add
from pipeline.registry.database.columns import values_of
from pipeline.registry.desk_context import DeskContext
from pipeline.registry.tasks.cheapest_ways import Doubt
from pipeline.registry.tasks.chosen_ways import ChosenWays
from pipeline.registry.tasks.consensus import WHOLE_ENTRY, Verdict
from pipeline.registry.tasks.loading import LoadedTask
from pipeline.registry.tasks.planted_values import is_drawn, wrong_text
from pipeline.registry.tasks.rows import ChosenWayRow, chosen_way, planted_answer
from pipeline.registry.tasks.waiting_fields import WaitingField
from pipeline.registry.tasks.way_plans import chosen_first, doubt_in, plan_of
from pipeline.registry.typed_text import composed

PLAINLY_RIGHT = 0.1
"""Largest probability that a reading is wrong in whose place a wrong text is planted."""

SHOWN_FIRST = frozenset({Way.CHECKED, Way.KEYED_CHECKED})
"""Ways in which the second person is shown the first value."""

MOST_TEXTS = 6
"""Texts of the machine that a value typed from the ink alone may agree with."""


def choose_ways(context: DeskContext, case: LoadedTask, fields: Collection[str]) -> LoadedTask:
    """Store the ways of the fields of a task that are shown at their stage for the first time.

    Args:
        fields: The fields that the person may key.
    """
    new = list(_new_ways(context, case, fields))
    if not new:
        return case
    ids = add(context.connection, chosen_way, [values_of(row) for row in new])
    added = {(row.field, row.stage): replace(row, id=row_id) for row, row_id in zip(new, ids, strict=True)}
    return replace(case, chosen=ChosenWays({**case.chosen.rows, **added}, case.chosen.answered))


def _new_ways(context: DeskContext, case: LoadedTask, fields: Collection[str]) -> Iterator[ChosenWayRow]:
    policy, specs = context.policy.of_book(case.row.folder_name), context.declared.fields(case.row.record)
    for name in fields:
        consensus = case.consensus[name]
        if name == WHOLE_ENTRY or policy.way(specs[name]) is not None:
            continue
        if (name, consensus.stage) in case.chosen.rows or consensus.excluded:
            continue
        is_first = consensus.stage is Stage.REVIEW and not consensus.words
        doubt = doubt_in(case.machine, name)
        planted = _planted(context, case, name, doubt) if policy.planted else ""
        if is_first or planted:
            decided = case.decisions.get(name)
            yield ChosenWayRow(
                id=0,
                task_id=case.task_id,
                book_id=case.row.book_id,
                field=name,
                stage=consensus.stage,
                way=consensus.way,
                wrong=doubt.wrong,
                planted=planted,
                after_decision_id=decided.decision_id if decided else None,
                chosen_at=context.now,
            )


def note_ways(context: DeskContext, of_book: StoredBookRow, shown: Sequence[WaitingField]) -> None:
    """Store the ways of fields that are shown in a column for the first time; no text is planted there."""
    if context.policy.of_book(of_book.folder_name).check != "chosen":
        return
    doubts = plan_of(context, of_book.id, of_book.folder_name).doubts
    tasks = [waiting.task.id for waiting in shown]
    known = chosen_first(context.connection, chosen_way.c.task_id.in_(tasks))
    rows = []
    for waiting in shown:
        place = (waiting.task.id, waiting.field)
        is_first = waiting.consensus_of.stage is Stage.REVIEW and not waiting.consensus_of.words
        if is_first and place in doubts and place not in known:
            rows.append(
                ChosenWayRow(
                    id=0,
                    task_id=waiting.task.id,
                    book_id=of_book.id,
                    field=waiting.field,
                    stage=Stage.REVIEW,
                    way=waiting.consensus_of.way,
                    wrong=doubts[place].wrong,
                    planted="",
                    after_decision_id=None,
                    chosen_at=context.now,
                )
            )
    add(context.connection, chosen_way, [values_of(row) for row in rows])


def _planted(context: DeskContext, case: LoadedTask, name: str, doubt: Doubt) -> str:
    """Return the wrong text to show a person in a field now; ``""`` for none.

    No text that the machine holds for possible is planted: it might be right, and who confirms it would be told that
    it is wrong.
    """
    policy, consensus, reading = (
        context.policy.of_book(case.row.folder_name),
        case.consensus[name],
        case.readings.get(name),
    )
    place = f"{case.task_id} {name} {consensus.stage}"
    if not is_drawn(place, policy.planted):
        return ""
    if consensus.stage is Stage.REVIEW and consensus.way not in BLIND_FIRST:
        is_shown = reading is not None and reading.confidence >= policy.prefill_from
        if reading is None or not is_shown or reading.status is not FieldStatus.READ:
            return ""
        if doubt.wrong > PLAINLY_RIGHT:
            return ""
        text = reading.text
    elif consensus.stage is Stage.CHECK and consensus.way in SHOWN_FIRST:
        first = consensus.words[0].verdict
        if first.status is not FieldStatus.READ:
            return ""
        text = first.text
    else:
        return ""

    possible = [reading.text, *(other.text for other in reading.hypotheses)] if reading is not None else []

    def is_plausible(other: str) -> bool:
        known = {_compared(context, case, name, one) for one in (text, *possible)}
        return bool(context.declared.canonical(case.row.record, name, other)) and (
            _compared(context, case, name, other) not in known
        )

    return wrong_text(text, place, is_plausible)


def _texts(reading: FieldReading | None, others: Sequence[Hypothesis] | None = None) -> Iterator[str]:
    """Yield what was read, then the other texts of the machine (``others`` None: of the reading)."""
    if reading is not None and reading.status is FieldStatus.READ and reading.text:
        yield reading.text
        for other in (reading.hypotheses if others is None else others)[:MOST_TEXTS]:
            yield other.text


def _compared(context: DeskContext, case: LoadedTask, name: str, text: str) -> str | None:
    return context.compared(case.row.folder_name, case.row.volume, case.row.record, name, text)


def shown_reading(case: LoadedTask, name: str, reading: FieldReading | None) -> FieldReading | None:
    """Return a reading as the first person is shown it: with the planted text, the right one among the others."""
    row = case.chosen.planted(name, Stage.REVIEW)
    if row is None or reading is None or case.consensus[name].stage is not Stage.REVIEW:
        return reading
    right = Hypothesis(reading.text, reading.confidence)
    others = (one for one in reading.hypotheses if one.text not in (row.planted, reading.text))
    return replace(reading, text=row.planted, hypotheses=(right, *others))


def shown_first(case: LoadedTask, name: str, first: Verdict | None) -> Verdict | None:
    """Return the first value as the second person is shown it."""
    row = case.chosen.planted(name, Stage.CHECK)
    return replace(first, text=row.planted) if row is not None and first is not None else first


def answer_planted(
    context: DeskContext, case: LoadedTask, words: Sequence[Verdict], token: str
) -> tuple[Verdict, ...]:
    """Keep the answers of a person to planted texts; return the values that count."""
    counted = []
    for word in words:
        row = case.chosen.planted(word.field, case.consensus[word.field].stage)
        missed = row is not None and _is_planted(context, case, word, row.planted)
        if row is not None:
            answer = {
                "chosen_way_id": row.id,
                "task_id": case.task_id,
                "field": word.field,
                "stage": row.stage,
                "text": composed(word.text),
                "missed": missed,
                "token": token,
                "answered_at": context.now,
            }
            add(context.connection, planted_answer, [answer])
        if not missed:
            counted.append(word)
    return tuple(counted)


def _is_planted(context: DeskContext, case: LoadedTask, word: Verdict, planted: str) -> bool:
    if word.status is not FieldStatus.READ:
        return False
    return _compared(context, case, word.field, word.text) == _compared(context, case, word.field, planted)


def settled_way(context: DeskContext, case: LoadedTask, word: Verdict) -> Way:
    """Return the way of a field after a keyed value."""
    way, reading = case.consensus[word.field].way, case.readings.get(word.field)
    return way_after(way, reading, word, lambda text: _compared(context, case, word.field, text))


def way_after(
    way: Way, reading: FieldReading | None, word: Verdict, compared: Callable[[str], str | None]
) -> Way:
    """Return the way of a field after its first value: where one person is enough, it has to agree with the machine.

    Args:
        compared: Returns the form of a text in which values are compared.
    """
    if way not in (Way.GLANCE, Way.KEYED):
        return way
    if reading is None or word.status is not reading.status:
        return Way.CHECKED
    if word.status is not FieldStatus.READ:
        return way
    texts = _texts(reading, others=() if way is Way.GLANCE else None)
    return way if compared(word.text) in map(compared, texts) else Way.CHECKED
