"""Pages that had to be scanned again, and pages that are not there."""

from __future__ import annotations

import re

from pipeline.registry.tallies import BookTally
from pipeline.reports.basis import ReportData, grouped, list_href
from pipeline.reports.content import ReportFigure, ReportSection, ReportTable
from pipeline.reports.wording import number, share, words

TICKETS = "/tickets"
GAPS = list_href("missing")
PAST_THE_INTAKE = "không qua hộp quét"


def scanning(basis: ReportData) -> ReportSection:
    """By place and book."""
    books = basis.tallies.books
    by_place = tuple(
        (
            words(basis.places[code], list_href("books", place=code)),
            number(sum(book.pages for book in mine)),
            number(sum(book.tickets for book in mine), TICKETS),
            share(sum(book.tickets for book in mine), sum(book.pages for book in mine)),
            number(sum(missing_pages(book) for book in mine)),
            number(sum(unseen_pages(book) for book in mine)),
            number(sum(book.failed for book in mine)),
        )
        for code, mine in grouped(books, lambda book: book.place_code).items()
    )
    columns = (
        ("Nơi đăng ký", False),
        ("Trang đã đọc", True),
        ("Phải quét lại", True),
        ("Tỉ lệ", True),
        ("Trang thiếu giữa chừng", True),
        ("Chưa thấy", True),
        ("Chưa đọc được", True),
    )
    return ReportSection(
        "scanning",
        "Quét sổ",
        (rescanned(basis), missing(basis), unseen(basis), failed(basis)),
        (),
        (
            ReportTable("scanning", "Theo nơi đăng ký", columns, by_place, href=TICKETS),
            *scanners(basis),
            missing_table(basis),
        ),
        "Thiếu giữa chừng: số trang in không liền nhau (hotich check). Chưa thấy: lời khóa sổ nói có mà chưa quét.",
    )


def scanners(basis: ReportData) -> tuple[ReportTable, ...]:
    """The table by scanner, where any scanner is known."""
    tallies = basis.tallies.scanners
    if not any(one.scanner for one in tallies):
        return ()
    columns = (("Máy quét", False), ("Trang đã đọc", True), ("Phải quét lại", True), ("Tỉ lệ", True))
    rows = tuple(
        (
            words(one.scanner or PAST_THE_INTAKE),
            number(one.pages),
            number(one.tickets, TICKETS),
            share(one.tickets, one.pages),
        )
        for one in tallies
    )
    return (ReportTable("scanners", "Theo máy quét", columns, rows, href=TICKETS),)


def missing_table(basis: ReportData) -> ReportTable:
    """Books of which pages are missing, failed or had to be scanned again."""
    columns = (
        ("Sổ", False),
        ("Nơi đăng ký", False),
        ("Trang theo lời khóa sổ", True),
        ("Trang đã đọc, không kể bìa", True),
        ("Chưa thấy", True),
        ("Trang thiếu giữa chừng", True),
        ("Số trang thiếu", False),
        ("Chưa đọc được", True),
        ("Phải quét lại", True),
    )
    rows = tuple(
        (
            words(book.folder_name, list_href("waiting", book=book.book_id)),
            words(basis.places[book.place_code]),
            number(book.said_pages),
            number(book.inner),
            number(unseen_pages(book)),
            number(missing_pages(book)),
            words(", ".join(book.missing)),
            number(book.failed),
            number(book.tickets, TICKETS),
        )
        for book in basis.tallies.books
        if missing_pages(book) or unseen_pages(book) or book.failed or book.tickets
    )
    return ReportTable("missing", "Sổ còn thiếu trang", columns, rows, href=GAPS, shown=15)


def missing_pages(book: BookTally) -> int:
    """How many pages are missing by the printed numbers of those around them."""
    return sum(_length(run) for told in book.missing for run in told.split(","))


def unseen_pages(book: BookTally) -> int:
    """How many pages of its closing note a book that was begun still lacks."""
    return max((book.said_pages or 0) - book.inner - book.failed, 0) if book.pages else 0


def rescanned(basis: ReportData) -> ReportFigure:
    books = basis.tallies.books
    tickets, pages = sum(book.tickets for book in books), sum(book.pages for book in books)
    note = f"{number(tickets).text} trong {number(pages).text} trang"
    return ReportFigure("Trang phải quét lại", share(tickets, pages, TICKETS), note)


def missing(basis: ReportData) -> ReportFigure:
    books = [book for book in basis.tallies.books if missing_pages(book)]
    pages = sum(missing_pages(book) for book in books)
    return ReportFigure(
        "Trang thiếu giữa chừng", number(pages, GAPS), f"ở {number(len(books)).text} sổ, theo số trang in"
    )


def unseen(basis: ReportData) -> ReportFigure:
    books = [book for book in basis.tallies.books if unseen_pages(book)]
    pages = sum(unseen_pages(book) for book in books)
    note = f"ở {number(len(books)).text} sổ đã quét mà chưa đủ số trang của lời khóa sổ"
    return ReportFigure("Trang chưa thấy", number(pages, GAPS), note)


def failed(basis: ReportData) -> ReportFigure:
    return ReportFigure("Trang chưa đọc được", number(sum(book.failed for book in basis.tallies.books), GAPS))


def _length(run: str) -> int:
    """The pages of ``3–5`` or ``9``."""
    ends = [int(found) for found in re.findall(r"\d+", run)]
    return ends[-1] - ends[0] + 1 if ends else 0
