"""Books, their scans and pages as the registry holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pipeline.model import Ledger, Matrix, PageRef


@dataclass(frozen=True, slots=True)
class SaveOutcome:
    """What became of the entries of a page: ``accepted`` without a person, ``review`` with an open task, ``reopened``
    those whose task this very save opened again because the reading under a decision changed."""

    entries: int
    accepted: int
    review: int
    reopened: int


@dataclass(frozen=True, slots=True)
class BookSummary:
    """Where a book (or all of them) stands. ``entries`` = ``accepted`` + ``decided`` + ``review``; ``page_tasks`` are
    open tasks on whole pages; ``reasons`` counts codes over open tasks, ``failures`` over scans and pages without a
    result; ``pages`` by kind of page; ``uncoded``: values in force that cannot be exported until an office gives them a
    code, by the words beside their boxes."""

    books: int = 0
    scans: int = 0
    pages: Mapping[str, int] = field(default_factory=dict)
    entries: int = 0
    accepted: int = 0
    decided: int = 0
    review: int = 0
    reopened: int = 0
    page_tasks: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    failures: Mapping[str, int] = field(default_factory=dict)
    uncoded: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A page that was read: ``kind`` as in ``PageKind``, and the form it was read as."""

    page_id: int
    ref: PageRef
    kind: str
    form: str


@dataclass(frozen=True, slots=True)
class FailedPage:
    """A page (``page_no``) or a scan (None) without a result, and the code of why."""

    scan: str
    page_no: int | None
    code: str


@dataclass(frozen=True, slots=True)
class StoredBook:
    """``scans``: names by content hash; ``pages`` in the order of the scans."""

    book_id: int
    folder_name: str
    record: str
    ledger: Ledger
    scans: Mapping[str, str]
    pages: tuple[StoredPage, ...]
    failures: tuple[FailedPage, ...]


@dataclass(frozen=True, slots=True)
class BookProgress:
    """``in_hand``: a run has it, or died with it; ``missing``: pages that were counted, neither read nor failed;
    ``read_at``: when its last page was saved, ``None`` when none was."""

    in_hand: bool
    missing: int
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class BookRow:
    """A book and how many of its entries stand."""

    book_id: int
    folder_name: str
    record: str
    place: str
    place_code: str
    volume: str
    entries: int


@dataclass(frozen=True, slots=True)
class ReadFailure:
    """A page (``page_no``, from 1) or a scan as a whole (None) without a result. ``code`` as in
    ``docs/reference/exit-codes.md``, ``message`` what to do, ``tries`` how often in a row it failed alike, ``sha256``
    of the scan."""

    book_id: int
    book: str
    scan: str
    sha256: str
    page_no: int | None
    code: str
    message: str
    failed_at: datetime
    tries: int


@dataclass(frozen=True, slots=True)
class Rectification:
    """``matrix`` (3, 3) maps original to straightened pixels; ``size`` (width, height) of the straight page."""

    matrix: Matrix
    size: tuple[int, int]
