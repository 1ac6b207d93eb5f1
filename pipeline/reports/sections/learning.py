"""The cost of checking while the machine learns: waiting values of each entry, and the learning events."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pipeline.base.charts import AxisMark, LineChart, LinePoint
from pipeline.base.localtime import local_date
from pipeline.registry.sampled_values import SampledValue
from pipeline.registry.statistics.model import CheckedEntry, LearningHistory, LearningKind
from pipeline.reports.columns import ReportColumn, counts, days, decimals, table_of, texts
from pipeline.reports.content import (
    ReportFigure,
    ReportSection,
    count_cell,
    day_cell,
    decimal_cell,
)

MOST_POINTS = 40
"""Largest number of points in the line over entries; more entries are grouped."""

FEWEST = 5
"""Smallest number of entries in a point where there are many, as single entries differ too much."""

SOME = 10
"""Number of first and last entries that the figures compare."""

LEARNT = {
    LearningKind.CLEAR: "ô đã rõ nhờ các sự kiện đã đối chiếu",
    LearningKind.ADAPTER: "bắt đầu đọc bằng bản học nét chữ của sổ",
    LearningKind.READER: "bắt đầu dùng bộ đọc của cơ quan",
    LearningKind.ROLLBACK: "quay về bộ đọc trước",
}

SORTS = (
    ("Ô người phải quyết định ở mỗi sự kiện", "curve"),
    ("Ô kiểm mẫu thấy sai", "found"),
    ("Máy học thêm (số ở bảng)", "learnt"),
)

NOTE = (
    "Mỗi sự kiện kể từ lúc người quyết định ô đầu tiên của nó; ô mà máy đã nhận, hay đã rõ trước khi có người mở, "
    "không phải quyết định. Sự kiện khó làm trước thì đường cũng đi xuống: so với bảng “Máy học được gì, khi nào”."
)


@dataclass(frozen=True, slots=True)
class _Bin:
    """Entries grouped: number of the last, day of the first, counts of entries, fields, checks and errors."""

    until: int
    on: date
    entries: int
    fields: int
    checked: int
    wrong: int

    @property
    def mean(self) -> float:
        return self.fields / self.entries


@dataclass(frozen=True, slots=True)
class _LearningEvent:
    """A learning event: its day, its number in the chart, and the number of entries before it."""

    number: int
    on: date
    kind: LearningKind
    values: int
    after: int

    @property
    def sentence(self) -> str:
        values = f"{count_cell(self.values).text} " if self.values else ""
        return f"{values}{LEARNT[self.kind]}"


def learning(
    history: LearningHistory, sampled: Sequence[SampledValue], *, by_entry: bool = False
) -> ReportSection:
    """Return the section with charts and tables.

    Args:
        history: The checked entries and the learning events.
        sampled: Values drawn for a blind check.
        by_entry: Whether a chart over entries is added, as for a single book.
    """
    events = _learning_events(history)
    by_day = _by_day(history, sampled)
    bins = _by_entry(history, sampled) if by_entry else ()
    charts = [_chart_of_entries(bins, events)] if bins else []
    charts += [_chart_of_days(by_day, events)] if by_day else []
    tables = [
        table_of("learning-marks", "Máy học được gì, khi nào", events, _LEARNT_COLUMNS, shown=MOST_POINTS)
    ]
    if bins:
        title = "Theo số sự kiện đã đối chiếu"
        tables.append(table_of("learning-entries", title, bins, _COLUMNS, shown=MOST_POINTS))
    tables.append(table_of("learning-days", "Theo ngày", by_day, _COLUMNS, shown=MOST_POINTS))
    return ReportSection(
        "learning",
        "Máy học từ người đối chiếu",
        _figures(history),
        tuple(charts),
        tuple(tables),
        NOTE,
    )


def _figures(history: LearningHistory) -> tuple[ReportFigure, ...]:
    first, last = history.entries[:SOME], history.entries[-SOME:]
    waits = history.waiting / history.unchecked if history.unchecked else None
    return (
        ReportFigure(
            "Ô phải quyết định mỗi sự kiện, lúc đầu",
            decimal_cell(_mean(first)),
            f"{count_cell(len(first)).text} sự kiện đầu" if first else "chưa sự kiện nào được đối chiếu xong",
        ),
        ReportFigure(
            "Ô phải quyết định mỗi sự kiện, gần đây",
            decimal_cell(_mean(last)),
            f"{count_cell(len(last)).text} sự kiện gần đây nhất" if last else "",
        ),
        ReportFigure(
            "Ô còn chờ ở mỗi sự kiện chưa mở",
            decimal_cell(waits),
            f"{count_cell(history.unchecked).text} sự kiện chưa ai mở"
            if history.unchecked
            else "không còn sự kiện nào chờ",
        ),
    )


def _mean(entries: Sequence[CheckedEntry]) -> float | None:
    return sum(entry.fields for entry in entries) / len(entries) if entries else None


def _checks(sampled: Sequence[SampledValue]) -> list[tuple[datetime, bool]]:
    return sorted((value.decided_at, value.wrong) for value in sampled if value.decided_at is not None)


def _by_entry(history: LearningHistory, sampled: Sequence[SampledValue]) -> tuple[_Bin, ...]:
    entries, checks = history.entries, _checks(sampled)
    size = max(1 if len(entries) < MOST_POINTS else FEWEST, -(-len(entries) // MOST_POINTS))
    bins = []
    for start in range(0, len(entries), size):
        group = entries[start : start + size]
        since = group[0].at if start else datetime.min.replace(tzinfo=group[0].at.tzinfo)
        until = entries[start + size].at if start + size < len(entries) else None
        outcomes = [wrong for at, wrong in checks if since <= at and (until is None or at < until)]
        fields = sum(entry.fields for entry in group)
        until_entry, on = start + len(group), local_date(group[0].at)
        bins.append(_Bin(until_entry, on, len(group), fields, len(outcomes), sum(outcomes)))
    return tuple(bins)


def _by_day(history: LearningHistory, sampled: Sequence[SampledValue]) -> tuple[_Bin, ...]:
    days: dict[date, list[int]] = {}
    for entry in history.entries:
        days.setdefault(local_date(entry.at), []).append(entry.fields)
    checks: dict[date, list[bool]] = {}
    for at, wrong in _checks(sampled):
        checks.setdefault(local_date(at), []).append(wrong)
    bins, until = [], 0
    for on in sorted(days):
        until += len(days[on])
        outcomes = checks.get(on, [])
        bins.append(_Bin(until, on, len(days[on]), sum(days[on]), len(outcomes), sum(outcomes)))
    return tuple(bins)


def _learning_events(history: LearningHistory) -> tuple[_LearningEvent, ...]:
    """Return the learning events of a kind and day together, numbered in order."""
    moments = [entry.at for entry in history.entries]
    grouped: dict[tuple[date, LearningKind], tuple[int, int]] = {}
    for mark in history.marks:
        key = local_date(mark.at), mark.kind
        values, after = grouped.get(key, (0, bisect_right(moments, mark.at)))
        grouped[key] = values + mark.values, after
    return tuple(
        _LearningEvent(number, on, kind, values, after)
        for number, ((on, kind), (values, after)) in enumerate(grouped.items(), start=1)
    )


def _chart_of_entries(bins: Sequence[_Bin], events: Sequence[_LearningEvent]) -> LineChart:
    ends = {bins[0].until, bins[len(bins) // 2].until, bins[-1].until}
    return LineChart(
        "Ô người phải quyết định ở mỗi sự kiện, theo số sự kiện đã đối chiếu",
        _chart_description(bins, events),
        tuple(
            LinePoint(group.until, group.mean, _point_label(group, f"đến sự kiện thứ {group.until}"))
            for group in bins
        ),
        tuple(_errors_mark(group, group.until) for group in bins if group.wrong),
        tuple(AxisMark(event.after, str(event.number), _event_label(event)) for event in events),
        tuple((end, count_cell(end).text) for end in sorted(ends)),
        "sự kiện đã đối chiếu",
        "learning-entries",
        SORTS,
    )


def _chart_of_days(days: Sequence[_Bin], events: Sequence[_LearningEvent]) -> LineChart:
    first, last = days[0].on, days[-1].on
    middle = days[len(days) // 2].on
    return LineChart(
        "Ô người phải quyết định ở mỗi sự kiện, theo ngày",
        _chart_description(days, events),
        tuple(
            LinePoint(day.on.toordinal(), day.mean, _point_label(day, day_cell(day.on).text)) for day in days
        ),
        tuple(_errors_mark(day, day.on.toordinal()) for day in days if day.wrong),
        tuple(AxisMark(event.on.toordinal(), str(event.number), _event_label(event)) for event in events),
        tuple((on.toordinal(), on.strftime("%d/%m")) for on in sorted({first, middle, last})),
        "ngày",
        "learning-days",
        SORTS,
    )


def _chart_description(bins: Sequence[_Bin], events: Sequence[_LearningEvent]) -> str:
    first, last = decimal_cell(bins[0].mean).text, decimal_cell(bins[-1].mean).text
    wrong = sum(group.wrong for group in bins)
    return (
        f"Lúc đầu {first} ô mỗi sự kiện, gần đây {last}; {count_cell(len(events)).text} lần máy học thêm; kiểm mẫu "
        f"thấy {count_cell(wrong).text} ô sai"
    )


def _point_label(group: _Bin, where: str) -> str:
    return f"{where}: {decimal_cell(group.mean).text} ô mỗi sự kiện, {count_cell(group.entries).text} sự kiện"


def _event_label(event: _LearningEvent) -> str:
    return f"{event.number}. {day_cell(event.on).text}: {event.sentence}"


def _errors_mark(group: _Bin, position: float) -> AxisMark:
    label = f"{count_cell(group.wrong).text} sai trong {count_cell(group.checked).text} ô kiểm mẫu"
    return AxisMark(position, count_cell(group.wrong).text, label, "wrong")


_COLUMNS: tuple[ReportColumn[_Bin], ...] = (
    days("Ngày", lambda row: row.on),
    counts("Đến sự kiện thứ", lambda row: row.until),
    counts("Sự kiện", lambda row: row.entries),
    decimals("Ô phải quyết định mỗi sự kiện", lambda row: row.mean),
    counts("Ô kiểm mẫu", lambda row: row.checked),
    counts("Sai", lambda row: row.wrong),
)

_LEARNT_COLUMNS: tuple[ReportColumn[_LearningEvent], ...] = (
    ReportColumn("Số ở hình", lambda row: count_cell(row.number), is_number=False),
    days("Ngày", lambda row: row.on),
    counts("Sau sự kiện thứ", lambda row: row.after),
    texts("Máy học được gì", lambda row: row.sentence),
)
