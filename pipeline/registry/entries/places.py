"""Which administrative unit each written place in force is. Beside the text, never in its place; rows only added."""

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
"""What makes two rows say the same."""


def refresh_places(
    connection: Connection, declared: RecordSchema, entries: Sequence[EffectiveValues]
) -> bool:
    """Resolve the places among the effective values anew, and note those that have changed since they were last noted.

    Returns:
        Whether there were any.
    """
    before = _last(connection, [one.entry_id for one in entries])
    rows = []
    for one in entries:
        values = one.values or {}
        for place, day in declared.dated_places(one.record).items():
            row = _row(declared, values.get(place), values.get(day) or "")
            last = before.get((one.entry_id, place))
            if last is None and row["text"] is None:
                continue
            if last is None or any(last[name] != row[name] for name in _SAME):
                rows.append({"entry_id": one.entry_id, "field": place, **row})
    add(connection, resolved_place, rows)
    return bool(rows)


def resolve_places(connection: Connection, declared: RecordSchema, entry_id: int) -> bool:
    """Resolve the places of an entry anew, after the tables of administrative units have changed.

    What was noted before stays on record; nothing is added where it comes out the same.

    Returns:
        Whether any came out otherwise.
    """
    record_name = place_of(connection, entry_id).record
    values = effective_values_of(connection, declared, {entry_id: record_name})[entry_id]
    changed = refresh_places(connection, declared, [EffectiveValues(entry_id, record_name, values)])
    if changed:
        record(connection, MACHINE, "places-resolved", f"entry:{entry_id}")
    return changed


def places_of(connection: Connection, entry_ids: Sequence[int]) -> Mapping[int, Mapping[str, ResolvedPlace]]:
    """Return what was noted last of each place of these entries, by entry and field.

    A place without an effective text is left out.
    """
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
    """The last row of each place of these entries, by entry and field."""
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
    """The codes of the levels that are known for sure."""
    ids = {unit.level: unit.id for unit in found.line}
    return {level.name.lower(): ids.get(level, "") for level in Level}
