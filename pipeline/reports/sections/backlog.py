"""X"""

from __future__ import annotations

import re
from itertools import pairwise

from pipeline.charts import BarChart, BarSegment, ChartBar
from pipeline.registry.model.statistics import AGES, BookTally
from pipeline.reports.content import (
    STAGES,
    ReportFigure,
    ReportSection,
    ReportTable,
    age,
    number,
    share,
    words,
)
from pipeline.reports.data import ReportData, grouped, list_href

AGE_WORDS = (
    f"dưới {AGES[0]} ngày",
    *(f"{low}–{high} ngày" for low, high in pairwise(AGES)),
    f"trên {AGES[-1]} ngày",
)


def queue(basis: ReportData) -> ReportSection:
    """Open tasks by stage and age."""
    at = basis.tallies.at
    order = list(STAGES)
    waiting = sorted(basis.tallies.waiting, key=lambda one: order.index(one.stage))
    rows = tuple(
        (
            words(STAGES[one.stage], list_href("waiting", stage=one.stage)),
            number(one.tasks),
            *(number(count) for count in one.by_age),
            age(one.oldest_at, at),
        )
        for one in waiting
    )
    total = (
        words("Tất cả"),
        number(sum(one.tasks for one in waiting)),
        *(number(sum(one.by_age[place] for one in waiting)) for place in range(len(AGE_WORDS))),
        age(min((one.oldest_at for one in waiting), default=None), at),
    )
    columns = (("Bước", False), ("Đang chờ", True), *((name, True) for name in AGE_WORDS), ("Lâu nhất", True))
    sorts = tuple((name, f"age-{place}") for place, name in enumerate(AGE_WORDS))
    bars = tuple(
        ChartBar(
            STAGES[one.stage],
            tuple(
                BarSegment(
                    place, count, f"{STAGES[one.stage]}, {AGE_WORDS[place]}: {number(count).text} việc"
                )
                for place, count in enumerate(one.by_age)
            ),
        )
        for one in waiting
    )
    return ReportSection(
        "queue",
        "Việc đang chờ người",
        (waits(basis), oldest(basis)),
        (BarChart("Việc đang chờ, theo bước và thời gian đã chờ", sorts, bars, "việc", "queue"),),
        (ReportTable("queue", "Theo bước", columns, rows, total, href=list_href("waiting")),),
        "Một việc ở đây là một việc hộ tịch, hoặc một trang phải xem cả trang.",
    )


def waits(basis: ReportData) -> ReportFigure:
    waiting = sum(one.tasks for one in basis.tallies.waiting)
    return ReportFigure(
        "Đang chờ người", number(waiting, list_href("waiting")), "kể cả trang phải xem cả trang"
    )


def oldest(basis: ReportData) -> ReportFigure:
    since = min((one.oldest_at for one in basis.tallies.waiting), default=None)
    return ReportFigure("Việc chờ lâu nhất", age(since, basis.tallies.at, list_href("waiting")))


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
