"""The page for the head of the office: volume, progress, errors and delays."""

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
    """Return the section with the main figures and the late rows of the plan."""
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
    """Return the number of books, and of books without open tasks."""
    all_books = data.tallies.books
    finished = sum(book.entries > 0 and not book.waiting and not book.failed for book in all_books)
    note = f"{count_cell(finished).text} quyển không còn gì chờ người"
    return ReportFigure("Quyển sổ", count_cell(len(all_books), list_href("books")), note)


def remaining_errors(data: ReportData) -> ReportFigure:
    """Return the share of wrong entries among finished entries, from sampling, with its upper bound.

    Corrections by second persons are left out, as their errors are no longer in the registry.
    """
    lots = [lot.findings for lot in data.tallies.lots]
    checked, wrong = sum(lot.checked for lot in lots), sum(lot.wrong for lot in lots)
    note = errors_sentence(wrong, checked, "sự kiện") if checked else "chưa lấy mẫu nên chưa biết"
    return ReportFigure("Sự kiện còn sai", share_cell(wrong, checked, LOTS), note)


def too_long(data: ReportData) -> ReportFigure:
    """Return the number of tasks in the oldest age class."""
    waiting = sum(stage.by_age[-1] for stage in data.tallies.waiting)
    return ReportFigure(f"Chờ quá {AGES[-1]} ngày", count_cell(waiting, list_href("waiting")))


def overdue(data: ReportData) -> ReportFigure:
    """Return the number of remaining entries in overdue rows of the plan."""
    rows = late_rows(data)
    note = f"{len(rows)} dòng kế hoạch" if rows else "không dòng kế hoạch nào quá hạn"
    remaining = sum(row.entries - progress.done_of(data, row) for row in rows)
    return ReportFigure("Quá hạn", count_cell(remaining), note)


def late_rows(data: ReportData) -> list[WorkPlanRow]:
    """Return the overdue rows of the plan with remaining entries, the oldest due date first."""
    overdue_rows = [(row.due, row) for row in data.plan.rows if row.due is not None and row.due < data.today]
    late = [(due, row) for due, row in overdue_rows if progress.done_of(data, row) < row.entries]
    return [row for _, row in sorted(late, key=lambda dated: dated[0])]


def late_table(data: ReportData) -> ReportTable:
    columns: tuple[ReportColumn[WorkPlanRow], ...] = (
        *progress.plan_columns(data),
        days("Hạn", lambda row: row.due),
        counts("Quá hạn (ngày)", lambda row: (data.today - row.due).days if row.due else 0),
        counts("Còn lại", lambda row: row.entries - progress.done_of(data, row)),
    )
    return table_of("late", "Kế hoạch đã quá hạn", late_rows(data), columns)
