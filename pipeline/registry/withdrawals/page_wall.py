"""The pages of a book as scanning staff arrange them: seen in order, moved, removed, put back, made anew of others.

Every act leaves scans and readings as they are: a removed page is withdrawn, and an order is one more row. Scanning
staff change only pages on which nobody else has worked; supervisors change all of them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from pipeline.base.errors import RegistryError
from pipeline.base.model import PageKind, PageRef
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.accounts.permissions import check_place_of_book, check_tickets
from pipeline.registry.books.browsing import listed_entries, pages_in_book
from pipeline.registry.books.rows import (
    PAGES,
    PageArrangementRow,
    page,
    page_arrangement,
    page_failure,
    page_run,
    scan,
)
from pipeline.registry.books.stored_books import book_row
from pipeline.registry.checks.rows import book_finding
from pipeline.registry.data_entry.model import FAILED, UNREAD, BookPageState
from pipeline.registry.database.audit import add, record
from pipeline.registry.database.columns import rows_of
from pipeline.registry.database.locks import hold_book
from pipeline.registry.desk_context import DeskContext
from pipeline.registry.errors import NotThere
from pipeline.registry.tasks.model import NotYours, TaskState
from pipeline.registry.tasks.rows import decision, review_task, ticket, ticket_closing
from pipeline.registry.withdrawals import withdrawing
from pipeline.registry.withdrawals.model import PartKind, RegistryPart, Withdrawal
from pipeline.registry.withdrawals.stored_withdrawals import withdrawals_in_force

TWICE = "SCAN-TWICE"
"""Code of the finding that a page was scanned twice."""

RESCAN, DOUBTED, WAITING, DONE = "rescan", "twice", "waiting", "done"
"""States of a page besides ``PageKind``, ``FAILED`` and ``UNREAD``."""


@dataclass(frozen=True, slots=True)
class WallPage:
    """A page of a book as the wall shows it.

    Attributes:
        scan: File name of the scan.
        state: A kind of page, or one of the states of this module and of ``data_entry``.
        turn: Quarter turns clockwise, in degrees, by which the reading turned the scan.
        printed: Page number printed on the paper, where it is settled and no other page has it; else ``""``.
        waiting: Number of open tasks.
        touched: Whether people have decided values on it.
        same: The page of which it is a repeated scan.
        why: Reason of a failure or of a ticket.
    """

    ref: PageRef
    scan: str
    state: str
    turn: int = 0
    printed: str = ""
    waiting: int = 0
    entries: int = 0
    touched: bool = False
    same: PageRef | None = None
    why: str = ""

    @property
    def key(self) -> str:
        """The name of the page in forms and addresses."""
        return f"{self.ref.scan_sha256}:{self.ref.page_no}"


@dataclass(frozen=True, slots=True)
class RemovedPage:
    """A page or scan that is withdrawn.

    Attributes:
        made: The pages that were made of it and stand in its place.
    """

    withdrawal_id: int
    ref: PageRef
    name: str
    reason: str
    author: str
    noted_at: datetime
    made: tuple[PageRef, ...]


@dataclass(frozen=True, slots=True)
class PageWall:
    """The pages of a book in its order, and those that were taken out."""

    pages: tuple[WallPage, ...]
    removed: tuple[RemovedPage, ...]

    @property
    def numbered(self) -> tuple[WallPage, ...]:
        """The pages in the order of their printed numbers; a page without a number stays after its neighbour."""
        blocks: list[list[WallPage]] = [[]]
        for one in self.pages:
            if one.printed:
                blocks.append([one])
            else:
                blocks[-1].append(one)
        return tuple(
            one
            for block in (blocks[0], *sorted(blocks[1:], key=lambda block: int(block[0].printed)))
            for one in block
        )


def wall(context: DeskContext, person: Person, book_id: int) -> PageWall:
    """Return the pages of a book for a person who scans its books; the audit records the view.

    Raises:
        NotYours: The person does not scan books, or not those of its place.
        NotThere: There is no such book.
    """
    _check(context.connection, person, book_id)
    record(context.connection, person.login, "pages-shown", f"book:{book_id}")
    return PageWall(_pages(context, book_id), _removed(context.connection, book_id))


def scan_page(context: DeskContext, person: Person, book_id: int, ref: PageRef) -> tuple[str, int]:
    """Return the file name and the turn of a page of a book, withdrawn or not, for a person who scans its books.

    Raises:
        NotThere: The book has no such page.
    """
    _check(context.connection, person, book_id)
    row = context.connection.execute(
        select(scan.c.name, scan.c.pages, page_run.c.turn)
        .select_from(scan)
        .outerjoin(page, (page.c.scan_id == scan.c.id) & (page.c.page_no == ref.page_no))
        .outerjoin(page_run, (page_run.c.page_id == page.c.id) & page_run.c.latest)
        .where(scan.c.book_id == book_id, scan.c.sha256 == ref.scan_sha256)
    ).one_or_none()
    if row is None or not 1 <= ref.page_no <= row.pages:
        raise NotThere("Sổ này không có trang ấy. Hãy tải lại trang.")
    return row.name, row.turn or 0


def _check_removes(context: DeskContext, person: Person, book_id: int, refs: Sequence[PageRef]) -> None:
    """Check that a person may remove pages.

    Raises:
        NotYours: The person does not scan the books of the place.
        RegistryError: Others have worked on a page, and the person is no supervisor.
    """
    _check(context.connection, person, book_id)
    if person.role is not Role.SUPERVISOR:
        _refuse_touched(
            context,
            book_id,
            refs,
            "Chỉ người phụ trách bỏ được trang này: hãy báo người ấy, hoặc xin quét lại.",
        )


def check_makes_anew(context: DeskContext, person: Person, book_id: int, refs: Sequence[PageRef]) -> None:
    """Check that a person may let others take the places of pages, as ``take_places`` does."""
    _check(context.connection, person, book_id)
    _refuse_touched(
        context,
        book_id,
        refs,
        "Hãy quét lại theo phiếu, hoặc nhờ người phụ trách “Thay trang”: quyết định được giữ.",
    )


def remove_pages(
    context: DeskContext, person: Person, book_id: int, refs: Sequence[PageRef], reason: str
) -> None:
    """Take pages out of a book; they stay stored and can be put back.

    Raises:
        NotYours, RegistryError: The person may not remove them, or no reason is given.
        Withdrawn: A page is withdrawn already.
    """
    _check_removes(context, person, book_id, refs)
    for ref in refs:
        withdrawing.withdraw(
            context.connection, context.declared, _part(book_id, ref), author=person.login, reason=reason
        )


def put_back(context: DeskContext, person: Person, book_id: int, withdrawal_id: int, reason: str) -> None:
    """Put a removed page back; pages that were made of it are removed.

    Raises:
        NotYours: A supervisor removed it, or the person does not scan the books of the place.
        NotThere: The book has no such removed page.
    """
    _check(context.connection, person, book_id)
    removed = {one.withdrawal_id: one for one in _removed(context.connection, book_id)}
    if withdrawal_id not in removed:
        raise NotThere("Trang này không còn ở danh sách đã bỏ. Hãy tải lại trang.")
    one = removed[withdrawal_id]
    if person.role is not Role.SUPERVISOR and one.author != person.login:
        raise NotYours("Người khác đã bỏ trang này. Hãy nhờ người ấy hoặc người phụ trách đặt lại.")
    if one.made:
        remove_pages(context, person, book_id, one.made, reason)
    withdrawing.reinstate(
        context.connection, context.declared, withdrawal_id, author=person.login, reason=reason
    )


def move_pages(
    context: DeskContext, person: Person, book_id: int, refs: Sequence[PageRef], before: PageRef | None
) -> None:
    """Put pages, in the order given, before another page of their book, or at its end.

    Raises:
        RegistryError: The book has no such page.
    """
    _check(context.connection, person, book_id)
    known = {one.ref for one in pages_in_book(context.connection, book_row(context.connection, book_id))}
    if not refs or not known.issuperset(refs) or (before is not None and before not in known):
        raise RegistryError("Sổ này không còn trang ấy. Hãy tải lại trang.")
    _arrange(context, person, book_id, refs, before, replaces=False)


def order_by_number(context: DeskContext, person: Person, book_id: int) -> int:
    """Put the pages of a book in the order of their printed numbers; return how many pages have one.

    Raises:
        RegistryError: Fewer than two pages have a settled number, or they are in order.
    """
    _check(context.connection, person, book_id)
    seen = PageWall(_pages(context, book_id), ())
    numbered = sum(bool(one.printed) for one in seen.pages)
    if numbered < 2:
        raise RegistryError(
            "Chưa có đủ trang mang số trang in chắc chắn để xếp. Hãy cho máy đọc và rà soát, hoặc xếp tay."
        )
    if seen.numbered == seen.pages:
        raise RegistryError("Các trang đã theo đúng thứ tự số trang in.")
    _arrange(context, person, book_id, [one.ref for one in seen.numbered], None, replaces=False)
    return numbered


def take_places(
    context: DeskContext, person: Person, book_id: int, old: PageRef, made: Sequence[PageRef], reason: str
) -> None:
    """Let new pages stand where a page stood; that page is removed.

    Raises:
        NotYours, RegistryError, Withdrawn: As ``remove_pages``; or people have worked on the page, and their decisions
            would not follow.
    """
    check_makes_anew(context, person, book_id, [old])
    remove_pages(context, person, book_id, [old], reason)
    _arrange(context, person, book_id, made, old, replaces=True)


def _check(connection: Connection, person: Person, book_id: int) -> None:
    check_tickets(person)
    check_place_of_book(connection, person, book_id)


def _part(book_id: int, ref: PageRef) -> RegistryPart:
    return RegistryPart(book_id, ref.scan_sha256, ref.page_no)


def _refuse_touched(context: DeskContext, book_id: int, refs: Sequence[PageRef], advice: str) -> None:
    """Raise ``RegistryError`` if people have worked on any of the pages."""
    for ref in refs:
        one = withdrawing.preview(context.connection, _part(book_id, ref))
        if one.decided or one.keyed or one.amendments or one.packages or one.holders:
            raise RegistryError(
                f"Đã có người làm trên {one.name} (quyết định, chữ đang gõ, cải chính hoặc gói đã giao). {advice}"
            )


def _arrange(
    context: DeskContext,
    person: Person,
    book_id: int,
    refs: Sequence[PageRef],
    before: PageRef | None,
    *,
    replaces: bool,
) -> None:
    hold_book(context.connection, book_id)
    row = {
        "book_id": book_id,
        "pages": [[ref.scan_sha256, ref.page_no] for ref in refs],
        "before_sha256": None if before is None else before.scan_sha256,
        "before_page_no": None if before is None else before.page_no,
        "replaces": replaces,
        "author": person.login,
        "arranged_at": context.now,
    }
    (row_id,) = add(context.connection, page_arrangement, [row])
    record(
        context.connection,
        person.login,
        "pages-arranged",
        f"book:{book_id}",
        {"arrangement": row_id, "pages": len(refs)},
    )


def _pages(context: DeskContext, book_id: int) -> tuple[WallPage, ...]:
    connection = context.connection
    states = sorted(
        pages_in_book(connection, book_row(connection, book_id)),
        key=lambda one: (one.place.order, one.ref.scan_sha256, one.ref.page_no),
    )
    turns = _turns(connection, book_id)
    open_tasks = connection.execute(
        select(review_task.c.page_id, func.count().label("tasks"))
        .where(review_task.c.book_id == book_id, review_task.c.state == TaskState.OPEN)
        .group_by(review_task.c.page_id)
    )
    waiting = {row.page_id: int(row.tasks) for row in open_tasks}
    open_tickets = connection.execute(
        select(ticket.c.page_id, ticket.c.reason)
        .outerjoin(ticket_closing, ticket_closing.c.ticket_id == ticket.c.id)
        .where(
            ticket.c.book_id == book_id, ticket_closing.c.id.is_(None), ticket.c.code.is_distinct_from(TWICE)
        )
    )
    tickets = {row.page_id: str(row.reason) for row in open_tickets}
    decided = {
        PageRef(row.scan_sha256, row.page_no)
        for row in connection.execute(
            select(decision.c.scan_sha256, decision.c.page_no).where(decision.c.book_id == book_id).distinct()
        )
    }
    same, printed = _repeated(connection, book_id, states), _printed_numbers(context, book_id)
    pages = []
    for one in states:
        page_id = one.page_id
        left = 0 if page_id is None else waiting.get(page_id, 0)
        why = one.failure or ("" if page_id is None else tickets.get(page_id, ""))
        pages.append(
            WallPage(
                one.ref,
                one.scan,
                _state(one, asked=page_id in tickets, repeated=one.ref in same, waiting=left),
                turns.get(one.ref, 0),
                printed.get(one.ref, ""),
                left,
                one.entries,
                one.ref in decided,
                same.get(one.ref),
                why,
            )
        )
    return tuple(pages)


def _state(one: BookPageState, *, asked: bool, repeated: bool, waiting: int) -> str:
    if one.state in (FAILED, UNREAD):
        return one.state
    if asked:
        return RESCAN
    if repeated:
        return DOUBTED
    if one.state != PageKind.ENTRIES and not (waiting and one.state != PageKind.UNKNOWN):
        return one.state
    return WAITING if waiting else DONE


def _turns(connection: Connection, book_id: int) -> Mapping[PageRef, int]:
    rows = connection.execute(
        select(scan.c.sha256, page.c.page_no, page_run.c.turn)
        .select_from(PAGES)
        .join(page_run, (page_run.c.page_id == page.c.id) & page_run.c.latest)
        .where(scan.c.book_id == book_id)
    )
    return {PageRef(row.sha256, row.page_no): row.turn for row in rows}


def _repeated(
    connection: Connection, book_id: int, states: Sequence[BookPageState]
) -> Mapping[PageRef, PageRef]:
    """Return the earlier page by each page that was scanned again."""
    named = {f"{one.scan}, trang {one.ref.page_no}": one.ref for one in states}
    named |= {f"{one.place.scan}, trang {one.place.page_no}": one.ref for one in states}
    by_id = {one.page_id: one.ref for one in states}
    rows = connection.execute(
        select(book_finding.c.page_id, book_finding.c.details).where(
            book_finding.c.book_id == book_id,
            book_finding.c.code == TWICE,
            book_finding.c.cleared_at.is_(None),
        )
    )
    pairs = ((by_id.get(row.page_id), named.get(row.details.get("same", ""))) for row in rows)
    return {ref: other for ref, other in pairs if ref is not None and other is not None and ref != other}


def _printed_numbers(context: DeskContext, book_id: int) -> Mapping[PageRef, str]:
    """Return the printed numbers that all entries of a page agree on and that no other page has."""
    numbers: dict[PageRef, set[str]] = defaultdict(set)
    for one in listed_entries(context.connection, context.declared, book_id):
        if one.page_number:
            numbers[one.ref].add(one.page_number)
    agreed = {ref: some.pop() for ref, some in numbers.items() if len(some) == 1}
    times = Counter(agreed.values())
    return {ref: text for ref, text in agreed.items() if text.isdecimal() and times[text] == 1}


def _removed(connection: Connection, book_id: int) -> tuple[RemovedPage, ...]:
    names = {
        row.sha256: row.name
        for row in connection.execute(select(scan.c.sha256, scan.c.name).where(scan.c.book_id == book_id))
    } | {
        row.scan_sha256: row.scan_name
        for row in connection.execute(
            select(page_failure.c.scan_sha256, page_failure.c.scan_name).where(
                page_failure.c.book_id == book_id
            )
        )
    }
    acts = withdrawals_in_force(connection, [book_id])
    gone = {
        PageRef(act.part.scan_sha256, act.part.page_no)
        for act in acts
        if act.part.scan_sha256 and act.part.page_no
    }
    made: dict[PageRef, tuple[PageRef, ...]] = {}
    query = (
        select(page_arrangement)
        .where(page_arrangement.c.book_id == book_id, page_arrangement.c.replaces)
        .order_by(page_arrangement.c.id)
    )
    for row in rows_of(connection, PageArrangementRow, query):
        pages = tuple(PageRef(sha256, number) for sha256, number in row.pages)
        made[PageRef(row.before_sha256 or "", row.before_page_no or 0)] = tuple(
            ref for ref in pages if ref not in gone
        )
    return tuple(
        RemovedPage(
            act.withdrawal_id,
            ref,
            names.get(ref.scan_sha256, ""),
            act.reason,
            act.author,
            act.noted_at,
            made.get(ref, ()),
        )
        for act in reversed(acts)
        if (ref := _page_of(act)) is not None
    )


def _page_of(act: Withdrawal) -> PageRef | None:
    """Return the page that an act withdraws, the first one for a scan; None for a book or an entry."""
    if act.part.kind not in (PartKind.PAGE, PartKind.SCAN) or act.part.scan_sha256 is None:
        return None
    return PageRef(act.part.scan_sha256, act.part.page_no or 1)
