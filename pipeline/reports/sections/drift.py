"""Books whose handwriting is unlike that which was calibrated on: what the machine accepted of them is in doubt."""

from __future__ import annotations

from pipeline.calibration.drift import FEWEST
from pipeline.calibration.drift_words import NO_BOUND, to_do
from pipeline.reports.basis import ReportData, list_href
from pipeline.reports.content import ReportFigure, ReportTable
from pipeline.reports.wording import number, words

COLUMNS = (
    ("Sổ", False),
    ("Nơi đăng ký", False),
    ("Khác thường ở đâu", False),
    ("Ô viết tay đã vào không qua người xem", True),
)


def unlike(basis: ReportData) -> tuple[ReportFigure, ...]:
    """How many books are unusual; nothing where none is known to be, since few fields or no calibration say nothing."""
    books = [book for book in basis.tallies.books if book.unusual]
    if not books:
        return ()
    unseen = sum(book.unseen for book in books)
    note = f"{number(unseen).text} ô viết tay đã vào không qua người xem; xem phần Máy đọc từng ô"
    return (ReportFigure("Sổ có chữ viết lạ", number(len(books), list_href("unlike")), note),)


def drift_tables(basis: ReportData) -> tuple[ReportTable, ...]:
    """The table of those books, where there are any."""
    table = drift_table(basis)
    return (table,) if table.rows else ()


def drift_table(basis: ReportData) -> ReportTable:
    """Those books, those first of which most went in unseen."""
    books = sorted(
        (book for book in basis.tallies.books if book.unusual), key=lambda book: book.unseen, reverse=True
    )
    rows = tuple(
        (
            words(book.folder_name, list_href("waiting", book=book.book_id)),
            words(basis.places[book.place_code]),
            words(book.unusual),
            number(book.unseen),
        )
        for book in books
    )
    note = (
        "Chữ viết trong các sổ này không giống những sổ đã dùng để hiệu chuẩn. Với những ô viết tay đã vào sổ dữ liệu "
        f"không qua người xem, {NO_BOUND} {to_do('THƯ-MỤC-SỔ')}. Sổ có dưới {FEWEST} ô viết tay thì không nói được gì."
    )
    return ReportTable(
        "unlike", "Sổ có chữ viết lạ", COLUMNS, rows, note=note, href=list_href("unlike"), shown=15
    )
