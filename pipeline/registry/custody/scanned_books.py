"""What was scanned of each book: files, pages and their measured resolution, for the norm of scans."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from pipeline.registry.accounts.model import Person
from pipeline.registry.books.rows import PAGES, book, page, page_run, scan
from pipeline.registry.custody.stored_descriptions import counted_pages
from pipeline.registry.database.audit.key import Key
from pipeline.registry.withdrawals.stored_withdrawals import book_stands, page_stands, scan_stands


@dataclass(frozen=True, slots=True)
class MeasuredPage:
    """A page that was read; ``dpi``: pixels an inch of paper, as measured, 0: not known."""

    sha256: str
    page_no: int
    is_cover: bool
    dpi: float


@dataclass(frozen=True, slots=True)
class ScannedBook:
    """A book with its scans.

    Attributes:
        scans: File names by SHA-256.
        expected: Number of pages in these files; those beyond ``pages`` are not read yet, or failed.
        counted: Pages counted before scanning; None: not counted.
    """

    book_id: int
    folder_name: str
    place_code: str
    volume: str
    scans: Mapping[str, str]
    expected: int
    pages: tuple[MeasuredPage, ...]
    counted: int | None


def scanned_books(
    connection: Connection, key: Key | None, person: Person | None = None
) -> tuple[ScannedBook, ...]:
    """Return the books with scans of the places that this person may see, by place and folder name."""
    counted = counted_pages(connection, key)
    pages: dict[int, list[MeasuredPage]] = defaultdict(list)
    runs = PAGES.join(page_run, page_run.c.page_id == page.c.id).join(book, book.c.id == scan.c.book_id)
    query = (
        select(scan.c.book_id, scan.c.sha256, page.c.page_no, page_run.c.kind, page_run.c.quality)
        .select_from(runs)
        .where(page_run.c.latest, page_stands, book_stands)
        .order_by(scan.c.id, page.c.page_no)
    )
    for book_id, sha256, page_no, kind, quality in connection.execute(query):
        dpi = float((quality or {}).get("dpi") or 0.0)
        pages[book_id].append(MeasuredPage(sha256, page_no, kind == "cover", dpi))
    scans: dict[int, dict[str, str]] = defaultdict(dict)
    expected: dict[int, int] = defaultdict(int)
    files = select(scan.c.book_id, scan.c.sha256, scan.c.name, scan.c.pages).where(scan_stands)
    for book_id, sha256, name, number in connection.execute(files.order_by(scan.c.id)):
        scans[book_id][sha256] = name
        expected[book_id] += number
    rows = connection.execute(
        select(book.c.id, book.c.folder_name, book.c.place_code, book.c.volume)
        .where(book_stands)
        .order_by(book.c.place_code, book.c.folder_name)
    )
    return tuple(
        ScannedBook(
            row.id,
            row.folder_name,
            row.place_code,
            row.volume,
            scans[row.id],
            expected[row.id],
            tuple(pages[row.id]),
            counted.get((row.folder_name, row.place_code)),
        )
        for row in rows
        if scans[row.id] and (person is None or person.may_see(row.place_code))
    )
