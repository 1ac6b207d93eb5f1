"""The lists behind the figures of a report, as tables."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.localtime import format_moment
from pipeline.model import FieldStatus
from pipeline.registry.tallies import FieldLine, TaskLine
from pipeline.reports import ReportCell, ReportTable
from pipeline.reports.content import STAGES, age, number, words
from pipeline.reports.data import ReportData
from pipeline.review.desk.task_view import STATUS_WORDS

MOST_ROWS = 500
"""Rows of a list that a page shows; the workbook has all."""

WORKED_ON = frozenset({"review", "check", "third", "supervisor"})
"""Stages at which a supervisor may take tasks at the desk."""


def waiting_table(basis: ReportData, lines: Iterable[TaskLine]) -> ReportTable:
    """Open tasks, those that wait longest first."""
    columns = (
        ("Sổ", False),
        ("Bản quét", False),
        ("Trang", True),
        ("Số", False),
        ("Bước", False),
        ("Ô còn chờ", True),
        ("Đã chờ", True),
    )
    rows = tuple(
        (
            words(one.book),
            words(one.scan),
            number(one.page_no),
            words("cả trang" if one.row < 0 else one.entry_number),
            words(STAGES[one.stage], _desk(one)),
            number(len(one.fields)),
            age(one.opened_at, basis.tallies.at),
        )
        for one in lines
    )
    return ReportTable("waiting", "Việc đang chờ, lâu nhất trước", columns, rows, shown=MOST_ROWS)


def field_table(basis: ReportData, title: str, before: str, lines: Iterable[FieldLine]) -> ReportTable:
    """Fields with what was said ``before`` and what was settled, the last one first."""
    columns = (
        ("Sổ", False),
        ("Bản quét", False),
        ("Trang", True),
        ("Số", False),
        ("Ô", False),
        (before, False),
        ("Đã quyết", False),
        ("Lúc", False),
    )
    rows = tuple(
        (
            words(one.book),
            words(one.scan),
            number(one.page_no),
            words(one.entry_number),
            words(basis.field_label(one.record, one.field)),
            _said(one.said_status, one.said),
            _said(one.settled_status, one.settled),
            words(format_moment(one.decided_at)),
        )
        for one in lines
    )
    return ReportTable("fields", title, columns, rows, shown=MOST_ROWS)


def _desk(one: TaskLine) -> str:
    return f"/desk?stage={one.stage}&book={one.book_id}" if one.stage in WORKED_ON else "/tickets"


def _said(status: str, text: str) -> ReportCell:
    """The text, or in words what stands in its place."""
    return words(text or f"({STATUS_WORDS[FieldStatus(status)]})")
