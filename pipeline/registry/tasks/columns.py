"""Column mode: a person keys one field of many entries of a book, leased together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from sqlalchemy import Connection, select

from pipeline.base.model import FieldReading, PageRef
from pipeline.base.stages import Stage
from pipeline.registry.accounts.model import Person
from pipeline.registry.accounts.permissions import stages
from pipeline.registry.books.rows import StoredBookRow
from pipeline.registry.database.audit import record
from pipeline.registry.database.columns import rows_of
from pipeline.registry.desk_context import DeskContext, year_of_volume
from pipeline.registry.entries.current_readings import current_readings
from pipeline.registry.entries.effective_values import effective_values_of
from pipeline.registry.tasks.column_rows import EqualFields, equal_fields, of_row
from pipeline.registry.tasks.consensus import Verdict
from pipeline.registry.tasks.keyed_values import is_keyed_value, withdrawn
from pipeline.registry.tasks.known_values import Offers, effective_as_values
from pipeline.registry.tasks.leases import KeyingMode, hand_back, take_all
from pipeline.registry.tasks.likely_values import LikelyValues
from pipeline.registry.tasks.model import ColumnCount, ColumnTask, FieldWork, LeasedColumn, SnippetRow
from pipeline.registry.tasks.rows import KeyingRow, keying, review_task
from pipeline.registry.tasks.stamps import stamps_of
from pipeline.registry.tasks.visibility import fields_of_shared_slots, hides_number, is_blind, work_of
from pipeline.registry.tasks.waiting_fields import (
    WaitingField,
    book_row,
    open_tasks,
    verdict_of_row,
    waiting_fields_of_book,
)
from pipeline.registry.tasks.way_choice import note_ways, planted_in_column, with_planted
from pipeline.values.derivations import Derived

LARGEST = 60
"""Most snippets that a person may hold at once."""


def column_counts(context: DeskContext, person: Person, book_id: int) -> tuple[ColumnCount, ...]:
    """Return the number of entries of a book that wait for this person to key each field, in the record's order.

    Raises:
        NotYours: The book belongs to another place.
    """
    allowed = stages(person)
    of_book = book_row(context.connection, book_id, person)
    fields = waiting_fields_of_book(context, of_book, person)
    waiting = Counter(
        (snippet.field, snippet.consensus_of.stage)
        for snippet in fields
        if snippet.consensus_of.stage in allowed
    )
    order = {name: at for at, name in enumerate(context.declared.fields(of_book.record))}
    return tuple(
        ColumnCount(book_id, of_book.folder_name, of_book.record, field, stage, number)
        for (field, stage), number in sorted(
            waiting.items(), key=lambda item: (order.get(item[0][0], len(order)), item[0][1])
        )
    )


def take_column(
    context: DeskContext,
    person: Person,
    book_id: int,
    field: str,
    stage: Stage,
    size: int = LARGEST,
    page_ids: Collection[int] | None = None,
) -> LeasedColumn | None:
    """Lease a person snippets of one field of a book, in place of the column that they hold.

    Snippets lie in rows of equal values, blind snippets in the order of the book.

    Args:
        size: Number of snippets, at most ``LARGEST``.
        page_ids: Only snippets of these pages; None: of the whole book.

    Returns:
        The column; None when nothing waits.
    """
    stages(person, stage)
    return take_snippets(context, person, book_id, field, stage, size, page_ids=page_ids)


def take_snippets(
    context: DeskContext,
    person: Person,
    book_id: int,
    field: str,
    stage: Stage,
    size: int,
    task_ids: Collection[int] | None = None,
    page_ids: Collection[int] | None = None,
) -> LeasedColumn | None:
    """Do as ``take_column``, for these tasks only."""
    of_book = book_row(context.connection, book_id, person)
    spec = context.declared.field(of_book.record, field)
    hand_back(context.connection, person, KeyingMode.COLUMN)
    waiting = tuple(waiting_fields_of_book(context, of_book, person))
    found = [
        snippet
        for snippet in waiting
        if (snippet.field, snippet.consensus_of.stage) == (spec.name, stage)
        and (task_ids is None or snippet.task.id in task_ids)
        and (page_ids is None or snippet.task.page_id in page_ids)
    ]
    policy = context.policy.of_book(of_book.folder_name)
    readings = _readings(context, of_book, field)
    offered = _offers(
        context,
        of_book,
        spec.name,
        [snippet for snippet in found if not is_blind(snippet.consensus_of)],
    )
    is_shared = field in fields_of_shared_slots(context.declared.schemas.forms.get(of_book.form))
    values = LikelyValues(
        context.connection,
        context.declared,
        of_book.id,
        of_book.record,
        year=year_of_volume(of_book.volume),
        case_counts=policy.letter_case == "counts",
    )
    stamps = stamps_of(context.connection, book_id, field)
    unstamped = [snippet for snippet in found if snippet.task.of_entry not in stamps]
    planted = planted_in_column(context, of_book, unstamped, readings)

    def work_in(snippet: WaitingField) -> FieldWork:
        reading, wrong = readings.get(snippet.task.of_entry), planted.get(snippet.task.id, "")
        if reading and wrong and snippet.consensus_of.stage is Stage.REVIEW:
            reading = with_planted(reading, wrong)
        work = work_of(
            field,
            snippet.consensus_of,
            policy,
            reading,
            snippet.decided,
            None,
            is_shared=is_shared,
            likely="" if wrong else values.of(snippet.task.of_entry, field, reading),
        )
        first = replace(work.first, text=wrong) if work.first and wrong else work.first
        return replace(work, first=first, offers=offered.get(snippet.task.of_entry, ()))

    works = {snippet.task.of_entry: work_in(snippet) for snippet in found}
    form_of = partial(values.form, field)
    rows = equal_fields(works, form_of, stamps, values.of_field(field))
    by_entry = {snippet.task.of_entry: snippet for snippet in found}
    wanted = [by_entry[entry_id] for row in rows for entry_id in row.entries][: min(size, LARGEST)]
    lent = _lent(context, wanted, person)
    if not lent:
        return None
    note_ways(context, of_book, lent, planted)
    detail = {"field": field, "stage": stage, "tasks": [snippet.task.id for snippet in lent]}
    record(context.connection, person.login, "column-shown", f"book:{book_id}", detail)
    mine = _mine(context.connection, [snippet.task.id for snippet in lent], field, person)
    blind = {snippet.task.id for snippet in waiting if is_blind(snippet.consensus_of)}
    beside = _beside(context, of_book, field, [snippet for snippet in lent if snippet.task.id not in blind])
    tasks = {
        snippet.task.of_entry: ColumnTask(
            task_id=snippet.task.id,
            version=snippet.task.version,
            entry_id=snippet.task.of_entry,
            entry_number="" if hides_number(snippet.number) else snippet.task.number_text,
            ref=PageRef(snippet.task.sha256, snippet.task.page_no),
            book_id=snippet.task.book_id,
            work=replace(works[snippet.task.of_entry], mine=mine.get(snippet.task.id)),
            beside=beside.get(snippet.task.of_entry, {}),
        )
        for snippet in lent
    }
    return LeasedColumn(
        book_id,
        of_book.folder_name,
        of_book.record,
        field,
        stage,
        context.until,
        tuple(_rows(rows, tasks, partial(of_row, form_of=form_of, is_verbatim=spec.value_kind.is_verbatim))),
    )


def _rows(
    rows: Sequence[EqualFields],
    tasks: Mapping[int, ColumnTask],
    word_of: Callable[[FieldWork, Verdict | None], Verdict | None],
) -> Iterator[SnippetRow]:
    """Yield the rows of a column with those of their snippets that are leased.

    Args:
        word_of: Returns the value that a field takes when its row of that value is accepted.
    """
    for row in rows:
        leased = [tasks[entry_id] for entry_id in row.entries if entry_id in tasks]
        if leased:
            snippets = tuple(replace(task, of_row=word_of(task.work, row.verdict)) for task in leased)
            yield SnippetRow(row.verdict, snippets, row.is_stamp, row.is_known)


def _beside(
    context: DeskContext, of_book: StoredBookRow, field: str, shown: Sequence[WaitingField]
) -> dict[int, dict[str, str | None]]:
    """Return the effective values of the other fields in the blank of a field, by entry."""
    form = context.declared.schemas.forms.get(of_book.form)
    slots = (slot for slot in form.slots if field in slot.field_names) if form else ()
    others = dict.fromkeys(name for slot in slots for name in slot.field_names if name != field)
    if not others or not shown:
        return {}
    entries = {snippet.task.of_entry: snippet.task.record for snippet in shown}
    values = effective_values_of(context.connection, context.declared, entries)
    return {entry_id: {name: values[entry_id].get(name) for name in others} for entry_id in entries}


def _offers(
    context: DeskContext, of_book: StoredBookRow, field: str, waiting: Sequence[WaitingField]
) -> dict[int, tuple[Derived, ...]]:
    """Return the values of a field that derivations offer from the effective values of entries, by entry."""
    record_name = of_book.record
    if not waiting or field not in {
        snippet.field for snippet in context.declared.schemas.record(record_name).derivations
    }:
        return {}
    offers = Offers(context.connection, context.declared, record_name, of_book.id)
    entries = {snippet.task.of_entry: snippet.task.record for snippet in waiting}
    values = effective_values_of(context.connection, context.declared, entries)
    return {entry_id: offers.of(field, effective_as_values(values[entry_id])) for entry_id in entries}


def _readings(context: DeskContext, of_book: StoredBookRow, field: str) -> dict[int, FieldReading]:
    """Return what the machine says now of a field, by entry."""
    entries = select(review_task.c.entry_id).where(*open_tasks(of_book))
    current = current_readings(context.connection, context.declared, entries, field)
    return {entry_id: one.readings[0] for entry_id, one in current.items()}


def _lent(context: DeskContext, wanted: Sequence[WaitingField], person: Person) -> list[WaitingField]:
    """Lend tasks, except tasks that somebody else is taking now or that have changed."""
    rows = select(review_task.c.id, review_task.c.version).where(
        review_task.c.id.in_([snippet.task.id for snippet in wanted])
    )
    locked = context.connection.execute(rows.order_by(review_task.c.id).with_for_update(skip_locked=True))
    versions = {row.id: row.version for row in locked}
    same = [snippet for snippet in wanted if versions.get(snippet.task.id) == snippet.task.version]
    taken = take_all(context, [snippet.task.id for snippet in same], person, KeyingMode.COLUMN)
    return [snippet for snippet in same if snippet.task.id in taken]


def _mine(connection: Connection, task_ids: Sequence[int], field: str, person: Person) -> dict[int, Verdict]:
    """Return the last keyed value of a person on the field that they took back, by task."""
    query = (
        select(keying)
        .where(
            keying.c.task_id.in_(task_ids),
            keying.c.field == field,
            keying.c.account_id == person.account_id,
            is_keyed_value,
        )
        .order_by(keying.c.id)
    )
    last = {row.task_id: row for row in rows_of(connection, KeyingRow, query)}
    gone = withdrawn(connection, [row.id for row in last.values()])
    return {task_id: verdict_of_row(row) for task_id, row in last.items() if row.id in gone}
