"""The content of a report before anything is drawn: web page, workbook and PDF show these same values.

A cell holds a number and its text for people: a workbook holds the number, every other place shows the text. The
functions below make cells of counts, shares, days and texts in Vietnamese notation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pipeline.base.charts import BarChart, LineChart
from pipeline.base.model import FIRST_TYPED_ROW, LEFT_ROWS, RIGHT_ROWS, facing_side
from pipeline.base.text.control_characters import visible_text
from pipeline.base.text.numbers import (
    NO_BREAK_SPACE,
    NOTHING,
    digits_of_share,
    format_count,
    format_decimal,
    format_percent,
)
from pipeline.training.evaluation.field_scores import upper_bound


@dataclass(frozen=True, slots=True)
class ReportCell:
    """A value of a report.

    Attributes:
        value: The value for programs; ``None``: unknown.
        text: The text for people.
        href: The address of the list behind the value.
        pattern: The number format in a spreadsheet.
    """

    value: int | float | str | None
    text: str
    href: str = ""
    pattern: str = "@"


@dataclass(frozen=True, slots=True)
class ReportFigure:
    """A single figure.

    Attributes:
        note: The basis of the count.
    """

    label: str
    cell: ReportCell
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReportTable:
    """A table.

    Attributes:
        key: The name among all tables of a report.
        columns: Title of each column, and whether it holds numbers.
        total: A last row.
        href: The address of all rows.
        shown: Number of rows on a page; a workbook has all rows.
    """

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
        """Number of rows that a page omits."""
        return max(0, len(self.rows) - self.shown)


@dataclass(frozen=True, slots=True)
class ReportSection:
    """A part of a report under a heading.

    Attributes:
        key: The anchor.
        figures, charts, tables: The content, in this order.
    """

    key: str
    title: str
    figures: tuple[ReportFigure, ...] = ()
    charts: tuple[BarChart | LineChart, ...] = ()
    tables: tuple[ReportTable, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class ManagementReport:
    """A report on progress and quality.

    Attributes:
        since: The first of the ``days`` in which events are counted; with 0 days the day of the report's subject.
        scope: The places, in words.
        alerts: Sentences above all figures.
        title: The heading of page, workbook and PDF.
        name: The beginning of the files' name.
        signatures: Who signs at the end of the PDF.
    """

    at: datetime
    since: date
    days: int
    scope: str
    sections: tuple[ReportSection, ...]
    alerts: tuple[str, ...] = ()
    title: str = "Báo cáo tiến độ và chất lượng"
    name: str = "bao-cao"
    signatures: tuple[str, ...] = ()


WAYS = {
    "checked": "Người sau thấy lời trước",
    "keyed-checked": "Người trước gõ từ ảnh, người sau thấy lời trước",
    "blind": "Người sau gõ độc lập",
    "blind-twice": "Cả hai gõ độc lập",
}


def count_cell(value: int | None, href: str = "") -> ReportCell:
    """Return a count: ``12.345``."""
    return ReportCell(value, NOTHING if value is None else format_count(value), href, "#,##0")


def decimal_cell(value: float | None, digits: int = 1, href: str = "") -> ReportCell:
    """Return a number with a decimal comma: ``1.234,5``."""
    if value is None:
        return ReportCell(None, NOTHING, href)
    return ReportCell(round(value, digits), format_decimal(value, digits), href, f"#,##0.{'0' * digits}")


def share_cell(part: int, whole: int, href: str = "") -> ReportCell:
    """Return a share of a count in percent; ``–`` for an empty count."""
    return percent_cell(part / whole if whole else None, href)


def percent_cell(value: float | None, href: str = "") -> ReportCell:
    """Return a share (0..1) as ``12,3 %``, below 10 % with two digits."""
    if value is None:
        return ReportCell(None, NOTHING, href)
    digits = digits_of_share(value)
    return ReportCell(round(value, 4), format_percent(value, digits), href, f"0.{'0' * digits}%")


def bound_cell(wrong: int, checked: int) -> ReportCell:
    """Return the upper bound of a share of errors at 95 % confidence (Clopper and Pearson)."""
    return percent_cell(upper_bound(wrong, checked))


def errors_sentence(wrong: int, checked: int, unit: str) -> str:
    """Return a sentence with the numbers of wrong and checked units and the upper bound, or that none was checked."""
    if checked == 0:
        return f"chưa {unit} nào được xem"
    counts = f"{count_cell(wrong).text} trong {count_cell(checked).text} {unit}"
    return f"{counts}; chắc không quá {bound_cell(wrong, checked).text}"


def text_cell(text: str, href: str = "") -> ReportCell:
    """Return a text with hidden characters written out; ``–`` for an empty text."""
    shown = visible_text(text)
    return ReportCell(shown, shown or NOTHING, href)


def day_cell(value: date | None, href: str = "") -> ReportCell:
    """Return a day as ``26/11/2026``; its value in ISO 8601."""
    return ReportCell(
        value.isoformat() if value else None, value.strftime("%d/%m/%Y") if value else NOTHING, href
    )


def age_cell(since: datetime | None, at: datetime, href: str = "") -> ReportCell:
    """Return the time that something has waited, in days."""
    if since is None:
        return ReportCell(None, NOTHING, href)
    waited = max(at - since, timedelta())
    days = waited / timedelta(days=1)
    text = f"{decimal_cell(days).text} ngày" if days >= 1 else f"{decimal_cell(days * 24).text} giờ"
    return ReportCell(round(days, 2), text.replace(" ", NO_BREAK_SPACE), href, '0.00" ngày"')


def row_label(row: int) -> str:
    """Return the position of an entry on its page in Vietnamese; ``""`` for the first or only entry."""
    if row >= FIRST_TYPED_ROW:
        return f"sự kiện nhập tay thứ {row - FIRST_TYPED_ROW + 1} của trang"
    side = facing_side(row)
    if side is None:
        return f"sự kiện thứ {row + 1}" if row > 0 else ""
    page = ("trang trái của ảnh", "trang phải của ảnh")[side]
    first = (LEFT_ROWS, RIGHT_ROWS)[side]
    return page if row < LEFT_ROWS else f"sự kiện thứ {row - first + 1} ở {page}"
