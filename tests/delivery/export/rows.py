"""Rows of cells by hand. No person in them is real."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.declarations import schema
from pipeline.delivery.export.package_values import WorkbookFault

SCHEMAS = schema.load()
COLUMNS = {export: SCHEMAS.columns(export) for export in SCHEMAS.exports}


def row(export: str, **changed: str) -> dict[str, str]:
    """A good row of that template; the cells in ``changed`` are otherwise."""
    record = SCHEMAS.records[SCHEMAS.exports[export].record]
    cells = dict.fromkeys(record.by_column, "")
    good = {
        "so": "01/2010",
        "quyenSo": "01/2010",
        "ngayDangKy": "12.03.2010",
        "noiDangKy": "UBND xã Thử",
        "loaiDangKy": _first_code(record, "loaiDangKy"),
        "trangSo": "1",
        "nksHoTen": "Lý Thử Một",
        "nksNgaySinh": "02.03.2010",
        "meNgaySinh": "1985",
        "nktNgaySinh": "30 tuổi",
    }
    return cells | {name: text for name, text in (good | changed).items() if name in cells}


def _first_code(record: schema.RecordSpec, column: str) -> str:
    spec = record.by_column.get(column)
    return SCHEMAS.vocabs[spec.vocab].terms[0].code if spec is not None and spec.vocab else ""


def without_hints(faults: Iterable[WorkbookFault]) -> list[WorkbookFault]:
    """Return the faults but for what loading rules report without holding an entry back."""
    return [fault for fault in faults if fault.blocking or fault.check not in ("LOAD", "READ")]
