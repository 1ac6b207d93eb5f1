"""The counts of a pilot by field: how some books were read, accepted and checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, FromClause, RowMapping, Select, exists, func, select

from pipeline.base.model import FieldStatus
from pipeline.base.model.adapted_reader import ADAPTER_MARK, parent_of
from pipeline.registry.books.rows import book, page, page_run, scan
from pipeline.registry.entries.current_readings import in_force
from pipeline.registry.entries.rows import clear_value, entry, reading
from pipeline.registry.sampled_values import SampledValue
from pipeline.registry.statistics.sampling import sampled_values
from pipeline.registry.statistics.scope import Places, of_places
from pipeline.registry.statistics.second_looks import not_taken_back
from pipeline.registry.tasks.consensus import WHOLE_ENTRY, folded_text
from pipeline.registry.tasks.leases import KeyingMode
from pipeline.registry.tasks.model import TaskState
from pipeline.registry.tasks.rows import WITHDRAWN, decision, keying, review_task
from pipeline.registry.withdrawals.stored_withdrawals import book_stands, decision_stands, page_stands


@dataclass(frozen=True, slots=True)
class PilotField:
    """The fields of one name on one form, as they were first read and as they stand now.

    Attributes:
        form: The form that was recognized.
        fields: Fields of entries that stand.
        accepted_first: Those that the first reading accepted.
        accepted_now: Those that are accepted now without a person.
        decided: Those that people decided.
        right_first: Those of the decided ones that the first reading had right.
        right_now: Those of the decided ones that the latest reading has right.
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
        finished: Entries of which nothing waits.
        seconds: Of each entry that people finished, the seconds that keying its fields took, in the order in which
            people came to them.
        sampled: Accepted values that were drawn for a blind check.
        readers: Fingerprints of the readers of handwriting of the latest runs.
        adapted: How many books were read with what was learnt of their hand.
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
    """Return the counts of these books, as far as they are of these places and stand.

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
    """Return the query of entries of these books that stand; ``of``: joined with what else the columns are of."""
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
    decided = {
        (row["entry_id"], row["field"]): row
        for row in connection.execute(
            _entries(ids, entry.c.id.label("entry_id"), decision, of=_ENTRIES.join(decision, same_place))
            .where(decision.c.field != WHOLE_ENTRY, decision_stands, not_taken_back)
            .order_by(decision.c.id)
        ).mappings()
    }
    counted: dict[tuple[str, str, str], Counter[str]] = {}
    for key, row in now.items():
        if row["status"] == FieldStatus.NOT_ON_FORM:
            continue
        kind = row["record"], row["form"] or row["book_form"], row["field"]
        said, before = decided.get(key), first.get(key)
        counts = counted.setdefault(kind, Counter())
        counts["fields"] += 1
        counts["accepted_first"] += before is not None and before["accepted"]
        counts["accepted_now"] += said is None and (row["accepted"] or key in clear)
        counts["decided"] += said is not None
        counts["right_first"] += said is not None and before is not None and _is_right(before, said)
        counts["right_now"] += said is not None and _is_right(row, said)
    names = ("fields", "accepted_first", "accepted_now", "decided", "right_first", "right_now")
    return tuple(
        PilotField(*kind, *(counts[name] for name in names)) for kind, counts in sorted(counted.items())
    )


def _readings(connection: Connection, ids: Sequence[int], which: Any) -> dict[tuple[int, str], RowMapping]:
    rows = connection.execute(
        _entries(
            ids,
            entry.c.id.label("entry_id"),
            entry.c.record,
            page_run.c.form,
            book.c.form.label("book_form"),
            reading.c.field,
            reading.c.status,
            reading.c.text,
            reading.c.canonical,
            reading.c.accepted,
            of=_ENTRIES.join(reading, reading.c.entry_id == entry.c.id).join(
                page_run, page_run.c.id == reading.c.page_run_id
            ),
        ).where(which)
    ).mappings()
    return {(row["entry_id"], row["field"]): row for row in rows}


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


def _is_right(read: RowMapping, said: RowMapping) -> bool:
    """Return whether a reading is what people decided; capitals and composition make no other value."""
    if read["status"] != said["status"]:
        return False
    if said["status"] == FieldStatus.BLANK or (said["canonical"] and said["canonical"] == read["canonical"]):
        return True
    return folded_text(read["text"]).casefold() == folded_text(said["text"]).casefold()


def _seconds(connection: Connection, ids: Sequence[int]) -> tuple[float, ...]:
    """Return the seconds of each entry that people finished, in the order in which they came to them."""
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
