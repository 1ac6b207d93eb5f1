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
