"""Where each book stands on its way from the shelf to the delivery. Frozen values; nothing here touches a database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class BookStage(StrEnum):
    """Where a book stands.

    Attributes:
        RECEIVED: Nothing of it was read yet.
        READING: Pages of it are unread, or a run has it in hand.
        REVIEW: All is read; tasks, failed pages or pages to scan again wait for people.
        READY: Nothing waits; it may be delivered.
        DELIVERED: A package of it was written, and nothing was read or waits since.
    """

    RECEIVED = "received"
    READING = "reading"
    REVIEW = "review"
    READY = "ready"
    DELIVERED = "delivered"


BOOK_STAGE_LABELS: Mapping[BookStage, str] = {
    BookStage.RECEIVED: "Đã tiếp nhận",
    BookStage.READING: "Đang đọc",
    BookStage.REVIEW: "Đang rà soát",
    BookStage.READY: "Đủ điều kiện bàn giao",
    BookStage.DELIVERED: "Đã bàn giao",
}


@dataclass(frozen=True, slots=True)
class BookState:
    """A book and how far it is.

    Attributes:
        scans: Readable scans that a run has noted.
        pages: Pages of those scans.
        failed: Scans and pages without a result.
        refused: The scans among them.
        entries: Valid entries.
        waiting: Open tasks.
        tickets: Pages that must be scanned again.
        in_hand: Whether a run reads it now.
        read_at: When the last page was saved.
        delivered_at: When the last package was written.
    """

    book_id: int
    folder_name: str
    record: str
    form: str
    place: str
    place_code: str
    volume: str
    scans: int = 0
    pages: int = 0
    read: int = 0
    failed: int = 0
    refused: int = 0
    entries: int = 0
    waiting: int = 0
    tickets: int = 0
    in_hand: bool = False
    read_at: datetime | None = None
    delivered_at: datetime | None = None

    @property
    def year(self) -> str:
        """The year in which the volume was opened."""
        return self.volume.rpartition("/")[2]

    @property
    def unread(self) -> int:
        """Pages that were counted but neither read nor failed."""
        return max(0, self.pages - self.read - (self.failed - self.refused))

    @property
    def stage(self) -> BookStage:
        if self.in_hand or (self.read and self.unread):
            return BookStage.READING
        if not self.read and not self.failed:
            return BookStage.RECEIVED
        if self.waiting or self.failed or self.tickets:
            return BookStage.REVIEW
        is_delivered = self.delivered_at is not None and (
            self.read_at is None or self.read_at <= self.delivered_at
        )
        return BookStage.DELIVERED if is_delivered else BookStage.READY


@dataclass(frozen=True, slots=True)
class ReadingRun:
    """A book that a run reads now.

    Attributes:
        saved: Pages that it has saved.
        left: Pages that were counted and are not read yet; 0 while they are being counted, and where all is read anew.
        failed: Scans and pages without a result.
    """

    book_id: int
    folder_name: str
    volume: str
    begun_at: datetime
    saved: int
    left: int
    failed: int
    now: datetime

    @property
    def share(self) -> float | None:
        """The share of its pages that is read; None while they are not counted."""
        return self.saved / (self.saved + self.left) if self.left else None

    @property
    def seconds_left(self) -> float | None:
        """How long it goes on at the pace so far; None where that cannot be told yet."""
        if not self.saved or not self.left:
            return None
        return (self.now - self.begun_at).total_seconds() / self.saved * self.left
