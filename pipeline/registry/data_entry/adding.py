"""Data entry at the desk: entries that the machine did not find, and fields that no form has.

An added entry is an ordinary entry, and an added field an ordinary field, without a reading of the machine. They wait
at the desk like all others, for as many people as the office's policy requires, and follow all rules of entries, tasks
and decisions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, exists, func, select

from pipeline.base.errors import RegistryError
from pipeline.base.model import FIRST_TYPED_ROW, Box, FieldStatus, Matrix, PageRef
from pipeline.base.stages import Stage
from pipeline.declarations.schema import FieldSpec
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.accounts.permissions import stages
from pipeline.registry.books.browsing import check_data_entry, page_of_book
from pipeline.registry.books.pages import held_page, rectification_of
from pipeline.registry.books.rows import StoredBookRow, page, scan
from pipeline.registry.data_entry.model import AddedColumn, AddedEntries, corners_of
from pipeline.registry.database.audit import add, record
from pipeline.registry.database.locks import hold_page_of, hold_pages
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.desk_context import DeskContext
from pipeline.registry.entries.machine_view import decisions_at, decisions_of, machine_views
from pipeline.registry.entries.projections import refresh_projections
from pipeline.registry.entries.rows import ENTRIES, EntryPlace, Subject, added_field, entry
from pipeline.registry.entries.subjects import place_of
from pipeline.registry.tasks import leases
from pipeline.registry.tasks.assignment import MOST_HELD
from pipeline.registry.tasks.leases import KeyingMode, lasts
from pipeline.registry.tasks.model import NotYours
from pipeline.registry.tasks.rows import keying, lease, review_task
from pipeline.registry.withdrawals import withdrawing
from pipeline.registry.withdrawals.model import RegistryPart
from pipeline.registry.withdrawals.stored_withdrawals import part_of, refuse_withdrawn
from pipeline.values.derivations import ON_DEMAND

AT_ONCE = 500
"""Entries of one statement."""

MOST_AT_ONCE = 60
"""Largest number of entries added to a page at once: more rows than any form has."""

ADDED_BY_MISTAKE = "thêm nhầm"
"""Reason for the withdrawal of an added entry that nobody has keyed."""


def fields_to_add(context: DeskContext, person: Person, entry_id: int) -> tuple[FieldSpec, ...]:
    """Return the fields that may be added to an entry: fields without a reading, decision or open task."""
    place = place_of(context.connection, entry_id)
    check_data_entry(context.connection, person, place.book_id)
    refuse_withdrawn(context.connection, part_of(place))
    taken = _taken_fields(context, [place.subject])[entry_id]
    return tuple(spec for name, spec in context.declared.fields(place.record).items() if name not in taken)


def columns_to_add(context: DeskContext, person: Person, book_id: int) -> tuple[FieldSpec, ...]:
    """Return the fields that may be added to all entries of a book: those without a place on its form."""
    of_book = check_data_entry(context.connection, person, book_id)
    schemas = context.declared.schemas
    on_form = schemas.form(of_book.form).field_names
    return tuple(
        spec for spec in schemas.record(of_book.record).fields if spec.name not in on_form and not spec.ledger
    )


# --- adding -------------------------------------------------------------------------------------------------------


def add_entries(
    context: DeskContext, person: Person, book_id: int, ref: PageRef, regions: Sequence[Box | None]
) -> AddedEntries:
    """Add entries to a page of a book, to be typed at the desk, and lease the first tasks to the person.

    Each entry has the fields of the book's form, derived fields, and the values of the cover.

    Args:
        ref: The page; it need not have been read.
        regions: Region of each entry on the page as shown; None if nobody drew it.

    Raises:
        NotThere: The book has no such page.
        RegistryError: There are none, or too many at once.
        Withdrawn: The page is withdrawn.
    """
    connection, declared = context.connection, context.declared
    of_book = check_data_entry(connection, person, book_id)
    if not 0 < len(regions) <= MOST_AT_ONCE:
        raise RegistryError(f"Mỗi lần thêm từ 1 đến {MOST_AT_ONCE} sự kiện.")
    refuse_withdrawn(connection, RegistryPart(book_id, ref.scan_sha256, ref.page_no))
    page_of_book(connection, of_book, ref)
    page_id = held_page(connection, book_id, ref)
    shown = rectification_of(connection, book_id, ref)
    matrix = None if shown is None else shown.matrix
    last = connection.scalar(select(func.max(entry.c.row)).where(entry.c.page_id == page_id))
    first = max(FIRST_TYPED_ROW, -1 if last is None else int(last) + 1)
    entry_ids = add(
        connection,
        entry,
        [_entry_row(page_id, first + at, of_book.record) for at in range(len(regions))],
    )
    fields = fields_of_typed(declared, of_book)
    cover = _cover_of(declared, of_book)
    rows = [
        _field_row(context, person, entry_id, field, region, matrix)
        for entry_id, region in zip(entry_ids, regions, strict=True)
        for field in fields
    ]
    rows += [
        _field_row(context, person, entry_id, field, None, None) | {"text": text, "canonical": canonical}
        for entry_id in entry_ids
        for field, (text, canonical) in cover.items()
    ]
    add(connection, added_field, rows)
    refresh_projections(connection, declared, [(page_id, entry_id) for entry_id in entry_ids])
    details = {"entries": list(entry_ids), "drawn": sum(region is not None for region in regions)}
    record(connection, person.login, "entries-added", f"page:{page_id}", details)
    return AddedEntries(entry_ids, _lend(context, person, entry_ids))


def add_fields(
    context: DeskContext, person: Person, entry_id: int, fields: Collection[str], region: Box | None = None
) -> AddedEntries:
    """Add fields to an entry, to be typed at the desk, and lease its task to the person.

    Args:
        fields: Names of fields, also of fields without a place on the form.
        region: Region of their ink on the page as shown; None if nobody drew it.

    Raises:
        NotThere: There is no such entry.
        RegistryError: There are no fields, or a field waits or is decided already.
        Withdrawn: The entry is withdrawn.
    """
    connection = context.connection
    hold_page_of(connection, entry_id)
    place = place_of(connection, entry_id)
    check_data_entry(connection, person, place.book_id)
    refuse_withdrawn(connection, part_of(place))
    if not fields:
        raise RegistryError("Chưa chọn trường nào. Hãy chọn trường cần nhập.")
    taken = _taken_fields(context, [place.subject])[entry_id]
    for name in fields:
        label = context.declared.field(place.record, name).label
        if name in taken:
            raise RegistryError(
                f"“{label}” của sự kiện này đang chờ nhập hoặc đã có giá trị. Muốn nhập lại, hãy mở lại trường ấy."
            )
    shown = rectification_of(connection, place.book_id, PageRef(place.sha256, place.page_no))
    matrix = None if shown is None else shown.matrix
    order = [name for name in context.declared.fields(place.record) if name in fields]
    add(
        connection,
        added_field,
        [_field_row(context, person, entry_id, name, region, matrix) for name in order],
    )
    refresh_projections(connection, context.declared, [(place.page_id, entry_id)])
    details = {"fields": order, "drawn": region is not None}
    record(connection, person.login, "fields-added", f"entry:{entry_id}", details)
    return AddedEntries((entry_id,), _lend(context, person, [entry_id]))


def add_column(context: DeskContext, person: Person, book_id: int, field: str) -> AddedColumn:
    """Add a field to all entries of a book that have it neither on paper nor typed, for supervisors.

    Entries with a leased task are left alone, as a new field would make the values being typed stale.

    Raises:
        NotYours: The person is no supervisor of the book's place.
        RegistryError: The form has a place for the field, or the cover gives its value.
    """
    connection, declared = context.connection, context.declared
    if person.role is not Role.SUPERVISOR:
        raise NotYours("Chỉ người phụ trách thêm được một cột cho cả quyển sổ.")
    of_book = check_data_entry(connection, person, book_id)
    spec = declared.field(of_book.record, field)
    if field not in {added.name for added in columns_to_add(context, person, book_id)}:
        raise RegistryError(f"Mẫu sổ hay bìa sổ đã có “{spec.label}”; không cần thêm cho cả quyển.")
    hold_pages(connection, connection.scalars(select(page.c.id).join(scan).where(scan.c.book_id == book_id)))
    rows = connection.execute(
        select(entry.c.id, entry.c.page_id)
        .select_from(ENTRIES)
        .where(scan.c.book_id == book_id, entry.c.stands, entry.c.record == of_book.record)
        .order_by(scan.c.id, page.c.page_no, entry.c.row)
    ).all()
    taken = _taken_fields(context, [(row.page_id, row.id) for row in rows])
    wanted = [row for row in rows if field not in taken[row.id]]
    at_work = set(
        connection.scalars(
            select(review_task.c.entry_id)
            .join(lease, lease.c.task_id == review_task.c.id)
            .where(review_task.c.book_id == book_id, lasts(context))
        )
    )
    free = [row for row in wanted if row.id not in at_work]
    add(connection, added_field, [_field_row(context, person, row.id, field, None, None) for row in free])
    refresh_projections(connection, declared, [(row.page_id, row.id) for row in free])
    details = {"field": field, "entries": len(free), "at_work": len(wanted) - len(free)}
    record(connection, person.login, "column-added", f"book:{book_id}", details)
    return AddedColumn(len(free), len(wanted) - len(free))


def discard_entry(context: DeskContext, person: Person, entry_id: int) -> int:
    """Withdraw an entry that was added by mistake, as long as nobody has keyed a field of it.

    Returns:
        Id of the withdrawal, with which a supervisor takes it back.

    Raises:
        NotThere: There is no such entry.
        RegistryError: The machine found the entry or somebody has keyed it, so that only supervisors may withdraw it.
        Withdrawn: It is withdrawn already.
    """
    connection = context.connection
    hold_page_of(connection, entry_id)
    place = place_of(connection, entry_id)
    check_data_entry(connection, person, place.book_id)
    is_typed = place.row >= FIRST_TYPED_ROW and not place.found
    if not is_typed or _has_words(connection, place):
        raise RegistryError(
            "Sự kiện này do máy tìm thấy hoặc đã có người nhập. Người phụ trách thu hồi được ở trang Thu hồi."
        )
    return withdrawing.withdraw(
        connection, context.declared, part_of(place), author=person.login, reason=ADDED_BY_MISTAKE
    )


def fields_of_typed(declared: RecordSchema, of_book: StoredBookRow) -> tuple[str, ...]:
    """Return the fields of a typed entry, without the fields that the cover of the book gives.

    Fields of the book's form in their order on paper come first, then further required fields, then derived fields.
    """
    spec = declared.schemas.record(of_book.record)
    names = [*declared.schemas.form(of_book.form).field_names]
    names += [field.name for field in spec.fields if field.required]
    derived = [derivation.field for derivation in spec.derivations if derivation.rule not in ON_DEMAND]
    cover = {field.name for field in spec.fields if field.ledger}
    ordered = [name for name in names if name not in derived] + derived
    return tuple(dict.fromkeys(name for name in ordered if name not in cover))


# --- rows ---------------------------------------------------------------------------------------------------------


def _entry_row(page_id: int, row: int, kind: str) -> dict[str, Any]:
    return {
        "page_id": page_id,
        "row": row,
        "record": kind,
        "found": False,
        "stands": True,
        "accepted": False,
        "number_text": "",
    }


def _field_row(
    context: DeskContext, person: Person, entry_id: int, field: str, region: Box | None, matrix: Matrix | None
) -> dict[str, Any]:
    corners = None if region is None else [list(point) for point in corners_of(region, matrix)]
    return {
        "entry_id": entry_id,
        "field": field,
        "text": "",
        "canonical": "",
        "corners": corners,
        "account_id": person.account_id,
        "login": person.login,
        "added_at": context.now,
    }


def _cover_of(declared: RecordSchema, of_book: StoredBookRow) -> dict[str, tuple[str, str]]:
    """Return the values that the cover of a book gives its entries, by field: text and canonical form."""
    ledger = of_book.ledger
    cover = {}
    for spec in declared.schemas.record(of_book.record).fields:
        text = str(getattr(ledger, spec.ledger)) if spec.ledger else ""
        if text:
            cover[spec.name] = text, declared.canonical(of_book.record, spec.name, text) or text
    return cover


def _taken_fields(context: DeskContext, entries: Sequence[Subject]) -> dict[int, set[str]]:
    """Return the fields of each entry that wait, were read or are decided, without fields that are not on its form."""
    taken: dict[int, set[str]] = {}
    for start in range(0, len(entries), AT_ONCE):
        some = entries[start : start + AT_ONCE]
        views = machine_views(context.connection, context.declared, some)
        decisions = decisions_at(context.connection, some)
        for subject in some:
            said = views[subject].readings
            known = {reading.field for reading in said if reading.status is not FieldStatus.NOT_ON_FORM}
            taken[subject[1] or 0] = known | decisions[subject].keys()
    return taken


def _lend(context: DeskContext, person: Person, entry_ids: Iterable[int]) -> tuple[int, ...]:
    """Lease the tasks of these entries to a person, as many as they may hold; return the ids of the tasks."""
    room = MOST_HELD - len(leases.held(context, person, KeyingMode.DESK))
    allowed = stages(person)
    rows = context.connection.execute(
        select(review_task.c.id, review_task.c.stage)
        .where(review_task.c.entry_id.in_(list(entry_ids)))
        .order_by(review_task.c.row)
        .with_for_update()
    ).all()
    leased: list[int] = []
    for row in rows:
        if len(leased) < room and Stage(row.stage) in allowed:
            leased += [row.id] if leases.take(context, row.id, person, KeyingMode.DESK) else []
    return tuple(leased)


def _has_words(connection: Connection, place: EntryPlace) -> bool:
    """Return whether anybody has keyed or decided a field of an entry, withdrawn values included."""
    tasks = select(review_task.c.id).where(review_task.c.entry_id == place.id)
    keyed = exists().where(keying.c.task_id.in_(tasks))
    return bool(connection.scalar(select(keyed))) or bool(decisions_of(connection, place.subject))
