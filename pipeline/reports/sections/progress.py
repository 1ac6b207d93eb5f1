"""X"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.charts import BarChart, BarSegment, ChartBar
from pipeline.registry.model.statistics import BookTally
from pipeline.reports.content import (
    ReportCell,
    ReportFigure,
    ReportSection,
    ReportTable,
    day,
    decimal,
    number,
    share,
    words,
)
from pipeline.reports.data import ReportData, WorkDay, grouped, list_href
from pipeline.reports.forecast import SURE, Forecast, forecast
from pipeline.reports.plan import WorkPlanRow
from pipeline.text.numbers import NOTHING

SORTS = (
    ("Máy nhận thẳng", "straight"),
    ("Người đã xem", "decided"),
    ("Đang chờ người", "waiting"),
    ("Chưa đọc", "left"),
)
COUNTS = (
    ("Phải làm", True),
    ("Đã đọc", True),
    ("Nhận thẳng", True),
    ("Người đã xem", True),
    ("Đang chờ", True),
    ("Đã xong", True),
    ("Xong / phải làm", True),
    ("Nhận thẳng / đã đọc", True),
)


def progress(basis: ReportData) -> ReportSection:
    """By place, kind of event, year and book."""
    books = basis.tallies.books
    rows = basis.plan.rows
    by_place = grouped(books, lambda book: book.place_code)
    for row in rows:
        by_place.setdefault(row.place, [])
    by_record = grouped(books, lambda book: book.record)
    for row in rows:
        by_record.setdefault(row.record, [])
    by_year = grouped(sorted(books, key=lambda book: book.opened_in), lambda book: book.opened_in)
    places = [
        (
            words(basis.places[code], list_href("books", place=code)),
            mine,
            basis.target(mine, [row for row in rows if row.place == code]),
        )
        for code, mine in by_place.items()
    ]
    kinds = [
        (
            words(basis.record_title(record), list_href("books", record=record)),
            mine,
            basis.target(mine, [row for row in rows if row.record == record]),
        )
        for record, mine in by_record.items()
    ]
    years = [
        (words(str(year), list_href("books", year=year)), mine, _target_of_year(basis, year, mine))
        for year, mine in by_year.items()
    ]
    total = _counts(books, basis.all_to_do)
    tables = [
        _table("places", "Theo nơi đăng ký", "Nơi đăng ký", places, total),
        _table("records", "Theo loại việc", "Loại việc", kinds, total),
        _table("years", "Theo năm mở sổ", "Năm", years, total),
    ]
    if rows:
        tables.append(_plan_table(basis))
    return ReportSection(
        "progress",
        "Tiến độ",
        (done(basis), to_do(basis), straight_through(basis)),
        (_chart(places),),
        (*tables, book_table(basis, books)),
        "“Phải làm” là số việc trong kế hoạch (plan.toml); sổ không có trong kế hoạch thì theo lời khóa sổ, không có "
        "lời khóa sổ thì theo số việc đã đọc.",
    )


def done(basis: ReportData) -> ReportFigure:
    note = (
        f"trong {number(basis.all_to_do).text} việc phải làm: {share(basis.all_done, basis.all_to_do).text}"
    )
    return ReportFigure("Việc đã xong", number(basis.all_done, list_href("books")), note)


def to_do(basis: ReportData) -> ReportFigure:
    return ReportFigure("Việc còn phải làm", number(basis.all_to_do - basis.all_done, list_href("books")))


def straight_through(basis: ReportData) -> ReportFigure:
    books = basis.tallies.books
    straight, entries = sum(book.straight for book in books), sum(book.entries for book in books)
    note = f"{number(straight).text} trong {number(entries).text} việc đã đọc, không ai phải xem"
    return ReportFigure("Máy nhận thẳng", share(straight, entries, list_href("books")), note)


def book_table(basis: ReportData, books: Sequence[BookTally]) -> ReportTable:
    """One row a book."""
    columns = (("Sổ", False), ("Loại việc", False), ("Nơi đăng ký", False), ("Quyển", False), ("Trang", True))
    rows = tuple(
        (
            words(book.folder_name, list_href("waiting", book=book.book_id) if book.waiting else ""),
            words(basis.record_title(book.record)),
            words(basis.places[book.place_code]),
            words(book.volume),
            number(book.pages),
            *_counts([book], max(book.said_entries or 0, book.entries)),
        )
        for book in books
    )
    return ReportTable("books", "Theo sổ", (*columns, *COUNTS), rows, href=list_href("books"), shown=15)


def _counts(books: Iterable[BookTally], target: int | None) -> tuple[ReportCell, ...]:
    books = tuple(books)
    entries, straight = sum(book.entries for book in books), sum(book.straight for book in books)
    done = sum(book.done for book in books)
    return (
        number(target),
        number(entries),
        number(straight),
        number(sum(book.decided for book in books)),
        number(sum(book.waiting for book in books)),
        number(done),
        share(done, target or 0),
        share(straight, entries),
    )


Group = tuple[ReportCell, list[BookTally], int | None]
"""Name, books and what there is to be done (None: the plan does not say)."""


def _table(
    key: str, title: str, of: str, groups: Sequence[Group], total: tuple[ReportCell, ...]
) -> ReportTable:
    rows = tuple((name, number(len(mine)), *_counts(mine, target)) for name, mine, target in groups)
    last = (words("Tất cả"), number(sum(len(mine) for _, mine, _ in groups)), *total)
    return ReportTable(
        key, title, ((of, False), ("Số sổ", True), *COUNTS), rows, last, href=list_href("books")
    )


def _target_of_year(basis: ReportData, year: int, mine: list[BookTally]) -> int | None:
    """What the plan asks of one year; None where it only speaks of several together."""
    rows = [row for row in basis.plan.rows if row.from_ <= year <= row.to]
    if any(row.from_ != row.to for row in rows):
        return None
    return basis.target(mine, rows)


def _plan_table(basis: ReportData) -> ReportTable:
    columns = (
        ("Nơi đăng ký", False),
        ("Loại việc", False),
        ("Năm mở sổ", False),
        ("Kế hoạch", True),
        ("Đã xong", True),
        ("Tỉ lệ", True),
        ("Hạn", False),
        ("Mỗi ngày phải xong", True),
    )
    return ReportTable(
        "plan", "Theo kế hoạch", columns, tuple(_plan_row(basis, row) for row in basis.plan.rows)
    )


def _plan_row(basis: ReportData, row: WorkPlanRow) -> tuple[ReportCell, ...]:
    done = sum(book.done for book in basis.tallies.books if row.covers(book))
    left, needed = max(0, row.entries - done), ReportCell(None, NOTHING)
    if row.due is not None and left:
        days = (row.due - basis.today).days + 1
        needed = number(-(-left // days)) if days > 0 else words("đã quá hạn")
    return (
        words(basis.places[row.place], list_href("books", place=row.place, record=row.record)),
        words(basis.record_title(row.record)),
        words(row.years or "mọi năm"),
        number(row.entries),
        number(done),
        share(done, row.entries),
        day(row.due),
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
            BarSegment(at, amount, f"{name.text}: {SORTS[at][0].lower()} {number(amount).text} việc")
            for at, amount in enumerate(amounts)
        )
        bars.append(ChartBar(name.text, parts))
    return BarChart("Việc theo nơi đăng ký", SORTS, tuple(bars), "việc", "places")


def pace(basis: ReportData) -> ReportSection:
    """Pages and entries an hour, day by day."""
    days = basis.days
    machine, people = sum(one.machine_hours for one in days), sum(one.people_hours for one in days)
    pages, words_said = sum(one.pages for one in days), sum(one.words for one in days)
    closed, straight = sum(one.closed for one in days), sum(one.straight for one in days)
    running = f"{number(machine).text} giờ máy chạy"
    working = f"{number(people).text} giờ có người làm"
    figures = (
        ReportFigure(
            "Trang mỗi giờ máy chạy",
            decimal(_rate(pages, machine), 1, basis.during("days")),
            f"{number(pages).text} trang, {running}",
        ),
        ReportFigure(
            "Việc máy nhận thẳng mỗi giờ chạy",
            decimal(_rate(straight, machine), 1, basis.during("days")),
            f"{number(straight).text} việc, {running}",
        ),
        ReportFigure(
            "Việc người làm xong mỗi giờ",
            decimal(_rate(closed, people), 1, basis.during("days")),
            f"{number(closed).text} việc, {working}, mọi người cộng lại",
        ),
        ReportFigure(
            "Ô người gõ mỗi giờ",
            decimal(_rate(words_said, people), 1, basis.during("days")),
            f"{number(words_said).text} ô, {working}, mọi người cộng lại",
        ),
    )
    charts = (
        _by_day("Trang máy đọc mỗi ngày", days, (("Trang", "pages"),), "trang"),
        _by_day(
            "Việc xong mỗi ngày", days, (("Máy nhận thẳng", "straight"), ("Người làm xong", "closed")), "việc"
        ),
    )
    return ReportSection("pace", "Tốc độ", figures, charts, (day_table(basis),))


def day_table(basis: ReportData) -> ReportTable:
    """One row a day on which anything happened, the last one first."""
    columns = (
        ("Ngày", False),
        ("Trang đọc", True),
        ("Giờ máy chạy", True),
        ("Trang mỗi giờ", True),
        ("Việc nhận thẳng", True),
        ("Việc người làm xong", True),
        ("Giờ có người làm", True),
        ("Việc mỗi giờ", True),
        ("Ô đã gõ", True),
    )
    rows = tuple(
        (
            day(one.on),
            number(one.pages),
            number(one.machine_hours),
            decimal(_rate(one.pages, one.machine_hours)),
            number(one.straight),
            number(one.closed),
            number(one.people_hours),
            decimal(_rate(one.closed, one.people_hours)),
            number(one.words),
        )
        for one in reversed(basis.days)
        if not one.is_idle
    )
    return ReportTable("days", "Theo ngày", columns, rows, href=basis.during("days"), shown=14)


def ending(basis: ReportData) -> ReportSection:
    """When the rest will be done."""
    found = expected(basis)
    left = ReportFigure("Việc còn phải làm", number(basis.all_to_do - basis.all_done, list_href("books")))
    if found is None:
        return ReportSection("ending", "Dự kiến xong", (left, end(basis)), note=_why_none(basis))
    due = min((row.due for row in basis.plan.rows if row.due), default=None)
    figures = [
        left,
        ReportFigure(
            "Mỗi ngày xong",
            decimal(found.a_day, 1, basis.during("days")),
            f"trung bình {found.days} ngày qua, kể cả ngày nghỉ",
        ),
        end(basis),
        ReportFigure("Sớm nhất", day(found.early, basis.during("days"))),
        ReportFigure("Muộn nhất", _latest(basis, found)),
    ]
    if due is not None:
        figures.append(ReportFigure("Hạn gần nhất trong kế hoạch", day(due, list_href("books"))))
    return ReportSection(
        "ending",
        "Dự kiến xong",
        tuple(figures),
        note=f"Nếu mọi việc cứ như {found.days} ngày qua thì ngày xong nằm trong khoảng này với xác suất "
        f"{round(100 * SURE)}\u00a0%. Ít ngày làm việc, hay ngày nhiều ngày ít, thì khoảng rộng.",
    )


def expected(basis: ReportData) -> Forecast | None:
    """The forecast over the days that are over, from the first one on which anything was done."""
    done = [one.done for one in basis.days if one.on < basis.today]
    while done and done[0] == 0:
        done.pop(0)
    return forecast(basis.all_to_do - basis.all_done, done, basis.today)


def end(basis: ReportData) -> ReportFigure:
    found = expected(basis)
    if found is None:
        return ReportFigure("Dự kiến xong", words(""), _why_none(basis))
    return ReportFigure(
        "Dự kiến xong",
        day(found.likely, basis.during("days")),
        f"từ {day(found.early).text} đến {_latest(basis, found).text}",
    )


def _latest(basis: ReportData, found: Forecast) -> ReportCell:
    return (
        words("chưa nói được", basis.during("days"))
        if found.late is None
        else day(found.late, basis.during("days"))
    )


def _why_none(basis: ReportData) -> str:
    if basis.all_done >= basis.all_to_do:
        return "Không còn việc nào phải làm."
    return "Chưa đủ ngày làm việc để ước đoán."


def _rate(amount: int, hours: int) -> float | None:
    return amount / hours if hours else None


def _by_day(title: str, days: tuple[WorkDay, ...], sorts: tuple[tuple[str, str], ...], unit: str) -> BarChart:
    bars = tuple(
        ChartBar(
            f"{one.on:%d/%m}",
            tuple(
                BarSegment(
                    at, getattr(one, name), f"{day(one.on).text}: {number(getattr(one, name)).text} {unit}"
                )
                for at, (_, name) in enumerate(sorts)
            ),
        )
        for one in days
    )
    return BarChart(title, sorts, bars, unit, "days", across=False)
