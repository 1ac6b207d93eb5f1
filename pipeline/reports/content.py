"""What a report holds, before anything is drawn: the web page, the workbook and the PDF all show these same values.

A number stands beside the text that people read, so that a cell of a workbook can hold the number and every other place
the text. ``href``: where in the web application the list lies that the figure counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from pipeline.charts import BarChart


@dataclass(frozen=True, slots=True)
class ReportCell:
    """One value: ``value`` as a program takes it (None: nothing is known), ``text`` as a person reads it; ``pattern``:
    how a spreadsheet writes the value."""

    value: int | float | str | None
    text: str
    href: str = ""
    pattern: str = "@"


@dataclass(frozen=True, slots=True)
class ReportFigure:
    """One figure by itself; ``note`` says what it is a figure of."""

    label: str
    cell: ReportCell
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReportTable:
    """Rows under ``columns`` (title, whether it holds numbers). ``key`` names it among all tables of a report. A page
    shows the first ``shown`` rows, a workbook all of them; ``href``: where the rest is. ``total``: a last row."""

    key: str
    title: str
    columns: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[ReportCell, ...], ...]
    total: tuple[ReportCell, ...] = ()
    note: str = ""
    href: str = ""
    shown: int = 30

    @property
    def first_rows(self) -> tuple[tuple[ReportCell, ...], ...]:
        return self.rows[: self.shown]

    @property
    def left_out(self) -> int:
        """Rows that a page does not show."""
        return max(0, len(self.rows) - self.shown)


@dataclass(frozen=True, slots=True)
class ReportSection:
    """One part of a report under a heading; ``key`` is its anchor."""

    key: str
    title: str
    figures: tuple[ReportFigure, ...] = ()
    charts: tuple[BarChart, ...] = ()
    tables: tuple[ReportTable, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class ManagementReport:
    """All of it. ``at``: when it was counted; ``since``: from when on what happened is counted, which are ``days``;
    ``scope``: which places, in words."""

    at: datetime
    since: date
    days: int
    scope: str
    sections: tuple[ReportSection, ...]
