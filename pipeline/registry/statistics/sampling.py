"""The outcome of blind checks of values that were accepted without a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, Table, select

from pipeline.base.model import FieldStatus
from pipeline.registry.books.rows import book, page, page_run, scan
from pipeline.registry.clear_values.model import REFUTED
from pipeline.registry.database.audit import MACHINE
from pipeline.registry.database.columns import rows_of
from pipeline.registry.entries.machine_view import decisions_at
from pipeline.registry.entries.rows import (
    ClearValueRow,
    SampledValueRow,
    clear_value,
    entry,
    reading,
    sampled_value,
)
from pipeline.registry.sampled_values import SampledValue, ValueSource
from pipeline.registry.statistics.scope import Places, of_places
from pipeline.registry.tasks.consensus import Decision, folded_text
from pipeline.registry.withdrawals.stored_withdrawals import book_stands, page_stands

AT_ONCE = 500
"""Entries in a statement."""


@dataclass(frozen=True, slots=True)
class _SampledAt(SampledValueRow):
    """A drawn value with the page of its entry."""

    page_id: int


@dataclass(frozen=True, slots=True)
class _ClearAt(ClearValueRow):
    """A clear value with the page of its entry."""

    page_id: int

    @property
    def drawn_at(self) -> datetime:
        return self.noted_at

    @property
    def status(self) -> str:
        return FieldStatus.READ


def sampled_values(
    connection: Connection, places: Places, book_id: int | None = None
) -> tuple[SampledValue, ...]:
    """Return the drawn values of these places, or of one book, by the moment of their decision; waiting ones come last.

    A value that was read anew before its decision, with another result, does not count.

    Args:
        places: The codes of the places; None = all.
        book_id: That book alone.
    """
    found = [*_accepted(connection, places, book_id), *_clear(connection, places, book_id)]
    found.sort(
        key=lambda one: (one.decided_at is None, one.decided_at or one.drawn_at, one.entry_id, one.field)
    )
    return tuple(found)


def _accepted(connection: Connection, places: Places, book_id: int | None) -> list[SampledValue]:
    query = _of(sampled_value, places, book_id)
    rows = list({_key(row): row for row in rows_of(connection, _SampledAt, query)}.values())
    decided = _decided(connection, rows)
    waiting = {row.id for row in rows if _key(row) not in decided}
    standing = _still_read(connection, waiting)
    return [
        SampledValue(
            row.book_id,
            row.entry_id,
            row.field,
            ValueSource(row.source),
            row.critical,
            row.basis,
            row.share,
            row.tolerated,
            row.drawn_at,
            *_outcome(row, decided.get(_key(row))),
        )
        for row in rows
        if _key(row) in decided or row.id in standing
    ]


def _clear(connection: Connection, places: Places, book_id: int | None) -> list[SampledValue]:
    rows = rows_of(connection, _ClearAt, _of(clear_value, places, book_id))
    back = {row.takes_back_id: row for row in rows if row.takes_back_id is not None}
    clear = {_key(row): row for row in rows if row.takes_back_id is None}
    drawn = [row for row in clear.values() if row.drawn]
    clear_of = Counter(row.book_id for row in clear.values())
    drawn_of = Counter(row.book_id for row in drawn)
    decided = _decided(connection, drawn)
    found = []
    for row in drawn:
        verdict, gone = decided.get(_key(row)), back.get(row.id)
        if verdict is None and gone is not None:
            continue
        if gone is not None and gone.login == MACHINE and gone.reason != REFUTED:
            continue
        found.append(
            SampledValue(
                row.book_id,
                row.entry_id,
                row.field,
                ValueSource.CLEAR,
                False,
                "",
                drawn_of[row.book_id] / clear_of[row.book_id],
                0.0,
                row.noted_at,
                *_outcome(row, verdict),
            )
        )
    return found


def _of(table: Table, places: Places, book_id: int | None) -> Select[Any]:
    """Return the query of the rows of a table about standing entries of these places, or of one book."""
    query = (
        select(table, entry.c.page_id)
        .join_from(table, entry, entry.c.id == table.c.entry_id)
        .join(page, page.c.id == entry.c.page_id)
        .join(scan, scan.c.id == page.c.scan_id)
        .join(book, book.c.id == scan.c.book_id)
        .where(entry.c.stands, page_stands, book_stands, of_places(places))
        .order_by(table.c.id)
    )
    return query if book_id is None else query.where(book.c.id == book_id)


def _key(row: _SampledAt | _ClearAt) -> tuple[int, str]:
    return row.entry_id, row.field


def _decided(
    connection: Connection, rows: Sequence[_SampledAt] | Sequence[_ClearAt]
) -> dict[tuple[int, str], Decision]:
    """Return the decisions on these values since they were drawn."""
    found: dict[tuple[int, str], Decision] = {}
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        decisions = decisions_at(connection, {(row.page_id, row.entry_id) for row in some})
        for row in some:
            verdict = decisions[row.page_id, row.entry_id].get(row.field)
            if verdict is not None and verdict.decided_at >= row.drawn_at:
                found[_key(row)] = verdict
    return found


def _still_read(connection: Connection, row_ids: set[int]) -> frozenset[int]:
    """Return the drawn values that the latest run reads alike."""
    ordered, found = sorted(row_ids), set()
    for start in range(0, len(ordered), AT_ONCE):
        same = (
            (reading.c.entry_id == sampled_value.c.entry_id)
            & (reading.c.field == sampled_value.c.field)
            & (reading.c.status == sampled_value.c.status)
            & (reading.c.text == sampled_value.c.text)
            & (reading.c.canonical == sampled_value.c.canonical)
        )
        found |= set(
            connection.scalars(
                select(sampled_value.c.id)
                .join(reading, same)
                .join(page_run, (page_run.c.id == reading.c.page_run_id) & page_run.c.latest)
                .where(sampled_value.c.id.in_(ordered[start : start + AT_ONCE]))
            )
        )
    return frozenset(found)


def _outcome(row: _SampledAt | _ClearAt, verdict: Decision | None) -> tuple[Any, ...]:
    return () if verdict is None else (verdict.decided_at, not _says_same(row, verdict))


def _says_same(row: _SampledAt | _ClearAt, verdict: Decision) -> bool:
    """Return whether the decision equals the reading, apart from case and composition."""
    if verdict.status is not FieldStatus(row.status):
        return False
    if verdict.status is FieldStatus.BLANK:
        return True
    if verdict.canonical != "" and verdict.canonical == row.canonical:
        return True
    return folded_text(verdict.text).casefold() == folded_text(row.text).casefold()
