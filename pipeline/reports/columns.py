"""Tables built from columns: each has a title and makes the cell of a row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from pipeline.reports.content import (
    ReportCell,
    ReportTable,
    bound_cell,
    count_cell,
    day_cell,
    decimal_cell,
    percent_cell,
    share_cell,
    text_cell,
)

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class ReportColumn(Generic[R]):
    """A column of a table whose rows are made from ``R``."""

    title: str
    cell: Callable[[R], ReportCell]
    is_number: bool = True


def texts(title: str, text: Callable[[R], str], href: Callable[[R], str] = lambda _: "") -> ReportColumn[R]:
    """Return a column of texts that link to ``href``."""
    return ReportColumn(title, lambda row: text_cell(text(row), href(row)), is_number=False)


def days(title: str, day: Callable[[R], date | None]) -> ReportColumn[R]:
    return ReportColumn(title, lambda row: day_cell(day(row)), is_number=False)


def counts(title: str, count: Callable[[R], int | None], href: str = "") -> ReportColumn[R]:
    return ReportColumn(title, lambda row: count_cell(count(row), href))


def decimals(title: str, value: Callable[[R], float | None]) -> ReportColumn[R]:
    return ReportColumn(title, lambda row: decimal_cell(value(row)))


def percents(title: str, value: Callable[[R], float | None]) -> ReportColumn[R]:
    """Return a column of shares (0..1)."""
    return ReportColumn(title, lambda row: percent_cell(value(row)))


def shares(title: str, part: Callable[[R], int], whole: Callable[[R], int]) -> ReportColumn[R]:
    """Return a column of the shares of a count."""
    return ReportColumn(title, lambda row: share_cell(part(row), whole(row)))


def bounds(title: str, wrong: Callable[[R], int], checked: Callable[[R], int]) -> ReportColumn[R]:
    """Return a column of the upper bounds of shares of errors, as ``bound_cell`` does."""
    return ReportColumn(title, lambda row: bound_cell(wrong(row), checked(row)))


def table_of(
    key: str,
    title: str,
    rows: Iterable[R],
    columns: Sequence[ReportColumn[R]],
    *,
    total: R | None = None,
    note: str = "",
    href: str = "",
    shown: int = 30,
) -> ReportTable:
    """Return the table of the rows.

    Args:
        total: The source of the last row.
        href, shown: As of ``ReportTable``.
    """

    def cells(row: R) -> tuple[ReportCell, ...]:
        return tuple(column.cell(row) for column in columns)

    heads = tuple((column.title, column.is_number) for column in columns)
    last = () if total is None else cells(total)
    return ReportTable(key, title, heads, tuple(map(cells, rows)), last, note, href, shown)
