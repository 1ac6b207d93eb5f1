"""Workbooks from outside, read within bounds: parts, sheets, columns, rows."""

from __future__ import annotations

from pipeline.delivery.workbook_reading.sheet_layout import (
    SheetLayout,
    SheetMapping,
    find_layout,
    read_layout,
)
from pipeline.delivery.workbook_reading.workbook_reader import SourceWorkbook, open_workbook

__all__ = ["SheetLayout", "SheetMapping", "SourceWorkbook", "find_layout", "open_workbook", "read_layout"]
