"""What an entry said when an extract of it was issued, and whether it says the same now.

The file of an extract stays as it was issued; what it certifies does not always. Whoever asks for it again is told.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, exists, or_, select

from pipeline.base.model import Ledger
from pipeline.registry.model.entries import StoredEntry
from pipeline.registry.model.extracts import IssuedExtract
from pipeline.registry.model.withdrawals import PART_LABELS, RegistryPart, Withdrawal, WithdrawalKind
from pipeline.registry.repositories.books import stored_book
from pipeline.registry.repositories.stored_entries import stored_entries
from pipeline.registry.repositories.withdrawals import covering, withdrawals_in_force
from pipeline.registry.tables.amendments import amendment
from pipeline.registry.tables.extracts import issued_extract
from pipeline.registry.tables.record_schema import RecordSchema
from pipeline.registry.tables.tasks import decision

NOT_READ = "trang của sự kiện đã được đọc lại và không còn sự kiện ấy"
CHANGED = "sự kiện đã có cải chính, bổ sung hay quyết định khác từ khi cấp"


def contents_digest(found: StoredEntry, ledger: Ledger) -> str:
    """Return the digest of what an entry says, whatever the settings of the office and the state of its book."""
    told = {
        "record": found.record,
        "volume": ledger.volume,
        "place": ledger.place,
        "values": {name: value for name, value in found.values.items() if value},
        "amendments": {
            name: [one.kind, one.value, one.order.decision_number, one.order.decided_on, one.order.authority]
            for name, one in found.amendments.items()
        },
        "confirmed": {name: [one.value, one.note] for name, one in found.confirmed.items()},
    }
    spelled = json.dumps(told, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(spelled.encode()).hexdigest()


def with_changes_since(
    connection: Connection, declared: RecordSchema, lines: Sequence[IssuedExtract]
) -> tuple[IssuedExtract, ...]:
    """Return lines of the book of issued extracts, each with what has become of its entry since (``outdated``)."""
    books = {one.book_id for one in lines}
    withdrawn = withdrawals_in_force(connection, books)
    ledgers = {book_id: stored_book(connection, book_id).ledger for book_id in books}
    ids = sorted({one.entry_id for one in lines if one.entry_id is not None})
    entries = {one.entry_id: one for one in stored_entries(connection, declared, ids)}
    said = _said(connection, lines)
    found = []
    for line in lines:
        over = covering(
            withdrawn, RegistryPart(line.book_id, line.ref.scan_sha256, line.ref.page_no, line.row)
        )
        now = None if line.entry_id is None else entries[line.entry_id]
        if over is not None:
            why = _withdrawn(over)
        elif now is None:
            why = NOT_READ
        elif (before := said[line.extract_id]) is None:
            why = CHANGED if _has_later_words(connection, line) else ""
        else:
            why = "" if before == contents_digest(now, ledgers[line.book_id]) else CHANGED
        found.append(replace(line, outdated=why))
    return tuple(found)


def _said(connection: Connection, lines: Sequence[IssuedExtract]) -> dict[int, str | None]:
    query = select(issued_extract.c.id, issued_extract.c.said)
    rows = connection.execute(query.where(issued_extract.c.id.in_([one.extract_id for one in lines])))
    return {row.id: row.said for row in rows}


def _withdrawn(one: Withdrawal) -> str:
    if one.kind is WithdrawalKind.REPLACED:
        return f"trang của sự kiện đã có bản quét lại thay thế (số {one.withdrawal_id})"
    return f"{PART_LABELS[one.part.kind]} đã thu hồi (số {one.withdrawal_id}, {one.author}: {one.reason})"


def _has_later_words(connection: Connection, line: IssuedExtract) -> bool:
    """Whether the entry was amended or decided upon after an extract of which it is not known what it said."""
    later = [
        exists().where(
            table.c.book_id == line.book_id,
            table.c.scan_sha256 == line.ref.scan_sha256,
            table.c.page_no == line.ref.page_no,
            table.c.row == line.row,
            at > line.issued_at,
        )
        for table, at in ((amendment, amendment.c.noted_at), (decision, decision.c.decided_at))
    ]
    return bool(connection.scalar(select(or_(*later))))
