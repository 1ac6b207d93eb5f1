"""Both layers of an entry's values, and a person's word on what is delivered. What was read and decided stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import Connection, select

from pipeline.base.errors import RegistryError
from pipeline.base.model import FieldStatus
from pipeline.declarations.office.delivery_policy import DeliveryPolicy
from pipeline.delivery_rules import FieldLayers
from pipeline.registry.database import clock
from pipeline.registry.database.audit import add, record
from pipeline.registry.database.locks import hold_page_of
from pipeline.registry.model.entries import StoredEntry
from pipeline.registry.model.written_entries import BookLayers
from pipeline.registry.repositories.books import stored_book
from pipeline.registry.repositories.entries import place_of
from pipeline.registry.repositories.stored_entries import entry_ids, stored_entries, stored_entry
from pipeline.registry.repositories.withdrawals import part_of, refuse_withdrawn
from pipeline.registry.tables.confirmed_deliveries import confirmed_delivery
from pipeline.registry.tables.entries import entry as entry_table
from pipeline.registry.tables.record_schema import RecordSchema


def delivery_layers(
    connection: Connection,
    declared: RecordSchema,
    entry_id: int,
    policy: DeliveryPolicy,
    typed: Mapping[str, tuple[FieldStatus, str]] | None = None,
) -> Mapping[str, FieldLayers]:
    """Return both layers of the settled fields of an entry.

    Args:
        typed: What a person is typing: by field the status and the text, as if it were decided.

    Raises:
        NotThere: There is no such entry.
    """
    asked = stored_entry(connection, declared, entry_id)
    layers = BookLayers(stored_book(connection, asked.book_id).ledger, declared.schemas, policy)
    for one in entries_before(connection, declared, asked):
        layers.of(one)
    return layers.of(_with_typed(asked, declared, typed or {}), typed=typed or {})


def page_layers(
    connection: Connection, declared: RecordSchema, entry_id: int, policy: DeliveryPolicy
) -> tuple[StoredEntry, Mapping[str, FieldLayers], tuple[StoredEntry, ...]]:
    """Return an entry, both layers of its values, and the other entries of its page that stand.

    Raises:
        NotThere: There is no such entry.
    """
    asked = stored_entry(connection, declared, entry_id)
    layers = BookLayers(stored_book(connection, asked.book_id).ledger, declared.schemas, policy)
    before = entries_before(connection, declared, asked)
    for one in before:
        layers.of(one)
    near = select(entry_table.c.id).where(
        entry_table.c.page_id
        == select(entry_table.c.page_id).where(entry_table.c.id == entry_id).scalar_subquery(),
        entry_table.c.id != entry_id,
        entry_table.c.stands,
    )
    others = tuple(stored_entries(connection, declared, connection.scalars(near).all()))
    return asked, layers.of(asked), others


def entries_before(
    connection: Connection, declared: RecordSchema, asked: StoredEntry
) -> tuple[StoredEntry, ...]:
    """Return the entries above one on its page, and those of the page before."""
    ids = list(entry_ids(connection, asked.book_id))
    if asked.entry_id not in ids:
        return ()
    at = ids.index(asked.entry_id)
    near = ids[max(0, at - _MOST_ABOVE) : at + 1]
    of_page = select(entry_table.c.id, entry_table.c.page_id).where(entry_table.c.id.in_(near))
    pages = dict(iter(connection.execute(of_page)))
    wanted = tuple(dict.fromkeys(pages[one] for one in reversed(near)))[:2]
    above = [one for one in near[:-1] if pages[one] in wanted]
    return tuple(stored_entries(connection, declared, above))


_MOST_ABOVE = 60
"""Entries that are looked at above one; two pages of the fullest table have fewer."""


def _with_typed(
    asked: StoredEntry, declared: RecordSchema, typed: Mapping[str, tuple[FieldStatus, str]]
) -> StoredEntry:
    """Return the entry with the values that typed texts would have."""
    values = dict(asked.values)
    for field, (status, text) in typed.items():
        canonical = declared.canonical(asked.record, field, text)
        values[field] = {FieldStatus.READ: canonical or text, FieldStatus.BLANK: ""}.get(status)
    return replace(asked, values=values)


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
    """Record that a person confirmed one of the values that a delivery rule proposes.

    Args:
        choice: Which of the proposals, from 0.
        typed: What the person has typed of the field and not saved yet.
        shown: The ``mark`` of the layers that the person saw; None where they saw none.

    Returns:
        Both layers of the field from then on.

    Raises:
        RegistryError: No rule proposes anything, or not so many values, or others than those that were shown.
        Withdrawn: The entry is withdrawn.
    """
    hold_page_of(connection, entry_id)
    place = place_of(connection, entry_id)
    refuse_withdrawn(connection, part_of(place))
    label = declared.field(place["record"], field).label
    texts = {} if typed is None else {field: typed}
    before = delivery_layers(connection, declared, entry_id, policy, texts).get(field)
    if before is None or not before.proposals:
        raise RegistryError(f"“{label}”: không có giá trị bàn giao nào chờ xác nhận.")
    if shown not in (None, before.mark):
        raise RegistryError(f"“{label}”: giá trị bàn giao vừa đổi. Hãy xem lại rồi xác nhận.")
    if not 0 <= choice < len(before.proposals):
        raise RegistryError(f"“{label}” chỉ có {len(before.proposals)} giá trị bàn giao để chọn.")
    if not author.strip():
        raise RegistryError("Hãy ghi ai xác nhận giá trị bàn giao.")
    chosen = before.proposals[choice]
    row = {
        "book_id": place["book_id"],
        "scan_sha256": place["sha256"],
        "page_no": place["page_no"],
        "row": place["row"],
        "field": field,
        "written": before.written,
        "value": chosen.value,
        "note": chosen.note,
        "rule": chosen.rule,
        "author": author.strip(),
        "confirmed_at": clock.now(connection),
    }
    (number,) = add(connection, confirmed_delivery, [row])
    told = {"field": field, "rule": chosen.rule, "confirmation": number}
    record(connection, author.strip(), "delivery-confirmed", f"entry:{entry_id}", told)
    return replace(before, delivered=replace(chosen, certain=True, confirmed_by=author.strip()))
