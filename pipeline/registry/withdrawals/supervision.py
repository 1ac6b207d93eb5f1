"""Withdrawing at the desk: supervisors withdraw parts of the books of their places."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import select

from pipeline.base.model import PageRef
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.accounts.permissions import check_supervises
from pipeline.registry.books.rows import PAGES, book, page, page_run, scan
from pipeline.registry.desk_context import DeskContext
from pipeline.registry.entries.rows import ENTRIES, entry
from pipeline.registry.tasks.model import NotYours
from pipeline.registry.withdrawals import page_replacement, withdrawing
from pipeline.registry.withdrawals.model import (
    BookPage,
    PageReplacement,
    RegistryPart,
    Withdrawal,
    WithdrawalPreview,
)
from pipeline.registry.withdrawals.stored_withdrawals import page_stands, withdrawals_of

WHAT = "thu hồi, hủy thu hồi"


def withdraw(context: DeskContext, person: Person, part: RegistryPart, reason: str) -> int:
    """Withdraw a part of a book, as ``withdrawals.withdrawing`` does; return the number of the withdrawal."""
    check_supervises(context.connection, person, part.book_id, WHAT)
    return withdrawing.withdraw(
        context.connection, context.declared, part, author=person.login, reason=reason
    )


def reinstate(context: DeskContext, person: Person, withdrawal_id: int, reason: str) -> Withdrawal:
    """Take a withdrawal back; return it."""
    found = withdrawing.withdrawal_numbered(context.connection, withdrawal_id)
    check_supervises(context.connection, person, found.part.book_id, WHAT)
    withdrawing.reinstate(
        context.connection, context.declared, withdrawal_id, author=person.login, reason=reason
    )
    return found


def replace_page(
    context: DeskContext, person: Person, book_id: int, old: PageRef, new: PageRef, reason: str
) -> PageReplacement:
    """Let a page take the place of another page, as ``withdrawals.page_replacement`` does."""
    check_supervises(context.connection, person, book_id, WHAT)
    return page_replacement.replace_page(
        context.connection, context.declared, book_id, old, new, author=person.login, reason=reason
    )


def withdrawal_preview(context: DeskContext, person: Person, part: RegistryPart) -> WithdrawalPreview:
    """Return the consequences of withdrawing a part of a book, for a person who may withdraw it."""
    check_supervises(context.connection, person, part.book_id, WHAT)
    return withdrawing.preview(context.connection, part)


def withdrawals_for(
    context: DeskContext, person: Person, book_id: int | None = None
) -> tuple[tuple[Withdrawal, str, str], ...]:
    """Return every act on a book, newest first, each with the names of the book and of the part.

    Without a book: the withdrawals in force of all books that the person may see.
    """
    if person.role is not Role.SUPERVISOR:
        raise NotYours("Chỉ người phụ trách xem được những gì đã thu hồi.")
    if book_id is not None:
        check_supervises(context.connection, person, book_id, WHAT)
    places = {
        row.id: row.place_code for row in context.connection.execute(select(book.c.id, book.c.place_code))
    }
    acts = [
        act
        for act in reversed(withdrawals_of(context.connection, book_id))
        if person.may_see(places[act.part.book_id]) and (book_id is not None or act.in_force)
    ]
    names = [withdrawing.name_of(context.connection, act.part) for act in acts]
    return tuple((act, folder, name) for act, (name, folder) in zip(acts, names, strict=True))


def pages_of_book(context: DeskContext, person: Person, book_id: int) -> tuple[BookPage, ...]:
    """Return the pages of a book that stand, in the order of the book, for a person who may withdraw them."""
    check_supervises(context.connection, person, book_id, WHAT)
    entries: dict[int, list[tuple[int, str]]] = defaultdict(list)
    rows = context.connection.execute(
        select(entry.c.id, entry.c.page_id, entry.c.number_text)
        .select_from(ENTRIES)
        .where(scan.c.book_id == book_id, entry.c.stands)
        .order_by(entry.c.page_id, entry.c.row)
    )
    for row in rows:
        entries[row.page_id].append((row.id, row.number_text))
    pages = context.connection.execute(
        select(page.c.id, scan.c.sha256, scan.c.name, page.c.page_no, page_run.c.kind)
        .select_from(PAGES)
        .join(page_run, (page_run.c.page_id == page.c.id) & page_run.c.latest)
        .where(scan.c.book_id == book_id, page_stands)
        .order_by(scan.c.name, scan.c.id, page.c.page_no)
    )
    return tuple(
        BookPage(PageRef(row.sha256, row.page_no), row.name, row.kind, tuple(entries[row.id]))
        for row in pages
    )
