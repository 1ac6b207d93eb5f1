"""Progress against the plan, pace of machine and people, and the expected completion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from pipeline.base.charts import BarChart, BarSegment, ChartBar
from pipeline.base.text.numbers import NOTHING
from pipeline.registry.statistics.model import BookStatistics
from pipeline.reports.columns import ReportColumn, counts, days, decimals, shares, table_of, texts
from pipeline.reports.content import (
    ReportCell,
    ReportFigure,
    ReportSection,
    ReportTable,
    count_cell,
    day_cell,
    decimal_cell,
    share_cell,
    text_cell,
)
from pipeline.reports.data import ReportData, WorkDay, grouped, list_href
from pipeline.reports.forecast import SURE, Forecast, forecast
from pipeline.reports.plan import WorkPlanRow

SORTS = (
    ("Hệ thống tự động chấp nhận", "straight"),
    ("Người đã xem", "decided"),
    ("Đang chờ người", "waiting"),
    ("Chưa đọc", "left"),
)


@dataclass(frozen=True, slots=True)
class _Group:
    """Books that are counted together.

    Attributes:
        target: Number of entries to do; None: the plan does not say.
    """

    name: ReportCell
    books: Sequence[BookStatistics]
    target: int | None

    @property
    def entries(self) -> int:
        return sum(book.entries for book in self.books)

    @property
    def straight(self) -> int:
        return sum(book.straight for book in self.books)

    @property
    def decided(self) -> int:
        return sum(book.decided for book in self.books)

    @property
    def waiting(self) -> int:
        return sum(book.waiting for book in self.books)

    @property
    def done(self) -> int:
        return sum(book.done for book in self.books)


COUNTS: tuple[ReportColumn[_Group], ...] = (
    counts("Phải làm", lambda group: group.target),
    counts("Đã đọc", lambda group: group.entries),
    counts("Tự động chấp nhận", lambda group: group.straight),
    counts("Người đã xem", lambda group: group.decided),
    counts("Đang chờ", lambda group: group.waiting),
    counts("Đã xong", lambda group: group.done),
    shares("Xong / phải làm", lambda group: group.done, lambda group: group.target or 0),
    shares("Tự động chấp nhận / đã đọc", lambda group: group.straight, lambda group: group.entries),
)


def progress(data: ReportData) -> ReportSection:
    """Return the progress by place, record, year and book."""
    books = data.tallies.books
    rows = data.plan.rows
    by_place = grouped(books, lambda book: book.place_code)
    for row in rows:
        by_place.setdefault(row.place, [])
    by_record = grouped(books, lambda book: book.record)
    for row in rows:
        by_record.setdefault(row.record, [])
    by_year = grouped(sorted(books, key=lambda book: book.opened_in), lambda book: book.opened_in)
    places = [
        _Group(
            text_cell(data.places[code], list_href("books", place=code)),
            members,
            data.target(members, [row for row in rows if row.place == code]),
        )
        for code, members in by_place.items()
    ]
    kinds = [
        _Group(
            text_cell(data.record_title(record), list_href("books", record=record)),
            members,
            data.target(members, [row for row in rows if row.record == record]),
        )
        for record, members in by_record.items()
    ]
    years = [
        _Group(text_cell(str(year), list_href("books", year=year)), books, _target_of_year(data, year, books))
        for year, books in by_year.items()
    ]
    total = _Group(text_cell("Tất cả"), books, data.all_to_do)
    tables = [
        _table("places", "Theo nơi đăng ký", "Nơi đăng ký", places, total),
        _table("records", "Theo loại sự kiện", "Loại sự kiện", kinds, total),
        _table("years", "Theo năm mở sổ", "Năm", years, total),
    ]
    if rows:
        tables.append(_plan_table(data))
    return ReportSection(
        "progress",
        "Tiến độ",
        (done(data), to_do(data), straight_through(data)),
        (_chart(places),),
        (*tables, book_table(data, books)),
        "“Phải làm” là số sự kiện trong kế hoạch (plan.toml); sổ không có trong kế hoạch thì theo "
        "nội dung khóa sổ, không có "
        "nội dung khóa sổ thì theo số sự kiện đã đọc.",
    )


def done(data: ReportData) -> ReportFigure:
    note = f"trong {count_cell(data.all_to_do).text} sự kiện phải làm: {share_cell(data.all_done, data.all_to_do).text}"
    return ReportFigure("Sự kiện đã xong", count_cell(data.all_done, list_href("books")), note)


def to_do(data: ReportData) -> ReportFigure:
    return ReportFigure(
        "Sự kiện còn phải làm", count_cell(data.all_to_do - data.all_done, list_href("books"))
    )


def straight_through(data: ReportData) -> ReportFigure:
    books = data.tallies.books
    straight, entries = sum(book.straight for book in books), sum(book.entries for book in books)
    note = f"{count_cell(straight).text} trong {count_cell(entries).text} sự kiện đã đọc, không ai phải xem"
    return ReportFigure("Hệ thống tự động chấp nhận", share_cell(straight, entries, list_href("books")), note)


def book_table(data: ReportData, books: Sequence[BookStatistics]) -> ReportTable:
    columns: tuple[ReportColumn[_Group], ...] = (
        ReportColumn("Sổ", lambda group: group.name, is_number=False),
        texts("Loại sự kiện", lambda group: data.record_title(group.books[0].record)),
        texts("Nơi đăng ký", lambda group: data.places[group.books[0].place_code]),
        texts("Quyển", lambda group: group.books[0].volume),
        counts("Trang", lambda group: group.books[0].pages),
        *COUNTS,
    )
    rows = [
        _Group(
            text_cell(book.folder_name, list_href("waiting", book=book.book_id) if book.waiting else ""),
            (book,),
            max(book.said_entries or 0, book.entries),
        )
        for book in books
    ]
    return table_of("books", "Theo sổ", rows, columns, href=list_href("books"), shown=15)


def _table(key: str, title: str, of: str, groups: Sequence[_Group], total: _Group) -> ReportTable:
    columns: tuple[ReportColumn[_Group], ...] = (
        ReportColumn(of, lambda group: group.name, is_number=False),
        counts("Số sổ", lambda group: len(group.books)),
        *COUNTS,
    )
    return table_of(key, title, groups, columns, total=total, href=list_href("books"))


def _target_of_year(data: ReportData, year: int, books: list[BookStatistics]) -> int | None:
    """Return the target of a year; None where the plan only covers several years together."""
    rows = [row for row in data.plan.rows if row.from_ <= year <= row.to]
    if any(row.from_ != row.to for row in rows):
        return None
    return data.target(books, rows)


def plan_columns(data: ReportData) -> tuple[ReportColumn[WorkPlanRow], ...]:
    return (
        texts(
            "Nơi đăng ký",
            lambda row: data.places[row.place],
            lambda row: list_href("books", place=row.place, record=row.record),
        ),
        texts("Loại sự kiện", lambda row: data.record_title(row.record)),
        texts("Năm mở sổ", lambda row: row.years or "mọi năm"),
    )


def done_of(data: ReportData, row: WorkPlanRow) -> int:
    """Return the number of finished entries of a plan row."""
    return sum(book.done for book in data.tallies.books if row.covers(book))


def _plan_table(data: ReportData) -> ReportTable:
    done = partial(done_of, data)

    def a_day(row: WorkPlanRow) -> ReportCell:
        remaining = max(0, row.entries - done(row))
        if row.due is None or not remaining:
            return ReportCell(None, NOTHING)
        days_left = (row.due - data.today).days + 1
        return count_cell(-(-remaining // days_left)) if days_left > 0 else text_cell("đã quá hạn")

    columns: tuple[ReportColumn[WorkPlanRow], ...] = (
        *plan_columns(data),
        counts("Kế hoạch", lambda row: row.entries),
        counts("Đã xong", done),
        shares("Tỉ lệ", done, lambda row: row.entries),
        days("Hạn", lambda row: row.due),
        ReportColumn("Mỗi ngày phải xong", a_day),
    )
    return table_of("plan", "Theo kế hoạch", data.plan.rows, columns)


def _chart(places: Sequence[_Group]) -> BarChart:
    bars = []
    for group in places:
        remaining = max(0, (group.target or 0) - group.entries)
        parts = tuple(
            BarSegment(
                index,
                amount,
                f"{group.name.text}: {SORTS[index][0].lower()} {count_cell(amount).text} sự kiện",
            )
            for index, amount in enumerate((group.straight, group.decided, group.waiting, remaining))
        )
        bars.append(ChartBar(group.name.text, parts))
    return BarChart("Sự kiện theo nơi đăng ký", SORTS, tuple(bars), "sự kiện", "places")


def pace(data: ReportData) -> ReportSection:
    """Return pages and entries per hour, day by day."""
    machine, people = (
        sum(work_day.machine_hours for work_day in data.days),
        sum(work_day.people_hours for work_day in data.days),
    )
    pages, words_said = (
        sum(work_day.pages for work_day in data.days),
        sum(work_day.words for work_day in data.days),
    )
    closed, straight = (
        sum(work_day.closed for work_day in data.days),
        sum(work_day.straight for work_day in data.days),
    )
    running = f"{count_cell(machine).text} giờ máy chạy"
    working = f"{count_cell(people).text} giờ có người làm"
    figures = (
        ReportFigure(
            "Trang mỗi giờ máy chạy",
            decimal_cell(_rate(pages, machine), 1, data.during("days")),
            f"{count_cell(pages).text} trang, {running}",
        ),
        ReportFigure(
            "Sự kiện hệ thống tự động chấp nhận mỗi giờ chạy",
            decimal_cell(_rate(straight, machine), 1, data.during("days")),
            f"{count_cell(straight).text} sự kiện, {running}",
        ),
        ReportFigure(
            "Sự kiện người làm xong mỗi giờ",
            decimal_cell(_rate(closed, people), 1, data.during("days")),
            f"{count_cell(closed).text} sự kiện, {working}, mọi người cộng lại",
        ),
        ReportFigure(
            "Ô người gõ mỗi giờ",
            decimal_cell(_rate(words_said, people), 1, data.during("days")),
            f"{count_cell(words_said).text} ô, {working}, mọi người cộng lại",
        ),
    )
    charts = (
        _by_day("Trang máy đọc mỗi ngày", data.days, (("Trang", "pages"),), "trang"),
        _by_day(
            "Sự kiện xong mỗi ngày",
            data.days,
            (("Hệ thống tự động chấp nhận", "straight"), ("Người làm xong", "closed")),
            "sự kiện",
        ),
    )
    return ReportSection("pace", "Tốc độ", figures, charts, (day_table(data),))


def day_table(data: ReportData) -> ReportTable:
    """Return a row for each active day, the last day first."""
    columns: tuple[ReportColumn[WorkDay], ...] = (
        days("Ngày", lambda day: day.on),
        counts("Trang đọc", lambda day: day.pages),
        counts("Giờ máy chạy", lambda day: day.machine_hours),
        decimals("Trang mỗi giờ", lambda day: _rate(day.pages, day.machine_hours)),
        counts("Sự kiện tự động chấp nhận", lambda day: day.straight),
        counts("Sự kiện người làm xong", lambda day: day.closed),
        counts("Giờ có người làm", lambda day: day.people_hours),
        decimals("Sự kiện mỗi giờ", lambda day: _rate(day.closed, day.people_hours)),
        counts("Ô đã gõ", lambda day: day.words),
    )
    busy = [day for day in reversed(data.days) if not day.is_idle]
    return table_of("days", "Theo ngày", busy, columns, href=data.during("days"), shown=14)


def ending(data: ReportData) -> ReportSection:
    prediction = expected(data)
    remaining = ReportFigure(
        "Sự kiện còn phải làm", count_cell(data.all_to_do - data.all_done, list_href("books"))
    )
    if prediction is None:
        return ReportSection("ending", "Dự kiến xong", (remaining, end(data)), note=_why_none(data))
    due = min((row.due for row in data.plan.rows if row.due), default=None)
    figures = [
        remaining,
        ReportFigure(
            "Mỗi ngày xong",
            decimal_cell(prediction.a_day, 1, data.during("days")),
            f"trung bình {prediction.days} ngày qua, kể cả ngày nghỉ",
        ),
        end(data),
        ReportFigure("Sớm nhất", day_cell(prediction.early, data.during("days"))),
        ReportFigure("Muộn nhất", _latest(data, prediction)),
    ]
    if due is not None:
        figures.append(ReportFigure("Hạn gần nhất trong kế hoạch", day_cell(due, list_href("books"))))
    return ReportSection(
        "ending",
        "Dự kiến xong",
        tuple(figures),
        note=f"Nếu mọi việc cứ như {prediction.days} ngày qua thì ngày xong nằm trong khoảng này với xác suất "
        f"{round(100 * SURE)}\u00a0%. Ít ngày làm việc, hay ngày nhiều ngày ít, thì khoảng rộng.",
    )


def expected(data: ReportData) -> Forecast | None:
    """Return the forecast over past days, from the first day with finished entries."""
    done = [work_day.done for work_day in data.days if work_day.on < data.today]
    while done and done[0] == 0:
        done.pop(0)
    return forecast(data.all_to_do - data.all_done, done, data.today)


def end(data: ReportData) -> ReportFigure:
    prediction = expected(data)
    if prediction is None:
        return ReportFigure("Dự kiến xong", text_cell(""), _why_none(data))
    return ReportFigure(
        "Dự kiến xong",
        day_cell(prediction.likely, data.during("days")),
        f"từ {day_cell(prediction.early).text} đến {_latest(data, prediction).text}",
    )


def _latest(data: ReportData, prediction: Forecast) -> ReportCell:
    return (
        text_cell("chưa nói được", data.during("days"))
        if prediction.late is None
        else day_cell(prediction.late, data.during("days"))
    )


def _why_none(data: ReportData) -> str:
    if data.all_done >= data.all_to_do:
        return "Không còn sự kiện nào phải làm."
    return "Chưa đủ ngày làm việc để ước đoán."


def _rate(amount: int, hours: int) -> float | None:
    return amount / hours if hours else None


def _by_day(
    title: str, work_days: tuple[WorkDay, ...], sorts: tuple[tuple[str, str], ...], unit: str
) -> BarChart:
    bars = tuple(
        ChartBar(
            f"{work_day.on:%d/%m}",
            tuple(
                BarSegment(
                    index,
                    getattr(work_day, name),
                    f"{day_cell(work_day.on).text}: {count_cell(getattr(work_day, name)).text} {unit}",
                )
                for index, (_, name) in enumerate(sorts)
            ),
        )
        for work_day in work_days
    )
    return BarChart(title, sorts, bars, unit, "days", across=False)
