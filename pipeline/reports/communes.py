"""The report by the unit that answers now: books, progress, errors and deliveries, and what a unit takes over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from pipeline.base.charts import BarChart, BarSegment, ChartBar
from pipeline.base.text.numbers import NOTHING
from pipeline.declarations.schema import Schemas
from pipeline.registry.statistics.commune_counts import BookDelivery, CommuneCounts, SampleCount
from pipeline.registry.statistics.model import BookStatistics, Statistics
from pipeline.reports.columns import ReportColumn, bounds, counts, shares, table_of, texts
from pipeline.reports.content import ManagementReport, ReportFigure, ReportSection, ReportTable, count_cell
from pipeline.reports.data import ReportData, grouped
from pipeline.reports.plan import WorkPlan, WorkPlanRow
from pipeline.reports.sections.progress import SORTS
from pipeline.values.places import AnsweringUnits, UnitsOfBook

ALL_ROWS = 10_000
"""Rows of a table that a paper holds: a list of books on paper leaves none out."""

EVERYWHERE = "mọi nơi đăng ký"

MOST_BARS = 20
"""Largest number of bars of a chart; the table has every unit."""

SPLIT_NOTE = (
    "Nơi cũ bị chia cho nhiều đơn vị, hay sổ của cấp huyện: bảng địa danh không nói sổ nay do đơn vị nào giữ. Ghi điều "
    "đó vào places.toml (bảng takeover) theo biên bản bàn giao; chưa ghi thì không tính vào đơn vị nào."
)
KNOWN_UNTIL = "Danh mục đơn vị hành chính đi kèm biết đến ngày 08/10/2025; thay đổi sau đó ghi ở places.toml."


@dataclass(frozen=True, slots=True)
class UnitBooks:
    """The books for which one unit answers, or the same candidates.

    Attributes:
        second_copies: The second copies of double ledgers among them: no books of their own in counts.
        rows: The rows of the plan of the same places.
        deliveries: What left the office, by book.
        samples: The samples of lots, by the first book of the lot.
    """

    answer: UnitsOfBook
    books: Sequence[BookStatistics]
    second_copies: Sequence[BookStatistics] = ()
    rows: Sequence[WorkPlanRow] = ()
    deliveries: Mapping[int, BookDelivery] = field(default_factory=dict)
    samples: Mapping[int, SampleCount] = field(default_factory=dict)

    @property
    def former_places(self) -> int:
        """Number of registration places."""
        return len(
            {book.place_code for book in (*self.books, *self.second_copies)}
            | {row.place for row in self.rows}
        )

    @property
    def delivered(self) -> int:
        """Number of books with a package."""
        return sum(self._delivery(book).delivered_at is not None for book in self.books)

    @property
    def extracts(self) -> int:
        return sum(self._delivery(book).extracts for book in (*self.books, *self.second_copies))

    @property
    def checked(self) -> int:
        """Number of entries checked in samples of lots."""
        return sum(self._sample(book).checked for book in (*self.books, *self.second_copies))

    @property
    def wrong(self) -> int:
        return sum(self._sample(book).wrong for book in (*self.books, *self.second_copies))

    def amount(self, name: str) -> int:
        """Return the sum of a count over the books."""
        return sum(getattr(book, name) for book in self.books)

    def _delivery(self, book: BookStatistics) -> BookDelivery:
        return self.deliveries.get(book.book_id, BookDelivery())

    def _sample(self, book: BookStatistics) -> SampleCount:
        return self.samples.get(book.book_id, SampleCount())


def units_of(data: ReportData, units: AnsweringUnits, counted: CommuneCounts) -> tuple[UnitBooks, ...]:
    """Return the books of a report by the unit that answers for them: units by title, then candidates, then unknown."""

    def answer(book: BookStatistics) -> UnitsOfBook:
        return units.of_book(book.place_code, book.place, book.volume)

    books, copies = (grouped(some, answer) for some in (data.tallies.books, _second_copies(counted)))
    rows = grouped(data.plan.rows, lambda row: _of_row(units, row, data.places))
    known = [
        UnitBooks(
            one,
            tuple(books.get(one, ())),
            tuple(copies.get(one, ())),
            rows.get(one, ()),
            counted.deliveries,
            counted.samples,
        )
        for one in dict.fromkeys([*books, *copies, *rows])
    ]
    return tuple(
        sorted(known, key=lambda one: (len(one.answer.units) != 1, not one.answer.units, one.answer.title))
    )


def _second_copies(counted: CommuneCounts) -> tuple[BookStatistics, ...]:
    return tuple(book for book in counted.books if book.is_second_copy)


def _of_row(units: AnsweringUnits, row: WorkPlanRow, names: Mapping[str, str]) -> UnitsOfBook:
    """Return the unit of a row of the plan; its years say when the code held."""
    opened = (row.from_,) if row.from_ == row.to else ()
    return units.of(row.place, names.get(row.place, ""), opened)


def commune_report(
    counted: CommuneCounts,
    schemas: Schemas,
    units: AnsweringUnits,
    *,
    plan: WorkPlan = WorkPlan(),
    scope: str = EVERYWHERE,
) -> ManagementReport:
    """Return the report by the units that answer on a day."""
    data = report_data(counted, schemas, plan)
    found = units_of(data, units, counted)
    single = [one for one in found if len(one.answer.units) == 1]
    open_ = [one for one in found if len(one.answer.units) != 1]
    total = UnitBooks(
        UnitsOfBook(),
        data.tallies.books,
        _second_copies(counted),
        plan.rows,
        counted.deliveries,
        counted.samples,
    )
    main = ReportSection(
        "communes",
        f"Theo đơn vị trả lời cho sổ vào ngày {units.on:%d/%m/%Y}",
        _figures(found, total),
        (_chart(data, single),),
        (_unit_table(data, single, total), *([_open_table(open_)] if open_ else [])),
        KNOWN_UNTIL,
    )
    places = ReportSection("places", "Nơi đăng ký cũ", tables=(_place_table(found),))
    return ManagementReport(
        at=counted.at,
        since=units.on,
        days=0,
        scope=scope,
        sections=(main, places),
        title="Sổ hộ tịch theo xã hiện nay",
        name="theo-xa",
    )


def report_data(counted: CommuneCounts, schemas: Schemas, plan: WorkPlan) -> ReportData:
    """Return the data of a report of these counts, without second copies."""
    books = tuple(book for book in counted.books if not book.is_second_copy)
    return ReportData(Statistics(counted.at, counted.at, books=books), plan, schemas, 0)


def _figures(found: Sequence[UnitBooks], total: UnitBooks) -> tuple[ReportFigure, ...]:
    single = [one for one in found if len(one.answer.units) == 1]
    split = sum(one.former_places for one in found if one.answer.is_split)
    unknown = sum(one.former_places for one in found if not one.answer.units)
    return (
        ReportFigure("Đơn vị hiện nay", count_cell(len(single))),
        ReportFigure("Nơi đăng ký cũ", count_cell(total.former_places)),
        ReportFigure(
            "Quyển sổ",
            count_cell(len(total.books)),
            f"{count_cell(total.delivered).text} quyển đã xuất gói{copies_told(total.second_copies, '; ')}",
        ),
        ReportFigure(
            "Sự kiện đã xong",
            count_cell(total.amount("done")),
            f"trong {count_cell(total.amount('entries')).text} đã đọc",
        ),
        ReportFigure("Nơi cũ bị chia, chưa rõ về đâu", count_cell(split)),
        ReportFigure("Nơi cũ không có trong bảng", count_cell(unknown)),
    )


def copies_told(copies: Iterable[BookStatistics], sign: str = "") -> str:
    """Return how many second copies there are beside the books; ``""``: none."""
    number = sum(1 for _ in copies)
    return f"{sign}{count_cell(number).text} bản thứ hai của sổ kép không tính" if number else ""


def _unit_table(data: ReportData, found: Sequence[UnitBooks], total: UnitBooks) -> ReportTable:
    def target(one: UnitBooks) -> int:
        return data.all_to_do if one is total else data.target(one.books, one.rows)

    columns: tuple[ReportColumn[UnitBooks], ...] = (
        texts("Đơn vị hiện nay", lambda one: "Tất cả" if one is total else one.answer.title, _href),
        texts("Mã", lambda one: "" if one is total else one.answer.units[0].code),
        counts("Nơi cũ", lambda one: one.former_places),
        counts("Sổ", lambda one: len(one.books)),
        counts("Bản thứ hai", lambda one: len(one.second_copies)),
        counts("Đã xuất gói", lambda one: one.delivered),
        counts("Phải làm", target),
        counts("Đã đọc", lambda one: one.amount("entries")),
        counts("Đã xong", lambda one: one.amount("done")),
        shares("Xong / phải làm", lambda one: one.amount("done"), target),
        counts("Đang chờ", lambda one: one.amount("waiting")),
        counts("Mẫu đã kiểm", lambda one: one.checked),
        counts("Mẫu sai", lambda one: one.wrong),
        bounds("Sai không quá", lambda one: one.wrong, lambda one: one.checked),
        counts("Trích lục", lambda one: one.extracts),
    )
    note = (
        "“Tất cả” gồm cả sổ chưa rõ đơn vị; bản thứ hai của sổ kép không tính là sổ. "
        "“Sai không quá”: cận trên 95 % theo mẫu của các lô; – là chưa lấy mẫu."
    )
    return table_of("communes", "Theo xã hiện nay", found, columns, total=total, note=note, shown=ALL_ROWS)


def _href(one: UnitBooks) -> str:
    return f"/communes?unit={quote(one.answer.key)}" if len(one.answer.units) == 1 else ""


def _open_table(found: Sequence[UnitBooks]) -> ReportTable:
    """Return the places whose unit is not known: divided ones with every candidate, and unknown ones."""
    rows = [(one, place) for one in found for place in _places(one)]
    columns: tuple[ReportColumn[tuple[UnitBooks, tuple[str, str]]], ...] = (
        texts("Nơi đăng ký cũ", lambda row: row[1][1]),
        texts("Mã", lambda row: row[1][0]),
        texts("Nay có thể là", lambda row: row[0].answer.title),
        counts("Sổ", lambda row: len(_of_place(row[0], row[1][0]))),
        counts("Sự kiện đã đọc", lambda row: sum(book.entries for book in _of_place(row[0], row[1][0]))),
    )
    return table_of("open", "Nơi bị chia hoặc chưa rõ", rows, columns, note=SPLIT_NOTE, shown=ALL_ROWS)


def _place_table(found: Sequence[UnitBooks]) -> ReportTable:
    rows = [(one, place) for one in found for place in _places(one)]
    columns: tuple[ReportColumn[tuple[UnitBooks, tuple[str, str]]], ...] = (
        texts("Nơi đăng ký cũ", lambda row: row[1][1]),
        texts("Mã", lambda row: row[1][0]),
        texts("Nay là", lambda row: row[0].answer.title),
        counts("Sổ", lambda row: len(_of_place(row[0], row[1][0]))),
        counts("Sự kiện đã đọc", lambda row: sum(book.entries for book in _of_place(row[0], row[1][0]))),
        counts("Sự kiện đã xong", lambda row: sum(book.done for book in _of_place(row[0], row[1][0]))),
    )
    return table_of("former", "Nơi đăng ký cũ nay là đơn vị nào", rows, columns, shown=ALL_ROWS)


def _places(one: UnitBooks) -> list[tuple[str, str]]:
    """Return code and name of the registration places; a place of the plan alone has no name."""
    names = {row.place: NOTHING for row in one.rows}
    names |= {book.place_code: book.place or NOTHING for book in (*one.second_copies, *one.books)}
    return sorted(names.items())


def _of_place(one: UnitBooks, code: str) -> list[BookStatistics]:
    return [book for book in one.books if book.place_code == code]


def _chart(data: ReportData, found: Sequence[UnitBooks]) -> BarChart:
    """Return the bars of the units with most entries."""
    largest = sorted(found, key=lambda one: -data.target(one.books, one.rows))[:MOST_BARS]
    bars = []
    for one in largest:
        left = max(0, data.target(one.books, one.rows) - one.amount("entries"))
        amounts = (one.amount("straight"), one.amount("decided"), one.amount("waiting"), left)
        parts = tuple(
            BarSegment(
                at, amount, f"{one.answer.title}: {SORTS[at][0].lower()} {count_cell(amount).text} sự kiện"
            )
            for at, amount in enumerate(amounts)
        )
        bars.append(ChartBar(one.answer.title, parts))
    title = "Sự kiện theo xã hiện nay" + (
        f" ({MOST_BARS} đơn vị nhiều nhất)" if len(found) > MOST_BARS else ""
    )
    return BarChart(title, SORTS, tuple(bars), "sự kiện", "communes")
