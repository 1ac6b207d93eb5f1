"""How far the work is against the plan, how fast machine and people work, and when the rest will be done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.base.charts import BarChart, BarSegment, ChartBar
from pipeline.base.text.numbers import NOTHING
from pipeline.registry.statistics.model import BookStatistics
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
COUNTS = (
    ("Phải làm", True),
    ("Đã đọc", True),
    ("Tự động chấp nhận", True),
    ("Người đã xem", True),
    ("Đang chờ", True),
    ("Đã xong", True),
    ("Xong / phải làm", True),
    ("Tự động chấp nhận / đã đọc", True),
)


def progress(data: ReportData) -> ReportSection:
    """By place, kind of event, year and book."""
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
        (
            text_cell(data.places[code], list_href("books", place=code)),
            mine,
            data.target(mine, [row for row in rows if row.place == code]),
        )
        for code, mine in by_place.items()
    ]
    kinds = [
        (
            text_cell(data.record_title(record), list_href("books", record=record)),
            mine,
            data.target(mine, [row for row in rows if row.record == record]),
        )
        for record, mine in by_record.items()
    ]
    years = [
        (text_cell(str(year), list_href("books", year=year)), mine, _target_of_year(data, year, mine))
        for year, mine in by_year.items()
    ]
    total = _counts(books, data.all_to_do)
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
    """One row a book."""
    columns = (
        ("Sổ", False),
        ("Loại sự kiện", False),
        ("Nơi đăng ký", False),
        ("Quyển", False),
        ("Trang", True),
    )
    rows = tuple(
        (
            text_cell(book.folder_name, list_href("waiting", book=book.book_id) if book.waiting else ""),
            text_cell(data.record_title(book.record)),
            text_cell(data.places[book.place_code]),
            text_cell(book.volume),
            count_cell(book.pages),
            *_counts([book], max(book.said_entries or 0, book.entries)),
        )
        for book in books
    )
    return ReportTable("books", "Theo sổ", (*columns, *COUNTS), rows, href=list_href("books"), shown=15)


def _counts(books: Iterable[BookStatistics], target: int | None) -> tuple[ReportCell, ...]:
    books = tuple(books)
    entries, straight = sum(book.entries for book in books), sum(book.straight for book in books)
    done = sum(book.done for book in books)
    return (
        count_cell(target),
        count_cell(entries),
        count_cell(straight),
        count_cell(sum(book.decided for book in books)),
        count_cell(sum(book.waiting for book in books)),
        count_cell(done),
        share_cell(done, target or 0),
        share_cell(straight, entries),
    )


Group = tuple[ReportCell, list[BookStatistics], int | None]
"""Name, books and what there is to be done (None: the plan does not say)."""


def _table(
    key: str, title: str, of: str, groups: Sequence[Group], total: tuple[ReportCell, ...]
) -> ReportTable:
    rows = tuple((name, count_cell(len(mine)), *_counts(mine, target)) for name, mine, target in groups)
    last = (text_cell("Tất cả"), count_cell(sum(len(mine) for _, mine, _ in groups)), *total)
    return ReportTable(
        key, title, ((of, False), ("Số sổ", True), *COUNTS), rows, last, href=list_href("books")
    )


def _target_of_year(data: ReportData, year: int, mine: list[BookStatistics]) -> int | None:
    """What the plan asks of one year; None where it only speaks of several together."""
    rows = [row for row in data.plan.rows if row.from_ <= year <= row.to]
    if any(row.from_ != row.to for row in rows):
        return None
    return data.target(mine, rows)


def _plan_table(data: ReportData) -> ReportTable:
    columns = (
        ("Nơi đăng ký", False),
        ("Loại sự kiện", False),
        ("Năm mở sổ", False),
        ("Kế hoạch", True),
        ("Đã xong", True),
        ("Tỉ lệ", True),
        ("Hạn", False),
        ("Mỗi ngày phải xong", True),
    )
    return ReportTable(
        "plan", "Theo kế hoạch", columns, tuple(_plan_row(data, row) for row in data.plan.rows)
    )


def _plan_row(data: ReportData, row: WorkPlanRow) -> tuple[ReportCell, ...]:
    done = sum(book.done for book in data.tallies.books if row.covers(book))
    left, needed = max(0, row.entries - done), ReportCell(None, NOTHING)
    if row.due is not None and left:
        days = (row.due - data.today).days + 1
        needed = count_cell(-(-left // days)) if days > 0 else text_cell("đã quá hạn")
    return (
        text_cell(data.places[row.place], list_href("books", place=row.place, record=row.record)),
        text_cell(data.record_title(row.record)),
        text_cell(row.years or "mọi năm"),
        count_cell(row.entries),
        count_cell(done),
        share_cell(done, row.entries),
        day_cell(row.due),
        needed,
    )


def _chart(places: Sequence[Group]) -> BarChart:
    bars = []
    for name, mine, target in places:
        read = sum(book.entries for book in mine)
        amounts = (
            sum(book.straight for book in mine),
            sum(book.decided for book in mine),
            sum(book.waiting for book in mine),
            max(0, (target or 0) - read),
        )
        parts = tuple(
            BarSegment(at, amount, f"{name.text}: {SORTS[at][0].lower()} {count_cell(amount).text} sự kiện")
            for at, amount in enumerate(amounts)
        )
        bars.append(ChartBar(name.text, parts))
    return BarChart("Sự kiện theo nơi đăng ký", SORTS, tuple(bars), "sự kiện", "places")


def pace(data: ReportData) -> ReportSection:
    """Pages and entries an hour, day by day."""
    days = data.days
    machine, people = (
        sum(work_day.machine_hours for work_day in days),
        sum(work_day.people_hours for work_day in days),
    )
    pages, words_said = sum(work_day.pages for work_day in days), sum(work_day.words for work_day in days)
    closed, straight = sum(work_day.closed for work_day in days), sum(work_day.straight for work_day in days)
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
        _by_day("Trang máy đọc mỗi ngày", days, (("Trang", "pages"),), "trang"),
        _by_day(
            "Sự kiện xong mỗi ngày",
            days,
            (("Hệ thống tự động chấp nhận", "straight"), ("Người làm xong", "closed")),
            "sự kiện",
        ),
    )
    return ReportSection("pace", "Tốc độ", figures, charts, (day_table(data),))


def day_table(data: ReportData) -> ReportTable:
    """One row a day on which anything happened, the last one first."""
    columns = (
        ("Ngày", False),
        ("Trang đọc", True),
        ("Giờ máy chạy", True),
        ("Trang mỗi giờ", True),
        ("Sự kiện tự động chấp nhận", True),
        ("Sự kiện người làm xong", True),
        ("Giờ có người làm", True),
        ("Sự kiện mỗi giờ", True),
        ("Ô đã gõ", True),
    )
    rows = tuple(
        (
            day_cell(work_day.on),
            count_cell(work_day.pages),
            count_cell(work_day.machine_hours),
            decimal_cell(_rate(work_day.pages, work_day.machine_hours)),
            count_cell(work_day.straight),
            count_cell(work_day.closed),
            count_cell(work_day.people_hours),
            decimal_cell(_rate(work_day.closed, work_day.people_hours)),
            count_cell(work_day.words),
        )
        for work_day in reversed(data.days)
        if not work_day.is_idle
    )
    return ReportTable("days", "Theo ngày", columns, rows, href=data.during("days"), shown=14)


def ending(data: ReportData) -> ReportSection:
    """When the rest will be done."""
    found = expected(data)
    left = ReportFigure(
        "Sự kiện còn phải làm", count_cell(data.all_to_do - data.all_done, list_href("books"))
    )
    if found is None:
        return ReportSection("ending", "Dự kiến xong", (left, end(data)), note=_why_none(data))
    due = min((row.due for row in data.plan.rows if row.due), default=None)
    figures = [
        left,
        ReportFigure(
            "Mỗi ngày xong",
            decimal_cell(found.a_day, 1, data.during("days")),
            f"trung bình {found.days} ngày qua, kể cả ngày nghỉ",
        ),
        end(data),
        ReportFigure("Sớm nhất", day_cell(found.early, data.during("days"))),
        ReportFigure("Muộn nhất", _latest(data, found)),
    ]
    if due is not None:
        figures.append(ReportFigure("Hạn gần nhất trong kế hoạch", day_cell(due, list_href("books"))))
    return ReportSection(
        "ending",
        "Dự kiến xong",
        tuple(figures),
        note=f"Nếu mọi việc cứ như {found.days} ngày qua thì ngày xong nằm trong khoảng này với xác suất "
        f"{round(100 * SURE)}\u00a0%. Ít ngày làm việc, hay ngày nhiều ngày ít, thì khoảng rộng.",
    )


def expected(data: ReportData) -> Forecast | None:
    """The forecast over the days that are over, from the first one on which anything was done."""
    done = [work_day.done for work_day in data.days if work_day.on < data.today]
    while done and done[0] == 0:
        done.pop(0)
    return forecast(data.all_to_do - data.all_done, done, data.today)


def end(data: ReportData) -> ReportFigure:
    found = expected(data)
    if found is None:
        return ReportFigure("Dự kiến xong", text_cell(""), _why_none(data))
    return ReportFigure(
        "Dự kiến xong",
        day_cell(found.likely, data.during("days")),
        f"từ {day_cell(found.early).text} đến {_latest(data, found).text}",
    )


def _latest(data: ReportData, found: Forecast) -> ReportCell:
    return (
        text_cell("chưa nói được", data.during("days"))
        if found.late is None
        else day_cell(found.late, data.during("days"))
    )


def _why_none(data: ReportData) -> str:
    if data.all_done >= data.all_to_do:
        return "Không còn sự kiện nào phải làm."
    return "Chưa đủ ngày làm việc để ước đoán."


def _rate(amount: int, hours: int) -> float | None:
    return amount / hours if hours else None


def _by_day(title: str, days: tuple[WorkDay, ...], sorts: tuple[tuple[str, str], ...], unit: str) -> BarChart:
    bars = tuple(
        ChartBar(
            f"{work_day.on:%d/%m}",
            tuple(
                BarSegment(
                    at,
                    getattr(work_day, name),
                    f"{day_cell(work_day.on).text}: {count_cell(getattr(work_day, name)).text} {unit}",
                )
                for at, (_, name) in enumerate(sorts)
            ),
        )
        for work_day in days
    )
    return BarChart(title, sorts, bars, unit, "days", across=False)
