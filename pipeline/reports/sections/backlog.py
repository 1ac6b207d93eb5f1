"""The backlog: open tasks by stage and age, pages to scan again, and missing pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from pipeline.base.charts import BarChart, BarSegment, ChartBar
from pipeline.base.stages import STAGE_LABELS, Stage
from pipeline.registry.statistics.model import AGES, BookStatistics, ScannerStatistics, WaitingStatistics
from pipeline.reports.columns import ReportColumn, counts, shares, table_of, texts
from pipeline.reports.content import (
    ReportCell,
    ReportFigure,
    ReportSection,
    ReportTable,
    age_cell,
    count_cell,
    share_cell,
    text_cell,
)
from pipeline.reports.data import ReportData, book_columns, grouped, list_href

AGE_WORDS = (
    f"dưới {AGES[0]} ngày",
    *(f"{low}–{high} ngày" for low, high in pairwise(AGES)),
    f"trên {AGES[-1]} ngày",
)


def queue(data: ReportData) -> ReportSection:
    """Return the open tasks by stage and age."""
    at = data.tallies.at
    order = list(STAGE_LABELS)
    waiting = sorted(data.tallies.waiting, key=lambda stage: order.index(Stage(stage.stage)))
    columns: tuple[ReportColumn[Sequence[WaitingStatistics]], ...] = (
        ReportColumn("Bước", lambda stages: _stage_cell(stages, waiting), is_number=False),
        counts("Đang chờ", lambda stages: sum(stage.tasks for stage in stages)),
        *(_age_column(place, name) for place, name in enumerate(AGE_WORDS)),
        ReportColumn("Lâu nhất", lambda stages: age_cell(_oldest(stages), at)),
    )
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
        (
            table_of(
                "queue",
                "Theo bước",
                [(stage,) for stage in waiting],
                columns,
                total=waiting,
                href=list_href("waiting"),
            ),
        ),
        "Một nhiệm vụ ở đây là một sự kiện hộ tịch, hoặc một trang phải xem cả trang.",
    )


def waits(data: ReportData) -> ReportFigure:
    waiting = sum(stage.tasks for stage in data.tallies.waiting)
    return ReportFigure(
        "Đang chờ người", count_cell(waiting, list_href("waiting")), "kể cả trang phải xem cả trang"
    )


def oldest(data: ReportData) -> ReportFigure:
    since = _oldest(data.tallies.waiting)
    return ReportFigure("Nhiệm vụ chờ lâu nhất", age_cell(since, data.tallies.at, list_href("waiting")))


def _age_column(place: int, name: str) -> ReportColumn[Sequence[WaitingStatistics]]:
    return counts(name, lambda stages: sum(stage.by_age[place] for stage in stages))


def _oldest(stages: Sequence[WaitingStatistics]) -> datetime | None:
    return min((stage.oldest_at for stage in stages), default=None)


def _stage_cell(stages: Sequence[WaitingStatistics], all_stages: Sequence[WaitingStatistics]) -> ReportCell:
    if stages is all_stages:
        return text_cell("Tất cả")
    (stage,) = stages
    return text_cell(STAGE_LABELS[Stage(stage.stage)], list_href("waiting", stage=stage.stage))


TICKETS = "/tickets"
GAPS = list_href("missing")
PAST_THE_INTAKE = "không qua thư mục tiếp nhận"


def scanning(data: ReportData) -> ReportSection:
    """Return the scanning figures by place and book."""
    columns: tuple[ReportColumn[list[BookStatistics]], ...] = (
        texts(
            "Nơi đăng ký",
            lambda books: data.places[books[0].place_code],
            lambda books: list_href("books", place=books[0].place_code),
        ),
        counts("Trang đã đọc", lambda books: sum(book.pages for book in books)),
        counts("Phải quét lại", lambda books: sum(book.tickets for book in books), TICKETS),
        shares(
            "Tỉ lệ",
            lambda books: sum(book.tickets for book in books),
            lambda books: sum(book.pages for book in books),
        ),
        counts("Trang thiếu giữa chừng", lambda books: sum(map(missing_pages, books))),
        counts("Chưa thấy", lambda books: sum(map(unseen_pages, books))),
        counts("Chưa đọc được", lambda books: sum(book.failed for book in books)),
    )
    by_place = grouped(data.tallies.books, lambda book: book.place_code).values()
    return ReportSection(
        "scanning",
        "Quét sổ",
        (rescanned(data), missing(data), unseen(data), failed(data)),
        (),
        (
            table_of("scanning", "Theo nơi đăng ký", by_place, columns, href=TICKETS),
            *scanners(data),
            missing_table(data),
            unread_table(data),
        ),
        "Thiếu giữa chừng: số trang in không liền nhau (hotich check). Chưa thấy: nội dung khóa sổ "
        "nói có mà chưa quét.",
    )


def scanners(data: ReportData) -> tuple[ReportTable, ...]:
    tallies = data.tallies.scanners
    if not any(scanner.scanner for scanner in tallies):
        return ()
    columns: tuple[ReportColumn[ScannerStatistics], ...] = (
        texts("Máy quét", lambda scanner: scanner.scanner or PAST_THE_INTAKE),
        counts("Trang đã đọc", lambda scanner: scanner.pages),
        counts("Phải quét lại", lambda scanner: scanner.tickets, TICKETS),
        shares("Tỉ lệ", lambda scanner: scanner.tickets, lambda scanner: scanner.pages),
    )
    return (table_of("scanners", "Theo máy quét", tallies, columns, href=TICKETS),)


def missing_table(data: ReportData) -> ReportTable:
    """Return the books with missing pages: between others, or by their closing note."""
    columns: tuple[ReportColumn[BookStatistics], ...] = (
        *book_columns(data),
        counts("Trang theo nội dung khóa sổ", lambda book: book.said_pages),
        counts("Trang đã đọc, không kể bìa", lambda book: book.inner),
        counts("Chưa thấy", unseen_pages),
        counts("Trang thiếu giữa chừng", missing_pages),
        texts("Số trang thiếu", lambda book: ", ".join(book.missing)),
    )
    books = [book for book in data.tallies.books if missing_pages(book) or unseen_pages(book)]
    return table_of("missing", "Sổ còn thiếu trang", books, columns, href=GAPS, shown=15)


def unread_table(data: ReportData) -> ReportTable:
    """Return the books with unreadable pages or pages to scan again."""
    columns: tuple[ReportColumn[BookStatistics], ...] = (
        *book_columns(data),
        counts("Chưa đọc được", lambda book: book.failed),
        counts("Phải quét lại", lambda book: book.tickets, TICKETS),
    )
    books = [book for book in data.tallies.books if book.failed or book.tickets]
    title = "Sổ có trang chưa đọc được, phải quét lại"
    return table_of("unread", title, books, columns, href=TICKETS, shown=15)


def missing_pages(book: BookStatistics) -> int:
    """Return the number of missing pages, by the printed numbers around them."""
    return sum(_length(run) for gap in book.missing for run in gap.split(","))


def unseen_pages(book: BookStatistics) -> int:
    """Return the number of pages that a book in progress lacks by its closing note."""
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
    """Return the number of pages in ``3–5`` or ``9``."""
    ends = [int(digits) for digits in re.findall(r"\d+", run)]
    return ends[-1] - ends[0] + 1 if ends else 0
