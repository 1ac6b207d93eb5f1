"""What the checkers found in a sample: the first word of each field beside what was settled since."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import Connection, and_, exists, select

from pipeline.registry.model.consensus import folded_text
from pipeline.registry.model.lots import Findings, Part
from pipeline.registry.repositories.leases import Mode
from pipeline.registry.tables.books import page, scan
from pipeline.registry.tables.desk import keying
from pipeline.registry.tables.entries import entry
from pipeline.registry.tables.lots import lot_entry
from pipeline.registry.tables.tasks import decision

_gone = keying.alias("gone")
_keyings: Any = decision.c.keyings


def findings(connection: Connection, lot_id: int) -> Findings:
    """What is known of the sample of a lot. A field is checked when the word that was questioned led to a decision that
    still counts; it was wrong when that says something else, however it is spelled."""
    entries = connection.execute(
        select(lot_entry.c.entry_id, lot_entry.c.fields).where(
            lot_entry.c.lot_id == lot_id, lot_entry.c.part == Part.SAMPLE
        )
    ).all()
    checked: dict[int, int] = defaultdict(int)
    wrong: dict[int, int] = defaultdict(int)
    for row in connection.execute(_settled(lot_id)):
        checked[row.entry_id] += 1
        wrong[row.entry_id] += not _same(row)
    return Findings(
        checked=sum(checked[row.entry_id] >= len(row.fields) for row in entries),
        wrong=sum(wrong[row.entry_id] > 0 for row in entries),
        fields_checked=sum(checked.values()),
        fields_wrong=sum(wrong.values()),
    )


def _settled(lot_id: int) -> Any:
    """Every questioned word of the sample with the decision that it led to."""
    ids = [_keyings[at].as_integer() for at in range(3)]
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
            decision.c.status.label("settled_status"),
            decision.c.text.label("settled_text"),
            decision.c.canonical.label("settled_canonical"),
        )
        .join(lot_entry, (lot_entry.c.task_id == keying.c.task_id) & (lot_entry.c.lot_id == lot_id))
        .join(entry, entry.c.id == keying.c.entry_id)
        .join(page, page.c.id == entry.c.page_id)
        .join(scan, scan.c.id == page.c.scan_id)
        .join(decision, same_place)
        .where(
            keying.c.token == f"lot-{lot_id}",
            keying.c.mode == Mode.LOT,
            lot_entry.c.part == Part.SAMPLE,
            ~exists().where(_gone.c.takes_back_id.in_(ids)),
        )
    )


def _same(row: Any) -> bool:
    if row.status != row.settled_status:
        return False
    spelled_same = folded_text(row.text) == folded_text(row.settled_text)
    return spelled_same or (row.canonical != "" and row.canonical == row.settled_canonical)
