"""One page for who heads the office: how much there is, how much is done, how wrong it is, what is late."""

from __future__ import annotations

from pipeline.registry.statistics.model import AGES
from pipeline.reports.columns import ReportColumn, counts, days, table_of
from pipeline.reports.content import (
    ReportFigure,
    ReportSection,
    ReportTable,
    count_cell,
    errors_sentence,
    share_cell,
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
    checked, wrong = sum(lot.checked for lot in lots), sum(lot.wrong for lot in lots)
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
    left = sum(row.entries - progress.done_of(data, row) for row in rows)
    return ReportFigure("Quá hạn", count_cell(left), note)


def late_rows(data: ReportData) -> list[WorkPlanRow]:
    """Return the rows of the plan whose day is over while entries are left, the oldest day first."""
    over = [(row.due, row) for row in data.plan.rows if row.due is not None and row.due < data.today]
    late = [(due, row) for due, row in over if progress.done_of(data, row) < row.entries]
    return [row for _, row in sorted(late, key=lambda dated: dated[0])]


def late_table(data: ReportData) -> ReportTable:
    """Return those rows as a table."""
    columns: tuple[ReportColumn[WorkPlanRow], ...] = (
        *progress.plan_columns(data),
        days("Hạn", lambda row: row.due),
        counts("Quá hạn (ngày)", lambda row: (data.today - row.due).days if row.due else 0),
        counts("Còn lại", lambda row: row.entries - progress.done_of(data, row)),
    )
    return table_of("late", "Kế hoạch đã quá hạn", late_rows(data), columns)
