"""The list of the books that a unit of today takes over, on paper for signature."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from pipeline.base.localtime import local_date
from pipeline.declarations.schema import Schemas
from pipeline.registry.statistics.commune_counts import BookDelivery, CommuneCounts
from pipeline.registry.statistics.model import BookStatistics
from pipeline.reports.columns import ReportColumn, counts, days, table_of, texts
from pipeline.reports.communes import ALL_ROWS, KNOWN_UNTIL, UnitBooks, copies_told, report_data, units_of
from pipeline.reports.content import ManagementReport, ReportFigure, ReportSection, ReportTable, count_cell
from pipeline.reports.plan import WorkPlan
from pipeline.values.places import AnsweringUnits


def takeover_report(
    counted: CommuneCounts, schemas: Schemas, units: AnsweringUnits, unit_id: str, *, scope: str
) -> ManagementReport | None:
    """Return the list of the books that a unit takes over, for signature; None: it answers for no book.

    Books of divided places for which it is one of several candidates stand in a table of their own.
    """
    found = units_of(report_data(counted, schemas, WorkPlan()), units, counted)
    own = [one for one in found if one.answer.key == unit_id]
    perhaps = [one for one in found if one.answer.is_split and units.admits(unit_id, one.answer)]
    if not own and not perhaps:
        return None
    (unit,) = {unit for one in (*own, *perhaps) for unit in one.answer.units if unit.id == unit_id}
    tables = [_book_table("books", "Sổ tiếp nhận", own, schemas, counted.deliveries)]
    if perhaps:
        tables.append(
            _book_table(
                "perhaps", "Sổ của nơi bị chia, phải thỏa thuận", perhaps, schemas, counted.deliveries
            )
        )
    books = [book for one in own for book in one.books]
    figures = (
        ReportFigure("Nơi đăng ký cũ", count_cell(sum(one.former_places for one in own))),
        ReportFigure(
            "Quyển sổ",
            count_cell(len(books)),
            copies_told(book for one in own for book in one.second_copies),
        ),
        ReportFigure("Sự kiện đã số hóa", count_cell(sum(book.entries for book in books))),
        ReportFigure("Còn chờ người", count_cell(sum(book.waiting for book in books))),
    )
    section = ReportSection(
        "takeover", f"{unit.title} (mã {unit.code})", figures, tables=tuple(tables), note=KNOWN_UNTIL
    )
    return ManagementReport(
        at=counted.at,
        since=units.on,
        days=0,
        scope=scope,
        sections=(section,),
        title="Danh mục sổ hộ tịch tiếp nhận",
        name=f"tiep-nhan-{unit.code}",
        signatures=("Bên giao", "Bên nhận"),
    )


def _book_table(
    key: str,
    title: str,
    groups: Iterable[UnitBooks],
    schemas: Schemas,
    deliveries: Mapping[int, BookDelivery],
) -> ReportTable:
    def delivered(book: BookStatistics) -> date | None:
        at = deliveries.get(book.book_id, BookDelivery()).delivered_at
        return None if at is None else local_date(at)

    rows = [(one, book) for one in groups for book in (*one.books, *one.second_copies)]
    columns: tuple[ReportColumn[tuple[UnitBooks, BookStatistics]], ...] = (
        texts("Nơi đăng ký cũ", lambda row: f"{row[1].place} ({row[1].place_code})".strip()),
        texts("Loại sổ", lambda row: schemas.title_of(row[1].record)),
        texts("Quyển", lambda row: row[1].volume + (" (bản thứ hai)" if row[1].is_second_copy else "")),
        counts("Sự kiện theo trang khóa sổ", lambda row: row[1].said_entries),
        counts("Trang", lambda row: row[1].said_pages),
        counts("Sự kiện đã số hóa", lambda row: row[1].entries),
        counts("Còn chờ", lambda row: row[1].waiting),
        days("Gói cuối ngày", lambda row: delivered(row[1])),
    )
    if key == "perhaps":
        columns = (*columns, texts("Nay có thể là", lambda row: row[0].answer.title))
    return table_of(key, title, rows, columns, shown=ALL_ROWS)
