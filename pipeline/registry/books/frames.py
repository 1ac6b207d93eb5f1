"""Values of all entries as columns, for the checks of books and of the registry.

A value is the effective value, else the machine's reading that nobody has accepted yet, else None; ``""`` is a blank.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, Select, func, select

from pipeline.base.model import PageRef
from pipeline.declarations.schema import PersonSpec
from pipeline.registry.books.page_order import moved_pages
from pipeline.registry.books.rows import StoredBookRow, book, page, page_failure, page_run, scan
from pipeline.registry.books.stored_books import registering_unit
from pipeline.registry.custody.stored_descriptions import counted_pages
from pipeline.registry.database.audit.key import Key
from pipeline.registry.database.columns import rows_of
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.entries.effective_values import select_values
from pipeline.registry.entries.rows import entry
from pipeline.registry.withdrawals.stored_withdrawals import book_stands, failure_stands, page_stands
from pipeline.values.kinds.note import noted_acts as noted_in

Frame: TypeAlias = pd.DataFrame

UNKNOWN_ROWS = 1_000
"""Entries per page of a form that is not declared now: a failed page then raises no doubt about a total."""


def series_columns(
    connection: Connection, declared: RecordSchema, book_ids: Sequence[int] | None, key: Key | None
) -> tuple[Frame, Frame, Frame]:
    """Return entries, pages and books as columns.

    They cover these books and all others of the same offices and kinds of event, or the whole registry, without books
    of kinds that are not declared now.
    """
    series = None if book_ids is None else series_books(connection, book_ids)
    of_series, read = books(connection, declared, series, key), pages(connection, series)
    return entries(connection, declared, series), read[read["book_id"].isin(of_series["book_id"])], of_series


def books(
    connection: Connection, declared: RecordSchema, book_ids: Sequence[int] | None, key: Key | None
) -> pd.DataFrame:
    """Return a row for each book, by id.

    Columns: ``book_id``, ``folder_name``, ``record``, ``place_code``, ``unit`` (the unit that bore that code then),
    ``volume``, ``book_series``, ``entries`` and ``pages`` of the closing note, ``rows`` (entries that fit on a page of
    its form), ``failed`` (pages without a result) and ``counted`` (pages counted before scanning).
    """
    failed = (
        select(page_failure.c.book_id, func.count().label("failed"))
        .where(failure_stands)
        .group_by(page_failure.c.book_id)
        .subquery()
    )
    query = (
        select(book, func.coalesce(failed.c.failed, 0))
        .outerjoin(failed, failed.c.book_id == book.c.id)
        .where(book_stands, book.c.record.in_(list(declared.schemas.records)), *_within(book.c.id, book_ids))
        .order_by(book.c.id)
    )
    rows = rows_of(connection, _BookWithFailures, query)
    counted = counted_pages(connection, key)
    tables = {name: form.table.rows if form.table else 1 for name, form in declared.schemas.forms.items()}
    columns: dict[str, list[Any]] = {
        "book_id": [row.id for row in rows],
        "folder_name": [row.folder_name for row in rows],
        "record": [row.record for row in rows],
        "place_code": [row.place_code for row in rows],
        "volume": [row.volume for row in rows],
        "entries": [row.entries for row in rows],
        "pages": [row.pages for row in rows],
        "failed": [row.failed for row in rows],
        "counted": [counted.get((row.folder_name, row.place_code)) for row in rows],
        "rows": [tables.get(row.form, UNKNOWN_ROWS) for row in rows],
        "unit": [registering_unit(declared, row.ledger) for row in rows],
        "book_series": [row.ledger.series.value for row in rows],
    }
    return pd.DataFrame({name: _column(values) for name, values in columns.items()})


@dataclass(frozen=True, slots=True)
class _BookWithFailures(StoredBookRow):
    failed: int


def series_books(connection: Connection, book_ids: Sequence[int]) -> tuple[int, ...]:
    """Return the ids of all books with the same place code and kind of event as one of these books, in order."""
    mine = select(book.c.record, book.c.place_code).where(book.c.id.in_(book_ids)).subquery()
    same = (book.c.record == mine.c.record) & (book.c.place_code == mine.c.place_code)
    query = select(book.c.id).join(mine, same).where(book_stands)
    return tuple(connection.scalars(query.distinct().order_by(book.c.id)))


def pages(connection: Connection, book_ids: Sequence[int] | None) -> pd.DataFrame:
    """Return a row for each page that was read.

    Columns: ``page_id``, ``book_id``, ``scan_id``, ``scan`` (its name), ``page_no``, ``kind``. A page that replaced
    another page has the scan and the number of that page.
    """
    return _placed(connection, _read_pages(page_run.c.kind).where(*_within(scan.c.book_id, book_ids)))


def ink_prints(connection: Connection, book_ids: Sequence[int]) -> pd.DataFrame:
    """Return a row for each page of these books with a known ``ink_print``; columns as ``pages``."""
    known = page_run.c.ink_print.is_not(None)
    return _placed(connection, _read_pages(page_run.c.ink_print).where(scan.c.book_id.in_(book_ids), known))


def _placed(connection: Connection, asked: Select[Any]) -> pd.DataFrame:
    """Return rows of ``_read_pages`` with the scan and number of the position of each page."""
    pages_read = _frame(connection, asked)
    moved = moved_pages(connection)
    if not moved:
        return pages_read
    hashes = {ref.scan_sha256 for _, ref in moved}
    rows = connection.execute(
        select(page.c.id, scan.c.book_id, scan.c.sha256, page.c.page_no)
        .join_from(page, scan)
        .where(scan.c.sha256.in_(hashes), page_stands)
    )
    for row in rows:
        there = moved.get((row.book_id, PageRef(row.sha256, row.page_no)))
        if there is not None:
            placed = (there.scan_id, there.place.scan, there.place.page_no)
            pages_read.loc[pages_read["page_id"] == row.id, ["scan_id", "scan", "page_no"]] = placed
    return pages_read


def _read_pages(column: ColumnElement[Any]) -> Select[Any]:
    """Select every page that was read, with a column of its latest run."""
    return (
        select(
            page.c.id.label("page_id"),
            scan.c.book_id,
            scan.c.id.label("scan_id"),
            scan.c.name.label("scan"),
            page.c.page_no,
            column,
        )
        .join_from(page, scan)
        .join(page_run, (page_run.c.page_id == page.c.id) & page_run.c.latest)
        .where(page_stands)
    )


def entries(connection: Connection, declared: RecordSchema, book_ids: Sequence[int] | None) -> pd.DataFrame:
    """Return a row for each valid entry, in the order of the rows on its page.

    Columns: ``entry_id``, ``page_id``, ``number``, ``registered_on`` and ``page``. Records that bind no fields to these
    roles have no rows.
    """
    by_record = [
        _values(
            connection,
            declared,
            record,
            {"number": spec.book.number, "registered_on": spec.book.registered_on, "page": spec.book.page},
            book_ids,
        )
        for record, spec in declared.schemas.records.items()
        if spec.book
    ]
    everything = (
        pd.concat(by_record, ignore_index=True) if by_record else pd.DataFrame(columns=["page_id", "row"])
    )
    return everything.sort_values(["page_id", "row"], kind="stable").drop(columns=["row", "book_id"])


def acts(connection: Connection, declared: RecordSchema) -> pd.DataFrame:
    """Return the earlier entry that each act names: ``entry_id``, ``number``, ``registered_on`` of that entry."""
    by_record = []
    for record, spec in declared.schemas.records.items():
        if spec.act is None:
            continue
        named = {"number": spec.act.number, "registered_on": spec.act.registered_on}
        fields = {role: name for role, name in named.items() if name}
        by_record.append(_values(connection, declared, record, fields, None))
    columns = ["entry_id", "number", "registered_on"]
    if not by_record:
        return pd.DataFrame(columns=columns)
    return pd.concat(by_record, ignore_index=True).reindex(columns=columns)


NOTED = "noted_kind"
"""The derivation whose field holds the act that the margin notes."""


def noted_acts(connection: Connection, declared: RecordSchema) -> pd.DataFrame:
    """Return a row for each act that the margin of an entry notes: ``entry_id``, ``page_id``, ``book_id``, ``act``.

    The act that a person typed, else those that the words of the margin clearly name; ``""`` for words that name none.
    """
    by_record = [
        _values(
            connection, declared, record, {"act": spec.derived_fields[NOTED], "notes": spec.book.notes}, None
        )
        for record, spec in declared.schemas.records.items()
        if NOTED in spec.derived_fields and spec.book
    ]
    columns = ["entry_id", "page_id", "book_id", "act"]
    if not by_record:
        return pd.DataFrame(columns=columns)
    told = pd.concat(by_record, ignore_index=True)
    told = told[told["act"].fillna("").ne("") | told["notes"].fillna("").ne("")]
    told["act"] = [_acts_told(act, notes) for act, notes in zip(told["act"], told["notes"], strict=True)]
    return told.explode("act", ignore_index=True)[columns]


def _acts_told(typed: str | None, notes: str | None) -> list[str]:
    return [typed] if typed else [act.kind.value for act in noted_in(notes or "")] or [""]


def people(connection: Connection, declared: RecordSchema) -> pd.DataFrame:
    """Return a row for each person of each valid entry, with the columns of ``person_matching.COLUMNS``."""
    by_role = []
    for record, spec in declared.schemas.records.items():
        if not (spec.book and spec.people):
            continue
        asked = {"registered_on": spec.book.registered_on, "notes": spec.book.notes}
        named = dict.fromkeys(name for person in spec.people for name in person.field_names)
        values = _values(connection, declared, record, asked | {f"f:{name}": name for name in named}, None)
        by_role += [_person(values, record, person) for person in spec.people]
    return pd.concat(by_role, ignore_index=True) if by_role else pd.DataFrame()


def _person(values: pd.DataFrame, record: str, person: PersonSpec) -> pd.DataFrame:
    """Return the person in a role of every entry, without people with neither name nor number."""
    nothing = pd.Series(None, index=values.index, dtype=object)

    def column(name: str | None) -> pd.Series:
        return values[f"f:{name}"] if name else nothing

    number = nothing
    for name in person.id_numbers:
        number = number.where(number.notna() & (number != ""), values[f"f:{name}"])
    sex = column(person.sex) if person.male is None else nothing.fillna("1" if person.male else "2")
    person_rows = values[["entry_id", "page_id", "book_id", "registered_on", "notes"]].assign(
        record=record,
        role=person.role,
        event=person.event,
        id_fields=" ".join(person.id_numbers),
        name=column(person.name),
        sex=sex,
        born_on=column(person.born_on),
        died_on=column(person.died_on),
        home=column(person.home),
        mother=column(person.mother),
        father=column(person.father),
        id_number=number,
    )
    return person_rows[(person_rows["name"].fillna("") != "") | (person_rows["id_number"].fillna("") != "")]


def _values(
    connection: Connection,
    declared: RecordSchema,
    record: str,
    roles: Mapping[str, str],
    book_ids: Sequence[int] | None,
) -> pd.DataFrame:
    """Return fields of a record by their ``roles``, with ``entry_id``, ``page_id``, ``book_id`` and ``row``."""
    query = select_values(
        declared, record, roles, entry.c.page_id, scan.c.book_id, entry.c.row, else_read=True
    )
    return _frame(connection, query.where(*_within(scan.c.book_id, book_ids)))


def _frame(connection: Connection, query: Select[Any]) -> pd.DataFrame:
    """Return the rows of a query as columns.

    The driver itself fetches them: with a million rows, SQLAlchemy's rows and pandas' type inference would take most
    of the time.
    """
    result = connection.execute(query)
    names = list(result.keys())
    rows = result.cursor.fetchall()
    result.close()
    columns = zip(*rows, strict=True) if rows else ((),) * len(names)
    return pd.DataFrame({name: _column(values) for name, values in zip(names, columns, strict=True)})


def _column(values: Sequence[Any]) -> NDArray[Any]:
    """Return values as an int64 array, or an object array (text and None)."""
    if values and isinstance(values[0], int) and None not in values:
        return np.asarray(values, dtype=np.int64)
    objects = np.empty(len(values), dtype=object)
    objects[:] = values
    return objects


def _within(column: ColumnElement[int], book_ids: Sequence[int] | None) -> tuple[ColumnElement[bool], ...]:
    return () if book_ids is None else (column.in_(book_ids),)
