"""Clear values of a page: saved while people check the book, except on pages where somebody is at work, and taken back.

A value that a person recalls, or whose witnesses no longer count, waits again; its row says why.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence

from sqlalchemy import Connection, exists, or_, select

from pipeline.base.model import PageResult
from pipeline.registry.books.pages import held_page, save_page
from pipeline.registry.clear_values.clear_rows import (
    add_clear,
    add_take_backs,
    decisions_of_rows,
    recalled,
    rows_in_force,
)
from pipeline.registry.clear_values.model import FEWEST_WITNESSES, WITNESS_GONE, ClearField, NewClearValue
from pipeline.registry.database import clock
from pipeline.registry.database.audit import MACHINE, record
from pipeline.registry.database.locks import hold_pages, hold_tasks
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.entries.current_readings import clear_in_force, current_readings
from pipeline.registry.entries.machine_view import decisions_at
from pipeline.registry.entries.projections import refresh_projections
from pipeline.registry.entries.rows import ENTRIES, ClearValueRow, Subject, entry, on_entry
from pipeline.registry.tasks.keyed_values import at_work, withdrawn
from pipeline.registry.tasks.rows import decision, review_task
from pipeline.registry.withdrawals.stored_withdrawals import decision_stands

_logger = logging.getLogger(__name__)


def save_clear_page(
    connection: Connection,
    declared: RecordSchema,
    book_id: int,
    result: PageResult,
    fingerprint: str,
    new: Sequence[NewClearValue],
) -> int | None:
    """Save a page as its book weighs it now, with its clear values.

    Values that a person recalled or decided are skipped, and values that rest on a decision that no longer counts.

    Args:
        result: The weighed page; it is a further reading if its ``fingerprint`` is new.

    Returns:
        The number of values that are accepted or drawn from now on; None if somebody is at work on the page, so that
        nothing was saved.
    """
    page_id = held_page(connection, book_id, result.ref)
    tasks = connection.scalars(select(review_task.c.id).where(review_task.c.page_id == page_id)).all()
    hold_tasks(connection, tasks)
    if connection.scalar(select(exists().where(review_task.c.page_id == page_id, at_work(connection)))):
        return None
    save_page(connection, declared, book_id, result, fingerprint)
    ids = {
        row.row: row.id
        for row in connection.execute(
            select(entry.c.row, entry.c.id).where(entry.c.page_id == page_id, entry.c.stands)
        )
    }
    known = clear_in_force(connection, list(ids.values()))
    back = recalled(connection, book_id)
    decided = decisions_at(connection, [(page_id, entry_id) for entry_id in ids.values()])
    now = current_readings(connection, declared, list(ids.values()))
    standing = standing_decisions(
        connection, {decision_id for value in new for decision_id in value.decisions}
    )
    kept = []
    for value in new:
        entry_id = ids.get(value.row)
        if entry_id is None or (entry_id, value.field) in back or value.field in decided[page_id, entry_id]:
            continue
        before = known.get(entry_id, {}).get(value.field)
        witnesses = set(value.decisions)
        if (
            len(witnesses) < FEWEST_WITNESSES
            or not witnesses <= standing
            or (before is not None and before.text == value.text)
        ):
            continue
        read = now[entry_id].seen.get(value.field) if entry_id in now else None
        if read is None or (read.text, read.canonical) != (value.text, value.canonical):
            continue
        if before is not None:
            add_take_backs(connection, [before], MACHINE, "read-otherwise", clock.now(connection))
        kept.append(value)
    if kept:
        _add(connection, declared, book_id, page_id, ids, kept)
    return len(kept)


def _add(
    connection: Connection,
    declared: RecordSchema,
    book_id: int,
    page_id: int,
    ids: dict[int, int],
    kept: Sequence[NewClearValue],
) -> None:
    add_clear(connection, book_id, ids, kept, clock.now(connection))
    refresh_projections(
        connection, declared, [(page_id, ids[row]) for row in sorted({value.row for value in kept})]
    )
    entries = entries_of_decisions(connection, {number for value in kept for number in value.decisions})
    for row in sorted({value.row for value in kept}):
        mine = [value for value in kept if value.row == row]
        detail = {
            "fields": [value.field for value in mine],
            "drawn": [value.field for value in mine if value.drawn],
            "rests_on": {
                value.field: sorted({entries[each] for each in value.decisions if each in entries})
                for value in mine
            },
            "reason": f"đã rõ nhờ {max(len(value.decisions) for value in mine)} sự kiện đã đối chiếu",
        }
        record(connection, MACHINE, "value-clear", f"entry:{ids[row]}", detail)
    _logger.info("page %d: %d values clear", page_id, len(kept))


def take_back_unfounded(connection: Connection, declared: RecordSchema, book_id: int) -> int:
    """Take back the values of a book that rest on a decision that no longer counts; return their number.

    Values that people have decided stay as they are.
    """
    rows = rows_in_force(connection, book_id)
    if not rows:
        return 0
    resting = decisions_of_rows(connection, [row.id for row in rows])
    standing = standing_decisions(
        connection, {decision_id for ids in resting.values() for decision_id in ids}
    )
    gone = [row for row in rows if not set(resting[row.id]) <= standing]
    return take_back(connection, declared, gone, MACHINE, WITNESS_GONE)


def take_back(
    connection: Connection, declared: RecordSchema, rows: Sequence[ClearValueRow], login: str, reason: str
) -> int:
    """Take clear values back, so that they wait again; return their number.

    Values that people have decided stay as they are.
    """
    if not rows:
        return 0
    entry_ids = {row.entry_id for row in rows}
    places = connection.execute(select(entry.c.id, entry.c.page_id).where(entry.c.id.in_(entry_ids)))
    subjects: dict[int, Subject] = {row.id: (row.page_id, row.id) for row in places}
    hold_pages(connection, {page_id for page_id, _ in subjects.values()})
    still = clear_in_force(connection, entry_ids)
    decided = decisions_at(connection, subjects.values())
    left = []
    for row in rows:
        now = still.get(row.entry_id, {}).get(row.field)
        if now is not None and now.id == row.id and row.field not in decided[subjects[row.entry_id]]:
            left.append(row)
    if not left:
        return 0
    add_take_backs(connection, left, login, reason, clock.now(connection))
    refresh_projections(connection, declared, sorted({subjects[row.entry_id] for row in left}))
    for entry_id in sorted({row.entry_id for row in left}):
        fields = [row.field for row in left if row.entry_id == entry_id]
        record(connection, login, "value-recalled", f"entry:{entry_id}", {"fields": fields, "reason": reason})
    return len(left)


def standing_decisions(connection: Connection, decision_ids: Collection[int]) -> frozenset[int]:
    """Return the decisions that count: not taken back, not withdrawn, and not decided otherwise since."""
    if not decision_ids:
        return frozenset()
    later = decision.alias("later_decision")
    decided_again = exists().where(
        later.c.book_id == decision.c.book_id,
        later.c.scan_sha256 == decision.c.scan_sha256,
        later.c.page_no == decision.c.page_no,
        later.c.row == decision.c.row,
        later.c.field == decision.c.field,
        later.c.id > decision.c.id,
        or_(later.c.canonical != decision.c.canonical, later.c.status != decision.c.status),
    )
    rows = connection.execute(
        select(decision.c.id, decision.c.keyings).where(
            decision.c.id.in_(decision_ids), decision_stands, ~decided_again
        )
    ).all()
    gone = withdrawn(connection, {keying_id for row in rows for keying_id in row.keyings or ()})
    return frozenset(row.id for row in rows if gone.isdisjoint(row.keyings or ()))


def entries_of_decisions(connection: Connection, decision_ids: Collection[int]) -> dict[int, int]:
    """Return the entry of each decision."""
    rows = connection.execute(
        select(decision.c.id, entry.c.id.label("entry_id"))
        .select_from(ENTRIES)
        .join(decision, on_entry(decision))
        .where(decision.c.id.in_(decision_ids), decision_stands)
    )
    return {row.id: row.entry_id for row in rows}


def fields_of_rows(connection: Connection, rows: Sequence[ClearValueRow]) -> tuple[ClearField, ...]:
    """Return rows of clear values as values, with the entries on which they rest."""
    resting = decisions_of_rows(connection, [row.id for row in rows])
    entries = entries_of_decisions(
        connection, {decision_id for ids in resting.values() for decision_id in ids}
    )
    return tuple(
        ClearField(
            row.id,
            row.entry_id,
            row.field,
            tuple(
                sorted({entries[decision_id] for decision_id in resting[row.id] if decision_id in entries})
            ),
            row.noted_at,
        )
        for row in rows
    )
