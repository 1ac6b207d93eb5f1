"""Withdrawals: books, scans, pages and entries that a person takes out of the registry or puts back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipeline.base.errors import RegistryError
from pipeline.base.model import PageRef


class PartKind(StrEnum):
    """The kind of a part of the registry."""

    BOOK = "book"
    SCAN = "scan"
    PAGE = "page"
    ENTRY = "entry"


PART_LABELS = {
    PartKind.BOOK: "quyển sổ",
    PartKind.SCAN: "bản quét",
    PartKind.PAGE: "trang",
    PartKind.ENTRY: "sự kiện hộ tịch",
}


@dataclass(frozen=True, slots=True)
class RegistryPart:
    """A book or a part of it, named by the content of the scan.

    It is the key of a place in rows that outlive readings: decisions, amendments, confirmed deliveries, withdrawals.
    ``Subject`` is the key within one database.

    Attributes:
        scan_sha256: The scan; None = the whole book.
        page_no: The page of the scan, from 1; None = the whole scan.
        row: The row of the entry on the page; None = the whole page.
    """

    book_id: int
    scan_sha256: str | None = None
    page_no: int | None = None
    row: int | None = None

    @property
    def kind(self) -> PartKind:
        if self.scan_sha256 is None:
            return PartKind.BOOK
        if self.page_no is None:
            return PartKind.SCAN
        return PartKind.PAGE if self.row is None else PartKind.ENTRY

    def covers(self, other: RegistryPart) -> bool:
        """Return whether ``other`` is this part or lies within it."""
        mine = (self.scan_sha256, self.page_no, self.row)
        theirs = (other.scan_sha256, other.page_no, other.row)
        return self.book_id == other.book_id and all(
            here is None or here == there for here, there in zip(mine, theirs, strict=True)
        )


class WithdrawalKind(StrEnum):
    """The kind of a row of ``withdrawal``.

    Attributes:
        WITHDRAWN: The part does not belong in the registry.
        REPLACED: The page was scanned again, and the new page takes its place.
        REINSTATED: The row takes an earlier row back.
    """

    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    REINSTATED = "reinstated"


WITHDRAWAL_LABELS = {
    WithdrawalKind.WITHDRAWN: "thu hồi",
    WithdrawalKind.REPLACED: "thay bằng bản quét lại",
    WithdrawalKind.REINSTATED: "hủy thu hồi",
}


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """The act of withdrawing, replacing or reinstating a part.

    Attributes:
        reason: In the words of the author.
        reinstates_id: The number of the act that it takes back.
        replaced_by: The page that takes the place of a replaced page.
        in_force: Whether the part is out of the registry by this act.
    """

    withdrawal_id: int
    part: RegistryPart
    kind: WithdrawalKind
    reason: str
    author: str
    noted_at: datetime
    reinstates_id: int | None
    replaced_by: PageRef | None
    in_force: bool


@dataclass(frozen=True, slots=True)
class WithdrawalPreview:
    """The consequences of withdrawing a part, shown before it is withdrawn.

    Attributes:
        name: Its name for people: ``scan.pdf trang 3``.
        pages: Pages that were read.
        entries: Entries that stand.
        decided: Fields that people decided.
        keyed: Keyed values that wait for agreement.
        tasks: Open tasks, tasks of the pages themselves included.
        holders: Logins of the people who hold any of the tasks.
        amendments: Corrections and supplements of the entries.
        failures: Scans and pages that could not be read.
        lots: Open lots whose sample holds any of the entries.
    """

    part: RegistryPart
    book: str
    name: str
    pages: int
    entries: int
    decided: int
    keyed: int
    tasks: int
    holders: tuple[str, ...]
    amendments: int
    failures: int
    lots: tuple[int, ...]
    packages: int

    def lines(self, named: Callable[[str], str] = str) -> tuple[str, ...]:
        """Return the consequences in words, a line each; ``named`` returns the name of a person by the login."""
        counted = (
            (self.pages, "trang đã đọc"),
            (self.entries, "sự kiện hộ tịch"),
            (self.decided, "ô do người quyết định"),
            (self.keyed, "ô đã gõ, chưa đủ người"),
            (self.tasks, "nhiệm vụ đang chờ"),
            (self.amendments, "cải chính, bổ sung"),
            (self.failures, "bản quét, trang không đọc được"),
            (self.packages, "gói đã giao có sự kiện này: hãy báo nơi nhận; gói sau sẽ ghi rõ"),
        )
        lines = [f"{number} {what}" for number, what in counted if number]
        if self.holders:
            lines.append(f"đang giữ nhiệm vụ: {', '.join(map(named, self.holders))} (sẽ được báo)")
        if self.lots:
            numbers = ", ".join(map(str, self.lots))
            lines.append(f"nằm trong mẫu của lô đang kiểm tra số {numbers}: hãy bỏ lô ấy rồi lấy mẫu lại")
        return tuple(lines)


@dataclass(frozen=True, slots=True)
class BookPage:
    """A page of a book, for whoever may withdraw it.

    Attributes:
        scan: Name of the scan's file.
        kind: As in ``PageKind``.
        entries: Id and number of each entry that stands; the number is ``""`` if unknown.
    """

    ref: PageRef
    scan: str
    kind: str
    entries: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class PageReplacement:
    """The result of replacing a page by another page.

    Attributes:
        withdrawal_id: The number of the withdrawal of the old page.
        entries: Number of entries of the old page that were matched to entries of the new page.
        decisions: Number of decisions carried over.
        amendments: Number of corrections and supplements carried over.
        differing: Fields whose values differ from the readings of the new page; they wait for a person.
    """

    withdrawal_id: int
    entries: int
    decisions: int
    amendments: int
    differing: int


@dataclass(frozen=True, slots=True)
class WithdrawnDelivery:
    """A withdrawn entry of a package.

    Attributes:
        number: As delivered.
        delivered_at: When the package was written.
    """

    entry_id: int
    number: str
    manifest_sha256: str
    delivered_at: datetime


class Withdrawn(RegistryError):
    """The book, scan, page or entry is withdrawn, so nothing more is done on it."""

    code = "withdrawn"
