"""What an entry costs people, book by book: time, keys, what they were spent on, what is left to do and left wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.base.charts import BarChart, BarSegment, ChartBar
from pipeline.base.stages import STAGE_LABELS, Stage
from pipeline.registry.statistics.model import (
    BookEffort,
    BookStatistics,
    ChosenWaysOfField,
    EffortKind,
    Overlooked,
)
from pipeline.reports.columns import ReportColumn, counts, decimals, percents, table_of, texts
from pipeline.reports.content import ReportFigure, ReportSection, count_cell, decimal_cell, percent_cell
from pipeline.reports.data import ReportData, grouped

KINDS = {
    EffortKind.LOOKED: ("Người thứ nhất xem", "straight"),
    EffortKind.LOOKED_AGAIN: ("Người thứ hai xem lại", "closed"),
    EffortKind.TYPED: ("Gõ từ ảnh", "waiting"),
    EffortKind.THIRD: ("Người thứ ba", "wrong"),
}

MOST_BARS = 12
"""Books of the chart: those on which people spent the most time."""

NOTE = (
    "Tính trên những sự kiện người đã làm xong trong kỳ. Phím là số ít nhất: xem một ô là một phím, gõ từ ảnh là số "
    "chữ và Enter. “Còn phải làm” là số sự kiện đang chờ nhân giây một sự kiện của chính quyển ấy; quyển chưa làm thì "
    "của cùng loại sổ. Chữ thử là chữ sai phần mềm cố ý đưa ra, không bao giờ vào sổ; phần mềm tính với cận trên. Ô "
    "xong hỏi lại: một người khác gõ ô ấy mà không thấy gì; khác thì chỉ đếm, sổ không đổi, và có khi chính lần gõ "
    "lại sai. Không phép thử nào ghi tên ai. “Dự kiến còn sai” theo các cách phần mềm đã chọn và mức bỏ sót ấy."
)


@dataclass(frozen=True, slots=True)
class _Cost:
    """The cost of finished entries of a book, or of all books of a kind."""

    entries: int
    fields: int
    keys: int
    seconds: Mapping[EffortKind, float]

    @property
    def total(self) -> float:
        return sum(self.seconds.values())

    @property
    def an_entry(self) -> float:
        return self.total / self.entries


@dataclass(frozen=True, slots=True)
class _BookCost:
    """A book, its cost, and the seconds that its waiting entries will take; None where nothing tells."""

    book: BookStatistics
    cost: _Cost | None
    left: float | None
    critical: tuple[int, float]
    others: tuple[int, float]


def effort(data: ReportData) -> ReportSection:
    """Return the section on what entries cost people."""
    books = _books(data)
    worked = [one for one in books if one.cost]
    most = sorted(worked, key=lambda one: one.cost.total if one.cost else 0.0, reverse=True)[:MOST_BARS]
    chart = BarChart(
        "Giây một sự kiện, theo quyển và theo việc",
        tuple(KINDS.values()),
        tuple(ChartBar(one.book.folder_name, tuple(_segments(one))) for one in most),
        "giây",
        "effort",
    )
    columns: tuple[ReportColumn[_BookCost], ...] = (
        texts("Quyển", lambda one: one.book.folder_name),
        texts("Loại sổ", lambda one: data.record_title(one.book.record)),
        counts("Sự kiện người đã làm", lambda one: one.cost.entries if one.cost else 0),
        decimals("Phím/sự kiện", lambda one: one.cost.keys / one.cost.entries if one.cost else None),
        decimals("Phút/sự kiện", lambda one: one.cost.an_entry / 60 if one.cost else None),
        counts("Đang chờ", lambda one: one.book.waiting),
        decimals("Còn phải làm (giờ người)", lambda one: None if one.left is None else one.left / 3600),
        percents("Ô quan trọng dự kiến còn sai", lambda one: _share(one.critical)),
        percents("Mức cho phép", lambda one: _bound(data, one.book, critical=True)),
        percents("Ô khác dự kiến còn sai", lambda one: _share(one.others)),
        percents("Mức cho phép ô khác", lambda one: _bound(data, one.book, critical=False)),
    )
    tables = [table_of("effort", "Theo quyển", books, columns)]
    if data.tallies.overlooked:
        tables.append(table_of("planted", "Phép thử của cả cơ quan", data.tallies.overlooked, CHECK_COLUMNS))
    return ReportSection(
        "effort", "Công của người", _figures(data, books), (chart,) if most else (), tuple(tables), NOTE
    )


CHECK_COLUMNS: tuple[ReportColumn[Overlooked], ...] = (
    texts("Phép thử", lambda one: "Ô xong hỏi lại" if one.is_settled else "Chữ thử"),
    texts("Bước", lambda one: STAGE_LABELS[Stage(one.stage)]),
    counts("Đã hỏi", lambda one: one.shown),
    counts("Nhận nhầm, gõ khác", lambda one: one.missed),
    percents("Tỉ lệ", lambda one: one.missed / one.shown),
    percents("Phần mềm tính với", lambda one: one.reckoned),
)


def _figures(data: ReportData, books: Sequence[_BookCost]) -> tuple[ReportFigure, ...]:
    cost = _together(data.tallies.efforts)
    planted = [one for one in data.tallies.overlooked if not one.is_settled]
    shown, missed = sum(one.shown for one in planted), sum(one.missed for one in planted)
    left = [one.left for one in books if one.left is not None]
    unknown = sum(one.book.waiting for one in books if one.left is None)
    return (
        ReportFigure(
            "Phút một sự kiện",
            decimal_cell(cost.an_entry / 60 if cost else None),
            f"của {count_cell(cost.entries if cost else 0).text} sự kiện người đã làm, mọi bước cộng lại",
        ),
        ReportFigure("Phím một sự kiện", decimal_cell(cost.keys / cost.entries if cost else None), "ít nhất"),
        ReportFigure(
            "Còn phải làm (giờ người)",
            decimal_cell(sum(left) / 3600 if left else None),
            f"chưa tính {count_cell(unknown).text} sự kiện của loại sổ chưa ai làm" if unknown else "",
        ),
        ReportFigure(
            "Chữ thử bị nhận nhầm",
            percent_cell(missed / shown if shown else None),
            f"{count_cell(missed).text} trong {count_cell(shown).text} chữ thử",
        ),
    )


def _books(data: ReportData) -> list[_BookCost]:
    """Return the books with finished or waiting entries."""
    by_book = grouped(data.tallies.efforts, lambda one: one.book_id)
    record_of = {book.book_id: book.record for book in data.tallies.books}
    by_record = grouped(data.tallies.efforts, lambda one: record_of.get(one.book_id, ""))
    of_record = {record: _together(some) for record, some in by_record.items()}
    settled = grouped(data.tallies.settled, lambda one: one.book_id)
    found = []
    for book in data.tallies.books:
        cost = _together(by_book.get(book.book_id, ()))
        pace = cost or of_record.get(book.record)
        if cost or book.waiting:
            left = 0.0 if not book.waiting else pace.an_entry * book.waiting if pace else None
            fields = settled.get(book.book_id, ())
            found.append(
                _BookCost(
                    book,
                    cost,
                    left,
                    _expected(data, book, fields, critical=True),
                    _expected(data, book, fields, critical=False),
                )
            )
    return found


def _together(efforts: Sequence[BookEffort]) -> _Cost | None:
    if not efforts:
        return None
    entries = {one.book_id: one.entries for one in efforts}
    seconds = dict.fromkeys(KINDS, 0.0)
    for one in efforts:
        seconds[one.kind] += one.seconds
    return _Cost(
        sum(entries.values()), sum(one.fields for one in efforts), sum(one.keys for one in efforts), seconds
    )


def _expected(
    data: ReportData, book: BookStatistics, fields: Sequence[ChosenWaysOfField], *, critical: bool
) -> tuple[int, float]:
    """Return how many values the program chose ways for, and how many of them are expected wrong."""
    specs = data.schemas.records[book.record].by_name if book.record in data.schemas.records else {}
    some = [one for one in fields if one.field in specs and specs[one.field].critical is critical]
    return sum(one.values for one in some), sum(one.wrong for one in some)


def _share(expected: tuple[int, float]) -> float | None:
    values, wrong = expected
    return wrong / values if values else None


def _bound(data: ReportData, book: BookStatistics, *, critical: bool) -> float | None:
    """Return the share of wrong values that the office allows; None where the program does not choose the ways."""
    policy = data.review.of_book(book.folder_name)
    if policy.check != "chosen":
        return None
    return (policy.most_wrong_critical if critical else policy.most_wrong) / 1000


def _segments(one: _BookCost) -> list[BarSegment]:
    if one.cost is None:
        return []
    return [
        BarSegment(at, seconds, f"{one.book.folder_name}, {KINDS[kind][0].lower()}: {seconds:.0f} giây")
        for at, kind in enumerate(KINDS)
        for seconds in [one.cost.seconds[kind] / one.cost.entries]
    ]
