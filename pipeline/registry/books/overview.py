"""Open tasks, the progress of books, and books with a form or record that is no longer declared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, func, inspect, or_, select

from pipeline.registry.books.model import BookSummary
from pipeline.registry.books.rows import StoredBookRow, book, page, page_failure, page_run, scan
from pipeline.registry.database.columns import rows_of
from pipeline.registry.database.record_tables import RecordSchema, record_table_name
from pipeline.registry.entries.rows import entry
from pipeline.registry.tasks.model import Task, TaskState
from pipeline.registry.tasks.rows import review_task
from pipeline.registry.withdrawals.stored_withdrawals import (
    book_stands,
    failure_stands,
    page_stands,
    scan_stands,
)


def queue(connection: Connection, book_id: int | None = None, limit: int | None = None) -> tuple[Task, ...]:
    """Return the open tasks of a book, or of all books: reopened tasks first, then in the order of the book."""
    query = (
        select(
            review_task.c.id,
            review_task.c.page_id,
            review_task.c.entry_id,
            scan.c.book_id,
            book.c.folder_name,
            book.c.volume,
            func.coalesce(entry.c.record, book.c.record),
            scan.c.sha256,
            scan.c.name,
            page.c.page_no,
            review_task.c.row,
            func.coalesce(entry.c.number_text, ""),
            review_task.c.reasons,
            review_task.c.fields,
            review_task.c.reopened,
            review_task.c.version,
        )
        .join_from(review_task, page, review_task.c.page_id == page.c.id)
        .join(scan)
        .join(book)
        .outerjoin(entry, review_task.c.entry_id == entry.c.id)
        .where(review_task.c.state == TaskState.OPEN, *_in_book(book_id))
        .order_by(review_task.c.reopened.desc(), scan.c.book_id, scan.c.id, page.c.page_no, review_task.c.row)
        .limit(limit)
    )
    return tuple(
        replace(task, reasons=tuple(task.reasons), fields=tuple(task.fields))
        for task in rows_of(connection, Task, query)
    )


def summary(connection: Connection, declared: RecordSchema, book_id: int | None = None) -> BookSummary:
    """Return the progress of a book, or of all books."""
    tasks = connection.execute(
        select(review_task.c.entry_id, review_task.c.reasons, review_task.c.reopened)
        .join(page, review_task.c.page_id == page.c.id)
        .join(scan, page.c.scan_id == scan.c.id)
        .where(review_task.c.state == TaskState.OPEN, *_in_book(book_id))
    ).all()
    waiting = {task.entry_id for task in tasks if task.entry_id is not None}
    standing = connection.execute(
        select(entry.c.id, entry.c.accepted)
        .join(page, entry.c.page_id == page.c.id)
        .join(scan, page.c.scan_id == scan.c.id)
        .where(entry.c.stands, *_in_book(book_id))
    ).all()
    accepted = sum(valid.accepted and valid.id not in waiting for valid in standing)
    return BookSummary(
        books=_count(connection, select(book.c.id).where(book_stands), _is(book.c.id, book_id)),
        scans=_count(connection, select(scan.c.id).where(scan_stands), _in_book(book_id)),
        pages=_pages_by_kind(connection, book_id),
        entries=len(standing),
        accepted=accepted,
        decided=len(standing) - accepted - len(waiting),
        review=len(waiting),
        reopened=sum(task.reopened for task in tasks),
        page_tasks=sum(task.entry_id is None for task in tasks),
        reasons=dict(Counter(code for task in tasks for code in task.reasons).most_common()),
        failures=_failures(connection, book_id),
        uncoded=_uncoded(connection, declared, book_id),
    )


def _pages_by_kind(connection: Connection, book_id: int | None) -> Mapping[str, int]:
    rows = connection.execute(
        select(page_run.c.kind, func.count().label("pages"))
        .join(page, page_run.c.page_id == page.c.id)
        .join(scan, page.c.scan_id == scan.c.id)
        .where(page_run.c.latest, page_stands, *_in_book(book_id))
        .group_by(page_run.c.kind)
        .order_by(func.count().desc(), page_run.c.kind)
    )
    return {row.kind: row.pages for row in rows}


def _failures(connection: Connection, book_id: int | None) -> Mapping[str, int]:
    rows = connection.execute(
        select(page_failure.c.code, func.count().label("failures"))
        .where(failure_stands, *_is(page_failure.c.book_id, book_id))
        .group_by(page_failure.c.code)
        .order_by(func.count().desc(), page_failure.c.code)
    )
    return {row.code: row.failures for row in rows}


def _uncoded(connection: Connection, declared: RecordSchema, book_id: int | None) -> Mapping[str, int]:
    """Count the effective values without a code, by the words printed next to their boxes."""
    counted: Counter[str] = Counter()
    for record, table in declared.records.items():
        for spec in declared.fields(record).values():
            vocabulary = declared.schemas.vocabulary(spec)
            if vocabulary is None or not vocabulary.uncoded:
                continue
            value = table.c[spec.name]
            query = (
                select(value, func.count())
                .join_from(table, entry, table.c.entry_id == entry.c.id)
                .join(page, entry.c.page_id == page.c.id)
                .join(scan, page.c.scan_id == scan.c.id)
                .where(entry.c.stands, value.in_(vocabulary.uncoded), *_in_book(book_id))
                .group_by(value)
            )
            counted.update({row[0]: row[1] for row in connection.execute(query)})
    return dict(counted.most_common())


def _count(connection: Connection, query: Select[int], where: Iterable[ColumnElement[bool]]) -> int:
    return connection.scalar(select(func.count()).select_from(query.where(*where).subquery())) or 0


def _in_book(book_id: int | None) -> tuple[ColumnElement[bool], ...]:
    return _is(scan.c.book_id, book_id)


def _is(column: Column[Any], book_id: int | None) -> tuple[ColumnElement[bool], ...]:
    """Return the condition that ``column`` is that book; no condition for all books."""
    return () if book_id is None else (column == book_id,)


def is_undeclared(declared: RecordSchema) -> ColumnElement[bool]:
    """Return the condition on ``book`` that its form or its kind is not declared."""
    return _is_not_of(tuple(declared.schemas.forms), tuple(declared.schemas.records))


@lru_cache(maxsize=4)
def _is_not_of(forms: tuple[str, ...], records: tuple[str, ...]) -> ColumnElement[bool]:
    return or_(book.c.form.not_in(forms), book.c.record.not_in(records))


def undeclared_book_ids(connection: Connection, declared: RecordSchema) -> Sequence[int]:
    """Return the ids of the books with a form or kind of register that is not declared now."""
    return connection.scalars(select(book.c.id).where(book_stands, is_undeclared(declared))).all()


def undeclared_books(connection: Connection, declared: RecordSchema) -> tuple[StoredBookRow, ...]:
    """Return the books with a form or kind of register that is not declared now, by place."""
    query = select(book).where(book_stands, is_undeclared(declared)).order_by(book.c.place_code, book.c.id)
    return tuple(rows_of(connection, StoredBookRow, query))


def forms_read_by(connection: Connection, book_id: int) -> frozenset[str]:
    """Return the forms with which the pages of a book were last read: its own, and other printings of it."""
    query = (
        select(page_run.c.form)
        .join_from(page_run, page, page_run.c.page_id == page.c.id)
        .join(scan, page.c.scan_id == scan.c.id)
        .where(scan.c.book_id == book_id, page_run.c.latest)
        .distinct()
    )
    return frozenset(connection.scalars(query))


def columns_of(connection: Connection, record: str) -> tuple[str, ...]:
    """Return the fields of the table of a kind of register, also of a kind that is not declared now."""
    inspector = inspect(connection)
    table = record_table_name(record)
    if not inspector.has_table(table):
        return ()
    return tuple(column["name"] for column in inspector.get_columns(table) if column["name"] != "entry_id")
