"""Which entries may speak of one person or of one event: suggestions, kept as long as they are made."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import Connection, RowMapping, select, update

from pipeline.registry.database.audit import MACHINE, add, record, wrote
from pipeline.registry.database.locks import Whole, hold
from pipeline.registry.model.checks import ChecksOutcome, Link
from pipeline.registry.tables.checks import link

PAIR = ("kind", "first_entry_id", "first_role", "second_entry_id", "second_role")
"""What makes two suggestions the same pair, whatever speaks for it."""


def save_links(connection: Connection, links: Iterable[Link]) -> ChecksOutcome:
    """Make ``links`` those that are suggested. A pair whose probability or evidence changed ends and is made anew."""
    hold(connection, Whole.LINKS)
    wanted = {_key(one): one for one in links}
    standing = {
        _key(link_of(row)): row["id"]
        for row in connection.execute(select(link).where(link.c.withdrawn_at.is_(None))).mappings()
    }
    new = [one for key, one in wanted.items() if key not in standing]
    over = [row_id for key, row_id in standing.items() if key not in wanted]
    now = datetime.now(UTC)
    for row_id in over:
        connection.execute(update(link).where(link.c.id == row_id).values(withdrawn_at=now))
    wrote(connection, link, over)
    rows = [
        {
            "kind": one.kind,
            "first_entry_id": one.first_entry_id,
            "first_role": one.first_role,
            "second_entry_id": one.second_entry_id,
            "second_role": one.second_role,
            "probability": one.probability,
            "evidence": dict(one.evidence),
            "suggested_at": now,
        }
        for one in new
    ]
    add(connection, link, rows)
    record(connection, MACHINE, "links-saved", "", {"suggested": len(new), "withdrawn": len(over)})
    return ChecksOutcome(raised=len(new), cleared=len(over), standing=len(wanted))


def link_of(row: RowMapping) -> Link:
    """A row of ``link``."""
    return Link(
        row["kind"],
        row["first_entry_id"],
        row["first_role"],
        row["second_entry_id"],
        row["second_role"],
        row["probability"],
        dict(row["evidence"]),
    )


def _key(one: Link) -> tuple[object, ...]:
    return (
        *(getattr(one, name) for name in PAIR),
        round(one.probability, 4),
        tuple(sorted(one.evidence.items())),
    )
