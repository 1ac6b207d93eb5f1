"""Withdrawals and packages in the database: the only module that decides what is withdrawn.

A withdrawal names a book or a part of it by the content of the scan, as decisions do, so that it outlives readings and
holds for pages that could not be read. An entry is withdrawn with its page, a page with its scan, a scan with its book.
``projections`` keeps the consequences for entries in ``entry.stands``, the record tables and the state of tasks. Other
queries add the condition of their table (``book_stands``, ``scan_stands``, ``page_stands``, ``failure_stands``,
``decision_stands``); a test goes through every function that reads these tables.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Protocol

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    Select,
    UniqueConstraint,
    exists,
    func,
    or_,
    select,
)

from pipeline.base.model import PageRef
from pipeline.registry.books.rows import book, page, page_failure, scan
from pipeline.registry.database.columns import (
    APPEND_ONLY,
    PROVEN,
    Id,
    Json,
    newest_only,
    refers,
    rows_of,
    table,
)
from pipeline.registry.entries.rows import entry
from pipeline.registry.tasks.rows import PAGE_ITSELF, decision
from pipeline.registry.withdrawals.model import (
    PART_LABELS,
    RegistryPart,
    Withdrawal,
    WithdrawalKind,
    Withdrawn,
)


@dataclass(frozen=True, slots=True)
class WithdrawalRow:
    """A withdrawal.

    ``scan_sha256`` is empty for a whole book, ``page_no`` for a scan, ``row`` for a page. ``reinstates_id``: the row
    that this row takes back; a row is in force until another row takes it back.
    """

    id: Id
    book_id: Annotated[int, refers("book", index=True)]
    scan_sha256: str | None
    page_no: int | None
    row: int | None
    kind: str
    reason: str
    author: str
    noted_at: datetime
    reinstates_id: Annotated[int | None, refers("withdrawal")]
    replaced_by_sha256: str | None
    replaced_by_page_no: int | None


withdrawal = table(
    "withdrawal",
    WithdrawalRow,
    UniqueConstraint("reinstates_id"),
    sqlite_autoincrement=True,
    info=newest_only(PROVEN, missed=True),
)


@dataclass(frozen=True, slots=True)
class PackageRow:
    """A written package of a book; ``entries``: id and delivered number of each of its entries."""

    id: Id
    book_id: Annotated[int, refers("book")]
    manifest_sha256: str
    entries: Json[dict[str, str]]
    written_at: datetime


package = table(
    "package", PackageRow, Index(None, "book_id", "id"), sqlite_autoincrement=True, info=APPEND_ONLY
)


_taking_back = withdrawal.alias("taking_back")

_of_known_kind = withdrawal.c.kind.in_(WithdrawalKind)
"""The condition that the program wrote a row; another row is unproven and holds back what it names."""

_in_force = (
    _of_known_kind
    & (withdrawal.c.kind != WithdrawalKind.REINSTATED)
    & ~exists().where(_taking_back.c.reinstates_id == withdrawal.c.id)
)


_INNER = (withdrawal.c.scan_sha256, withdrawal.c.page_no, withdrawal.c.row)


def _stands(book_id: Column[int], *inner: ColumnElement[Any] | Column[Any]) -> ColumnElement[bool]:
    """Return the condition that neither a part nor anything that contains it is withdrawn.

    Args:
        inner: The columns of scan, page and row that the table has.
    """
    same = [withdrawal.c.book_id == book_id]
    for mine, theirs in zip(_INNER, (*inner, *(None,) * (len(_INNER) - len(inner))), strict=True):
        same.append(mine.is_(None) if theirs is None else or_(mine.is_(None), mine == theirs))
    return ~exists().where(_in_force, *same)


book_stands = _stands(book.c.id)
"""The condition on ``book``."""

scan_stands = _stands(scan.c.book_id, scan.c.sha256)
"""The condition on ``scan``."""

page_stands = _stands(scan.c.book_id, scan.c.sha256, page.c.page_no)
"""The condition on ``page`` joined to its ``scan``."""

failure_stands = _stands(page_failure.c.book_id, page_failure.c.scan_sha256, page_failure.c.page_no)
"""The condition on ``page_failure``."""

decision_stands = _stands(decision.c.book_id, decision.c.scan_sha256, decision.c.page_no, decision.c.row)
"""The condition on ``decision`` that its entry or page is not withdrawn."""


def pages_withdrawn() -> Select[Any]:
    """Return the query for the number of pages of each book that are withdrawn while their scan is not."""
    of_page = withdrawal.alias("withdrawn_page")
    taken_back = exists().where(_taking_back.c.reinstates_id == of_page.c.id)
    of_pages = (
        select(scan.c.book_id, scan.c.sha256, of_page.c.page_no)
        .join(of_page, (of_page.c.book_id == scan.c.book_id) & (of_page.c.scan_sha256 == scan.c.sha256))
        .where(of_page.c.kind != WithdrawalKind.REINSTATED, ~taken_back, of_page.c.page_no.is_not(None))
        .where(of_page.c.row.is_(None), scan_stands)
        .distinct()
        .subquery()
    )
    return select(of_pages.c.book_id, func.count().label("counted")).group_by(of_pages.c.book_id)


_named = entry.alias("named_entry")


def entry_stands(entry_id: Column[int]) -> ColumnElement[bool]:
    """Return the condition that a column names an entry that stands, or no entry."""
    return or_(entry_id.is_(None), exists().where(_named.c.id == entry_id, _named.c.stands))


def book_of_stands(book_id: Column[int]) -> ColumnElement[bool]:
    """Return the condition that a column names a book that is not withdrawn, or no book."""
    return _stands(book_id)


def withdrawals_in_force(connection: Connection, book_ids: Collection[int]) -> tuple[Withdrawal, ...]:
    """Return the withdrawals of books in force, oldest first."""
    query = select(withdrawal).where(withdrawal.c.book_id.in_(book_ids), _in_force).order_by(withdrawal.c.id)
    return tuple(withdrawal_of(row, in_force=True) for row in rows_of(connection, WithdrawalRow, query))


@dataclass(frozen=True, slots=True)
class _WithdrawalState(WithdrawalRow):
    in_force: bool


def withdrawals_of(connection: Connection, book_id: int | None = None) -> tuple[Withdrawal, ...]:
    """Return every withdrawal and reinstatement of a book, or of all books, oldest first."""
    of_book = () if book_id is None else (withdrawal.c.book_id == book_id,)
    query = select(withdrawal, _in_force).where(_of_known_kind, *of_book).order_by(withdrawal.c.id)
    return tuple(
        withdrawal_of(row, in_force=bool(row.in_force))
        for row in rows_of(connection, _WithdrawalState, query)
    )


def withdrawal_of(row: WithdrawalRow, *, in_force: bool) -> Withdrawal:
    """Return a row of ``withdrawal`` as a value."""
    replaced = row.replaced_by_sha256
    return Withdrawal(
        row.id,
        RegistryPart(row.book_id, row.scan_sha256, row.page_no, row.row),
        WithdrawalKind(row.kind),
        row.reason,
        row.author,
        row.noted_at,
        row.reinstates_id,
        None if replaced is None else PageRef(replaced, row.replaced_by_page_no or 0),
        in_force,
    )


class Placed(Protocol):
    """A row with the place of its subject."""

    @property
    def page_id(self) -> int: ...
    @property
    def book_id(self) -> int: ...
    @property
    def sha256(self) -> str: ...
    @property
    def page_no(self) -> int: ...
    @property
    def row(self) -> int: ...


class NamesPlace(Protocol):
    """A row that names its subject by the content of the scan."""

    @property
    def book_id(self) -> int: ...
    @property
    def scan_sha256(self) -> str: ...
    @property
    def page_no(self) -> int: ...
    @property
    def row(self) -> int: ...


def part_of(place: Placed) -> RegistryPart:
    """Return the part of the registry at a place."""
    return _part(place.book_id, place.sha256, place.page_no, place.row)


def part_of_row(named: NamesPlace) -> RegistryPart:
    """Return the part of the registry that a decision, an amendment or a confirmed delivery names."""
    return _part(named.book_id, named.scan_sha256, named.page_no, named.row)


def _part(book_id: int, sha256: str, page_no: int, row: int) -> RegistryPart:
    return RegistryPart(book_id, sha256, page_no, None if row == PAGE_ITSELF else row)


def covering(found: Sequence[Withdrawal], part: RegistryPart) -> Withdrawal | None:
    """Return the first withdrawal that covers a part; None if it stands."""
    return next((one for one in found if one.part.covers(part)), None)


def withdrawn_places(connection: Connection, places: Collection[Placed]) -> frozenset[RegistryPart]:
    """Return the withdrawn parts among places, by one query."""
    found = withdrawals_in_force(connection, {place.book_id for place in places})
    if not found:
        return frozenset()
    return frozenset(part for part in map(part_of, places) if covering(found, part) is not None)


def is_withdrawn(connection: Connection, part: RegistryPart) -> bool:
    """Return whether a part is withdrawn, by itself or with anything that contains it."""
    return covering(withdrawals_in_force(connection, [part.book_id]), part) is not None


def refuse_withdrawn(connection: Connection, part: RegistryPart) -> None:
    """Check that a part is not withdrawn.

    Raises:
        Withdrawn: It is; the message says since when, by whom and why.
    """
    found = covering(withdrawals_in_force(connection, [part.book_id]), part)
    if found is not None:
        raise Withdrawn(withdrawn_message(found))


def withdrawn_message(found: Withdrawal) -> str:
    """Return the message for somebody who meets a withdrawn part."""
    what = PART_LABELS[found.part.kind]
    if found.kind is WithdrawalKind.REPLACED:
        return (
            f"Trang này đã có bản quét lại thay thế (số {found.withdrawal_id}, {found.author}: {found.reason}). "
            "Hãy làm tiếp ở trang mới; những gì đã làm ở đây vẫn được giữ."
        )
    return (
        f"{what[:1].upper()}{what[1:]} này đã được thu hồi (số {found.withdrawal_id}, {found.author}: {found.reason}). "
        "Những gì đã làm vẫn được giữ. Nếu thu hồi nhầm, người phụ trách hủy thu hồi được."
    )
