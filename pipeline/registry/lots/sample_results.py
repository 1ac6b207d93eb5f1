"""The results of checking the sample of a lot, and lots as values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rapidfuzz.distance import Levenshtein
from sqlalchemy import Connection, Select, and_, exists, func, select, true

from pipeline.declarations.sampling import QualityLevels, SamplingPlan
from pipeline.registry.books.rows import book, page, scan
from pipeline.registry.database.columns import first_row, rows_of
from pipeline.registry.entries.rows import entry
from pipeline.registry.lots.stored_lots import (
    CharacterErrors,
    Closing,
    Findings,
    Lot,
    LotClosingRow,
    LotEntryRow,
    LotRow,
    LotVerdict,
    Part,
    held_lots,
    lot,
    lot_closing,
    lot_entry,
    lot_witness,
)
from pipeline.registry.tasks.assignment import checkers
from pipeline.registry.tasks.consensus import folded_text
from pipeline.registry.tasks.keyed_values import lot_token
from pipeline.registry.tasks.leases import KeyingMode
from pipeline.registry.tasks.rows import decision, keying

_gone, _last = keying.alias("gone"), keying.alias("last_word")
_keyings: Any = decision.c.keyings


def findings(connection: Connection, lot_id: int) -> Findings:
    """Return the results of checking the sample of a lot.

    A field is checked if its reopened value led to a decision in force. It was wrong if the decision gives another
    value; a difference of spelling is no error.
    """
    sample = select(lot_entry).where(lot_entry.c.lot_id == lot_id, lot_entry.c.part == Part.SAMPLE)
    entries = rows_of(connection, LotEntryRow, sample)
    checked: dict[int, int] = defaultdict(int)
    wrong: dict[int, int] = defaultdict(int)
    for row in rows_of(connection, _CheckedValue, _settled(lot_id)):
        checked[row.entry_id] += 1
        wrong[row.entry_id] += not _same(row)
    return Findings(
        checked=sum(checked[row.entry_id] >= len(row.fields) for row in entries),
        wrong=sum(wrong[row.entry_id] > 0 for row in entries),
        fields_checked=sum(checked.values()),
        fields_wrong=sum(wrong.values()),
    )


def character_errors(connection: Connection, lot_id: int) -> CharacterErrors:
    """Return the characters of the checked values of a sample and how many were wrong, by edit distance.

    It counts what the decisions in force say now; ``fields_wrong`` tells whether a verdict rests on that.
    """
    checked = wrong = fields_wrong = 0
    for row in rows_of(connection, _CheckedValue, _settled(lot_id)):
        checked += max(len(row.text), len(row.settled_text))
        if not _same(row):
            fields_wrong += 1
            wrong += Levenshtein.distance(row.text, row.settled_text)
    return CharacterErrors(checked, min(wrong, checked), fields_wrong)


@dataclass(frozen=True, slots=True)
class _CheckedValue:
    """A reopened value of a sample, and the decision that it led to."""

    entry_id: int
    status: str
    text: str
    canonical: str
    compared: str | None
    settled_compared: str | None
    settled_status: str
    settled_text: str
    settled_canonical: str


def _settled(lot_id: int) -> Select[Any]:
    """Return the query of ``_CheckedValue``."""
    ids = [_keyings[at].as_integer() for at in range(3)]
    last = func.coalesce(*reversed(ids))
    same_place = and_(
        decision.c.book_id == scan.c.book_id,
        decision.c.scan_sha256 == scan.c.sha256,
        decision.c.page_no == page.c.page_no,
        decision.c.row == entry.c.row,
        decision.c.field == keying.c.field,
        ids[0] == keying.c.id,
    )
    return (
        select(
            keying.c.entry_id,
            keying.c.status,
            keying.c.text,
            keying.c.canonical,
            keying.c.compared,
            _last.c.compared,
            decision.c.status,
            decision.c.text,
            decision.c.canonical,
        )
        .join(lot_entry, (lot_entry.c.task_id == keying.c.task_id) & (lot_entry.c.lot_id == lot_id))
        .join(entry, entry.c.id == keying.c.entry_id)
        .join(page, page.c.id == entry.c.page_id)
        .join(scan, scan.c.id == page.c.scan_id)
        .join(decision, same_place)
        .join(_last, _last.c.id == last)
        .where(
            keying.c.token == lot_token(lot_id),
            keying.c.mode == KeyingMode.LOT,
            lot_entry.c.part == Part.SAMPLE,
            ~exists().where(_gone.c.takes_back_id.in_(ids)),
        )
    )


def _same(row: _CheckedValue) -> bool:
    if row.status != row.settled_status:
        return False
    if row.compared is not None and row.compared == row.settled_compared:
        return True
    spelled_same = folded_text(row.text) == folded_text(row.settled_text)
    return spelled_same or (row.canonical != "" and row.canonical == row.settled_canonical)


def lots_of(
    connection: Connection, places: Collection[str] | None, since: datetime | None = None
) -> tuple[Lot, ...]:
    """Return the lots of these places (None: all) since a moment, newest first; none that is held back."""
    own = lot.c.id.not_in(held_lots(connection))
    of_late = true() if since is None else lot.c.drawn_at >= since
    rows = rows_of(connection, LotRow, select(lot).where(own, of_late).order_by(lot.c.id.desc()))
    return tuple(
        lot_of(connection, row) for row in rows if places is None or place_of_lot(connection, row) in places
    )


def place_of_lot(connection: Connection, row: LotRow) -> str:
    """Return the present place code of the books of a lot; it may have been corrected since the draw."""
    now = connection.scalar(select(book.c.place_code).where(book.c.id == min(row.book_ids)))
    return now or row.place_code


def lot_of(connection: Connection, row: LotRow) -> Lot:
    """Return a lot with its results."""
    lot_id, place_code = row.id, place_of_lot(connection, row)
    plan = SamplingPlan(row.size, len(row.sample), row.acceptance, QualityLevels(**row.quality))
    closing = _closing(connection, lot_id)
    counted = select(lot_entry.c.part, func.count()).where(lot_entry.c.lot_id == lot_id)
    parts: dict[str, int] = dict(connection.execute(counted.group_by(lot_entry.c.part)).all())
    questioned, reopened = parts.get(Part.SAMPLE, 0), parts.get(Part.REST, 0)
    rejected = closing is not None and closing.verdict is LotVerdict.REJECTED
    left = row.size - plan.sample - reopened if rejected else plan.sample - questioned
    return Lot(
        lot_id,
        place_code,
        _books(connection, row.book_ids),
        row.preset,
        row.turn,
        row.fields,
        row.seed,
        plan,
        row.login,
        row.drawn_at,
        questioned,
        reopened,
        left if closing is None or rejected else 0,
        checkers_of(connection, lot_id, place_code),
        findings(connection, lot_id) if closing is None else closing.findings,
        closing,
    )


def _closing(connection: Connection, lot_id: int) -> Closing | None:
    row = first_row(connection, LotClosingRow, select(lot_closing).where(lot_closing.c.lot_id == lot_id))
    if row is None:
        return None
    found = Findings(row.checked, row.wrong, row.fields_checked, row.fields_wrong)
    return Closing(LotVerdict(row.verdict), found, row.bound, row.reason, row.login, row.closed_at)


def _books(connection: Connection, book_ids: Sequence[int]) -> tuple[str, ...]:
    query = select(book.c.folder_name).where(book.c.id.in_(book_ids)).order_by(book.c.id)
    return tuple(connection.scalars(query))


def checkers_of(connection: Connection, lot_id: int, place_code: str) -> int:
    """Return the number of active accounts that may check the sample."""
    seen = connection.scalars(select(lot_witness.c.account_id).where(lot_witness.c.lot_id == lot_id))
    return len(checkers(connection, place_code).difference(seen))
