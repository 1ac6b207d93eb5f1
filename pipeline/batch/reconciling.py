"""A file of the shared software held against the registry; nothing in the registry changes by it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from pipeline.export.cells import cell_of
from pipeline.reconcile import (
    ReconcileBook,
    ReconcileCounts,
    ReconcileDifference,
    RegistryEntry,
    RejectedCell,
    SheetLayout,
    SourceWorkbook,
    reconciled,
)
from pipeline.reconcile.cells import ValueNormalizer
from pipeline.registry import Registry
from pipeline.schema import Schemas


@dataclass
class ReconciliationRun:
    """One file against the registry. ``book_ids``: the books that people named; none: those that the file names.
    ``counts`` is filled while ``found`` is gone through."""

    registry: Registry
    schemas: Schemas
    book: SourceWorkbook
    layout: SheetLayout
    book_ids: Sequence[int] = ()
    counts: ReconcileCounts = field(default_factory=ReconcileCounts)

    def found(self) -> Iterator[ReconcileDifference | RejectedCell]:
        """All that is not the same, and every cell that was not understood. Raises ``ReconcileError`` for a broken
        sheet."""
        record = self.layout.record.record
        books = [
            ReconcileBook(one.book_id, one.folder_name, one.place, one.place_code, one.volume, one.entries)
            for one in self.registry.book_rows(record)
            if not self.book_ids or one.book_id in self.book_ids
        ]
        return reconciled(
            self.book,
            self.layout,
            self.schemas,
            books,
            self._entries_of,
            self.counts,
            wanted=bool(self.book_ids),
        )

    @cached_property
    def _normals(self) -> tuple[ValueNormalizer, ...]:
        return tuple(ValueNormalizer(spec, self.schemas.vocabulary(spec)) for spec in self.layout.fields)

    def _entries_of(self, book_ids: Sequence[int]) -> Iterator[RegistryEntry]:
        record = self.layout.record
        columns = {spec.name: spec.column for spec in record.fields}
        fields = tuple(zip(self.layout.fields, self._normals, strict=True))
        shared: dict[frozenset[str], frozenset[str]] = {}
        for row in self.registry.record_rows(record.record, book_ids):
            values = row.values
            texts, nothing = [], []
            for spec, normal in fields:
                value = values[spec.name]
                if value is None:
                    nothing.append(spec.column)
                texts.append(normal(cell_of(value, spec, self.schemas)) if value else "")
            empty = frozenset(nothing)
            unsettled = frozenset(columns[name] for name in row.unsettled if columns.get(name))
            yield RegistryEntry(
                row.entry_id, row.book_id, tuple(texts), shared.setdefault(empty, empty), unsettled
            )
