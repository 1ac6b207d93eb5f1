"""Small workbooks and registries for reconciliations. No person in them is real."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl

from pipeline.base.model import Ledger
from pipeline.delivery.reconcile import ReconcileCounts, ReconcileDifference, RejectedCell
from pipeline.delivery.registry_reconciliation import ReconciliationRun
from pipeline.delivery.workbook_reading import find_layout, open_workbook, read_layout
from pipeline.registry import Registry
from tests.registry.pages import LEDGER, SCAN, SCHEMAS, blank, entry, page, read

Cells = Mapping[str, str]

FIELDS = {spec.column: spec.name for spec in SCHEMAS.record("birth").fields if spec.column}
COLUMNS = SCHEMAS.columns("KS60")


def birth(number: int, **changed: str) -> dict[str, str]:
    """The cells of a made-up birth; ``""`` is blank on paper."""
    names = ("An", "Bình", "Cúc", "Dũng", "Em", "Giang", "Hạnh", "Khánh", "Lan", "Minh", "Nga", "Oanh")
    given, other = names[number % 12], names[(number * 5 + 3) % 12]
    return {
        "so": f"{number:02}/2010",
        "quyenSo": LEDGER.volume,
        "ngayDangKy": f"{number % 27 + 1:02}.03.2010",
        "noiDangKy": LEDGER.place,
        "nksHoTen": f"Nguyễn {other} Thử {given}",
        "nksGioiTinh": "1",
        "nksNgaySinh": f"{number % 27 + 1:02}.02.2010",
        "nksNoiSinh": "Trạm y tế xã Thử Nghiệm",
        "meHoTen": f"Trần Thị Mẫu {other}",
        "chaHoTen": f"Nguyễn Văn Thử {other}",
        "ghiChu": "",
    } | changed


def fill(
    registry: Registry,
    entries: Sequence[Cells],
    folder: str = "KS.2010.01",
    ledger: Ledger = LEDGER,
    scan: str = SCAN,
) -> int:
    """Store a book with an entry a page, every value accepted; return its id."""
    book_id = registry.book_id(ledger, folder)
    registry.store_scan(book_id, scan, "scan.pdf", 1000, len(entries))
    for page_no, cells in enumerate(entries, start=1):
        readings = [
            read(FIELDS[column], text) if text else blank(FIELDS[column]) for column, text in cells.items()
        ]
        registry.save_page(book_id, page(entry(*readings), scan=scan, page_no=page_no), "f1")
    return book_id


def write(path: Path, rows: Sequence[Mapping[str, Any]], columns: Sequence[str] = COLUMNS) -> Path:
    """A workbook with these rows under these headers."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(columns))
    for row in rows:
        sheet.append([row.get(column) for column in columns])
    book.save(path)
    return path


def held(
    registry: Registry, file: Path, *, layout: Path | None = None, book_ids: Sequence[int] = ()
) -> tuple[list[ReconcileDifference], list[RejectedCell], ReconcileCounts]:
    """What a reconciliation of that file finds."""
    with open_workbook(file) as book:
        mapped = read_layout(layout, SCHEMAS) if layout else None
        run = ReconciliationRun(registry, SCHEMAS, book, find_layout(book, SCHEMAS, mapped), tuple(book_ids))
        found = list(run.differences())
    differences = [one for one in found if isinstance(one, ReconcileDifference)]
    return differences, [one for one in found if isinstance(one, RejectedCell)], run.counts


def told(differences: Sequence[ReconcileDifference]) -> set[tuple[str, int, str, str]]:
    """Return kind, row, column and kind of difference of every difference."""
    return {(one.kind, one.row, field.column, field.kind) for one in differences for field in one.fields} | {
        (difference.kind, difference.row, "", "") for difference in differences if not difference.fields
    }
