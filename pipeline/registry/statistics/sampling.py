"""What people found of values that were accepted without a person and drawn for a blind check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, select

from pipeline.base.model import FieldStatus
from pipeline.registry.books.rows import book, page, page_run, scan
from pipeline.registry.clear_values.model import REFUTED
from pipeline.registry.database.audit import MACHINE
from pipeline.registry.entries.machine_view import decisions_at
from pipeline.registry.entries.rows import clear_value, entry, reading, sampled_value
from pipeline.registry.sampled_values import SampledValue, ValueSource
from pipeline.registry.statistics.scope import Places, of_places
from pipeline.registry.tasks.consensus import Decision, folded_text
from pipeline.registry.withdrawals.stored_withdrawals import book_stands, page_stands

AT_ONCE = 500
"""Entries that one statement asks about."""


def sampled_values(
    connection: Connection, places: Places, book_id: int | None = None
) -> tuple[SampledValue, ...]:
    """Return all values that were drawn, of these places or of one book, in the order in which they were decided.

    Those that wait come last. A value that is read otherwise by now, and was not decided before, counts no longer.

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
    rows = _read(connection, _of(select(sampled_value, *_SPOT), sampled_value, places, book_id))
    rows = list({(row["entry_id"], row["field"]): row for row in rows}.values())
    decided = _decided(connection, rows)
    waiting = {row["id"] for row in rows if _key(row) not in decided}
    standing = _still_read(connection, waiting)
    return [
        SampledValue(
            row["book_id"],
            row["entry_id"],
            row["field"],
            ValueSource(row["source"]),
            row["critical"],
            row["basis"],
            row["share"],
            row["tolerated"],
            row["drawn_at"],
            *_outcome(row, decided.get(_key(row))),
        )
        for row in rows
        if _key(row) in decided or row["id"] in standing
    ]


def _clear(connection: Connection, places: Places, book_id: int | None) -> list[SampledValue]:
    rows = _read(connection, _of(select(clear_value, *_SPOT), clear_value, places, book_id))
    back = {row["takes_back_id"]: row for row in rows if row["takes_back_id"] is not None}
    told = {(row["entry_id"], row["field"]): row for row in rows if row["takes_back_id"] is None}
    drawn = [row for row in told.values() if row["drawn"]]
    all_of, drawn_of = (
        Counter(row["book_id"] for row in told.values()),
        Counter(row["book_id"] for row in drawn),
    )
    decided = _decided(connection, drawn)
    found = []
    for row in drawn:
        said, gone = decided.get(_key(row)), back.get(row["id"])
        if said is None and gone is not None:
            continue
        if gone is not None and gone["login"] == MACHINE and gone["reason"] != REFUTED:
            continue
        found.append(
            SampledValue(
                row["book_id"],
                row["entry_id"],
                row["field"],
                ValueSource.CLEAR,
                False,
                "",
                drawn_of[row["book_id"]] / all_of[row["book_id"]],
                0.0,
                row["noted_at"],
                *_outcome(row, said),
            )
        )
    return found


_SPOT = (entry.c.page_id, entry.c.row)


def _of(query: Select[Any], table: Any, places: Places, book_id: int | None) -> Select[Any]:
    """Return the query of the rows of a table about entries that stand, of these places or that book."""
    query = (
        query.join_from(table, entry, entry.c.id == table.c.entry_id)
        .join(page, page.c.id == entry.c.page_id)
        .join(scan, scan.c.id == page.c.scan_id)
        .join(book, book.c.id == scan.c.book_id)
        .where(entry.c.stands, page_stands, book_stands, of_places(places))
        .order_by(table.c.id)
    )
    return query if book_id is None else query.where(book.c.id == book_id)


def _read(connection: Connection, query: Select[Any]) -> Sequence[RowMapping]:
    return connection.execute(query).mappings().all()


def _key(row: RowMapping) -> tuple[int, str]:
    return row["entry_id"], row["field"]


def _decided(connection: Connection, rows: Sequence[RowMapping]) -> dict[tuple[int, str], Decision]:
    """Return the decision on each of these values that was made since it was drawn."""
    found: dict[tuple[int, str], Decision] = {}
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        decisions = decisions_at(connection, {(row["page_id"], row["entry_id"]) for row in some})
        for row in some:
            said = decisions[row["page_id"], row["entry_id"]].get(row["field"])
            drawn_at = row.get("drawn_at") or row["noted_at"]
            if said is not None and said.decided_at >= drawn_at:
                found[_key(row)] = said
    return found


def _still_read(connection: Connection, row_ids: set[int]) -> frozenset[int]:
    """Return those of these drawn values of which the latest run reads the same."""
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


def _outcome(row: RowMapping, said: Decision | None) -> tuple[Any, ...]:
    return () if said is None else (said.decided_at, not _says_same(row, said))


def _says_same(row: RowMapping, said: Decision) -> bool:
    """Return whether people decided what was read; capitals and composition make no other value."""
    if said.status is not FieldStatus(row.get("status") or FieldStatus.READ):
        return False
    if said.status is FieldStatus.BLANK:
        return True
    if said.canonical != "" and said.canonical == row["canonical"]:
        return True
    return folded_text(said.text).casefold() == folded_text(row["text"]).casefold()
