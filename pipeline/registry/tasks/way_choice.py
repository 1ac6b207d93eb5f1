"""The choice of a way when fields are first shown, and the hidden checks of how carefully people work.

A person who confirms a planted text has keyed no value: the answer is kept without a name, and the field is asked of
them again, with what the machine read. What a person types in a settled field that is asked again is kept in the same
way and changes no value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from sqlalchemy import select

from pipeline.base.model import FieldReading, FieldStatus, Hypothesis
from pipeline.base.stages import Stage
from pipeline.declarations.office.review import BLIND_FIRST, Way
from pipeline.registry.accounts.model import Person
from pipeline.registry.books.rows import StoredBookRow
from pipeline.registry.database.audit import add
from pipeline.registry.database.columns import rows_of, values_of
from pipeline.registry.desk_context import DeskContext
from pipeline.registry.tasks.cheapest_ways import Doubt
from pipeline.registry.tasks.chosen_ways import ChosenWays
from pipeline.registry.tasks.consensus import WHOLE_ENTRY, Consensus, Verdict
from pipeline.registry.tasks.leases import NOT_KEYED_HERE
from pipeline.registry.tasks.loading import LoadedTask, with_asked_again
from pipeline.registry.tasks.planted_values import is_drawn, wrong_text
from pipeline.registry.tasks.rows import ChosenWayRow, chosen_way, planted_answer
from pipeline.registry.tasks.waiting_fields import WaitingField
from pipeline.registry.tasks.way_plans import doubt_in, plan_of
from pipeline.registry.typed_text import composed

PLAINLY_RIGHT = 0.1
"""Largest probability that a reading is wrong in whose place a wrong text is planted."""

SHOWN_FIRST = frozenset({Way.CHECKED, Way.KEYED_CHECKED})
"""Ways in which the second person is shown the first value."""

OVERLOOKED = (
    "Chữ bạn vừa nhận là chữ thử, do phần mềm cố ý đưa sai; nó không vào sổ. Hãy so lại ô này với ảnh."
)
"""The sentence for a person who confirmed a planted text."""

MOST_TEXTS = 6
"""Texts of the machine that a value typed from the ink alone may agree with."""


def choose_ways(context: DeskContext, case: LoadedTask, person: Person) -> LoadedTask:
    """Store the ways of the fields of a task that are shown to a person at their stage for the first time."""
    fields = case.keyable_by(person.account_id)
    new = [*_new_ways(context, case, fields), *(_settled_fields(context, case, person) if fields else ())]
    if not new:
        return case
    ids = add(context.connection, chosen_way, [values_of(row) for row in new])
    added = {(row.field, row.stage): replace(row, id=row_id) for row, row_id in zip(new, ids, strict=True)}
    chosen = ChosenWays({**case.chosen.rows, **added}, case.chosen.answered)
    return with_asked_again(replace(case, chosen=chosen))


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
        reading = case.readings.get(name)
        planted = (
            _planted(context, case.row, case.task_id, name, consensus, reading, doubt)
            if policy.planted
            else ""
        )
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


def _settled_fields(context: DeskContext, case: LoadedTask, person: Person) -> Iterator[ChosenWayRow]:
    """Yield the settled fields that this person is asked again: drawn ones with ink that others keyed."""
    policy = context.policy.of_book(case.row.folder_name)
    if policy.check != "chosen" or not policy.planted:
        return
    typed_here = {row.id for row in case.words if row.mode not in NOT_KEYED_HERE}
    for name, decided in case.decisions.items():
        reading = case.readings.get(name)
        keyed_by = {row.account_id for row in case.words if row.field == name}
        is_free = name not in case.row.fields and (name, Stage.SETTLED) not in case.chosen.rows
        if (
            is_free
            and decided.status is FieldStatus.READ
            and decided.keyings
            and typed_here.issuperset(decided.keyings)
            and person.account_id not in keyed_by
            and reading is not None
            and reading.box is not None
            and is_drawn(f"{case.task_id} {name} {decided.decision_id}", policy.planted)
        ):
            yield ChosenWayRow(
                id=0,
                task_id=case.task_id,
                book_id=case.row.book_id,
                field=name,
                stage=Stage.SETTLED,
                way=Way.BLIND_TWICE,
                wrong=doubt_in(case.machine, name).wrong,
                planted="",
                after_decision_id=decided.decision_id,
                chosen_at=context.now,
            )


def planted_in_column(
    context: DeskContext,
    of_book: StoredBookRow,
    waiting: Sequence[WaitingField],
    readings: Mapping[int, FieldReading],
) -> dict[int, str]:
    """Return the wrong texts to show in waiting fields of a column, by task.

    Where no text that resembles the right one is a value of the field, it is the text of another entry.
    """
    policy = context.policy.of_book(of_book.folder_name)
    if policy.check != "chosen" or not policy.planted:
        return {}
    doubts, stored = plan_of(context, of_book.id, of_book.folder_name).doubts, _stored(context, waiting)
    others = [text for text, _ in Counter(one.text for one in readings.values() if one.text).most_common()]
    planted = {}
    for one in waiting:
        spec = context.declared.field(one.task.record, one.field)
        row = stored.get(one.task.id)
        if policy.way(spec) is not None or one.consensus_of.excluded:
            continue
        if row is not None:
            text = row.planted
        else:
            doubt = doubts.get((one.task.id, one.field), Doubt(1.0, 0))
            reading = readings.get(one.task.of_entry)
            text = _planted(
                context, of_book, one.task.id, one.field, one.consensus_of, reading, doubt, others
            )
        if text:
            planted[one.task.id] = text
    return planted


def _stored(context: DeskContext, waiting: Sequence[WaitingField]) -> dict[int, ChosenWayRow]:
    """Return what was chosen for waiting fields at their stages, by task; without planted texts that were answered."""
    wanted = {
        (one.task.id, one.field, str(one.consensus_of.stage), one.decision_id): one.task.id for one in waiting
    }
    query = select(chosen_way).where(chosen_way.c.task_id.in_({one.task.id for one in waiting}))
    rows = rows_of(context.connection, ChosenWayRow, query.order_by(chosen_way.c.id))
    answers = select(planted_answer.c.chosen_way_id)
    ids = [row.id for row in rows if row.planted]
    answered = set(context.connection.scalars(answers.where(planted_answer.c.chosen_way_id.in_(ids))))
    return {
        task_id: replace(row, planted="") if row.id in answered else row
        for row in rows
        if (task_id := wanted.get((row.task_id, row.field, row.stage, row.after_decision_id))) is not None
    }


def note_ways(
    context: DeskContext, of_book: StoredBookRow, shown: Sequence[WaitingField], planted: Mapping[int, str]
) -> None:
    """Store the ways of fields that are shown in a column for the first time, with the texts planted there."""
    if context.policy.of_book(of_book.folder_name).check != "chosen":
        return
    doubts = plan_of(context, of_book.id, of_book.folder_name).doubts
    stored = _stored(context, shown)
    rows = []
    for waiting in shown:
        place = (waiting.task.id, waiting.field)
        consensus, text = waiting.consensus_of, planted.get(waiting.task.id, "")
        is_first = consensus.stage is Stage.REVIEW and not consensus.words and place in doubts
        if (is_first or text) and waiting.task.id not in stored:
            rows.append(
                ChosenWayRow(
                    id=0,
                    task_id=waiting.task.id,
                    book_id=of_book.id,
                    field=waiting.field,
                    stage=consensus.stage,
                    way=consensus.way,
                    wrong=doubts[place].wrong if place in doubts else 1.0,
                    planted=text,
                    after_decision_id=waiting.decision_id,
                    chosen_at=context.now,
                )
            )
    add(context.connection, chosen_way, [values_of(row) for row in rows])


class _OfBook(Protocol):
    """The row of a book, or of a task with its book."""

    @property
    def folder_name(self) -> str: ...

    @property
    def volume(self) -> str: ...

    @property
    def record(self) -> str: ...


def _planted(
    context: DeskContext,
    of_book: _OfBook,
    task_id: int,
    name: str,
    consensus: Consensus,
    reading: FieldReading | None,
    doubt: Doubt,
    others: Sequence[str] = (),
) -> str:
    """Return the wrong text to show a person in a field now; ``""`` for none.

    No text that the machine holds for possible is planted: it might be right, and who confirms it would be told that
    it is wrong.

    Args:
        others: Texts to plant where none that resembles the right one is plausible.
    """
    policy = context.policy.of_book(of_book.folder_name)
    place = f"{task_id} {name} {consensus.stage}"
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

    def compared(one: str) -> str | None:
        return context.compared(of_book.folder_name, of_book.volume, of_book.record, name, one)

    possible = [reading.text, *(other.text for other in reading.hypotheses)] if reading is not None else []
    known = {compared(one) for one in (text, *possible)}

    def is_plausible(other: str) -> bool:
        return bool(context.declared.canonical(of_book.record, name, other)) and compared(other) not in known

    return wrong_text(text, place, is_plausible) or next(filter(is_plausible, others), "")


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
    return with_planted(reading, row.planted)


def with_planted(reading: FieldReading, planted: str) -> FieldReading:
    """Return a reading with a planted text in the place of the right one, which stands first among the others."""
    right = Hypothesis(reading.text, reading.confidence)
    others = (one for one in reading.hypotheses if one.text not in (planted, reading.text))
    return replace(reading, text=planted, hypotheses=(right, *others))


def shown_first(case: LoadedTask, name: str, first: Verdict | None) -> Verdict | None:
    """Return the first value as the second person is shown it."""
    row = case.chosen.planted(name, Stage.CHECK)
    return replace(first, text=row.planted) if row is not None and first is not None else first


def answer_checks(
    context: DeskContext, case: LoadedTask, words: Sequence[Verdict], token: str
) -> tuple[Verdict, ...]:
    """Keep the answers of a person to hidden checks; return the values that count."""
    counted = []
    for word in words:
        is_asked_again = case.is_asked_again(word.field)
        row: ChosenWayRow | None
        if is_asked_again:
            row = case.chosen.asked_again[word.field]
            missed = not _is_in_force(context, case, word)
        else:
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
        if not missed and not is_asked_again:
            counted.append(word)
    return tuple(counted)


def _is_in_force(context: DeskContext, case: LoadedTask, word: Verdict) -> bool:
    """Return whether a person keyed the value of the last decision."""
    decided = case.decisions[word.field]
    texts = (_compared(context, case, word.field, text) for text in (word.text, decided.text))
    return word.status is decided.status and len(set(texts)) == 1


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
