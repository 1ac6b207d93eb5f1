"""Books and entries as other systems read them, without withdrawn ones and those of other places."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, select

from pipeline.base.model import FieldStatus, Severity
from pipeline.declarations.office.approval import ApprovalPolicy
from pipeline.declarations.office.delivery_policy import DeliveryPolicy
from pipeline.declarations.schema import FieldSpec, RecordSpec
from pipeline.delivery_rules import FieldLayers, notes_with
from pipeline.registry.approvals.approvals import approval_in_force, unsigned_amendments
from pipeline.registry.books.overview import is_undeclared
from pipeline.registry.books.page_order import moved_pages, place_in_order
from pipeline.registry.books.rows import book, page, scan
from pipeline.registry.books.stored_books import stored_book
from pipeline.registry.database.audit.key import Key
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.entries.model import BookLayers, StoredEntry
from pipeline.registry.entries.rows import ENTRIES, entry
from pipeline.registry.entries.stored_entries import entries_before, entry_after, stored_entries
from pipeline.registry.errors import NotThere
from pipeline.registry.publishing.model import (
    PublishedAmendment,
    PublishedBooks,
    PublishedEntries,
    PublishedEntry,
    PublishedState,
    PublishedValue,
    whole_state,
)
from pipeline.registry.statistics.book_states import BookState, book_states
from pipeline.registry.statistics.scope import Places, of_places
from pipeline.registry.tampered_rows import altered_among
from pipeline.registry.tasks.consensus import WHOLE_ENTRY
from pipeline.registry.tasks.model import TaskState
from pipeline.registry.tasks.rows import review_task
from pipeline.registry.withdrawals.stored_withdrawals import book_stands

CURSOR = re.compile(r"([0-9]{1,9})\.([0-9]{1,9})\.([0-9]{1,9})", re.ASCII)


@dataclass(frozen=True, slots=True)
class PublishingPolicy:
    """The policies that decide whether a value may be published."""

    delivery: DeliveryPolicy
    approval: ApprovalPolicy
    key: Key | None


def published_books(connection: Connection, places: Places, after: int, most: int) -> PublishedBooks:
    """Return at most ``most`` books of these places with ids above ``after``, by id."""
    asked = (
        select(book.c.id)
        .where(book_stands, of_places(places), book.c.id > after)
        .order_by(book.c.id)
        .limit(most + 1)
    )
    ids = connection.scalars(asked).all()
    states = book_states(connection, places, among=ids[:most]) if ids else ()
    last = ids[most - 1] if len(ids) > most else None
    return PublishedBooks(tuple(sorted(states, key=lambda state: state.book_id)), last)


def published_book(connection: Connection, places: Places, book_id: int) -> BookState:
    """Return a book of these places.

    Raises:
        NotThere: There is no book with that id, or it is withdrawn or of another place.
    """
    states = book_states(connection, places, among=[book_id])
    if not states:
        raise NotThere("Không có quyển sổ này. Hãy xem danh sách sổ.")
    return states[0]


def published_entries(
    connection: Connection,
    declared: RecordSchema,
    places: Places,
    book_id: int,
    after: str,
    most: int,
    policy: PublishingPolicy,
) -> PublishedEntries:
    """Return entries of a book in its order.

    Args:
        places: Registration places that may be read; None: all.
        after: Cursor of an earlier answer; ``""``: from the beginning.
        most: Largest number of entries.

    Raises:
        NotThere: There is no such book, or it is withdrawn or of another place, or ``after`` is no cursor.
        NotDeclared: The form or the kind of register of the book is not declared now.
    """
    of_book = published_book(connection, places, book_id)
    _check_declared(declared, of_book.form, of_book.record)
    begin = (-1, -1, -1)
    if after:
        read = CURSOR.fullmatch(after)
        if read is None:
            raise NotThere("Không có trang tiếp theo này. Hãy đọc lại từ trang đầu.")
        begin = int(read[1]), int(read[2]), int(read[3])
    moved = moved_pages(connection, [book_id])
    standing = connection.execute(_standing().where(scan.c.book_id == book_id))
    rows = sorted(((*place_in_order(moved, row)[1:], row.row), row.id) for row in standing)
    rows = [row for row in rows if row[0] > begin]
    end = most
    while (
        0 < end < len(rows) and rows[end][0] == rows[end - 1][0]
    ):  # entries at the same position stay together
        end += 1
    held = _policy_of_book(connection, declared, book_id, policy)
    ids = [entry_id for _, entry_id in rows[:end]]
    published = _published(connection, declared, book_id, ids, policy, held)
    last = rows[end - 1][0] if len(rows) > end else ()
    return PublishedEntries(tuple(published), ".".join(map(str, last)))


def published_entry(
    connection: Connection, declared: RecordSchema, places: Places, entry_id: int, policy: PublishingPolicy
) -> PublishedEntry:
    """Return an entry.

    Raises:
        NotThere: There is no entry with that id, or it is withdrawn or of another place.
        NotDeclared: The form or the kind of register of its book is not declared now.
    """
    published = published_among(connection, declared, places, [entry_id], policy)
    if published:
        return published[entry_id]
    asked = _standing().join(book, scan.c.book_id == book.c.id).where(entry.c.id == entry_id, book_stands)
    of_book = connection.execute(
        asked.with_only_columns(book.c.form, book.c.record).where(of_places(places))
    ).first()
    if of_book is not None:
        _check_declared(declared, of_book.form, of_book.record)
    raise NotThere("Không có sự kiện này. Hãy xem danh sách sự kiện của sổ.")


def _check_declared(declared: RecordSchema, form: str, kind: str) -> None:
    """Raise ``NotDeclared``, which names file and flaw, if form or kind of register is not declared now."""
    declared.schemas.record(kind)
    declared.schemas.form(form)


def published_among(
    connection: Connection,
    declared: RecordSchema,
    places: Places,
    entry_ids: Collection[int],
    policy: PublishingPolicy,
) -> dict[int, PublishedEntry]:
    """Return the valid ones of these entries in books of these places, by id.

    Entries of books with a form or kind of register that is not declared now are left out.
    """
    asked = _standing().join(book, scan.c.book_id == book.c.id).where(entry.c.id.in_(entry_ids))
    rows = connection.execute(asked.where(book_stands, ~is_undeclared(declared), of_places(places))).all()
    held = {
        book_id: _policy_of_book(connection, declared, book_id, policy)
        for book_id in {row.book_id for row in rows}
    }
    return {
        row.id: published
        for row in rows
        for published in _published(connection, declared, row.book_id, [row.id], policy, held[row.book_id])
    }


def _standing() -> Select[Any]:
    return (
        select(
            entry.c.id, scan.c.id.label("scan_id"), scan.c.sha256, page.c.page_no, entry.c.row, scan.c.book_id
        )
        .select_from(ENTRIES)
        .where(entry.c.stands)
    )


@dataclass(frozen=True, slots=True)
class _BookPolicy:
    """Whether the approval of a book permits publishing, and its amendments that lack a required signature."""

    approved: bool
    wanting: frozenset[int]


def _policy_of_book(
    connection: Connection, declared: RecordSchema, book_id: int, policy: PublishingPolicy
) -> _BookPolicy:
    approved = not policy.approval.book or approval_in_force(connection, declared, book_id) is not None
    wanting = unsigned_amendments(connection, book_id) if policy.approval.amendments else frozenset()
    return _BookPolicy(approved, wanting)


def _published(
    connection: Connection,
    declared: RecordSchema,
    book_id: int,
    ids: Sequence[int],
    policy: PublishingPolicy,
    of_book: _BookPolicy,
) -> Iterator[PublishedEntry]:
    """Yield consecutive entries of a book."""
    if not ids:
        return
    first, *_ = stored = tuple(stored_entries(connection, declared, ids))
    layers = BookLayers(stored_book(connection, book_id).ledger, declared.schemas, policy.delivery)
    before = entries_before(connection, declared, first)
    last = entry_after(connection, declared, stored[-1])
    around = (*before, *filter(None, [last]))
    altered = altered_among(connection, declared, policy.key, [*ids, *(other.entry_id for other in around)])
    for stored_entry in before:
        layers.of(stored_entry, is_trusted=stored_entry.entry_id not in altered)
    waiting = _waiting(connection, ids)
    for stored_entry, below in zip(stored, (*stored[1:], last), strict=True):
        is_known = below is not None and below.entry_id not in altered
        both = layers.of(
            stored_entry,
            is_trusted=stored_entry.entry_id not in altered,
            below=below if is_known else None,
        )
        held = _held(stored_entry, waiting, altered, of_book.wanting, approved=of_book.approved)
        yield _entry(stored_entry, both, declared.schemas.record(stored_entry.record), held, of_book.wanting)


def _waiting(connection: Connection, ids: Sequence[int]) -> frozenset[int]:
    open_tasks = (
        select(entry.c.id)
        .join(review_task, (review_task.c.page_id == entry.c.page_id) & (review_task.c.row == entry.c.row))
        .where(entry.c.id.in_(ids), entry.c.stands, review_task.c.state == TaskState.OPEN)
    )
    return frozenset(connection.scalars(open_tasks))


def _held(
    stored: StoredEntry,
    waiting: Collection[int],
    altered: Collection[int],
    wanting: Collection[int],
    *,
    approved: bool,
) -> PublishedState:
    """Return the state that withholds an entry as a whole; ``SETTLED`` if nothing withholds it."""
    if stored.entry_id in altered:
        return PublishedState.ALTERED
    if stored.entry_id in waiting or _has_blocking_findings(stored):
        return PublishedState.WAITING
    if any(amended.amendment_id in wanting for amended in stored.amendments.values()):
        return PublishedState.UNSIGNED
    return PublishedState.SETTLED if approved else PublishedState.UNAPPROVED


def _has_blocking_findings(stored: StoredEntry) -> bool:
    """Return whether an entry has a blocking finding with a field that nobody has decided."""
    return any(across.finding.severity is Severity.BLOCK for across in stored.cross_entry_findings) or any(
        finding.severity is Severity.BLOCK
        and not set(finding.fields or (WHOLE_ENTRY,)) <= stored.decisions.keys()
        for finding in stored.findings
    )


def _entry(
    stored: StoredEntry,
    layers: Mapping[str, FieldLayers],
    spec: RecordSpec,
    held: PublishedState,
    wanting: Collection[int],
) -> PublishedEntry:
    values = tuple(_values(stored, layers, spec, held))
    state = whole_state({value.state for value in values}) if held is PublishedState.SETTLED else held
    settled = state is PublishedState.SETTLED
    notes = layers.get(spec.book.notes) if spec.book is not None else None
    return PublishedEntry(
        entry_id=stored.entry_id,
        book_id=stored.book_id,
        record=stored.record,
        title=spec.title,
        scan=stored.scan,
        ref=stored.ref,
        row=stored.row,
        state=state,
        values=values,
        notes=notes_with("" if notes is None else notes.delivered.value, layers) if settled else None,
        amendments=tuple(
            PublishedAmendment(
                name,
                amended.kind,
                amended.old if settled else None,
                amended.value if settled else None,
                amended.order.decision_number,
                amended.order.decided_on,
                amended.order.legal_basis,
                amended.order.authority,
                amended.amendment_id not in wanting,
            )
            for name, amended in stored.amendments.items()
        ),
    )


def _values(
    stored: StoredEntry, layers: Mapping[str, FieldLayers], spec: RecordSpec, held: PublishedState
) -> Iterator[PublishedValue]:
    on_paper = {reading.field for reading in stored.readings if reading.status is not FieldStatus.NOT_ON_FORM}
    for field in spec.fields:
        both = layers.get(field.name)
        if both is None and field.name not in on_paper | stored.decisions.keys() | stored.amendments.keys():
            continue
        state = _value_state(both) if held is PublishedState.SETTLED else held
        settled = both if state is PublishedState.SETTLED else None
        yield _value(field, state, settled, amended=field.name in stored.amendments)


def _value_state(both: FieldLayers | None) -> PublishedState:
    if both is None:
        return PublishedState.UNKNOWN
    return PublishedState.UNCONFIRMED if both.waits else PublishedState.SETTLED


def _value(
    field: FieldSpec, state: PublishedState, settled: FieldLayers | None, *, amended: bool
) -> PublishedValue:
    return PublishedValue(
        field.name,
        field.label,
        field.column,
        state,
        None if settled is None else settled.delivered.value,
        None if settled is None else settled.written,
        amended,
    )
