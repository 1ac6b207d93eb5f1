"""Withdrawing a book, a scan, a page or an entry, and reinstating it. Nothing is ever deleted.

A withdrawn part stays in the store, in the tables and in the audit. Its entries no longer stand and its tasks wait for
nobody; a reinstated part is as it was before.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, func, select

from pipeline.base.errors import RegistryError
from pipeline.base.model import FIRST_TYPED_ROW
from pipeline.registry.accounts.permissions import require_text
from pipeline.registry.books.rows import PAGES, book, page, page_failure, page_run, scan
from pipeline.registry.database import clock
from pipeline.registry.database.audit import add, record
from pipeline.registry.database.locks import hold_book, hold_pages, hold_scans
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.entries.machine_view import amendments_in, decisions_at
from pipeline.registry.entries.projections import refresh_projections
from pipeline.registry.entries.rows import ENTRIES, Subject, entry
from pipeline.registry.entries.subjects import place_of
from pipeline.registry.errors import NotThere
from pipeline.registry.lots.stored_lots import held_lots, lot, lot_closing
from pipeline.registry.tasks.keyed_values import live_consensus
from pipeline.registry.tasks.leases import end_all
from pipeline.registry.tasks.model import TaskState
from pipeline.registry.tasks.rows import PAGE_ITSELF, lease, review_task
from pipeline.registry.typed_text import refuse_hidden_characters
from pipeline.registry.withdrawals.model import (
    PART_LABELS,
    PartKind,
    RegistryPart,
    Withdrawal,
    WithdrawalKind,
    WithdrawalPreview,
    WithdrawnDelivery,
)
from pipeline.registry.withdrawals.stored_withdrawals import (
    covering,
    package,
    page_stands,
    part_of,
    refuse_withdrawn,
    withdrawal,
    withdrawals_in_force,
    withdrawals_of,
)


def withdraw(
    connection: Connection, declared: RecordSchema, part: RegistryPart, *, author: str, reason: str
) -> int:
    """Withdraw a part of the registry.

    Its open tasks wait for nobody; whoever holds a task is refused at the next action.

    Returns:
        The number of the withdrawal, by which it is taken back.

    Raises:
        NotThere: There is no such part.
        RegistryError: No reason or author is given.
        Withdrawn: It is withdrawn already, by itself or with anything that contains it.
    """
    author, reason = checked_words(author, reason, "lý do thu hồi")
    (subjects,) = hold_parts(connection, part)
    refuse_withdrawn(connection, part)
    (withdrawal_id,) = add(
        connection, withdrawal, [withdrawal_row(connection, part, WithdrawalKind.WITHDRAWN, author, reason)]
    )
    end_leases(connection, subjects)
    refresh_projections(connection, declared, subjects)
    detail = {"withdrawal": withdrawal_id, "kind": part.kind, "entries": _entries_among(subjects)}
    record(connection, author, "withdrawn", _audit_subject(connection, part), detail)
    return withdrawal_id


def reinstate(
    connection: Connection, declared: RecordSchema, withdrawal_id: int, *, author: str, reason: str
) -> int:
    """Take a withdrawal back: the part is as it was before, with its decisions, keyed values and tasks.

    Returns:
        The number of the act.

    Raises:
        NotThere: There is no withdrawal of that number.
        RegistryError: It is not in force, no reason or author is given, or the page that replaced this page stands.
    """
    author, reason = checked_words(author, reason, "lý do hủy thu hồi")
    found = withdrawal_numbered(connection, withdrawal_id)
    (subjects,) = hold_parts(connection, found.part)
    found = withdrawal_numbered(connection, withdrawal_id)
    if not found.in_force:
        raise RegistryError(f"Thu hồi số {withdrawal_id} không còn hiệu lực. Xem: hotich withdraw list.")
    _refuse_both_pages(connection, found)
    row = withdrawal_row(connection, found.part, WithdrawalKind.REINSTATED, author, reason)
    (act,) = add(connection, withdrawal, [row | {"reinstates_id": withdrawal_id}])
    refresh_projections(connection, declared, subjects)
    detail = {"withdrawal": withdrawal_id, "kind": found.part.kind, "entries": _entries_among(subjects)}
    record(connection, author, "reinstated", _audit_subject(connection, found.part), detail)
    return act


def withdrawal_numbered(connection: Connection, withdrawal_id: int) -> Withdrawal:
    """Return a withdrawal by its number.

    Raises:
        NotThere: There is no such withdrawal.
    """
    book_id = connection.scalar(select(withdrawal.c.book_id).where(withdrawal.c.id == withdrawal_id))
    for act in () if book_id is None else withdrawals_of(connection, book_id):
        if act.withdrawal_id == withdrawal_id and act.kind is not WithdrawalKind.REINSTATED:
            return act
    raise NotThere(f"Không có thu hồi số {withdrawal_id}. Xem số ở cột đầu của: hotich withdraw list.")


def in_force(connection: Connection, book_id: int) -> tuple[Withdrawal, ...]:
    """Return the withdrawals of a book in force."""
    return withdrawals_in_force(connection, [book_id])


def part_of_entry(connection: Connection, entry_id: int) -> RegistryPart:
    """Return an entry as a part of its book.

    Raises:
        NotThere: There is no such entry.
    """
    return part_of(place_of(connection, entry_id))


def books_named(connection: Connection, folder_name: str) -> tuple[int, ...]:
    """Return the ids of the books with that folder name, withdrawn ones included."""
    query = select(book.c.id).where(book.c.folder_name == folder_name).order_by(book.c.id)
    return tuple(connection.scalars(query))


def scans_named(connection: Connection, book_id: int) -> Mapping[str, str]:
    """Return the names of all scans of a book by SHA-256, withdrawn and unreadable scans included."""
    failed = select(page_failure.c.scan_sha256, page_failure.c.scan_name).where(
        page_failure.c.book_id == book_id, page_failure.c.scan_sha256 != ""
    )
    found = {row.scan_sha256: row.scan_name for row in connection.execute(failed)}
    read = select(scan.c.sha256, scan.c.name).where(scan.c.book_id == book_id).order_by(scan.c.id)
    return found | {row.sha256: row.name for row in connection.execute(read)}


def preview(connection: Connection, part: RegistryPart) -> WithdrawalPreview:
    """Return the consequences of withdrawing a part; nothing changes.

    Raises:
        NotThere: There is no such part.
    """
    name, folder_name = name_of(connection, part)
    rows = connection.execute(_entries_of(part).where(entry.c.stands)).all()
    ids = {row.id for row in rows}
    decisions = decisions_at(connection, [(row.page_id, row.id) for row in rows])
    tasks = connection.execute(_tasks_of(part)).all()
    consensus = live_consensus(
        connection, {task.id: decisions[task.page_id, task.entry_id] for task in tasks}
    )
    amended = amendments_in(connection, [part.book_id])
    held = (
        select(lease.c.login)
        .where(lease.c.task_id.in_([task.id for task in tasks]), lease.c.until > clock.now(connection))
        .distinct()
        .order_by(lease.c.login)
    )
    return WithdrawalPreview(
        part=part,
        book=folder_name,
        name=name,
        pages=0
        if part.kind is PartKind.ENTRY
        else _count(connection, _pages_of(part).where(page_run.c.latest, page_stands)),
        entries=len(ids),
        decided=sum(len(of_entry) for of_entry in decisions.values()),
        keyed=sum(len(of_task) for of_task in consensus.values()),
        tasks=len(tasks),
        holders=tuple(connection.scalars(held)),
        amendments=sum(len(fields) for other, fields in amended.items() if part.covers(other)),
        failures=0 if part.kind is PartKind.ENTRY else _count(connection, _failures_of(part)),
        lots=_lots_with(connection, ids),
        packages=sum(
            any(entry_id in ids for entry_id, _ in row.entries)
            for row in connection.execute(select(package.c.entries).where(package.c.book_id == part.book_id))
        ),
    )


def withdrawn_deliveries(connection: Connection, book_id: int) -> tuple[WithdrawnDelivery, ...]:
    """Return the withdrawn entries of a book that were delivered, each with its last package."""
    found: dict[int, WithdrawnDelivery] = {}
    rows = connection.execute(select(package).where(package.c.book_id == book_id).order_by(package.c.id))
    for row in rows:
        for entry_id, number in row.entries:
            found[entry_id] = WithdrawnDelivery(entry_id, number, row.manifest_sha256, row.written_at)
    if not found:
        return ()
    gone = withdrawals_in_force(connection, [book_id])
    places = connection.execute(_entries_of(RegistryPart(book_id)).where(~entry.c.stands))
    withdrawn = {
        row.id
        for row in places
        if covering(gone, RegistryPart(book_id, row.sha256, row.page_no, row.row)) is not None
    }
    return tuple(one for entry_id, one in found.items() if entry_id in withdrawn)


# --- also for replacing a page ------------------------------------------------------------------------------------


def checked_words(author: str, reason: str, what: str) -> tuple[str, str]:
    """Return author and reason without surrounding space.

    Raises:
        RegistryError: Either is empty or holds hidden characters.
    """
    refuse_hidden_characters(author, "người thu hồi")
    if not author.strip():
        raise RegistryError("Thiếu tên người thu hồi. Mỗi lần thu hồi phải có người chịu trách nhiệm.")
    return author.strip(), require_text(reason, what)


def hold_parts(connection: Connection, *parts: RegistryPart) -> list[list[Subject]]:
    """Hold parts of one book with all their pages; return the subjects of each part.

    Raises:
        NotThere: There is no such part.
    """
    book_id = parts[0].book_id
    hold_book(connection, book_id)
    hold_scans(connection, book_id)
    found: list[list[Subject]] = []
    for part in parts:
        name_of(connection, part)
        pages = () if part.kind is PartKind.ENTRY else connection.scalars(_pages_of(part)).all()
        rows = connection.execute(_entries_of(part)).all()
        found.append([*((page_id, None) for page_id in pages), *((row.page_id, row.id) for row in rows)])
    hold_pages(connection, [page_id for subjects in found for page_id, _ in subjects])
    return found


def withdrawal_row(
    connection: Connection, part: RegistryPart, kind: WithdrawalKind, author: str, reason: str
) -> dict[str, Any]:
    """Return a row of ``withdrawal``."""
    return {
        "book_id": part.book_id,
        "scan_sha256": part.scan_sha256,
        "page_no": part.page_no,
        "row": part.row,
        "kind": kind,
        "reason": reason,
        "author": author,
        "noted_at": clock.now(connection),
        "reinstates_id": None,
        "replaced_by_sha256": None,
        "replaced_by_page_no": None,
    }


def end_leases(connection: Connection, subjects: Sequence[Subject]) -> None:
    """End the leases of the tasks of these pages and entries."""
    entries = [entry_id for _, entry_id in subjects if entry_id is not None]
    pages = [page_id for page_id, entry_id in subjects if entry_id is None]
    of_page = review_task.c.page_id.in_(pages) & (review_task.c.row == PAGE_ITSELF)
    for which in (review_task.c.entry_id.in_(entries), of_page):
        end_all(connection, connection.scalars(select(review_task.c.id).where(which)).all())


def name_of(connection: Connection, part: RegistryPart) -> tuple[str, str]:
    """Return the name of a part for people, and the name of its book's folder.

    Raises:
        NotThere: There is no such part.
    """
    folder_name = connection.scalar(select(book.c.folder_name).where(book.c.id == part.book_id))
    if folder_name is None:
        raise NotThere(f"Không có quyển sổ số {part.book_id} trong cơ sở dữ liệu. Hãy kiểm tra lại số.")
    if part.scan_sha256 is None:
        return folder_name, folder_name
    scan_name = scans_named(connection, part.book_id).get(part.scan_sha256)
    there = scan_name is not None and (
        part.kind is PartKind.SCAN
        or _count(connection, _entries_of(part) if part.kind is PartKind.ENTRY else _pages_of(part))
        or (part.kind is PartKind.PAGE and _count(connection, _failures_of(part)))
        or (part.kind is PartKind.PAGE and _has_unread(connection, part))
    )
    if not there:
        raise NotThere(
            f"Sổ “{folder_name}” không có {PART_LABELS[part.kind]} ấy. Hãy kiểm tra lại tên và số."
        )
    name = str(scan_name) if part.page_no is None else f"{scan_name} trang {part.page_no}"
    if part.row is None:
        return name, folder_name
    number = connection.scalars(_entries_of(part).with_only_columns(entry.c.number_text)).first()
    if number:
        return f"{name}, số {number}", folder_name
    if part.row >= FIRST_TYPED_ROW:
        return f"{name}, sự kiện nhập tay thứ {part.row - FIRST_TYPED_ROW + 1}", folder_name
    return f"{name}, dòng {part.row + 1}", folder_name


# --- rows ---------------------------------------------------------------------------------------------------------


def _refuse_both_pages(connection: Connection, found: Withdrawal) -> None:
    """Raise ``RegistryError`` if the page that replaced a page still stands: only one of them may stand."""
    if found.replaced_by is None:
        return
    new = RegistryPart(found.part.book_id, found.replaced_by.scan_sha256, found.replaced_by.page_no)
    if covering(withdrawals_in_force(connection, [new.book_id]), new) is None:
        name, _ = name_of(connection, new)
        raise RegistryError(
            f"Trang này đã có bản quét lại thay thế: {name}. Hãy thu hồi trang ấy trước, rồi hủy thu hồi trang này."
        )


def _within(part: RegistryPart) -> list[Any]:
    """Return the conditions that ``scan``, ``page`` and ``entry`` belong to a part."""
    found = [scan.c.book_id == part.book_id]
    found += [] if part.scan_sha256 is None else [scan.c.sha256 == part.scan_sha256]
    found += [] if part.page_no is None else [page.c.page_no == part.page_no]
    return found + ([] if part.row is None else [entry.c.row == part.row])


def _pages_of(part: RegistryPart) -> Select[Any]:
    """Return the query for the ids of the pages of a part, joined to their latest runs."""
    return (
        select(page.c.id)
        .select_from(PAGES)
        .outerjoin(page_run, (page_run.c.page_id == page.c.id) & page_run.c.latest)
        .where(*_within(part))
    )


def _entries_of(part: RegistryPart) -> Select[Any]:
    """Return the query for the entries of a part, whether they stand or not."""
    return (
        select(entry.c.id, entry.c.page_id, entry.c.row, scan.c.sha256, page.c.page_no)
        .select_from(ENTRIES)
        .where(*_within(part))
    )


def _tasks_of(part: RegistryPart) -> Select[Any]:
    """Return the query for the open tasks of a part."""
    query = (
        select(review_task.c.id, review_task.c.page_id, review_task.c.entry_id)
        .select_from(PAGES)
        .join(review_task, review_task.c.page_id == page.c.id)
        .outerjoin(entry, review_task.c.entry_id == entry.c.id)
    )
    return query.where(review_task.c.state == TaskState.OPEN, *_within(part))


def _failures_of(part: RegistryPart) -> Select[Any]:
    found = [page_failure.c.book_id == part.book_id]
    found += [] if part.scan_sha256 is None else [page_failure.c.scan_sha256 == part.scan_sha256]
    found += [] if part.page_no is None else [page_failure.c.page_no == part.page_no]
    return select(page_failure.c.id).where(*found)


def _has_unread(connection: Connection, part: RegistryPart) -> bool:
    """Return whether the scan of a page has that many pages, read or not."""
    pages = select(scan.c.pages).where(scan.c.book_id == part.book_id, scan.c.sha256 == part.scan_sha256)
    return 1 <= (part.page_no or 0) <= (connection.scalar(pages) or 0)


def _count(connection: Connection, query: Select[Any]) -> int:
    return connection.scalar(select(func.count()).select_from(query.subquery())) or 0


def _lots_with(connection: Connection, entry_ids: Collection[int]) -> tuple[int, ...]:
    """Return the open lots whose samples hold any of the entries."""
    rows = connection.execute(
        select(lot.c.id, lot.c.sample)
        .outerjoin(lot_closing, lot_closing.c.lot_id == lot.c.id)
        .where(lot_closing.c.id.is_(None), lot.c.id.not_in(held_lots(connection)))
        .order_by(lot.c.id)
    )
    return tuple(row.id for row in rows if not set(row.sample).isdisjoint(entry_ids))


def _entries_among(subjects: Sequence[Subject]) -> int:
    return sum(entry_id is not None for _, entry_id in subjects)


def _audit_subject(connection: Connection, part: RegistryPart) -> str:
    """Return the name of a part in the audit; a part that was never read is named by its book."""
    if part.kind is PartKind.ENTRY:
        found = connection.scalar(_entries_of(part).with_only_columns(entry.c.id))
    elif part.kind is PartKind.PAGE:
        found = connection.scalar(_pages_of(part))
    elif part.kind is PartKind.SCAN:
        found = connection.scalar(
            select(scan.c.id).where(scan.c.book_id == part.book_id, scan.c.sha256 == part.scan_sha256)
        )
    else:
        found = None
    return f"book:{part.book_id}" if found is None else f"{part.kind}:{found}"
