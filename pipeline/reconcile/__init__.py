"""The shared software's spreadsheet held against the registry: missing, extra and differing entries, and why a cell was
not understood. Pure: rows come from a file, entries and books are handed in, nothing is changed."""

from __future__ import annotations

from pipeline.reconcile.differences import (
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
from pipeline.reconcile.layout import SheetLayout, layout_of, read_layout
from pipeline.reconcile.matching import reconciled
from pipeline.reconcile.sheet import SourceWorkbook, open_workbook

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
    "layout_of",
    "open_workbook",
    "read_layout",
    "reconciled",
]
