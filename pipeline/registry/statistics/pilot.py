"""The counts of a pilot by field: how some books were read, accepted and checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, exists, func, select

from pipeline.base.model import FieldStatus
from pipeline.base.model.adapted_reader import ADAPTER_MARK, parent_of
from pipeline.registry.books.rows import book, page, page_run, scan
from pipeline.registry.database.columns import rows_of
from pipeline.registry.entries.current_readings import in_force
from pipeline.registry.entries.rows import clear_value, entry, reading
from pipeline.registry.sampled_values import SampledValue
from pipeline.registry.statistics.sampling import sampled_values
from pipeline.registry.statistics.scope import Places, of_places
from pipeline.registry.statistics.second_looks import not_taken_back
from pipeline.registry.tasks.consensus import WHOLE_ENTRY, folded_text
from pipeline.registry.tasks.leases import KeyingMode
from pipeline.registry.tasks.model import TaskState
from pipeline.registry.tasks.rows import WITHDRAWN, DecisionRow, decision, keying, review_task
from pipeline.registry.withdrawals.stored_withdrawals import book_stands, decision_stands, page_stands


@dataclass(frozen=True, slots=True)
class PilotField:
    """The fields of one name on one form, at their first reading and now.

    Attributes:
        form: The form that was recognized.
        fields: Fields of entries that stand.
        accepted_first: Fields that the first reading accepted.
        accepted_now: Fields that are accepted now without a person.
        decided: Fields that people decided.
        right_first: Decided fields that the first reading had right.
        right_now: Decided fields that the latest reading has right.
    """

    record: str
    form: str
    field: str
    fields: int
    accepted_first: int
    accepted_now: int
    decided: int
    right_first: int
    right_now: int


@dataclass(frozen=True, slots=True)
class PilotCounts:
    """All counts of some books.

    Attributes:
        finished: Entries without an open task.
        seconds: Seconds of keying of each entry that people finished, in the order in which they began them.
        sampled: Accepted values that were drawn for a blind check.
        readers: Fingerprints of the readers of handwriting of the latest runs.
        adapted: Number of books that were read with an adapter.
        clear: Values that are clear by decisions on other entries.
    """

    books: int
    pages: int
    entries: int
    finished: int
    fields: tuple[PilotField, ...]
    seconds: tuple[float, ...]
    sampled: tuple[SampledValue, ...]
    readers: tuple[str, ...]
    adapted: int
    clear: int


def pilot_counts(connection: Connection, places: Places, book_ids: Collection[int]) -> PilotCounts:
    """Return the counts of those of these books that stand and belong to the places.

    Args:
        places: The codes of the places; None = all.
    """
    ids = connection.scalars(
        select(book.c.id).where(book.c.id.in_(book_ids), book_stands, of_places(places)).order_by(book.c.id)
    ).all()
    open_task = exists().where(review_task.c.entry_id == entry.c.id, review_task.c.state == TaskState.OPEN)
    entries, finished = connection.execute(_entries(ids, func.count(), func.count().filter(~open_task))).one()
    runs = connection.execute(_latest(ids)).all()
    readers = {parent_of(row.hand_reader)[0] for row in runs if row.hand_reader}
    adapted = {row.book_id for row in runs if row.hand_reader and ADAPTER_MARK in row.hand_reader}
    return PilotCounts(
        books=len(ids),
        pages=len(runs),
        entries=entries,
        finished=finished,
        fields=_fields(connection, ids),
        seconds=_seconds(connection, ids),
        sampled=tuple(one for book_id in ids for one in sampled_values(connection, places, book_id)),
        readers=tuple(sorted(readers)),
        adapted=len(adapted),
        clear=sum(_clear(connection, ids).values()),
    )


_ENTRIES: FromClause = (
    entry.join(page, page.c.id == entry.c.page_id)
    .join(scan, scan.c.id == page.c.scan_id)
    .join(book, book.c.id == scan.c.book_id)
)


def _entries(ids: Sequence[int], *columns: Any, of: FromClause = _ENTRIES) -> Select[Any]:
    """Return the query of standing entries of these books; ``of``: the joined tables of the columns."""
    return select(*columns).select_from(of).where(book.c.id.in_(ids), entry.c.stands, page_stands)


def _latest(ids: Sequence[int]) -> Select[Any]:
    return (
        select(page_run.c.hand_reader, scan.c.book_id)
        .join(page, page.c.id == page_run.c.page_id)
        .join(scan, scan.c.id == page.c.scan_id)
        .where(scan.c.book_id.in_(ids), page_stands, page_run.c.latest)
    )


def _fields(connection: Connection, ids: Sequence[int]) -> tuple[PilotField, ...]:
    earliest = (
        select(func.min(page_run.c.id))
        .where(page_run.c.page_id == entry.c.page_id)
        .correlate(entry)
        .scalar_subquery()
    )
    now = _readings(connection, ids, page_run.c.latest)
    first = _readings(connection, ids, page_run.c.id == earliest)
    clear = _clear(connection, ids)
    same_place = (
        (decision.c.book_id == scan.c.book_id)
        & (decision.c.scan_sha256 == scan.c.sha256)
        & (decision.c.page_no == page.c.page_no)
        & (decision.c.row == entry.c.row)
    )
    decisions = (
        _entries(ids, decision, entry.c.id, of=_ENTRIES.join(decision, same_place))
        .where(decision.c.field != WHOLE_ENTRY, decision_stands, not_taken_back)
        .order_by(decision.c.id)
    )
    decided = {(row.entry_id, row.field): row for row in rows_of(connection, _EntryDecision, decisions)}
    counted: dict[tuple[str, str, str], Counter[str]] = {}
    for key, row in now.items():
        if row.status == FieldStatus.NOT_ON_FORM:
            continue
        kind = row.record, row.form or row.book_form, row.field
        verdict, before = decided.get(key), first.get(key)
        counts = counted.setdefault(kind, Counter())
        counts["fields"] += 1
        counts["accepted_first"] += before is not None and before.accepted
        counts["accepted_now"] += verdict is None and (row.accepted or key in clear)
        counts["decided"] += verdict is not None
        counts["right_first"] += verdict is not None and before is not None and _is_right(before, verdict)
        counts["right_now"] += verdict is not None and _is_right(row, verdict)
    names = ("fields", "accepted_first", "accepted_now", "decided", "right_first", "right_now")
    return tuple(
        PilotField(*kind, *(counts[name] for name in names)) for kind, counts in sorted(counted.items())
    )


@dataclass(frozen=True, slots=True)
class _EntryDecision(DecisionRow):
    entry_id: int


@dataclass(frozen=True, slots=True)
class _EntryReading:
    """A reading of a field of an entry; ``form``: the form that was recognized, None where none was."""

    entry_id: int
    record: str
    form: str | None
    book_form: str
    field: str
    status: str
    text: str
    canonical: str
    accepted: bool


def _readings(
    connection: Connection, ids: Sequence[int], which: ColumnElement[bool]
) -> dict[tuple[int, str], _EntryReading]:
    query = _entries(
        ids,
        entry.c.id,
        entry.c.record,
        page_run.c.form,
        book.c.form,
        reading.c.field,
        reading.c.status,
        reading.c.text,
        reading.c.canonical,
        reading.c.accepted,
        of=_ENTRIES.join(reading, reading.c.entry_id == entry.c.id).join(
            page_run, page_run.c.id == reading.c.page_run_id
        ),
    ).where(which)
    return {(row.entry_id, row.field): row for row in rows_of(connection, _EntryReading, query)}


def _clear(connection: Connection, ids: Sequence[int]) -> Counter[tuple[int, str]]:
    rows = connection.execute(
        _entries(
            ids,
            entry.c.id,
            clear_value.c.field,
            of=_ENTRIES.join(clear_value, clear_value.c.entry_id == entry.c.id),
        )
        .where(in_force, ~clear_value.c.drawn)
        .distinct()
    )
    return Counter((row.id, row.field) for row in rows)


def _is_right(read: _EntryReading, verdict: _EntryDecision) -> bool:
    """Return whether a reading equals the decision, apart from case and composition."""
    if read.status != verdict.status:
        return False
    if verdict.status == FieldStatus.BLANK or (verdict.canonical and verdict.canonical == read.canonical):
        return True
    return folded_text(read.text).casefold() == folded_text(verdict.text).casefold()


def _seconds(connection: Connection, ids: Sequence[int]) -> tuple[float, ...]:
    """Return the seconds of keying of each entry that people finished, in the order in which they began them."""
    taken_back = keying.alias("taking_back")
    first = func.min(keying.c.id)
    rows = connection.execute(
        _entries(
            ids,
            func.sum(keying.c.seconds).label("seconds"),
            of=_ENTRIES.join(review_task, review_task.c.entry_id == entry.c.id).join(
                keying, keying.c.task_id == review_task.c.id
            ),
        )
        .where(
            review_task.c.state == TaskState.DONE,
            keying.c.status != WITHDRAWN,
            keying.c.mode != KeyingMode.LOT,
            ~exists().where(taken_back.c.takes_back_id == keying.c.id),
        )
        .group_by(entry.c.id)
        .order_by(first)
    )
    return tuple(float(row.seconds) for row in rows)
