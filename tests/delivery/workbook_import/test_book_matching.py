"""Which book a row is of, and the rows of a book, among many."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from pipeline.delivery.reconcile import SheetLayout
from pipeline.delivery.workbook_import.book_matching import MANY_BOOKS, NO_BOOK, BookFinder, KeyFields
from pipeline.delivery.workbook_import.imported_rows import ImportedRow, ImportedRows
from pipeline.registry.books.model import BookRow
from tests.registry.pages import SCHEMAS


def test_a_row_is_of_the_book_of_its_volume_and_place_among_many() -> None:
    books = tuple(
        BookRow(number, f"KS.{number}", "birth", f"Xã {name}", code, volume, 1)
        for number, (name, code, volume) in enumerate(
            [
                ("A", "00001", "01/2010"),
                ("B", "00002", "01/2010"),
                ("B", "00003", "01/2010"),
                ("A", "00001", "02/2010"),
            ],
            start=1,
        )
    )
    keys = KeyFields.of(SCHEMAS.record("birth"))
    finder = BookFinder(books, keys)

    def found(volume: str, place: str) -> int | str:
        return finder.find(ImportedRow(1, {keys.volume: volume, keys.place: place}))

    for _ in range(2):  # as the first time, so from what is kept of a spelling
        assert found("01/2010", "Xã A, huyện Thử") == 1
        assert found("1/2010", "00003") == 3
        assert found("02/2010", "") == 4
        assert found("", "xã a") == MANY_BOOKS
        assert found("", "00002") == 2
        assert found("01/2010", "Xã B") == MANY_BOOKS, "two codes bear the name"
        assert found("01/2010", "Xã Khác") == NO_BOOK
        assert found("03/2010", "") == NO_BOOK
        assert found("", "") == MANY_BOOKS


def test_the_rows_of_a_book_are_found_without_going_through_those_of_all_others() -> None:
    layout = SheetLayout(SCHEMAS.record("birth"), "Sheet1", 1, (), (), (), ())
    with closing(sqlite3.connect(":memory:")) as table:
        rows = ImportedRows(table, layout, serial_days=False)
        table.execute("CREATE TABLE line (row INTEGER PRIMARY KEY, book INTEGER, texts TEXT, open INTEGER)")
        table.executemany("INSERT INTO line VALUES (?, NULL, '{}', 0)", ((row,) for row in range(9)))
        rows.assign([(row % 3, row) for row in range(9)])
        asked: list[str] = []
        table.set_trace_callback(asked.append)
        assert [one.row for one in rows.of_book(1)] == [1, 4, 7]
        (plan,) = table.execute(f"EXPLAIN QUERY PLAN {asked[0]}").fetchall()
    assert "line_of_book (book=?)" in plan[-1]
