"""What was taken out of a registry by a person, or put back: a book, a scan, a page, an entry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipeline.base.errors import RegistryError
from pipeline.base.model import PageRef


class PartKind(StrEnum):
    """What a withdrawal is of."""

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
    """A book, or a part of it, named by the content of the scan as decisions are.

    Attributes:
        book_id: The book.
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
        """What it is."""
        if self.scan_sha256 is None:
            return PartKind.BOOK
        if self.page_no is None:
            return PartKind.SCAN
        return PartKind.PAGE if self.row is None else PartKind.ENTRY

    def covers(self, other: RegistryPart) -> bool:
        """Return whether ``other`` is this part, or lies within it."""
        mine = (self.scan_sha256, self.page_no, self.row)
        theirs = (other.scan_sha256, other.page_no, other.row)
        return self.book_id == other.book_id and all(
            one is None or one == two for one, two in zip(mine, theirs, strict=True)
        )


class WithdrawalKind(StrEnum):
    """What a row of ``withdrawal`` says.

    Attributes:
        WITHDRAWN: The part does not belong into the registry.
        REPLACED: A page was scanned again, and the new page takes its place.
        REINSTATED: An earlier row is taken back.
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
    """One act: a part was withdrawn, replaced or put back.

    Attributes:
        withdrawal_id: Its number.
        part: What it is of.
        kind: What was done.
        reason: Why, in the words of who did it.
        author: Who did it.
        noted_at: When.
        reinstates_id: The number of the act that it takes back.
        replaced_by: The page that takes the place of a replaced one.
        in_force: Whether the part is out of the registry by it.
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
    """What hangs on a part, shown before it is withdrawn.

    Attributes:
        part: The part.
        book: The name of the book's folder.
        name: How people know the part: ``scan.pdf trang 3``.
        pages: Its pages that were read.
        entries: Its valid entries.
        decided: Their fields that people decided.
        keyed: Keyed values on them that wait for agreement.
        tasks: Their open tasks, those of the pages themselves included.
        holders: The logins of those who have one of the tasks in hand.
        amendments: Corrections and supplements of the entries.
        failures: Scans and pages of it that could not be read.
        lots: Open lots whose sample holds one of the entries.
        packages: How many packages held one of the entries.
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
        """Return it in words, a line each; ``named``: returns the name of a person by the login."""
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
    """A page of a book as a person finds it.

    Attributes:
        ref: Scan and page number.
        scan: Name of the scan's file.
        kind: As in ``PageKind``.
        entries: Id and number of each valid entry; the number is ``""`` where none is known.
    """

    ref: PageRef
    scan: str
    kind: str
    entries: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class PageReplacement:
    """What came of a page that takes the place of another one.

    Attributes:
        withdrawal_id: The number of the withdrawal of the old page.
        entries: How many entries of the old page were matched to entries of the new one.
        decisions: How many decisions went over to the new page.
        amendments: How many corrections and supplements went over.
        differing: Fields that the new page reads otherwise than they stand; they wait for a person.
    """

    withdrawal_id: int
    entries: int
    decisions: int
    amendments: int
    differing: int


@dataclass(frozen=True, slots=True)
class WithdrawnDelivery:
    """An entry that a package held and that is withdrawn now.

    Attributes:
        entry_id: The entry.
        number: Its number as it was delivered.
        manifest_sha256: The manifest of the package.
        delivered_at: When the package was written.
    """

    entry_id: int
    number: str
    manifest_sha256: str
    delivered_at: datetime


class Withdrawn(RegistryError):
    """The book, scan, page or entry is withdrawn, so nothing more is done on it."""

    code = "withdrawn"
