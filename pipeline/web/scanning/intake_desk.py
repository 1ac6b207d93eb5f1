"""Deliveries of scanners: today's counts, deliveries without a book, refused deliveries; and assignment to books.

A delivery without a book belongs to no place, so only people with all places see and assign it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.base.errors import HotichError, LedgerError, SchemaError, SetupError, StorageError
from pipeline.base.files import printable
from pipeline.base.localtime import iso_date
from pipeline.base.model import PageRef
from pipeline.declarations.ledger import LEDGER_FILE
from pipeline.scans.inbox import (
    Assigner,
    DayReport,
    IntakeOptions,
    IntakeOutcome,
    IntakeRow,
    day_reports,
    foreign_entries,
    intake_lock,
    read_options,
)
from pipeline.scans.inbox.assignment import ScanInspector
from pipeline.scans.inbox.manifest import BookPart
from pipeline.scans.intake import Inspector
from pipeline.scans.workspace import Workspace

MOST_LINES = 300
"""Largest number of deliveries shown of each kind; assigning some brings up the next."""

NO_SCANNERS = (
    "Chưa có máy quét nào được khai (intake.toml trong thư mục làm việc). Bản quét gửi trên trình duyệt không cần "
    "khai; muốn nhận từ thư mục tiếp nhận của máy quét thì nhờ người quản trị máy khai."
)
BUSY = "Máy đang nhận bản quét. Hãy đợi một phút rồi gán lại."


@dataclass(frozen=True, slots=True)
class ScannerDay:
    """A scanner's deliveries today: delivered = stored + quarantined + waiting. ``problem``: ``""`` for none."""

    name: str
    delivered: int
    stored: int
    quarantined: int
    waiting: int
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery that a person must look at; ``page``: the first page without a book, None for a refused delivery."""

    scanner: str
    day: str
    serial: int
    name: str
    pages: int
    reason: str
    page: PageRef | None = None

    @property
    def key(self) -> str:
        """The name of the delivery in forms and addresses."""
        return f"{self.scanner}/{self.day}/{self.serial}"


@dataclass(frozen=True, slots=True)
class IntakeView:
    """The intake as a page shows it. ``problem``: the reason why nothing is shown, else ``""``."""

    problem: str = ""
    scanners: tuple[ScannerDay, ...] = ()
    unassigned: tuple[Delivery, ...] = ()
    quarantined: tuple[Delivery, ...] = ()


class IntakeDesk:
    """The deliveries of a workspace's scanners.

    Args:
        workspace: The workspace with manifests, scans and ``intake.toml``.
        inspector: Makes the inspector that extracts pages from scans.
        now: Returns the time in seconds since 1970.
    """

    def __init__(
        self,
        workspace: Workspace,
        inspector: Callable[[], ScanInspector] | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._workspace, self._inspector, self._now = workspace, inspector, now

    def view(self) -> IntakeView:
        try:
            options = self._options()
            days = day_reports(options, self._workspace)
        except (SetupError, SchemaError):
            return IntakeView(NO_SCANNERS)
        except StorageError:
            return IntakeView("Bản kê của máy quét không đọc được. Hãy báo người quản trị máy.")
        today = {day.scanner: day for day in days if day.day == iso_date(self._now())}
        return IntakeView(
            scanners=tuple(
                replace(
                    _scanner_day(scanner.name, today.get(scanner.name)), problem=_problem(options, number)
                )
                for number, scanner in enumerate(options.scanners)
            ),
            unassigned=tuple(_unassigned(days))[:MOST_LINES],
            quarantined=tuple(_quarantined(reversed(days)))[:MOST_LINES],
        )

    def page_of(self, key: str) -> PageRef | None:
        """Return the first page of a delivery that waits for a book; None for any other delivery."""
        return next((delivery.page for delivery in self.view().unassigned if delivery.key == key), None)

    def assign(self, keys: Sequence[str], folder: str, by: str) -> tuple[int, tuple[str, ...]]:
        """Put the waiting pages of deliveries into a book; return the number of placed pages, and the refusals.

        Raises:
            SetupError: The intake is running, or a delivery does not wait.
            LedgerError: The book does not exist.
            StorageError: A disk cannot be written.
        """
        options = self._options()
        books = options.books
        place = books / folder
        is_name = Path(folder).name == folder and folder not in ("", "..")
        if not is_name or place.is_symlink() or not (place / LEDGER_FILE).is_file():
            raise LedgerError("Không có thư mục sổ ấy.")
        waiting = {delivery.key: delivery for delivery in self.view().unassigned}
        chosen = [waiting[key] for key in keys if key in waiting]
        if not chosen or len(chosen) < len(keys):
            raise SetupError("Có bản quét không còn chờ gán. Hãy tải lại trang.")
        placed, refused = 0, []
        with intake_lock(self._workspace) as free:
            if not free:
                raise SetupError(BUSY)
            inspector = self._inspector() if self._inspector else Inspector(options.limits)
            try:
                for delivery in chosen:
                    for part in self._assign(options, inspector, delivery, folder, by):
                        placed += len(part.pages) if part.book else 0
                        refused += [] if part.book else [f"{delivery.name}: {part.reason}"]
            finally:
                if isinstance(inspector, Inspector):
                    inspector.__exit__(None, None, None)
        return placed, tuple(refused)

    def _assign(
        self, options: IntakeOptions, inspector: ScanInspector, delivery: Delivery, folder: str, by: str
    ) -> Sequence[BookPart]:
        day = next(
            candidate
            for candidate in day_reports(options, self._workspace)
            if (candidate.scanner, candidate.day) == (delivery.scanner, delivery.day)
        )
        scanner = next(candidate for candidate in options.scanners if candidate.name == delivery.scanner)
        row = next(candidate for candidate in day.rows if candidate.serial == delivery.serial)
        assigner = Assigner(scanner, delivery.day, options, self._workspace, inspector)
        before = day.assignments.get(delivery.serial)
        return assigner.assign_to(row, before, folder, by, self._now()).parts

    def _options(self) -> IntakeOptions:
        return read_options(self._workspace.scanners, self._workspace.root)


def _scanner_day(name: str, day: DayReport | None) -> ScannerDay:
    if day is None:
        return ScannerDay(name, 0, 0, 0, 0)
    return ScannerDay(
        name,
        day.delivered,
        day.count(IntakeOutcome.STORED),
        day.count(IntakeOutcome.QUARANTINED),
        len(day.waiting),
    )


def _problem(options: IntakeOptions, number: int) -> str:
    """Return why the inbox of a scanner cannot be listed, without its path; ``""`` where it can."""
    try:
        foreign_entries(options.scanners[number])
    except HotichError:
        return "không mở được thư mục tiếp nhận: hãy xem ổ mạng, hoặc báo người quản trị máy"
    return ""


def _unassigned(days: Sequence[DayReport]) -> Iterator[Delivery]:
    for day in days:
        for row in day.unassigned:
            yield _waiting_delivery(day, row)


def _waiting_delivery(day: DayReport, row: IntakeRow) -> Delivery:
    assignment = day.assignments.get(row.serial)
    open_parts = [part for part in assignment.parts if not part.book] if assignment else []
    pages = [page for part in open_parts for page in part.pages] or [page.page_no for page in row.pages]
    reason = open_parts[0].reason if open_parts else "chưa xét"
    page = PageRef(row.sha256, pages[0]) if pages else None
    return Delivery(day.scanner, day.day, row.serial, printable(row.name), len(pages), reason, page)


def _quarantined(days: Iterator[DayReport]) -> Iterator[Delivery]:
    for day in days:
        for row in day.rows:
            if row.outcome is IntakeOutcome.QUARANTINED:
                yield Delivery(day.scanner, day.day, row.serial, printable(row.name), 0, row.message)


NO_INTAKE = IntakeDesk(Workspace(Path("/dev/null")))
"""For an application without scanners."""
