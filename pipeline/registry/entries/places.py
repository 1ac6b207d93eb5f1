"""Administrative units of effective places: resolved into rows of their own, which leave the texts as they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from pipeline.registry.database.audit import MACHINE, add, record
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.entries.effective_values import effective_values_of
from pipeline.registry.entries.model import EffectiveValues, ResolvedPlace
from pipeline.registry.entries.rows import resolved_place
from pipeline.registry.entries.subjects import place_of
from pipeline.values.places import Level, PlaceResolution
from pipeline.values.predicates import date_parts

_SAME = (
    "text",
    "as_of",
    "state",
    "unit",
    "standing",
    "spelled",
    "province",
    "district",
    "commune",
    "candidates",
)
"""Columns by which two resolutions are equal."""


def refresh_places(
    connection: Connection, declared: RecordSchema, entries: Sequence[EffectiveValues]
) -> bool:
    """Resolve the places among effective values, and add a row for each resolution that has changed.

    Returns:
        Whether any has changed.
    """
    before = _last(connection, [each.entry_id for each in entries])
    rows = []
    for each in entries:
        values = each.values or {}
        for place, day in declared.dated_places(each.record).items():
            row = _row(declared, values.get(place), values.get(day) or "")
            last = before.get((each.entry_id, place))
            if last is None and row["text"] is None:
                continue
            if last is None or any(last[name] != row[name] for name in _SAME):
                rows.append({"entry_id": each.entry_id, "field": place, **row})
    add(connection, resolved_place, rows)
    return bool(rows)


def resolve_places(connection: Connection, declared: RecordSchema, entry_id: int) -> bool:
    """Resolve the places of an entry anew, after the tables of administrative units have changed.

    Returns:
        Whether any resolution has changed.
    """
    record_name = place_of(connection, entry_id).record
    values = effective_values_of(connection, declared, {entry_id: record_name})[entry_id]
    changed = refresh_places(connection, declared, [EffectiveValues(entry_id, record_name, values)])
    if changed:
        record(connection, MACHINE, "places-resolved", f"entry:{entry_id}")
    return changed


def places_of(connection: Connection, entry_ids: Sequence[int]) -> Mapping[int, Mapping[str, ResolvedPlace]]:
    """Return the last resolution of each place of entries that has an effective text, by entry and field."""
    found: dict[int, dict[str, ResolvedPlace]] = defaultdict(dict)
    for (entry_id, field), row in _last(connection, entry_ids).items():
        if row["text"] is not None:
            found[entry_id][field] = ResolvedPlace(
                text=row["text"],
                as_of=row["as_of"],
                state=row["state"],
                unit=row["unit"],
                standing=row["standing"],
                spelled=row["spelled"],
                province=row["province"],
                district=row["district"],
                commune=row["commune"],
                candidates=tuple(row["candidates"]),
            )
    return found


def _last(connection: Connection, entry_ids: Sequence[int]) -> dict[tuple[int, str], RowMapping]:
    """Return the last row of each place of entries, by entry and field."""
    rows = connection.execute(
        select(resolved_place).where(resolved_place.c.entry_id.in_(entry_ids)).order_by(resolved_place.c.id)
    )
    return {(row["entry_id"], row["field"]): row for row in rows.mappings()}


def _row(declared: RecordSchema, text: str | None, day: str) -> dict[str, Any]:
    places = declared.schemas.places
    found = places.resolve(text or "", date_parts(day))
    return {
        "text": text,
        "as_of": day,
        "state": found.state.value,
        "unit": found.code,
        "standing": found.validity.value if found.validity else "",
        "spelled": found.spelled,
        **_levels(found),
        "candidates": [unit.id for unit in found.candidates],
        "gazetteer": places.gazetteer.fingerprint,
        "resolved_at": datetime.now(UTC),
    }


def _levels(found: PlaceResolution) -> dict[str, str]:
    """Return the codes of the levels that are certain."""
    ids = {unit.level: unit.id for unit in found.line}
    return {level.name.lower(): ids.get(level, "") for level in Level}
