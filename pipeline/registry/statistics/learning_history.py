"""Numbers of fields that people decided of each entry over time, and the moments at which the machine learnt."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Text, cast, exists, func, select

from pipeline.base.model.adapted_reader import ADAPTER_MARK
from pipeline.registry.books.rows import book, page, page_run, scan
from pipeline.registry.database.audit.chain import audit
from pipeline.registry.database.columns import UtcTime, rows_of
from pipeline.registry.entries.rows import clear_value, entry
from pipeline.registry.statistics.model import CheckedEntry, LearningHistory, LearningKind, LearningMark
from pipeline.registry.statistics.scope import Places, hour_of, moment_of, of_places
from pipeline.registry.statistics.second_looks import not_questioned, not_taken_back
from pipeline.registry.tasks.consensus import WHOLE_ENTRY
from pipeline.registry.tasks.model import TaskState
from pipeline.registry.tasks.rows import PAGE_ITSELF, decision, review_task
from pipeline.registry.withdrawals.stored_withdrawals import book_stands, decision_stands, page_stands

READER_ACTS = {"reader-promoted": LearningKind.READER, "reader-rolled-back": LearningKind.ROLLBACK}
"""What the audit says of the office's own reader."""


def learning_history(connection: Connection, places: Places, book_id: int | None = None) -> LearningHistory:
    """Return the effort of checking over time in the books of these places, or in one of them.

    Args:
        places: The codes of the places; None = all.
        book_id: That book alone.
    """
    here = [of_places(places), book_stands, *([] if book_id is None else [book.c.id == book_id])]
    entries = _entries(connection, here)
    marks = [*_clear(connection, here), *_adapters(connection, here)]
    first = min([*(one.at for one in entries), *(mark.at for mark in marks)], default=None)
    marks += [] if first is None else _readers(connection, first)
    marks.sort(key=lambda one: (one.at, one.kind))
    waiting, unchecked = _waiting(connection, here)
    return LearningHistory(entries, tuple(marks), waiting, unchecked)


def _entries(connection: Connection, here: list[ColumnElement[bool]]) -> tuple[CheckedEntry, ...]:
    """Return the entries that people finished; fields reopened by a lot are not counted again."""
    place = (decision.c.book_id, decision.c.scan_sha256, decision.c.page_no, decision.c.row)
    is_open = (
        select(review_task.c.id)
        .join(page, page.c.id == review_task.c.page_id)
        .join(scan, scan.c.id == page.c.scan_id)
        .where(
            scan.c.book_id == decision.c.book_id,
            scan.c.sha256 == decision.c.scan_sha256,
            page.c.page_no == decision.c.page_no,
            review_task.c.row == decision.c.row,
            review_task.c.state == TaskState.OPEN,
        )
    )
    first = func.min(decision.c.decided_at, type_=UtcTime)
    query = (
        select(first, func.count(decision.c.field.distinct()))
        .select_from(decision.join(book, book.c.id == decision.c.book_id))
        .where(
            *here,
            decision.c.field != WHOLE_ENTRY,
            decision.c.row != PAGE_ITSELF,
            decision_stands,
            not_taken_back,
            not_questioned,
            ~exists(is_open),
        )
        .group_by(*place)
        .order_by(first, *place)
    )
    return tuple(rows_of(connection, CheckedEntry, query))


def _clear(connection: Connection, here: list[ColumnElement[bool]]) -> list[LearningMark]:
    hour = hour_of(connection, clear_value.c.noted_at)
    rows = connection.execute(
        select(hour, func.count())
        .join_from(clear_value, book, book.c.id == clear_value.c.book_id)
        .join(entry, entry.c.id == clear_value.c.entry_id)
        .where(*here, entry.c.stands, clear_value.c.takes_back_id.is_(None), ~clear_value.c.drawn)
        .group_by(hour)
    )
    return [LearningMark(moment_of(begun), LearningKind.CLEAR, count) for begun, count in rows]


def _adapters(connection: Connection, here: list[ColumnElement[bool]]) -> list[LearningMark]:
    """Return the moments at which pages were first read with each adapter."""
    first = func.min(page_run.c.saved_at, type_=UtcTime)
    moments = connection.scalars(
        select(first)
        .join_from(page_run, page, page.c.id == page_run.c.page_id)
        .join(scan, scan.c.id == page.c.scan_id)
        .join(book, book.c.id == scan.c.book_id)
        .where(*here, page_stands, page_run.c.hand_reader.contains(ADAPTER_MARK, autoescape=True))
        .group_by(book.c.id, page_run.c.hand_reader)
    )
    return [LearningMark(at, LearningKind.ADAPTER) for at in moments]


def _readers(connection: Connection, since: datetime) -> list[LearningMark]:
    rows = connection.execute(
        select(audit.c.at, audit.c.action).where(audit.c.action.in_(READER_ACTS), audit.c.at >= since)
    )
    return [LearningMark(at, READER_ACTS[action]) for at, action in rows]


def _waiting(connection: Connection, here: list[ColumnElement[bool]]) -> tuple[int, int]:
    """Return the numbers of waiting fields and of entries, for entries without a decision.

    Tasks are counted by their list of fields: there are few different lists.
    """
    begun = exists().where(
        decision.c.book_id == scan.c.book_id,
        decision.c.scan_sha256 == scan.c.sha256,
        decision.c.page_no == page.c.page_no,
        decision.c.row == review_task.c.row,
    )
    listed = cast(review_task.c.fields, Text)
    rows = connection.execute(
        select(listed.label("listed"), func.count().label("tasks"))
        .join_from(review_task, page, page.c.id == review_task.c.page_id)
        .join(scan, scan.c.id == page.c.scan_id)
        .join(book, book.c.id == scan.c.book_id)
        .where(
            *here,
            page_stands,
            review_task.c.state == TaskState.OPEN,
            review_task.c.entry_id.is_not(None),
            ~begun,
        )
        .group_by(listed)
    ).all()
    fields = sum(row.tasks * sum(name != WHOLE_ENTRY for name in json.loads(row.listed)) for row in rows)
    return fields, sum(row.tasks for row in rows)
