"""A form of statistics as a report: its lines, the units of today, and the entries of which something is not known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar

from pipeline.base.charts import BarChart, BarSegment, ChartBar
from pipeline.base.localtime import local_date
from pipeline.declarations.schema import Schemas
from pipeline.declarations.schema.statistic_forms import StatisticCell, StatisticForm
from pipeline.registry import Registry
from pipeline.registry.statistics.countable_entries import Countable, CountableEntry, RegistrationPeriod
from pipeline.reports.columns import ReportColumn, counts, table_of, texts
from pipeline.reports.communes import ALL_ROWS
from pipeline.reports.content import (
    ManagementReport,
    ReportCell,
    ReportFigure,
    ReportSection,
    ReportTable,
    count_cell,
    text_cell,
)
from pipeline.reports.statistics.conditions import OUTSIDE, UNKNOWN
from pipeline.reports.statistics.counting import (
    MOST_LISTED,
    CountedLine,
    CountingScope,
    ScopedBooks,
    StatisticCounts,
    UnclearEntry,
    statistic_counts,
)
from pipeline.values.places import UnitsOfBook

R = TypeVar("R")

BLANK, EMPTY = ReportCell(None, ""), ReportCell("", "")
LINE_COLUMNS = (("Cột", False), ("Chỉ tiêu", False), ("Số lượng", True), ("Chú thích", False))

STATE_FIGURES = {
    Countable.COUNTED: ("Sự kiện đã tính", "mọi ô đã có giá trị được nhận"),
    Countable.OPEN: ("Còn chờ người", "chưa tính"),
    Countable.HELD: (
        "Giữ lại",
        "chưa tính: còn phát hiện chặn, cải chính chưa đủ chữ ký, hay dữ liệu bị sửa ngoài chương trình",
    ),
    Countable.UNDATED: ("Chưa rõ ngày đăng ký", "không biết có trong kỳ hay không, nên biểu không tính"),
}


class _FormLine(NamedTuple):
    """A printed line: column of the form, title, amount (None: blank), footnote."""

    column: str
    title: str
    amount: int | None
    note: str = ""


def statistic_report(
    registry: Registry,
    schemas: Schemas,
    form: StatisticForm,
    found: ScopedBooks,
    scope: CountingScope,
    at: datetime,
) -> ManagementReport:
    """Return a form of statistics.

    Args:
        at: The time of the counts.
    """
    counted = statistic_counts(registry, schemas, form, found, scope)
    section = ReportSection(
        "form",
        f"Biểu {form.number}",
        state_figures(counted.states),
        (_chart(counted),),
        (_form_table(counted),),
        f"Căn cứ: {form.source}. Chỉ tính giá trị đã được nhận; điều sổ không nói thì đếm vào “không rõ”, không đoán.",
    )
    sections = [section]
    if not scope.unit and len(counted.by_unit) > 1:
        sections.append(ReportSection("units", "Theo đơn vị hiện nay", tables=(_unit_table(counted),)))
    if counted.unclear:
        sections.append(
            ReportSection("unclear", "Không rõ", tables=(_unclear_table(schemas, counted.unclear),))
        )
    return ManagementReport(
        at=at,
        since=local_date(at),
        days=0,
        scope=scope_words(found, scope),
        sections=tuple(sections),
        alerts=left_out(found),
        title=form.title,
        name=f"bieu-{form.statistic}",
        signatures=("Người lập biểu", "Thủ trưởng đơn vị"),
    )


def state_figures(states: Mapping[Countable, int]) -> tuple[ReportFigure, ...]:
    """Return how many entries are counted, and how many are not and why."""
    return tuple(
        ReportFigure(label, count_cell(states.get(state, 0)), note)
        for state, (label, note) in STATE_FIGURES.items()
    )


def scope_words(found: ScopedBooks, scope: CountingScope) -> str:
    """Return period and unit in words."""
    unit = found.title if scope.unit else "mọi đơn vị"
    within = "" if scope.places is None else ", những nơi của tài khoản này"
    return f"{period_words(scope.period)}; {unit}{within}"


def period_words(period: RegistrationPeriod) -> str:
    bounds = [
        f"{word} {day:%d/%m/%Y}"
        for word, day in (("từ", period.first), ("đến", period.last))
        if day is not None
    ]
    return f"đăng ký {' '.join(bounds)}" if bounds else "đăng ký bất kỳ ngày nào"


def left_out(found: ScopedBooks) -> tuple[str, ...]:
    if not found.open:
        return ()
    return (
        f"{found.open} quyển của nơi bị chia có thể thuộc đơn vị này mà bảng địa danh không nói; chưa tính vào đây.",
    )


def _lines(counted: StatisticCounts) -> Iterable[_FormLine]:
    """Yield the lines of a form in its order, each split with what is not known of it."""
    for at, block in enumerate(counted.form.blocks):
        if len(block.groups) > 1:
            yield _FormLine("", f"{block.title}: mọi sự kiện đã tính", counted.lines[(at,)])
        for number, group in enumerate(block.groups):
            yield _line(
                group,
                counted.lines[at, number],
                f"{block.title}: {group.title}" if len(block.groups) > 1 else group.title,
            )
            for of, split in enumerate(group.splits):
                line = (at, number, of)
                for one, cell in enumerate(split.cells):
                    yield _line(cell, counted.lines[*line, one], f"– {cell.title}")
                yield from _rest(counted, line, "– ", is_told=len(split.counted) > 1)
        yield from _rest(counted, (at,), f"{block.title}: ")


def _line(cell: StatisticCell, amount: int, title: str) -> _FormLine:
    return _FormLine(cell.column, title, None if cell.blank else amount, cell.blank or cell.note)


def _rest(
    counted: StatisticCounts, line: CountedLine, mark: str, *, is_told: bool = True
) -> Iterable[_FormLine]:
    """Yield what belongs to no cell; ``is_told``: whether that is said of what is known to belong to none."""
    if counted.lines[*line, UNKNOWN]:
        yield _FormLine("", f"{mark}không rõ", counted.lines[*line, UNKNOWN])
    if is_told and counted.lines[*line, OUTSIDE]:
        yield _FormLine("", f"{mark}không thuộc dòng nào ở trên", counted.lines[*line, OUTSIDE])


def _form_table(counted: StatisticCounts) -> ReportTable:
    lines = list(_lines(counted))
    notes = {
        note: at for at, note in enumerate(dict.fromkeys(line.note for line in lines if line.note), start=1)
    }
    rows = tuple(
        (
            text_cell(line.column) if line.column else EMPTY,
            text_cell(line.title),
            BLANK if line.amount is None else count_cell(line.amount),
            text_cell(f"({notes[line.note]})") if line.note else EMPTY,
        )
        for line in lines
    )
    note = " ".join(f"({at}) {words}" for words, at in notes.items())
    return ReportTable(
        "form", f"Biểu {counted.form.statistic}", LINE_COLUMNS, rows, note=note, shown=ALL_ROWS
    )


def _groups(counted: StatisticCounts) -> list[tuple[str, CountedLine]]:
    """Return title and line of each group, and of what is not known of each block."""
    found: list[tuple[str, CountedLine]] = []
    for at, block in enumerate(counted.form.blocks):
        several = len(block.groups) > 1
        for number, group in enumerate(block.groups):
            found.append((f"{block.title}: {group.title.lower()}" if several else block.title, (at, number)))
        if counted.lines[at, UNKNOWN]:
            found.append((f"{block.title}: không rõ", (at, UNKNOWN)))
    return found


def _chart(counted: StatisticCounts) -> BarChart:
    bars = []
    for title, line in _groups(counted):
        amount, sort = counted.lines[line], int(line[-1] == UNKNOWN)
        bars.append(
            ChartBar(title, (BarSegment(sort, amount, f"{title}: {count_cell(amount).text} sự kiện"),))
        )
    sorts = (("Đã phân loại", "straight"), ("Không rõ", "waiting"))
    return BarChart(f"Biểu {counted.form.statistic}", sorts, tuple(bars), "sự kiện", "form")


def _unit_table(counted: StatisticCounts) -> ReportTable:
    def column(title: str, line: CountedLine) -> ReportColumn[UnitsOfBook]:
        return counts(title, lambda unit: counted.by_unit[unit][line])

    columns: tuple[ReportColumn[UnitsOfBook], ...] = (
        texts("Đơn vị hiện nay", lambda unit: unit.title),
        texts("Mã", lambda unit: unit.units[0].code if len(unit.units) == 1 else ""),
        *(column(title, line) for title, line in _groups(counted)),
    )
    rows = sorted(counted.by_unit, key=lambda unit: (len(unit.units) != 1, unit.title))
    return table_of("units", "Theo đơn vị hiện nay", rows, columns, shown=ALL_ROWS)


def entry_columns(schemas: Schemas, entry: Callable[[R], CountableEntry]) -> tuple[ReportColumn[R], ...]:
    """Return the columns that say where the entry of a row stands."""

    def number(row: R) -> str:
        one = entry(row)
        return one.values[schemas.record(one.record).key_fields.number] or ""

    return (
        texts("Sổ", lambda row: entry(row).book.folder_name),
        texts("Số", number, lambda row: f"/entries/{entry(row).entry_id}"),
        texts("Bản quét", lambda row: entry(row).scan),
        counts("Trang", lambda row: entry(row).page_no),
    )


def _unclear_table(schemas: Schemas, unclear: Sequence[UnclearEntry]) -> ReportTable:
    def labels(one: UnclearEntry) -> str:
        spec = schemas.record(one.entry.record).by_name
        empty = ", ".join(spec[name].label for name in one.fields if not one.entry.values[name])
        return empty or "giá trị ngoài danh mục, chưa đủ, hay trái nhau"

    place: tuple[ReportColumn[UnclearEntry], ...] = entry_columns(schemas, lambda one: one.entry)
    columns: tuple[ReportColumn[UnclearEntry], ...] = (
        *place,
        texts("Phần của biểu", lambda one: one.part),
        texts("Trường chưa biết", labels),
    )
    note = f"Chỉ kê {MOST_LISTED} dòng đầu." if len(unclear) >= MOST_LISTED else ""
    return table_of("unclear", "Sự kiện không rõ thuộc dòng nào", unclear, columns, note=note)
