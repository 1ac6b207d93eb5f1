"""How far the work is, against what was planned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.charts import BarChart, BarSegment, ChartBar
from pipeline.registry.tallies import BookTally
from pipeline.reports.basis import ReportData, grouped, list_href
from pipeline.reports.content import ReportCell, ReportFigure, ReportSection, ReportTable
from pipeline.reports.plan import WorkPlanRow
from pipeline.reports.wording import day, number, share, words
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
