"""The import of a workbook: comparison with the registry, new values, questions about differences.

It works row by row and book by book, so that memory does not grow with the file. A second import of the same file
changes nothing: its values are in the registry, its questions are asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from pipeline.base.errors import ReconcileError
from pipeline.base.model import FieldReading, FieldStatus
from pipeline.declarations.schema import FieldSpec, RecordSpec, Schemas
from pipeline.delivery.reconcile import DifferenceKind, FieldDifferenceKind
from pipeline.delivery.workbook_import.book_matching import (
    UNSURE,
    BookFinder,
    MatchedRow,
    agrees_on_a_person,
    match_rows,
    number_of,
)
from pipeline.delivery.workbook_import.import_report import (
    NO_PLACE,
    NOT_UNDERSTOOD,
    UNKNOWN_CODE,
    ImportReport,
)
from pipeline.delivery.workbook_import.imported_rows import ImportedRow, ImportedRows, imported_rows
from pipeline.delivery.workbook_reading import SheetLayout, SourceWorkbook
from pipeline.registry import Registry, StoredEntry, Verdict
from pipeline.registry.accounts.model import Person
from pipeline.registry.books.model import BookRow
from pipeline.registry.desk import Desk
from pipeline.registry.imports.model import ImportedValues, ImportMode, WorkbookFile
from pipeline.registry.reconciliation.model import FoundDifference
from pipeline.values.kinds import compared_form

AT_ONCE = 200
"""Number of entries in a transaction."""


@dataclass(frozen=True)
class WorkbookImporter:
    """The import of a workbook by a person.

    Attributes:
        desk: The desk of the registry, with the office's policy.
        mode: How the imported values count.
        book_ids: The books chosen by people; empty: the books that the rows name.
        serial_days: Whether Excel's serial numbers of days count as days.
    """

    registry: Registry
    desk: Desk
    schemas: Schemas
    person: Person
    mode: ImportMode
    book_ids: Sequence[int] = ()
    serial_days: bool = False

    def look(self, book: SourceWorkbook, layout: SheetLayout) -> ImportReport:
        """Return the report of a trial, without importing.

        Raises:
            ReconcileError: The sheet is broken, or the person has no book of this record.
        """
        with imported_rows(book, layout, serial_days=self.serial_days) as rows:
            report, books = self._report(book, layout, rows), self._books(layout.record)
            questions = _Questions(self, layout, report)
            for book_id in rows.books():
                planned = self._planned(rows, books[book_id], layout, report)
                while batch := list(islice(planned, AT_ONCE)):
                    questions.add([difference for entry in batch for difference in entry.differences])
        return report

    def bring(
        self,
        book: SourceWorkbook,
        layout: SheetLayout,
        file: WorkbookFile,
        on_progress: Callable[[int, int], None] = lambda _done, _of: None,
    ) -> ImportReport:
        """Import the values, ask people about differences, and return the report.

        Args:
            file: Name and content of the file.
            on_progress: Called with the number of finished rows and of all rows.

        Raises:
            ReconcileError: The sheet is broken, or the person has no book of this record.
            NotYours: The person is no supervisor.
        """
        with imported_rows(book, layout, serial_days=self.serial_days) as rows:
            report, books = self._report(book, layout, rows), self._books(layout.record)
            taken, questions = ImportedValues(), _Questions(self, layout, report)
            for book_id in rows.books():
                planned = self._planned(rows, books[book_id], layout, report)
                while batch := list(islice(planned, AT_ONCE)):
                    values = {entry.entry_id: entry.values for entry in batch if entry.values}
                    if values and not report.import_id:
                        report.import_id = self.desk.begin_import(
                            self.person, layout.record.record, file, self.mode
                        )
                    if values:
                        taken += self.desk.import_values(self.person, report.import_id, values)
                    questions.add([difference for entry in batch for difference in entry.differences])
                    on_progress(report.entries, report.rows)
            questions.save(file)
        report.taken = taken
        return report

    # --- rows and books -----------------------------------------------------------------------------------------------

    def _books(self, record: RecordSpec) -> Mapping[int, BookRow]:
        books = {
            row.book_id: row
            for row in self.registry.book_rows(record.record)
            if self.person.may_see(row.place_code) and (not self.book_ids or row.book_id in self.book_ids)
        }
        if not books:
            raise ReconcileError(
                f"Chưa có quyển sổ nào loại “{record.title}” của nơi bạn phụ trách. Hãy quét và đọc sổ trước."
            )
        return books

    def _report(self, book: SourceWorkbook, layout: SheetLayout, rows: ImportedRows) -> ImportReport:
        """Return the report of the file alone, and store the book of each row."""
        report = ImportReport(layout.record.title, layout.sheet, self.mode, rows.rows, rows.flaws)
        report.hidden = tuple(sorted(book.hidden))
        report.ignored = layout.ignored
        report.mapped = {spec.label: spec.column for spec in layout.fields}
        books, keys = self._books(layout.record), layout.record.key_fields
        if not {keys.number, keys.page} & {spec.name for spec in layout.fields}:
            raise ReconcileError("Tệp không có cột số đăng ký, nên không biết dòng nào là sự kiện nào.")
        finder = BookFinder(tuple(books.values()), keys)
        assigned = []
        for row in rows.all():
            match = finder.find(row)
            if isinstance(match, str):
                report.leave_row(match, row.row)
            else:
                assigned.append((match, row.row))
        rows.assign(assigned)
        return report

    # --- values -------------------------------------------------------------------------------------------------------

    def _planned(
        self, rows: ImportedRows, book: BookRow, layout: SheetLayout, report: ImportReport
    ) -> Iterator[PlannedEntry]:
        entries = list(self.registry.stored_entries(book.book_id))
        keyed = self.desk.keyed_fields(self.person, book.book_id)
        keys = layout.record.key_fields
        for matched in match_rows(rows.of_book(book.book_id), entries, keys, book.volume):
            if matched.entry is None:
                report.leave_row(matched.why, matched.row.row)
                continue
            sure = matched.sure or self.mode is not ImportMode.DECIDED
            if not (sure or agrees_on_a_person(matched.row, matched.entry, layout.record)):
                report.leave_row(UNSURE, matched.row.row)
                continue
            report.entries += 1
            yield self._planned_entry(matched, matched.entry, book, layout, keyed, report)

    def _planned_entry(
        self,
        matched: MatchedRow,
        entry: StoredEntry,
        book: BookRow,
        layout: SheetLayout,
        keyed: Mapping[int, frozenset[str]],
        report: ImportReport,
    ) -> PlannedEntry:
        readings, keys = {reading.field: reading for reading in entry.readings}, layout.record.key_fields
        values: list[Verdict] = []
        differences: list[FoundDifference] = []
        row: ImportedRow = matched.row
        for name, text in row.texts.items():
            spec = layout.record.by_name[name]
            if spec.ledger:
                continue
            value, flaw = self._value(spec, text)
            if flaw:
                report.leave_value(spec.label, flaw, row.row)
                continue
            in_force = entry.values.get(name)
            if in_force is not None:
                is_key = name == keys.number and number_of(value, in_force) == number_of(in_force, "")
                if is_key or self._compared(spec, in_force) == self._compared(spec, value):
                    report.same += 1
                else:
                    differences.append(_difference(entry, keys.number, book, spec, in_force, value, row.row))
                continue
            reading = readings.get(name)
            if reading is None or reading.status is FieldStatus.NOT_ON_FORM:
                report.leave_value(spec.label, NO_PLACE, row.row)
            elif name in keyed.get(entry.entry_id, ()):
                report.keyed += 1
            else:
                self._count_reading(report, spec, reading, value)
                values.append(Verdict(name, FieldStatus.READ, value))
        report.fields += len(values)
        report.differs += len(differences)
        return PlannedEntry(entry.entry_id, tuple(values), tuple(differences))

    def _value(self, spec: FieldSpec, text: str) -> tuple[str, str]:
        """Return a value as written on paper (a code as its term) and ``""``, or ``""`` and its flaw."""
        vocabulary = self.schemas.vocabulary(spec)
        if vocabulary is not None and spec.value_kind.is_listed:
            if text in vocabulary.labels:
                return vocabulary.labels[text], ""
            parsed = spec.value_kind.parse(text, vocabulary)
            return (text, "") if parsed.canonical in vocabulary.labels else ("", UNKNOWN_CODE)
        parsed = spec.value_kind.parse(text, vocabulary)
        if not parsed.canonical and not spec.value_kind.is_words and self.mode is ImportMode.DECIDED:
            return "", NOT_UNDERSTOOD
        return text, ""

    def _compared(self, spec: FieldSpec, text: str) -> str:
        vocabulary = self.schemas.vocabulary(spec)
        return compared_form(spec.value_kind, text, vocabulary, case_counts=False)

    def _count_reading(self, report: ImportReport, spec: FieldSpec, reading: FieldReading, text: str) -> None:
        if reading.status is not FieldStatus.READ:
            return
        if self._compared(spec, reading.canonical or reading.text) == self._compared(spec, text):
            report.machine_agrees += 1
        else:
            report.machine_differs += 1


@dataclass(frozen=True, slots=True)
class PlannedEntry:
    """The content of a row for its entry.

    Attributes:
        differences: Differences between row and registry.
    """

    entry_id: int
    values: tuple[Verdict, ...]
    differences: tuple[FoundDifference, ...]


class _Questions:
    """Collects the differences about which people were not asked before."""

    def __init__(self, importer: WorkbookImporter, layout: SheetLayout, report: ImportReport) -> None:
        self._importer, self._layout, self._report = importer, layout, report
        self._new: list[FoundDifference] = []

    def add(self, differences: Sequence[FoundDifference]) -> None:
        if not differences:
            return
        asked = self._importer.desk.asked_differences(
            {diff.entry_id for diff in differences if diff.entry_id}
        )
        fresh = [diff for diff in differences if (diff.entry_id, diff.field, diff.theirs) not in asked]
        self._report.differs -= len(differences) - len(fresh)
        self._report.asked_before += len(differences) - len(fresh)
        self._new += fresh

    def save(self, file: WorkbookFile) -> None:
        if not self._new:
            return
        counts = {"rows": self._report.rows, "entries": self._report.entries, "differs": len(self._new)}
        self._report.reconciliation_id = self._importer.registry.reconciliations().save(
            self._layout.record.record,
            file.name,
            file.sha256,
            self._new,
            counts,
            author=self._importer.person.login,
        )


def _difference(
    entry: StoredEntry, number: str, book: BookRow, spec: FieldSpec, ours: str, theirs: str, row: int
) -> FoundDifference:
    kind = FieldDifferenceKind.CHANGED if ours else FieldDifferenceKind.ONLY_THEIRS
    return FoundDifference(
        kind=DifferenceKind.FIELDS,
        place_code=book.place_code,
        book_id=book.book_id,
        entry_id=entry.entry_id,
        number=entry.values.get(number) or "",
        volume=book.volume,
        file_row=row,
        field=spec.name,
        field_kind=kind,
        ours=ours,
        theirs=theirs,
    )
