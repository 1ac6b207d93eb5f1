"""X"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pipeline.charts import BarChart
from pipeline.evaluation.field_scores import upper_bound
from pipeline.model import LEFT_PAGE, RIGHT_PAGE
from pipeline.text.numbers import (
    NO_BREAK_SPACE,
    NOTHING,
    digits_of_share,
    format_count,
    format_decimal,
    format_percent,
)


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


STAGES = {
    "review": "Chờ rà soát",
    "check": "Chờ kiểm tra",
    "third": "Hai người khác nhau",
    "supervisor": "Có câu hỏi",
    "rescan": "Chờ quét lại",
}
WAYS = {"checked": "Người sau thấy lời trước", "blind": "Gõ độc lập"}


def number(value: int | None, href: str = "") -> ReportCell:
    """A count: ``12.345``."""
    return ReportCell(value, NOTHING if value is None else format_count(value), href, "#,##0")


def decimal(value: float | None, digits: int = 1, href: str = "") -> ReportCell:
    """A number with a decimal comma: ``1.234,5``."""
    if value is None:
        return ReportCell(None, NOTHING, href)
    return ReportCell(round(value, digits), format_decimal(value, digits), href, f"#,##0.{'0' * digits}")


def share(part: int, whole: int, href: str = "") -> ReportCell:
    """A share of a count in percent; a small one with two digits, none of nothing."""
    return percent(part / whole if whole else None, href)


def percent(value: float | None, href: str = "") -> ReportCell:
    """A share (0..1) as ``12,3 %``."""
    if value is None:
        return ReportCell(None, NOTHING, href)
    digits = digits_of_share(value)
    return ReportCell(round(value, 4), format_percent(value, digits), href, f"0.{'0' * digits}%")


def bound(wrong: int, looked: int) -> ReportCell:
    """What the share of errors does not exceed, with 95 % confidence (Clopper and Pearson)."""
    return percent(upper_bound(wrong, looked))


def wrong_of(wrong: int, looked: int, unit: str) -> str:
    """How many of those that were looked at were wrong, and what that does not exceed; where none was, only that."""
    if looked == 0:
        return f"chưa {unit} nào được xem"
    return (
        f"{number(wrong).text} trong {number(looked).text} {unit}; chắc không quá {bound(wrong, looked).text}"
    )


def words(text: str, href: str = "") -> ReportCell:
    return ReportCell(text, text or NOTHING, href)


def day(value: date | None, href: str = "") -> ReportCell:
    """A day as ``26/11/2026``; its value as ISO 8601 writes it."""
    return ReportCell(
        value.isoformat() if value else None, value.strftime("%d/%m/%Y") if value else NOTHING, href
    )


def age(since: datetime | None, at: datetime, href: str = "") -> ReportCell:
    """How long something has waited, in days."""
    if since is None:
        return ReportCell(None, NOTHING, href)
    waited = max(at - since, timedelta())
    days = waited / timedelta(days=1)
    text = f"{decimal(days).text} ngày" if days >= 1 else f"{decimal(days * 24).text} giờ"
    return ReportCell(round(days, 2), text.replace(" ", NO_BREAK_SPACE), href, '0.00" ngày"')


def told_place(row: int) -> str:
    """Which entry of its page it is, as people say it; ``""`` for the first or only one."""
    sides = {LEFT_PAGE: "trang trái của ảnh", RIGHT_PAGE: "trang phải của ảnh"}
    return sides.get(row, f"việc thứ {row + 1}" if row > 0 else "")
