"""One page for who heads the office: how much there is, how much is done, how wrong it is, what is late."""

from __future__ import annotations

from pipeline.registry.statistics.model import AGES
from pipeline.reports.content import (
    ReportCell,
    ReportFigure,
    ReportSection,
    ReportTable,
    count_cell,
    day_cell,
    errors_sentence,
    share_cell,
    text_cell,
)
from pipeline.reports.data import ReportData, list_href
from pipeline.reports.plan import WorkPlanRow
from pipeline.reports.sections import backlog, progress, unseen
from pipeline.reports.sections.accuracy import LOTS


def director_page(data: ReportData) -> ReportSection:
    """Return the figures that fit one page, and the rows of the plan that are late."""
    figures = (
        books(data),
        progress.done(data),
        backlog.waits(data),
        too_long(data),
        remaining_errors(data),
        unseen.unseen_errors(data),
        progress.end(data),
        overdue(data),
        backlog.missing(data),
    )
    return ReportSection("director", "Tóm tắt cho lãnh đạo", figures, tables=(late_table(data),))


def books(data: ReportData) -> ReportFigure:
    """Return how many books there are, and of how many nothing waits."""
    all_books = data.tallies.books
    finished = sum(book.entries > 0 and not book.waiting and not book.failed for book in all_books)
    note = f"{count_cell(finished).text} quyển không còn gì chờ người"
    return ReportFigure("Quyển sổ", count_cell(len(all_books), list_href("books")), note)


def remaining_errors(data: ReportData) -> ReportFigure:
    """Return the share of wrong entries among those that are done, as sampling found it, with its upper bound.

    What second persons overturn is left out: it is no longer in the registry.
    """
    lots = [lot.findings for lot in data.tallies.lots]
    checked, wrong = sum(one.checked for one in lots), sum(one.wrong for one in lots)
    note = errors_sentence(wrong, checked, "sự kiện") if checked else "chưa lấy mẫu nên chưa biết"
    return ReportFigure("Sự kiện còn sai", share_cell(wrong, checked, LOTS), note)


def too_long(data: ReportData) -> ReportFigure:
    """Return how many tasks have waited longest."""
    waiting = sum(stage.by_age[-1] for stage in data.tallies.waiting)
    return ReportFigure(f"Chờ quá {AGES[-1]} ngày", count_cell(waiting, list_href("waiting")))


def overdue(data: ReportData) -> ReportFigure:
    """Return how many entries are left of the rows of the plan whose day is over."""
    rows = late_rows(data)
    note = f"{len(rows)} dòng kế hoạch" if rows else "không dòng kế hoạch nào quá hạn"
    return ReportFigure("Quá hạn", count_cell(sum(left for _, left in rows)), note)


def late_rows(data: ReportData) -> tuple[tuple[WorkPlanRow, int], ...]:
    """Return the rows of the plan whose day is over, each with the entries that are left; the oldest day first."""
    late = []
    for row in data.plan.rows:
        done = sum(book.done for book in data.tallies.books if row.covers(book))
        if row.due is not None and row.due < data.today and done < row.entries:
            late.append((row.due, row, row.entries - done))
    return tuple((row, left) for _, row, left in sorted(late, key=lambda one: one[0]))


def late_table(data: ReportData) -> ReportTable:
    """Return those rows as a table."""
    columns = (
        ("Nơi đăng ký", False),
        ("Loại sự kiện", False),
        ("Năm mở sổ", False),
        ("Hạn", False),
        ("Quá hạn (ngày)", True),
        ("Còn lại", True),
    )
    return ReportTable(
        "late",
        "Kế hoạch đã quá hạn",
        columns,
        tuple(_late_row(data, row, left) for row, left in late_rows(data)),
    )


def _late_row(data: ReportData, row: WorkPlanRow, left: int) -> tuple[ReportCell, ...]:
    days = (data.today - row.due).days if row.due else 0
    return (
        text_cell(data.places[row.place], list_href("books", place=row.place, record=row.record)),
        text_cell(data.record_title(row.record)),
        text_cell(row.years or "mọi năm"),
        day_cell(row.due),
        count_cell(days),
        count_cell(left),
    )
