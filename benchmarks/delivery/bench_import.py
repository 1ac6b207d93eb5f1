"""What does it cost to bring a workbook of 100,000 rows beside its scans, all of them matched to entries read?

The registry is a real SQLite file with its audit, in which a quarter of the entries wait for people; the workbook is in
the Ministry's columns. Building both is not measured. Two sizes show whether cost and memory grow with the file alone.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path

import xlsxwriter
from rich.console import Console
from rich.table import Table

from benchmarks.delivery.bench_reconcile import peak_mb
from benchmarks.desk.book_copies import Copies, copy_book
from benchmarks.desk.filled_registry import ENTRIES_A_BOOK, PAGES, fill, scan_of
from benchmarks.figures import report_figures, say
from pipeline.base.files import sha256_of_file
from pipeline.declarations import schema
from pipeline.declarations.office.review import ReviewPolicy
from pipeline.delivery.workbook_import.importing import WorkbookImporter
from pipeline.delivery.workbook_reading import find_layout, open_workbook
from pipeline.registry import Registry
from pipeline.registry.accounts.model import Role
from pipeline.registry.database.database import Database
from pipeline.registry.imports.model import ImportMode, WorkbookFile

COLUMNS = ("so", "quyenSo", "noiDangKy", "nksHoTen", "nksGioiTinh", "nksNgaySinh", "nksNoiSinh", "ghiChu")
LOGIN = "phu.trach"


@dataclass(frozen=True)
class Measured:
    """The cost of a file: processor seconds of the preview and of the import, peak memory, and the imported rows."""

    rows: int
    look_cpu_seconds: float
    bring_cpu_seconds: float
    peak_mb: float
    matched: int
    fields: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--small", type=int, default=25_000, help="rows of the other run, 0 = none")
    chosen = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    figures = []
    for rows in filter(None, (chosen.small, chosen.rows)):
        with tempfile.TemporaryDirectory(prefix="hotich-bench-") as folder:
            _build(Path(folder), rows)
            with ProcessPoolExecutor(1, get_context("spawn")) as alone:
                figures.append(alone.submit(_measured, Path(folder)).result())
        say(f"{figures[-1]}")
    table = Table("Dòng", "Ghép được", "Giá trị đưa vào", "CPU xem, s", "CPU nhập, s", "Bộ nhớ, MB")
    for measured in figures:
        columns = (
            measured.rows,
            measured.matched,
            measured.fields,
            measured.look_cpu_seconds,
            measured.bring_cpu_seconds,
            measured.peak_mb,
        )
        table.add_row(*(f"{value:.0f}" for value in columns))
    Console(width=120).print(table)
    report_figures("import", {"small": asdict(figures[0]), "large": asdict(figures[-1])})


def _build(folder: Path, rows: int) -> None:
    """Write a registry with so many entries, each book of a place of its own, and the workbook about all of them."""
    url, key = f"sqlite:///{folder / 'registry.db'}", folder / "audit.key"
    fill(url, key, ENTRIES_A_BOOK)
    books = max(1, round(rows / ENTRIES_A_BOOK))
    database = Database(url, 60.0, key)
    copy_book(database, Copies(books, _place, scan_of))
    database.close()
    with Registry.open(url, audit_key=key) as registry:
        registry.accounts().create(LOGIN, "Phụ trách", Role.SUPERVISOR, None)
        registry.compare_search_index(mend=True)
    book = xlsxwriter.Workbook(str(folder / "so.xlsx"), {"constant_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, COLUMNS)
    for at in range(books * ENTRIES_A_BOOK):
        of_book, place = divmod(at, ENTRIES_A_BOOK)
        sheet.write_row(
            at + 1,
            0,
            (
                f"{place + 1:02}/2010",
                "01/2010",
                _place(of_book),
                f"Nguyễn Thử {place}",
                "Nam" if place % 2 else "Nữ",
                f"{place % 28 + 1:02}/{place % 12 + 1:02}/2010",
                "Xã Thử Nghiệm",
                f"ghi chú {place}",
            ),
        )
    book.close()
    say(f"{books} quyển, {books * ENTRIES_A_BOOK} sự kiện, {books * PAGES} trang")


def _place(book: int) -> str:
    return f"{book:05}"


def _measured(folder: Path) -> Measured:
    """Look at the workbook and bring it, in a process that does nothing else."""
    schemas, path = schema.load(), folder / "so.xlsx"
    with Registry.open(
        f"sqlite:///{folder / 'registry.db'}", schemas, audit_key=folder / "audit.key"
    ) as registry:
        person = next(
            account.person for account in registry.accounts().list() if account.person.login == LOGIN
        )
        desk = registry.desk(ReviewPolicy(check="all", blind="critical"))
        importer = WorkbookImporter(registry, desk, schemas, person, ImportMode.TO_CHECK)
        begun = time.process_time()
        with open_workbook(path) as book:
            looked = importer.look(book, find_layout(book, schemas, None))
        seen = time.process_time()
        with open_workbook(path) as book:
            layout = find_layout(book, schemas, None)
            brought = importer.bring(book, layout, WorkbookFile(path.name, sha256_of_file(path)))
        ended = time.process_time()
    assert looked.entries == brought.entries
    assert brought.taken is not None
    return Measured(
        brought.rows, seen - begun, ended - seen, peak_mb(), brought.entries, brought.taken.fields
    )


if __name__ == "__main__":
    main()
