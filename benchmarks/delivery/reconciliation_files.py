"""The files of the two versions: a registry and a spreadsheet."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from benchmarks.delivery.made_up_births import (
    BOOKS_A_PLACE,
    ENTRIES_A_BOOK,
    FIRST_YEAR,
    Cells,
    day_of,
    place_name,
)
from benchmarks.delivery.planted_differences import Versions
from pipeline.declarations.schema import Schemas


def write_registry(path: Path, entries: list[Cells], schemas: Schemas) -> None:
    """Fill the empty registry at ``path`` with the entries, an entry per page; every value is in force."""
    fields = {spec.column: spec.name for spec in schemas.record("birth").fields}
    columns = list(entries[0])
    blank = ["notes", "child_other_nationality"]
    count = len(entries)
    books = -(-count // ENTRIES_A_BOOK)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.executemany(
            "INSERT INTO book (id, folder_name, record, form, place, place_code, volume, opened_on, closed_on, entries,"
            " pages) VALUES (?, ?, 'birth', 'birth-2006', ?, ?, ?, '', '', ?, ?)",
            _books(books),
        )
        connection.execute("INSERT INTO scan (id, book_id, sha256, name, size, pages) "
                           "SELECT id, id, 'scan' || id, 'scan.pdf', 1, pages FROM book")  # fmt: skip
        connection.executemany(
            "INSERT INTO page (id, scan_id, page_no) VALUES (?, ?, ?)",
            ((at + 1, at // ENTRIES_A_BOOK + 1, at % ENTRIES_A_BOOK + 1) for at in range(count)),
        )
        connection.executemany(
            "INSERT INTO entry (id, page_id, row, record, found, stands, accepted, number, year, number_text)"
            " VALUES (?, ?, 0, 'birth', 1, 1, 1, '', 0, '')",
            ((at + 1, at + 1) for at in range(count)),
        )
        names = ["entry_id", *(fields[column] for column in columns), *blank]
        marks = ", ".join("?" * len(names))
        statement = f"INSERT INTO birth_record ({', '.join(names)}) VALUES ({marks})"  # noqa: S608 (names of this module)
        connection.executemany(
            statement,
            (
                (at + 1, *(cells[c] for c in columns), *("" for _ in blank))
                for at, cells in enumerate(entries)
            ),
        )


def _books(count: int) -> Iterator[tuple[Any, ...]]:
    for book in range(count):
        place, volume = divmod(book, BOOKS_A_PLACE)
        year = FIRST_YEAR + volume
        yield (
            book + 1, f"KS.{place}.{year}", place_name(place), f"{place + 10000:05}", f"01/{year}", ENTRIES_A_BOOK,
            ENTRIES_A_BOOK,
        )  # fmt: skip


DATES = ("ngayDangKy", "nksNgaySinh")
YEARS = ("meNgaySinh", "chaNgaySinh")


def write_file(path: Path, made: Versions, schemas: Schemas) -> None:
    """The other software's file, in the columns of its 60-column template."""
    columns = schemas.columns("KS60")
    at = {column: number for number, column in enumerate(columns)}
    book = xlsxwriter.Workbook(str(path), {"strings_to_numbers": False, "strings_to_formulas": False})
    sheet = book.add_worksheet("Sheet1")
    shown = book.add_format({"num_format": "dd/mm/yyyy"})
    year_only = book.add_format({"num_format": "yyyy"})
    for column, number in at.items():
        sheet.write_string(0, number, column)
    for row, (cells, how) in enumerate(made.theirs, start=1):
        for column, text in cells.items():
            if not text:
                continue
            if how in ("days", "numbers") and column in DATES:
                serial = (day_of(text) - date(1899, 12, 30)).days
                sheet.write_number(row, at[column], serial, shown if how == "days" else None)
            elif how == "numbers" and column in YEARS:
                sheet.write_number(row, at[column], int(text))
            elif how == "days" and column in YEARS:
                sheet.write_number(
                    row, at[column], (date(int(text), 1, 1) - date(1899, 12, 30)).days, year_only
                )
            elif how == "error" and column == "trangSo":
                sheet.write_formula(row, at[column], "=1/0", value="#DIV/0!")
            else:
                sheet.write_string(row, at[column], text)
    book.close()
