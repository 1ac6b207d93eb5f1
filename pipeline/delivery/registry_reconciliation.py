"""Reconciliation of a file of the shared software with the registry.

It gives differences, lines of a workbook, and questions for people. The registry does not change.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from PIL import Image

from pipeline.base.errors import ScanError
from pipeline.base.files import sha256_of_file
from pipeline.base.model import Box, PageRef, Pixels
from pipeline.base.text.numbers import with_comma
from pipeline.declarations.office.delivery_policy import DeliveryPolicy
from pipeline.declarations.schema import FieldSpec, Schemas
from pipeline.delivery.deliverable import book_layers
from pipeline.delivery.export.difference_workbook import DifferenceLine, DifferenceWorkbook
from pipeline.delivery.export.workbook import cell_of
from pipeline.delivery.reconcile import (
    DifferenceKind,
    FieldDifference,
    ReconcileCounts,
    ReconcileDifference,
    RegistryEntry,
    RejectedCell,
    reconcile_rows,
)
from pipeline.delivery.reconcile.differences import (
    FIELD_DIFFERENCE_LABELS,
    MINOR,
    REJECTION_LABELS,
    SHEET_NAMES,
    UNREAD_SHEET,
)
from pipeline.delivery.workbook_reading import SheetLayout, SourceWorkbook
from pipeline.delivery.workbook_reading.cell_values import ValueNormalizer
from pipeline.delivery_rules import is_as_delivered, notes_with
from pipeline.layout.imaging.geometry.warp import crop_rectified
from pipeline.registry import Registry, StoredEntry
from pipeline.registry.entries.model import RecordRow
from pipeline.registry.reconciliation.model import FoundDifference
from pipeline.scans.intake import DEFAULT_LIMITS, ScanFile, ScanLimits, page_of_isolated
from pipeline.scans.workspace import Workspace
from pipeline.values.derivations import ASKED_BEFORE_DELIVERY


@dataclass
class ReconciliationRun:
    """A comparison of a file with the registry.

    Attributes:
        book_ids: The books chosen by people; empty: the books that the file names.
        places: Registration places whose books may be compared; ``None``: all places.
        counts: Filled during the iteration of ``differences``.
        delivery: Delivery rules of the office: the shared software holds delivered values.
    """

    registry: Registry
    schemas: Schemas
    book: SourceWorkbook
    layout: SheetLayout
    book_ids: Sequence[int] = ()
    places: frozenset[str] | None = None
    counts: ReconcileCounts = field(default_factory=ReconcileCounts)
    delivery: DeliveryPolicy = field(default_factory=DeliveryPolicy)

    def differences(self) -> Iterator[ReconcileDifference | RejectedCell]:
        """Yield all differences and every rejected cell.

        Raises:
            ReconcileError: The sheet is broken.
        """
        record = self.layout.record.record
        books = [
            row
            for row in self.registry.book_rows(record)
            if (not self.book_ids or row.book_id in self.book_ids)
            and (self.places is None or row.place_code in self.places)
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
    def _normalizers(self) -> tuple[ValueNormalizer, ...]:
        return tuple(ValueNormalizer(spec, self.schemas.vocabulary(spec)) for spec in self.layout.fields)

    def _entries_of(self, book_ids: Sequence[int]) -> Iterator[RegistryEntry]:
        record = self.layout.record
        columns = {spec.name: spec.column for spec in record.fields}
        fields = tuple(zip(self.layout.fields, self._normalizers, strict=True))
        shared: dict[frozenset[str], frozenset[str]] = {}
        rows = self.registry.record_rows(record.record, book_ids)
        delivered = self._delivered(rows)
        for row in rows:
            values = {**row.values, **delivered.get(row.entry_id, {})}
            texts, nothing = [], []
            for spec, normalize in fields:
                value = values[spec.name]
                if value is None:
                    nothing.append(spec.column)
                texts.append(normalize(cell_of(value, spec, self.schemas)) if value else "")
            empty = frozenset(nothing)
            unsettled = frozenset(columns[name] for name in row.unsettled if columns.get(name))
            yield RegistryEntry(
                row.entry_id, row.book_id, tuple(texts), shared.setdefault(empty, empty), unsettled
            )

    def _is_given_elsewhere(self, row: RecordRow) -> bool:
        """Return whether other fields may give an empty column of an entry its value."""
        return any(
            not row.values.get(one.field) and row.values.get(one.fields[0])
            for one in self.layout.record.derivations
            if one.rule in ASKED_BEFORE_DELIVERY and self.layout.record.by_name[one.field].column
        )

    def _delivered(self, rows: Sequence[RecordRow]) -> Mapping[int, Mapping[str, str]]:
        """Return the delivered values of entries in books with any value changed by a delivery rule."""
        record, lists = self.layout.record, self.schemas.vocabulary
        registered_on = record.key_columns.registered_on
        columns = [(spec.name, spec, lists(spec)) for spec in record.fields if spec.column]
        books = {
            row.book_id
            for row in rows
            if self._is_given_elsewhere(row)
            or any(
                (value or spec.column == registered_on)
                and not is_as_delivered(spec, value, vocabulary, as_whole_day=spec.column == registered_on)
                for name, spec, vocabulary in columns
                if (value := row.values[name]) is not None
            )
        }
        values_by_entry: dict[int, dict[str, str]] = {}
        for book_id in sorted(books):
            for entry, layers in book_layers(self.registry, book_id, self.schemas, self.delivery):
                ruled = {
                    name: field_layers.delivered.value
                    for name, field_layers in layers.items()
                    if field_layers.delivered.rule and not field_layers.waits
                }
                if (
                    any(field_layers.delivered.note for field_layers in layers.values())
                    and record.book is not None
                ):
                    notes = layers.get(record.book.notes)
                    ruled[record.book.notes] = notes_with(notes.delivered.value if notes else "", layers)
                values_by_entry[entry.entry_id] = ruled
        return values_by_entry


CROP_SIZE = (640, 160)
"""Largest width and height of a picture, in pixels."""

MARGIN = 0.25
"""Margin shown around a field, as a share of its height."""

QUALITY = 70


class FieldCropper:
    """Crops pictures of fields from the scans of a workspace, at most ``most`` pictures.

    The last decoded page is kept, since requests for a page follow each other.
    """

    def __init__(
        self, registry: Registry, workspace: Workspace, most: int, limits: ScanLimits = DEFAULT_LIMITS
    ) -> None:
        self._registry, self._workspace, self._limits = registry, workspace, limits
        self._left = most
        self._last: tuple[PageRef, Pixels | None] | None = None

    def picture(self, book_id: int, ref: PageRef, box: Box | None) -> tuple[bytes, int, int] | None:
        """Return a JPEG of a field with its width and height in pixels.

        Return ``None`` without a box, without a usable scan, or when ``most`` pictures are made.

        Args:
            box: The field's box on the rectified page.
        """
        if box is None or self._left <= 0:
            return None
        pixels = self._page(ref)
        if pixels is None:
            return None
        self._left -= 1
        rectification = self._registry.rectification(book_id, ref)
        grown = box.grown(MARGIN * box.height, MARGIN * box.height)
        matrix = np.eye(3) if rectification is None else rectification.matrix
        scale = min(1.0, CROP_SIZE[0] / max(1.0, grown.width), CROP_SIZE[1] / max(1.0, grown.height))
        crop = Image.fromarray(crop_rectified(pixels, matrix, grown, scale))
        file = io.BytesIO()
        crop.save(file, "JPEG", quality=QUALITY)
        return file.getvalue(), *crop.size

    def _page(self, ref: PageRef) -> Pixels | None:
        if self._last is None or self._last[0] != ref:
            self._last = ref, self._decoded(ref)
        return self._last[1]

    def _decoded(self, ref: PageRef) -> Pixels | None:
        try:
            path = self._workspace.stored(ref.scan_sha256)
            if path is None:
                return None
            scan = ScanFile(path, ref.scan_sha256, path.stat().st_size)
            return page_of_isolated(scan, ref.page_no, self._limits).pixels
        except (ScanError, OSError):
            return None


@dataclass
class CollectedDifferences:
    """The first differences of a reconciliation, for display, and all questions for people."""

    shown: list[ReconcileDifference | RejectedCell] = field(default_factory=list)
    questions: list[FoundDifference] = field(default_factory=list)


@dataclass
class DifferenceReport:
    """Turns differences into lines of a workbook and questions for people.

    Attributes:
        cropper: Crops the pictures of the lines; ``None`` gives lines without pictures.
    """

    registry: Registry
    layout: SheetLayout
    cropper: FieldCropper | None = None

    def lines(self, difference: ReconcileDifference | RejectedCell) -> Iterator[tuple[str, DifferenceLine]]:
        """Yield the lines of a difference, each with its sheet."""
        if isinstance(difference, RejectedCell):
            where: tuple[str, ...] = ("",) * 6
            column = self._column(difference.column)
            yield (
                UNREAD_SHEET,
                DifferenceLine(
                    (*where, *column, "", "", str(difference.row), REJECTION_LABELS[difference.reason])
                ),
            )
        elif difference.entry is None:
            note = f"Lặp lại dòng {difference.of_row}" if difference.of_row else ""
            where = ("", difference.volume, difference.number, "", "", "")
            yield (
                SHEET_NAMES[difference.kind],
                DifferenceLine((*where, "", "", "", self.about(difference), str(difference.row), note)),
            )
        else:
            entry = self.registry.entry(difference.entry.entry_id)
            if difference.kind is DifferenceKind.MISSING:
                place = self._where(difference, entry)
                yield (
                    SHEET_NAMES[difference.kind],
                    DifferenceLine((*place, "", "", self.about(difference), "", "", "")),
                )
            for field_difference in difference.fields:
                yield SHEET_NAMES[field_difference.kind], self._line(difference, entry, field_difference)

    def questions(self, difference: ReconcileDifference | RejectedCell) -> Iterator[FoundDifference]:
        """Yield the questions about a difference: none about spelling or fields without a place on the form."""
        if isinstance(difference, RejectedCell) or difference.is_minor:
            return
        if not difference.fields:
            yield self._question(difference, None)
        for field_difference in difference.fields:
            if field_difference.kind not in MINOR:
                yield self._question(difference, field_difference)

    def about(self, difference: ReconcileDifference) -> str:
        """Return the identity of an entry or a row: names and days of its people, and its registration date."""
        texts = difference.texts or (difference.entry.texts if difference.entry else ())
        shown = [texts[at] for at in self._identifying_columns() if at < len(texts)]
        return " · ".join(text for text in shown if text)

    def _identifying_columns(self) -> Iterator[int]:
        record = self.layout.record
        position = {spec.name: at for at, spec in enumerate(self.layout.fields)}
        people = [person for person in record.people if person.event != "other"]
        names = [name for person in people for name in (person.name, person.born_on, person.died_on) if name]
        if record.book is not None:
            names.append(record.book.registered_on)
        yield from (position[name] for name in names if name in position)

    def _line(
        self, difference: ReconcileDifference, entry: StoredEntry, differs: FieldDifference
    ) -> DifferenceLine:
        spec = self.layout.record.by_column[differs.column]
        note = FIELD_DIFFERENCE_LABELS[differs.kind]
        if differs.with_column:
            note += f" ({differs.with_column})"
        if difference.likeness < 1:
            note += with_comma(f"; ghép theo độ giống {difference.likeness:.2f}")
        cells = (
            *self._where(difference, entry),
            *self._column(differs.column),
            differs.ours,
            differs.theirs,
            str(difference.row),
            note,
        )
        return DifferenceLine(cells, self._picture(entry, spec))

    def _picture(self, entry: StoredEntry, spec: FieldSpec) -> tuple[bytes, int, int] | None:
        if self.cropper is None:
            return None
        box = next((reading.box for reading in entry.readings if reading.field == spec.name), None)
        return self.cropper.picture(entry.book_id, entry.ref, box)

    def _where(self, difference: ReconcileDifference, entry: StoredEntry) -> tuple[str, ...]:
        book = self.registry.book(entry.book_id).folder_name
        return (
            book,
            difference.volume,
            difference.number,
            str(entry.entry_id),
            entry.scan,
            str(entry.ref.page_no),
        )

    def _column(self, column: str) -> tuple[str, str]:
        return column, self.layout.record.by_column[column].label

    def _question(self, difference: ReconcileDifference, differs: FieldDifference | None) -> FoundDifference:
        entry = difference.entry
        identity = self.about(difference) if differs is None else ""
        return FoundDifference(
            kind=difference.kind,
            place_code=difference.place_code,
            book_id=entry.book_id if entry else None,
            entry_id=entry.entry_id if entry else None,
            number=difference.number,
            volume=difference.volume,
            file_row=difference.row,
            of_row=difference.of_row,
            field=self.layout.record.by_column[differs.column].name if differs else "",
            field_kind=differs.kind if differs else "",
            ours=differs.ours if differs else (identity if entry else ""),
            theirs=differs.theirs if differs else ("" if entry else identity),
            likeness=difference.likeness,
        )


def collect_differences(
    differences: Iterable[ReconcileDifference | RejectedCell],
    report: DifferenceReport,
    workbook: DifferenceWorkbook | None,
    *,
    shown: int,
    ask: bool,
) -> CollectedDifferences:
    """Iterate the differences once; return the differences to show and the questions.

    Args:
        report: Makes lines and questions of the differences and rejected cells.
        workbook: Gets the lines of each difference, if given.
    """
    collected = CollectedDifferences()
    for difference in differences:
        if len(collected.shown) < shown:
            collected.shown.append(difference)
        if ask:
            collected.questions += report.questions(difference)
        if workbook is not None:
            for sheet, line in report.lines(difference):
                workbook.add(sheet, line)
    return collected


def save_questions(
    registry: Registry,
    run: ReconciliationRun,
    file: Path,
    name: str,
    questions: list[FoundDifference],
    author: str,
) -> int:
    """Store the questions with hash and name of the file; return the number of the reconciliation."""
    counts = {key: getattr(run.counts, key) for key in ("rows", "entries", "pairs", "same")}
    record, digest = run.layout.record.record, sha256_of_file(file)
    return registry.reconciliations().save(record, name, digest, questions, counts, author=author)
