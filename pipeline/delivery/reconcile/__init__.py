"""Comparison of the shared software's spreadsheet with the registry.

The result is missing, extra and differing entries, and rejected cells. The package is pure: rows come from a file,
callers pass entries and books, nothing is changed.
"""

from __future__ import annotations

from pipeline.delivery.reconcile.differences import (
    BookCoverage,
    DifferenceKind,
    FieldDifference,
    FieldDifferenceKind,
    ReconcileCounts,
    ReconcileDifference,
    RegistryEntry,
    RejectedCell,
)
from pipeline.delivery.reconcile.matching import reconcile_rows

__all__ = [
    "BookCoverage",
    "DifferenceKind",
    "FieldDifference",
    "FieldDifferenceKind",
    "ReconcileCounts",
    "ReconcileDifference",
    "RegistryEntry",
    "RejectedCell",
    "reconcile_rows",
]
