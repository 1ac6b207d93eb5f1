"""The shared software's spreadsheet held against the registry: missing, extra and differing entries, and why a cell was
not understood. Pure: rows come from a file, entries and books are handed in, nothing is changed."""

from __future__ import annotations

from pipeline.reconcile.layout import Layout, layout_of, read_layout
from pipeline.reconcile.matching import reconciled
from pipeline.reconcile.sheet import Workbook, open_workbook
from pipeline.reconcile.values import (
    BookOnFile,
    Counts,
    Difference,
    DifferenceKind,
    Entry,
    FieldDifference,
    FieldKind,
    ReconcileBook,
    Refusal,
)

__all__ = [
    "BookOnFile",
    "Counts",
    "Difference",
    "DifferenceKind",
    "Entry",
    "FieldDifference",
    "FieldKind",
    "Layout",
    "ReconcileBook",
    "Refusal",
    "Workbook",
    "layout_of",
    "open_workbook",
    "read_layout",
    "reconciled",
]
