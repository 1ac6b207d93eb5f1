"""Books whose form or kind of register is not declared now: its file is gone, or has a flaw."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, inspect, or_, select

from pipeline.registry.model.books import UndeclaredBook
from pipeline.registry.repositories.withdrawals import book_stands
from pipeline.registry.tables.books import book, page, page_run, scan
from pipeline.registry.tables.record_schema import RecordSchema
from pipeline.registry.tables.records import record_table_name


def is_undeclared(declared: RecordSchema) -> ColumnElement[bool]:
    """Return the condition on ``book`` that its form or its kind is not declared."""
    forms, records = list(declared.schemas.forms), list(declared.schemas.records)
    return or_(book.c.form.not_in(forms), book.c.record.not_in(records))


def undeclared_books(connection: Connection, declared: RecordSchema) -> tuple[UndeclaredBook, ...]:
    """Return the books that stand and whose form or kind of register is not declared now, by place."""
    rows = connection.execute(
        select(book.c.id, book.c.folder_name, book.c.place_code, book.c.form, book.c.record)
        .where(book_stands, is_undeclared(declared))
        .order_by(book.c.place_code, book.c.id)
    )
    return tuple(
        UndeclaredBook(row.id, row.folder_name, row.place_code, row.form, row.record) for row in rows
    )


def forms_read_by(connection: Connection, book_id: int) -> frozenset[str]:
    """Return the forms by which the pages of a book were read last: its own, and other printings of it."""
    query = (
        select(page_run.c.form)
        .join_from(page_run, page, page_run.c.page_id == page.c.id)
        .join(scan, page.c.scan_id == scan.c.id)
        .where(scan.c.book_id == book_id, page_run.c.latest)
        .distinct()
    )
    return frozenset(connection.scalars(query))


def columns_of(connection: Connection, record: str) -> tuple[str, ...]:
    """Return the fields that the table of a kind of register has, also of one that is not declared now."""
    found = inspect(connection)
    table = record_table_name(record)
    if not found.has_table(table):
        return ()
    return tuple(one["name"] for one in found.get_columns(table) if one["name"] != "entry_id")
