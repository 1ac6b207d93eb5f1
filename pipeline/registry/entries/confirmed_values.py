"""Confirmations of the values that delivery rules propose: of one entry, or of all entries of a book that are alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from pipeline.base.errors import RegistryError
from pipeline.base.model import FieldStatus
from pipeline.declarations.office.delivery_policy import DeliveryPolicy
from pipeline.delivery_rules import DeliveredValue, FieldLayers
from pipeline.registry.approvals.rows import confirmed_delivery
from pipeline.registry.books.rows import page, scan
from pipeline.registry.books.stored_books import stored_book
from pipeline.registry.database import clock
from pipeline.registry.database.audit import add, record
from pipeline.registry.database.locks import hold_page_of, hold_pages
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.entries.model import BookLayers, StoredEntry
from pipeline.registry.entries.stored_entries import delivery_layers, entry_ids, stored_entries
from pipeline.registry.entries.subjects import place_of
from pipeline.registry.withdrawals.model import RegistryPart
from pipeline.registry.withdrawals.stored_withdrawals import part_of, refuse_withdrawn


def confirm_delivery(
    connection: Connection,
    declared: RecordSchema,
    entry_id: int,
    field: str,
    policy: DeliveryPolicy,
    choice: int = 0,
    typed: tuple[FieldStatus, str] | None = None,
    *,
    author: str,
    shown: str | None = None,
) -> FieldLayers:
    """Record that a person confirmed a value that a delivery rule proposes; readings and decisions stay as they are.

    Args:
        choice: Index of the proposal.
        typed: Status and text that the person has typed and not saved yet.
        shown: The ``mark`` of the layers that the person saw; None: they saw no layers.

    Returns:
        Both layers of the field from then on.

    Raises:
        RegistryError: There is no such proposal, or the proposals are others than the person saw.
        Withdrawn: The entry is withdrawn.
    """
    hold_page_of(connection, entry_id)
    place = place_of(connection, entry_id)
    refuse_withdrawn(connection, part_of(place))
    label = declared.field(place.record, field).label
    texts = {} if typed is None else {field: typed}
    before = delivery_layers(connection, declared, entry_id, policy, texts).get(field)
    before, chosen = _chosen(label, before, choice, author, shown)
    row = _row(part_of(place), field, before, chosen, author.strip(), clock.now(connection))
    (number,) = add(connection, confirmed_delivery, [row])
    detail = {"field": field, "rule": chosen.rule, "confirmation": number}
    record(connection, author.strip(), "delivery-confirmed", f"entry:{entry_id}", detail)
    return replace(before, delivered=replace(chosen, certain=True, confirmed_by=author.strip()))


def confirm_alike(
    connection: Connection,
    declared: RecordSchema,
    entry_id: int,
    field: str,
    policy: DeliveryPolicy,
    choice: int = 0,
    *,
    author: str,
    shown: str | None = None,
) -> int:
    """Record that a person confirmed a value in all entries of a book that wait with the same text and proposals.

    Args:
        choice: As in ``confirm_delivery``.
        shown: As in ``confirm_delivery``.

    Returns:
        The number of entries.

    Raises:
        RegistryError: As in ``confirm_delivery``.
        Withdrawn: The entry is withdrawn.
    """
    place = place_of(connection, entry_id)
    pages = select(page.c.id).join(scan).where(scan.c.book_id == place.book_id)
    hold_pages(connection, connection.scalars(pages).all())
    refuse_withdrawn(connection, part_of(place))
    label = declared.field(place.record, field).label
    waiting = _waiting(connection, declared, place.book_id, field, policy)
    before, chosen = _chosen(label, waiting.get(entry_id, (None, None))[1], choice, author, shown)
    at = clock.now(connection)
    rows = [
        _row(
            RegistryPart(entry.book_id, entry.ref.scan_sha256, entry.ref.page_no, entry.row),
            field,
            layers,
            chosen,
            author.strip(),
            at,
        )
        for entry, layers in waiting.values()
        if layers.mark == before.mark
    ]
    detail = {"field": field, "rule": chosen.rule, "confirmations": add(connection, confirmed_delivery, rows)}
    record(connection, author.strip(), "delivery-confirmed", f"book:{place.book_id}", detail)
    return len(rows)


def _waiting(
    connection: Connection, declared: RecordSchema, book_id: int, field: str, policy: DeliveryPolicy
) -> dict[int, tuple[StoredEntry, FieldLayers]]:
    """Return the entries of a book that wait for a confirmation in a field, with its layers."""
    of_book = BookLayers(stored_book(connection, book_id).ledger, declared.schemas, policy)
    entries = [*stored_entries(connection, declared, entry_ids(connection, book_id))]
    found = {}
    for entry, below in zip(entries, [*entries[1:], None], strict=True):
        layers = of_book.of(entry, below=below).get(field)
        if layers is not None and layers.waits:
            found[entry.entry_id] = entry, layers
    return found


def _chosen(
    label: str, before: FieldLayers | None, choice: int, author: str, shown: str | None
) -> tuple[FieldLayers, DeliveredValue]:
    """Return the layers of a field and the chosen proposal; refuse what cannot be confirmed."""
    if before is None or not before.proposals:
        raise RegistryError(f"“{label}”: không có giá trị bàn giao nào chờ xác nhận.")
    if shown not in (None, before.mark):
        raise RegistryError(f"“{label}”: giá trị bàn giao vừa đổi. Hãy xem lại rồi xác nhận.")
    if not 0 <= choice < len(before.proposals):
        raise RegistryError(f"“{label}” chỉ có {len(before.proposals)} giá trị bàn giao để chọn.")
    if not author.strip():
        raise RegistryError("Hãy ghi ai xác nhận giá trị bàn giao.")
    return before, before.proposals[choice]


def _row(
    part: RegistryPart, field: str, before: FieldLayers, chosen: DeliveredValue, author: str, at: datetime
) -> Mapping[str, Any]:
    return {
        "book_id": part.book_id,
        "scan_sha256": part.scan_sha256,
        "page_no": part.page_no,
        "row": part.row,
        "field": field,
        "written": before.written,
        "value": chosen.value,
        "note": chosen.note,
        "rule": chosen.rule,
        "author": author,
        "confirmed_at": at,
    }
