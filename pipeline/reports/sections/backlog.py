"""What waits: open tasks by stage and age, pages to scan again, and pages that are missing."""

from __future__ import annotations

import re
from itertools import pairwise

from pipeline.base.charts import BarChart, BarSegment, ChartBar
from pipeline.base.stages import STAGE_LABELS, Stage
from pipeline.registry.statistics.model import AGES, BookStatistics
from pipeline.reports.content import (
    ReportFigure,
    ReportSection,
    ReportTable,
    age_cell,
    count_cell,
    share_cell,
    text_cell,
)
from pipeline.reports.data import ReportData, grouped, list_href

AGE_WORDS = (
    f"dưới {AGES[0]} ngày",
    *(f"{low}–{high} ngày" for low, high in pairwise(AGES)),
    f"trên {AGES[-1]} ngày",
)


def queue(data: ReportData) -> ReportSection:
    """Open tasks by stage and age."""
    at = data.tallies.at
    order = list(STAGE_LABELS)
    waiting = sorted(data.tallies.waiting, key=lambda stage: order.index(Stage(stage.stage)))
    rows = tuple(
        (
            text_cell(STAGE_LABELS[Stage(stage.stage)], list_href("waiting", stage=stage.stage)),
            count_cell(stage.tasks),
            *(count_cell(count) for count in stage.by_age),
            age_cell(stage.oldest_at, at),
        )
        for stage in waiting
    )
    total = (
        text_cell("Tất cả"),
        count_cell(sum(stage.tasks for stage in waiting)),
        *(count_cell(sum(stage.by_age[place] for stage in waiting)) for place in range(len(AGE_WORDS))),
        age_cell(min((stage.oldest_at for stage in waiting), default=None), at),
    )
    columns = (("Bước", False), ("Đang chờ", True), *((name, True) for name in AGE_WORDS), ("Lâu nhất", True))
    sorts = tuple((name, f"age-{place}") for place, name in enumerate(AGE_WORDS))
    bars = tuple(
        ChartBar(
            STAGE_LABELS[Stage(stage.stage)],
            tuple(
                BarSegment(
                    place,
                    count,
                    f"{STAGE_LABELS[Stage(stage.stage)]}, {AGE_WORDS[place]}: {count_cell(count).text} nhiệm vụ",
                )
                for place, count in enumerate(stage.by_age)
            ),
        )
        for stage in waiting
    )
    return ReportSection(
        "queue",
        "Nhiệm vụ đang chờ người",
        (waits(data), oldest(data)),
        (BarChart("Nhiệm vụ đang chờ, theo bước và thời gian đã chờ", sorts, bars, "nhiệm vụ", "queue"),),
        (ReportTable("queue", "Theo bước", columns, rows, total, href=list_href("waiting")),),
        "Một nhiệm vụ ở đây là một sự kiện hộ tịch, hoặc một trang phải xem cả trang.",
    )


def waits(data: ReportData) -> ReportFigure:
    waiting = sum(stage.tasks for stage in data.tallies.waiting)
    return ReportFigure(
        "Đang chờ người", count_cell(waiting, list_href("waiting")), "kể cả trang phải xem cả trang"
    )


def oldest(data: ReportData) -> ReportFigure:
    since = min((stage.oldest_at for stage in data.tallies.waiting), default=None)
    return ReportFigure("Nhiệm vụ chờ lâu nhất", age_cell(since, data.tallies.at, list_href("waiting")))


TICKETS = "/tickets"
GAPS = list_href("missing")
PAST_THE_INTAKE = "không qua thư mục tiếp nhận"


def scanning(data: ReportData) -> ReportSection:
    """By place and book."""
    books = data.tallies.books
    by_place = tuple(
        (
            text_cell(data.places[code], list_href("books", place=code)),
            count_cell(sum(book.pages for book in mine)),
            count_cell(sum(book.tickets for book in mine), TICKETS),
            share_cell(sum(book.tickets for book in mine), sum(book.pages for book in mine)),
            count_cell(sum(missing_pages(book) for book in mine)),
            count_cell(sum(unseen_pages(book) for book in mine)),
            count_cell(sum(book.failed for book in mine)),
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
        (rescanned(data), missing(data), unseen(data), failed(data)),
        (),
        (
            ReportTable("scanning", "Theo nơi đăng ký", columns, by_place, href=TICKETS),
            *scanners(data),
            missing_table(data),
            unread_table(data),
        ),
        "Thiếu giữa chừng: số trang in không liền nhau (hotich check). Chưa thấy: nội dung khóa sổ "
        "nói có mà chưa quét.",
    )


def scanners(data: ReportData) -> tuple[ReportTable, ...]:
    """The table by scanner, where any scanner is known."""
    tallies = data.tallies.scanners
    if not any(scanner.scanner for scanner in tallies):
        return ()
    columns = (("Máy quét", False), ("Trang đã đọc", True), ("Phải quét lại", True), ("Tỉ lệ", True))
    rows = tuple(
        (
            text_cell(scanner.scanner or PAST_THE_INTAKE),
            count_cell(scanner.pages),
            count_cell(scanner.tickets, TICKETS),
            share_cell(scanner.tickets, scanner.pages),
        )
        for scanner in tallies
    )
    return (ReportTable("scanners", "Theo máy quét", columns, rows, href=TICKETS),)


def missing_table(data: ReportData) -> ReportTable:
    """Books of which pages are missing: between others, or by what the closing note says."""
    columns = (
        ("Sổ", False),
        ("Nơi đăng ký", False),
        ("Trang theo nội dung khóa sổ", True),
        ("Trang đã đọc, không kể bìa", True),
        ("Chưa thấy", True),
        ("Trang thiếu giữa chừng", True),
        ("Số trang thiếu", False),
    )
    rows = tuple(
        (
            text_cell(book.folder_name, list_href("waiting", book=book.book_id)),
            text_cell(data.places[book.place_code]),
            count_cell(book.said_pages),
            count_cell(book.inner),
            count_cell(unseen_pages(book)),
            count_cell(missing_pages(book)),
            text_cell(", ".join(book.missing)),
        )
        for book in data.tallies.books
        if missing_pages(book) or unseen_pages(book)
    )
    return ReportTable("missing", "Sổ còn thiếu trang", columns, rows, href=GAPS, shown=15)


def unread_table(data: ReportData) -> ReportTable:
    """Books with pages that could not be read or must be scanned again."""
    columns = (("Sổ", False), ("Nơi đăng ký", False), ("Chưa đọc được", True), ("Phải quét lại", True))
    rows = tuple(
        (
            text_cell(book.folder_name, list_href("waiting", book=book.book_id)),
            text_cell(data.places[book.place_code]),
            count_cell(book.failed),
            count_cell(book.tickets, TICKETS),
        )
        for book in data.tallies.books
        if book.failed or book.tickets
    )
    return ReportTable(
        "unread", "Sổ có trang chưa đọc được, phải quét lại", columns, rows, href=TICKETS, shown=15
    )


def missing_pages(book: BookStatistics) -> int:
    """How many pages are missing by the printed numbers of those around them."""
    return sum(_length(run) for told in book.missing for run in told.split(","))


def unseen_pages(book: BookStatistics) -> int:
    """How many pages of its closing note a book that was begun still lacks."""
    return max((book.said_pages or 0) - book.inner - book.failed, 0) if book.pages else 0


def rescanned(data: ReportData) -> ReportFigure:
    books = data.tallies.books
    tickets, pages = sum(book.tickets for book in books), sum(book.pages for book in books)
    note = f"{count_cell(tickets).text} trong {count_cell(pages).text} trang"
    return ReportFigure("Trang phải quét lại", share_cell(tickets, pages, TICKETS), note)


def missing(data: ReportData) -> ReportFigure:
    books = [book for book in data.tallies.books if missing_pages(book)]
    pages = sum(missing_pages(book) for book in books)
    return ReportFigure(
        "Trang thiếu giữa chừng",
        count_cell(pages, GAPS),
        f"ở {count_cell(len(books)).text} sổ, theo số trang in",
    )


def unseen(data: ReportData) -> ReportFigure:
    books = [book for book in data.tallies.books if unseen_pages(book)]
    pages = sum(unseen_pages(book) for book in books)
    note = f"ở {count_cell(len(books)).text} sổ đã quét mà chưa đủ số trang của nội dung khóa sổ"
    return ReportFigure("Trang chưa thấy", count_cell(pages, GAPS), note)


def failed(data: ReportData) -> ReportFigure:
    return ReportFigure(
        "Trang chưa đọc được", count_cell(sum(book.failed for book in data.tallies.books), GAPS)
    )


def _length(run: str) -> int:
    """The pages of ``3–5`` or ``9``."""
    ends = [int(found) for found in re.findall(r"\d+", run)]
    return ends[-1] - ends[0] + 1 if ends else 0
