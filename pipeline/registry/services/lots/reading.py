"""Lots as they stand: rows become values again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, func, select, true

from pipeline.registry.model.lots import Closing, Findings, Lot, LotVerdict, Part
from pipeline.registry.services.desk.checkers import checkers
from pipeline.registry.services.lots.judging import findings
from pipeline.registry.tables.books import book
from pipeline.registry.tables.lots import lot, lot_closing, lot_entry, lot_witness
from pipeline.sampling import Plan, Quality


def lots_of(
    connection: Connection, places: Collection[str] | None, since: datetime | None = None
) -> tuple[Lot, ...]:
    """The lots of these places (None = all), drawn since then, the last one first."""
    of_places = true() if places is None else lot.c.place_code.in_(sorted(places))
    of_late = true() if since is None else lot.c.drawn_at >= since
    rows = connection.execute(select(lot).where(of_places, of_late).order_by(lot.c.id.desc()))
    return tuple(lot_of(connection, row) for row in rows.mappings().all())


def lot_of(connection: Connection, row: RowMapping) -> Lot:
    """A row of ``lot`` with all that came of it."""
    lot_id = row["id"]
    plan = Plan(row["size"], len(row["sample"]), row["acceptance"], Quality(**row["quality"]))
    closing = _closing(connection, lot_id)
    counted = select(lot_entry.c.part, func.count().label("many")).where(lot_entry.c.lot_id == lot_id)
    parts = {row.part: row.many for row in connection.execute(counted.group_by(lot_entry.c.part))}
    questioned, reopened = parts.get(Part.SAMPLE, 0), parts.get(Part.REST, 0)
    rejected = closing is not None and closing.verdict is LotVerdict.REJECTED
    left = row["size"] - plan.sample - reopened if rejected else plan.sample - questioned
    return Lot(
        lot_id,
        row["place_code"],
        _books(connection, row["book_ids"]),
        row["preset"],
        row["turn"],
        row["fields"],
        row["seed"],
        plan,
        row["login"],
        row["drawn_at"],
        questioned,
        reopened,
        left if closing is None or rejected else 0,
        checkers_of(connection, lot_id, row["place_code"]),
        findings(connection, lot_id) if closing is None else closing.findings,
        closing,
    )


def _closing(connection: Connection, lot_id: int) -> Closing | None:
    row = connection.execute(select(lot_closing).where(lot_closing.c.lot_id == lot_id)).mappings().first()
    if row is None:
        return None
    found = Findings(row["checked"], row["wrong"], row["fields_checked"], row["fields_wrong"])
    return Closing(
        LotVerdict(row["verdict"]), found, row["bound"], row["reason"], row["login"], row["closed_at"]
    )


def _books(connection: Connection, book_ids: Sequence[int]) -> tuple[str, ...]:
    query = select(book.c.folder_name).where(book.c.id.in_(book_ids)).order_by(book.c.id)
    return tuple(connection.scalars(query))


def checkers_of(connection: Connection, lot_id: int, place_code: str) -> int:
    """How many accounts in use may check the sample."""
    seen = connection.scalars(select(lot_witness.c.account_id).where(lot_witness.c.lot_id == lot_id))
    return len(checkers(connection, place_code).difference(seen))
