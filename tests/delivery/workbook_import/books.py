"""Books that wait for people, and workbooks that somebody typed before. No person in them is real."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pipeline.base.files import sha256_of_file
from pipeline.base.model import Ledger
from pipeline.declarations.review_policy import ReviewPolicy
from pipeline.delivery.reconcile import SourceWorkbook, open_workbook
from pipeline.delivery.workbook_import.header_mapping import layout_of
from pipeline.delivery.workbook_import.import_report import ImportReport
from pipeline.delivery.workbook_import.importing import WorkbookImporter
from pipeline.registry import Registry
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.desk import Desk
from pipeline.registry.imports.model import ImportMode, WorkbookFile
from tests.delivery.reconcile.files import FIELDS, birth
from tests.registry.offices import SINGLE, person
from tests.registry.pages import LEDGER, SCAN, SCHEMAS, blank, entry, page, read

AN, BINH = person(1), person(2, Role.CHECKER)
ELSEWHERE = person(3, places=frozenset({"99999"}))
KEYS = frozenset({"so", "quyenSo", "noiDangKy"})
"""Columns of which the machine is sure."""


def waiting_book(
    registry: Registry,
    births: int = 3,
    folder: str = "KS.2010.01",
    ledger: Ledger = LEDGER,
    scan: str = SCAN,
    sure: Mapping[int, Mapping[str, str]] = {},
    accepted: frozenset[str] = KEYS,
) -> int:
    """A book of births of which the machine is sure of ``accepted`` alone, and of what ``sure`` says of an entry."""
    book_id = registry.book_id(ledger, folder)
    registry.store_scan(book_id, scan, "scan.pdf", 1000, births)
    for number in range(1, births + 1):
        said = sure.get(number, {})
        readings = [
            read(FIELDS[column], said.get(column, text), accepted=column in accepted or column in said)
            if said.get(column, text)
            else blank(FIELDS[column])
            for column, text in birth(number).items()
        ]
        registry.save_page(book_id, page(entry(*readings), scan=scan, page_no=number), "f1")
    return book_id


def desk_of(registry: Registry, policy: ReviewPolicy = SINGLE) -> Desk:
    return registry.desk(policy)


@contextmanager
def importer_of(
    registry: Registry, file: Path, mode: ImportMode, who: Person = AN, *, excel_days: bool = False
) -> Iterator[tuple[WorkbookImporter, SourceWorkbook]]:
    with open_workbook(file) as book:
        yield (
            WorkbookImporter(registry, desk_of(registry), SCHEMAS, who, mode, serial_days=excel_days),
            book,
        )


def looked(registry: Registry, file: Path, mode: ImportMode = ImportMode.TO_CHECK) -> ImportReport:
    with importer_of(registry, file, mode) as (importer, book):
        return importer.look(book, layout_of(book, SCHEMAS))


def brought(
    registry: Registry,
    file: Path,
    mode: ImportMode = ImportMode.TO_CHECK,
    who: Person = AN,
    *,
    excel_days: bool = False,
) -> ImportReport:
    with importer_of(registry, file, mode, who, excel_days=excel_days) as (importer, book):
        return importer.bring(book, layout_of(book, SCHEMAS), WorkbookFile(file.name, sha256_of_file(file)))
