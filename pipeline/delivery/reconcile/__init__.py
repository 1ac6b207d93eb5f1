"""The spreadsheet of the shared software compared with the registry.

The result is missing, extra and differing entries, and rejected cells. This package is pure: rows come from a
file, entries and books are handed in, nothing is changed.
"""

from __future__ import annotations

from pipeline.delivery.reconcile.differences import (
    BookCoverage,
    DifferenceKind,
    FieldDifference,
    FieldDifferenceKind,
    ReconcileBook,
    ReconcileCounts,
    ReconcileDifference,
    RegistryEntry,
    RejectedCell,
)
from pipeline.delivery.reconcile.matching import reconcile_rows
from pipeline.delivery.reconcile.sheet_layout import SheetLayout, find_layout, read_layout
from pipeline.delivery.reconcile.workbook_reader import SourceWorkbook, open_workbook

__all__ = [
    "BookCoverage",
    "ReconcileCounts",
    "ReconcileDifference",
    "DifferenceKind",
    "RegistryEntry",
    "FieldDifference",
    "FieldDifferenceKind",
    "SheetLayout",
    "ReconcileBook",
    "RejectedCell",
    "SourceWorkbook",
    "find_layout",
    "open_workbook",
    "read_layout",
    "reconcile_rows",
]
