"""What a reconciliation found, as lines of its workbook and as differences to ask people about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pipeline.batch.ink import FieldCropper
from pipeline.export.difference_sheets import DifferenceLine, DifferenceWorkbook
from pipeline.reconcile import DifferenceKind, FieldDifference, ReconcileDifference, RejectedCell, SheetLayout
from pipeline.reconcile.values import MINOR
from pipeline.reconcile.words import FIELDS, REFUSED, SHEETS, UNREAD_SHEET
from pipeline.registry import Registry, StoredEntry
from pipeline.registry.reconciliation import FoundDifference
from pipeline.schema import FieldSpec
from pipeline.text.numbers import with_comma


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
            yield UNREAD_SHEET, DifferenceLine((*where, *column, "", "", str(one.row), REFUSED[one.reason]))
        elif one.entry is None:
            note = f"Lặp lại dòng {one.of_row}" if one.of_row else ""
            where = ("", one.volume, one.number, "", "", "")
            yield SHEETS[one.kind], DifferenceLine((*where, "", "", "", self.about(one), str(one.row), note))
        else:
            entry = self.registry.entry(one.entry.entry_id)
            if one.kind is DifferenceKind.MISSING:
                place = self._where(one, entry)
                yield SHEETS[one.kind], DifferenceLine((*place, "", "", self.about(one), "", "", ""))
            for each in one.fields:
                yield SHEETS[each.kind], self._line(one, entry, each)

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
        note = FIELDS[differs.kind]
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
