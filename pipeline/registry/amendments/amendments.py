"""Amendments of an entry: added, withdrawn, listed. They never change readings or decisions."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from pipeline.base.errors import RegistryError
from pipeline.base.model import FieldStatus
from pipeline.registry.amendments.model import Amendment, AmendmentKind, AmendmentOrder
from pipeline.registry.amendments.rows import AmendmentRow, amendment
from pipeline.registry.books.rows import scan
from pipeline.registry.database import clock
from pipeline.registry.database.audit import add, record
from pipeline.registry.database.columns import rows_of, values_of
from pipeline.registry.database.locks import hold_page_of
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.entries.machine_view import amendment_of, of_known_kind
from pipeline.registry.entries.model import StoredEntry
from pipeline.registry.entries.stored_entries import stored_entry
from pipeline.registry.entries.subjects import place_of
from pipeline.registry.typed_text import refuse_hidden_characters
from pipeline.registry.withdrawals.stored_withdrawals import part_of, refuse_withdrawn, scan_stands
from pipeline.values.kinds import kinds_with
from pipeline.values.kinds.calendar import parse_canonical


def amend(
    connection: Connection,
    declared: RecordSchema,
    entry_id: int,
    field: str,
    text: str,
    order: AmendmentOrder,
    *,
    author: str,
    reason: str = "",
) -> int:
    """Record that a decision of an authority gives a field another value; reading and decision stay.

    It is a correction if the field has a value, else a supplement.

    Returns:
        Id of the amendment.

    Raises:
        RegistryError: The order is incomplete, its day is not in the past, the text is no value of the field or its
            present value, or the field is a key of the entry or waits for a person.
        Withdrawn: The entry is withdrawn.
    """
    hold_page_of(connection, entry_id)
    refuse_withdrawn(connection, part_of(place_of(connection, entry_id)))
    entry = stored_entry(connection, declared, entry_id)
    label = declared.field(entry.record, field).label
    _check_order(connection, order, author)
    refuse_hidden_characters(text, label)
    refuse_hidden_characters(reason, "lý do")
    _check_field(declared, entry, field, label)
    text = unicodedata.normalize("NFC", text).strip()
    canonical = declared.canonical(entry.record, field, text)
    if not text:
        raise RegistryError(f"“{label}”: chưa ghi giá trị mới.")
    if not canonical and declared.field(entry.record, field).kind in _WITH_FORM:
        raise RegistryError(f"“{label}”: “{text}” không phải giá trị của ô này. Hãy ghi lại cho đúng dạng.")
    old = entry.current.get(field) or ""
    if old == (canonical or text):
        raise RegistryError(f"“{label}” đã có đúng giá trị ấy rồi.")
    kind = AmendmentKind.CORRECTION if old else AmendmentKind.SUPPLEMENT
    row = {
        **_place(entry),
        "field": field,
        "kind": kind,
        "old": old,
        "text": text,
        "canonical": canonical,
        **_order(connection, entry, order),
        "reason": reason.strip(),
        "author": author.strip(),
        "noted_at": clock.now(connection),
        "withdraws_id": None,
    }
    (amendment_id,) = add(connection, amendment, [row])
    details = {"field": field, "kind": kind, "amendment": amendment_id}
    record(connection, author.strip(), "amended", f"entry:{entry_id}", details)
    return amendment_id


def withdraw_amendment(
    connection: Connection,
    declared: RecordSchema,
    entry_id: int,
    amendment_id: int,
    *,
    author: str,
    reason: str,
) -> None:
    """Withdraw an amendment that was noted by mistake: the value before it becomes effective again.

    Raises:
        RegistryError: It is not an amendment in force of this entry, or no reason is given.
    """
    hold_page_of(connection, entry_id)
    refuse_withdrawn(connection, part_of(place_of(connection, entry_id)))
    if not author.strip() or not reason.strip():
        raise RegistryError("Hãy ghi ai rút lại và vì sao.")
    refuse_hidden_characters(author, "người rút")
    refuse_hidden_characters(reason, "lý do")
    in_force = stored_entry(connection, declared, entry_id).amendments.values()
    if amendment_id not in {amended.amendment_id for amended in in_force}:
        raise RegistryError(f"Sự kiện này không có cải chính, bổ sung số {amendment_id} đang có hiệu lực.")
    (before,) = rows_of(connection, AmendmentRow, select(amendment).where(amendment.c.id == amendment_id))
    row = values_of(before) | {
        "kind": AmendmentKind.WITHDRAWN,
        "old": before.canonical or before.text,
        "text": "",
        "canonical": "",
        "reason": reason.strip(),
        "author": author.strip(),
        "noted_at": clock.now(connection),
        "withdraws_id": amendment_id,
    }
    add(connection, amendment, [row])
    details = {"field": before.field, "kind": AmendmentKind.WITHDRAWN, "amendment": amendment_id}
    record(connection, author.strip(), "amended", f"entry:{entry_id}", details)


def amendments_of(connection: Connection, declared: RecordSchema, entry_id: int) -> tuple[Amendment, ...]:
    """Return the amendments of an entry, withdrawn amendments included, oldest first."""
    place = _place(stored_entry(connection, declared, entry_id))
    query = (
        select(amendment)
        .where(of_known_kind, *(amendment.c[name] == value for name, value in place.items()))
        .order_by(amendment.c.id)
    )
    return tuple(amendment_of(row) for row in rows_of(connection, AmendmentRow, query))


_WITH_FORM = kinds_with(lambda kind: kind.is_listed or (kind.is_figures and not kind.is_yearly))
"""Kinds whose value must have their canonical form; the others may hold any text."""


def _check_order(connection: Connection, order: AmendmentOrder, author: str) -> None:
    for value, what in (
        (order.decision_number, "số quyết định"),
        (order.legal_basis, "căn cứ pháp lý"),
        (author, "người ghi"),
    ):
        if not value.strip():
            raise RegistryError(f"Cải chính, bổ sung phải có {what}.")
        refuse_hidden_characters(value, what)
    refuse_hidden_characters(order.authority, "cơ quan")
    day = parse_canonical(order.decided_on)
    if day is None or day.day is None or day.month is None:
        raise RegistryError("Ngày quyết định phải đủ ngày, tháng, năm, ví dụ 05.11.2026.")
    if date(day.year, day.month, day.day) > clock.now(connection).date():
        raise RegistryError("Ngày quyết định không thể ở sau hôm nay.")


def _check_field(declared: RecordSchema, entry: StoredEntry, field: str, label: str) -> None:
    spec = declared.field(entry.record, field)
    if spec.ledger or spec.value_kind.is_entry_number:
        raise RegistryError(
            f"“{label}” là khóa của sự kiện, không cải chính, bổ sung được. Nếu đọc sai, hãy sửa ở màn hình rà soát."
        )
    reading = next((reading for reading in entry.readings if reading.field == field), None)
    waits = reading is not None and reading.status not in (FieldStatus.NOT_ON_FORM, FieldStatus.ILLEGIBLE)
    if entry.values.get(field) is None and waits and field not in entry.decisions:
        raise RegistryError(f"“{label}” còn chờ rà soát. Hãy rà soát xong rồi mới cải chính, bổ sung.")


def _place(entry: StoredEntry) -> dict[str, Any]:
    return {
        "book_id": entry.book_id,
        "scan_sha256": entry.ref.scan_sha256,
        "page_no": entry.ref.page_no,
        "row": entry.row,
    }


def _order(connection: Connection, entry: StoredEntry, order: AmendmentOrder) -> dict[str, Any]:
    paper = order.paper
    if paper is not None:
        known = connection.scalar(
            select(scan.c.pages).where(
                scan.c.book_id == entry.book_id, scan.c.sha256 == paper.scan_sha256, scan_stands
            )
        )
        if known is None or not 1 <= paper.page_no <= known:
            raise RegistryError("Quyển sổ không có trang quét ấy của quyết định.")
    return {
        "decision_number": order.decision_number.strip(),
        "decided_on": order.decided_on,
        "authority": order.authority.strip(),
        "legal_basis": order.legal_basis.strip(),
        "paper_sha256": None if paper is None else paper.scan_sha256,
        "paper_page_no": None if paper is None else paper.page_no,
    }
