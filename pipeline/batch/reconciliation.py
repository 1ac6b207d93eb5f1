"""X"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from PIL import Image

from pipeline.errors import ScanError
from pipeline.export.difference_workbook import DifferenceLine, DifferenceWorkbook
from pipeline.export.workbook import cell_of
from pipeline.imaging.geometry.warp import crop_rectified
from pipeline.intake import DEFAULT_LIMITS, ScanFile, ScanLimits, page_of_isolated
from pipeline.model import Box, PageRef, Pixels
from pipeline.reconcile import (
    DifferenceKind,
    FieldDifference,
    ReconcileBook,
    ReconcileCounts,
    ReconcileDifference,
    RegistryEntry,
    RejectedCell,
    SheetLayout,
    SourceWorkbook,
    reconcile_rows,
)
from pipeline.reconcile.cell_values import ValueNormalizer
from pipeline.reconcile.differences import (
    FIELD_DIFFERENCE_LABELS,
    MINOR,
    REJECTION_LABELS,
    SHEET_NAMES,
    UNREAD_SHEET,
)
from pipeline.registry import Registry, StoredEntry
from pipeline.registry.model.reconciliation import FoundDifference
from pipeline.schema import FieldSpec, Schemas
from pipeline.text.numbers import with_comma
from pipeline.workspace import Workspace


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
        return reconcile_rows(
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


LARGEST = (640, 160)
"""Pixels of a picture, at most."""

MARGIN = 0.25
"""What is shown around a field, as a share of its height."""

QUALITY = 70


class FieldCropper:
    """Cuts pictures from the scans of a workspace. ``most``: after so many, no more are made."""

    def __init__(
        self, registry: Registry, workspace: Workspace, most: int, limits: ScanLimits = DEFAULT_LIMITS
    ) -> None:
        self._registry, self._workspace, self._limits = registry, workspace, limits
        self._left = most
        self._last: tuple[PageRef, Pixels | None] | None = None

    def picture(self, book_id: int, ref: PageRef, box: Box | None) -> tuple[bytes, int, int] | None:
        """A JPEG of what stands in ``box`` of the straight page, with its (width, height) in pixels; None without a
        box, without a usable scan, or when so many were made as were wanted."""
        if box is None or self._left <= 0:
            return None
        pixels = self._page(ref)
        if pixels is None:
            return None
        self._left -= 1
        straight = self._registry.straightening(book_id, ref)
        grown = box.grown(MARGIN * box.height, MARGIN * box.height)
        matrix = np.eye(3) if straight is None else straight.matrix
        scale = min(1.0, LARGEST[0] / max(1.0, grown.width), LARGEST[1] / max(1.0, grown.height))
        cut = Image.fromarray(crop_rectified(pixels, matrix, grown, scale))
        file = io.BytesIO()
        cut.save(file, "JPEG", quality=QUALITY)
        return file.getvalue(), *cut.size

    def _page(self, ref: PageRef) -> Pixels | None:
        if self._last is None or self._last[0] != ref:
            self._last = ref, self._decoded(ref)
        return self._last[1]

    def _decoded(self, ref: PageRef) -> Pixels | None:
        path = self._workspace.stored(ref.scan_sha256)
        if path is None:
            return None
        try:
            scan = ScanFile(path, ref.scan_sha256, path.stat().st_size)
            return page_of_isolated(scan, ref.page_no, self._limits).pixels
        except (ScanError, OSError):
            return None


@dataclass
class CollectedDifferences:
    """What a reconciliation left: the first differences, to be shown, and all questions."""

    shown: list[ReconcileDifference | RejectedCell] = field(default_factory=list)
    questions: list[FoundDifference] = field(default_factory=list)


@dataclass
class DifferenceReport:
    """Lines and questions of one reconciliation. ``ink`` None: no pictures."""

    registry: Registry
    layout: SheetLayout
    ink: FieldCropper | None = None

    def lines(self, one: ReconcileDifference | RejectedCell) -> Iterator[tuple[str, DifferenceLine]]:
        """The lines of one difference, each with its sheet."""
        if isinstance(one, RejectedCell):
            where: tuple[str, ...] = ("",) * 6
            column = self._column(one.column)
            yield (
                UNREAD_SHEET,
                DifferenceLine((*where, *column, "", "", str(one.row), REJECTION_LABELS[one.reason])),
            )
        elif one.entry is None:
            note = f"Lặp lại dòng {one.of_row}" if one.of_row else ""
            where = ("", one.volume, one.number, "", "", "")
            yield (
                SHEET_NAMES[one.kind],
                DifferenceLine((*where, "", "", "", self.about(one), str(one.row), note)),
            )
        else:
            entry = self.registry.entry(one.entry.entry_id)
            if one.kind is DifferenceKind.MISSING:
                place = self._where(one, entry)
                yield SHEET_NAMES[one.kind], DifferenceLine((*place, "", "", self.about(one), "", "", ""))
            for each in one.fields:
                yield SHEET_NAMES[each.kind], self._line(one, entry, each)

    def questions(self, one: ReconcileDifference | RejectedCell) -> Iterator[FoundDifference]:
        """What people are asked about it; nothing about what differs only in writing or lies beyond the form."""
        if isinstance(one, RejectedCell) or one.is_minor:
            return
        if not one.fields:
            yield self._question(one, None)
        for each in one.fields:
            if each.kind not in MINOR:
                yield self._question(one, each)

    def about(self, one: ReconcileDifference) -> str:
        """Who an entry or a row is about: names and days of its people, and when it was registered."""
        texts = one.texts or (one.entry.texts if one.entry else ())
        told = [texts[at] for at in self._telling() if at < len(texts)]
        return " · ".join(text for text in told if text)

    def _telling(self) -> Iterator[int]:
        record = self.layout.record
        position = {spec.name: at for at, spec in enumerate(self.layout.fields)}
        people = [person for person in record.people if person.event != "other"]
        names = [name for person in people for name in (person.name, person.born_on, person.died_on) if name]
        if record.book is not None:
            names.append(record.book.registered_on)
        yield from (position[name] for name in names if name in position)

    def _line(self, one: ReconcileDifference, entry: StoredEntry, differs: FieldDifference) -> DifferenceLine:
        spec = self.layout.record.by_column[differs.column]
        note = FIELD_DIFFERENCE_LABELS[differs.kind]
        if differs.with_column:
            note += f" ({differs.with_column})"
        if one.likeness < 1:
            note += with_comma(f"; ghép theo độ giống {one.likeness:.2f}")
        cells = (
            *self._where(one, entry),
            *self._column(differs.column),
            differs.ours,
            differs.theirs,
            str(one.row),
            note,
        )
        return DifferenceLine(cells, self._picture(entry, spec))

    def _picture(self, entry: StoredEntry, spec: FieldSpec) -> tuple[bytes, int, int] | None:
        if self.ink is None:
            return None
        box = next((one.box for one in entry.readings if one.field == spec.name), None)
        return self.ink.picture(entry.book_id, entry.ref, box)

    def _where(self, one: ReconcileDifference, entry: StoredEntry) -> tuple[str, ...]:
        book = self.registry.book(entry.book_id).folder_name
        return (book, one.volume, one.number, str(entry.entry_id), entry.scan, str(entry.ref.page_no))

    def _column(self, column: str) -> tuple[str, str]:
        return column, self.layout.record.by_column[column].label

    def _question(self, one: ReconcileDifference, differs: FieldDifference | None) -> FoundDifference:
        entry = one.entry
        alone = self.about(one) if differs is None else ""
        return FoundDifference(
            one.kind,
            one.place_code,
            entry.book_id if entry else None,
            entry.entry_id if entry else None,
            one.number,
            one.volume,
            one.row,
            one.of_row,
            self.layout.record.by_column[differs.column].name if differs else "",
            differs.kind if differs else "",
            differs.ours if differs else (alone if entry else ""),
            differs.theirs if differs else ("" if entry else alone),
            one.likeness,
        )


def gathered(
    found: Iterable[ReconcileDifference | RejectedCell],
    report: DifferenceReport,
    workbook: DifferenceWorkbook | None,
    *,
    shown: int,
    ask: bool,
) -> CollectedDifferences:
    """Go through what was found once: so many are kept to be shown, all become lines of the workbook and, with ``ask``,
    questions."""
    kept = CollectedDifferences()
    for one in found:
        if len(kept.shown) < shown:
            kept.shown.append(one)
        if ask:
            kept.questions += report.questions(one)
        if workbook is not None:
            for sheet, line in report.lines(one):
                workbook.add(sheet, line)
    return kept
