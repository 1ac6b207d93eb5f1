"""A workbook against the registry, and into it: what would be brought, what is there, what differs.

Row by row and book by book, so that memory does not grow with the file. The same file twice changes nothing: what was
brought is there, what differs was asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from pipeline.base.errors import ReconcileError
from pipeline.base.model import FieldReading, FieldStatus
from pipeline.declarations.schema import FieldSpec, RecordSpec, Schemas
from pipeline.delivery.reconcile import DifferenceKind, FieldDifferenceKind, SheetLayout, SourceWorkbook
from pipeline.delivery.workbook_import.book_matching import (
    UNSURE,
    BookFinder,
    KeyFields,
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
from pipeline.registry import Registry, StoredEntry, Verdict
from pipeline.registry.accounts.model import Person
from pipeline.registry.books.model import BookRow
from pipeline.registry.desk import Desk
from pipeline.registry.imports.model import ImportedValues, ImportMode, WorkbookFile
from pipeline.registry.reconciliation.model import FoundDifference
from pipeline.values import kinds
from pipeline.values.kinds import compared_form

AT_ONCE = 200
"""Entries whose values one transaction takes."""

FREE_TEXT = frozenset({"name", "place", "text", "date_words"})
"""Kinds of which any text is a value."""


@dataclass(frozen=True)
class WorkbookImporter:
    """One import of a workbook by a person.

    Attributes:
        registry: Where it is brought.
        desk: The desk of that registry, by the office's policy.
        schemas: The declarations.
        person: Who answers for it.
        mode: What its values count for.
        book_ids: The books that people named; none: those that the rows name.
        serial_days: Whether numbers that Excel keeps as days are days.
    """

    registry: Registry
    desk: Desk
    schemas: Schemas
    person: Person
    mode: ImportMode
    book_ids: Sequence[int] = ()
    serial_days: bool = False

    def look(self, book: SourceWorkbook, layout: SheetLayout) -> ImportReport:
        """Return what an import would do; nothing is brought.

        Raises:
            ReconcileError: The sheet is broken, or no book of this register is the person's.
        """
        with imported_rows(book, layout, serial_days=self.serial_days) as rows:
            report, books = self._report(book, layout, rows), self._books(layout.record)
            questions = _Questions(self, layout, report)
            for book_id in rows.books():
                planned = self._planned(rows, books[book_id], layout, report)
                while some := list(islice(planned, AT_ONCE)):
                    questions.add([each for one in some for each in one.differences])
        return report

    def bring(
        self,
        book: SourceWorkbook,
        layout: SheetLayout,
        file: WorkbookFile,
        on_progress: Callable[[int, int], None] = lambda _done, _of: None,
    ) -> ImportReport:
        """Bring the values, ask people about what differs, and return what was done.

        Args:
            book: The workbook.
            layout: Where its columns are.
            file: Its name and its content.
            on_progress: Told how many rows are done, of how many.

        Raises:
            ReconcileError: The sheet is broken, or no book of this register is the person's.
            NotYours: The person is no supervisor.
        """
        with imported_rows(book, layout, serial_days=self.serial_days) as rows:
            report, books = self._report(book, layout, rows), self._books(layout.record)
            taken, questions = ImportedValues(), _Questions(self, layout, report)
            for book_id in rows.books():
                planned = self._planned(rows, books[book_id], layout, report)
                while some := list(islice(planned, AT_ONCE)):
                    values = {one.entry_id: one.values for one in some if one.values}
                    if values and not report.import_id:
                        report.import_id = self.desk.begin_import(
                            self.person, layout.record.record, file, self.mode
                        )
                    if values:
                        taken += self.desk.import_values(self.person, report.import_id, values)
                    questions.add([each for one in some for each in one.differences])
                    on_progress(report.entries, report.rows)
            questions.save(file)
        report.taken = taken
        return report

    # --- rows and books -----------------------------------------------------------------------------------------------

    def _books(self, record: RecordSpec) -> Mapping[int, BookRow]:
        found = {
            row.book_id: row
            for row in self.registry.book_rows(record.record)
            if self.person.may_see(row.place_code) and (not self.book_ids or row.book_id in self.book_ids)
        }
        if not found:
            raise ReconcileError(
                f"Chưa có quyển sổ nào loại “{record.title}” của nơi bạn phụ trách. Hãy quét và đọc sổ trước."
            )
        return found

    def _report(self, book: SourceWorkbook, layout: SheetLayout, rows: ImportedRows) -> ImportReport:
        """Return the report as far as the file alone gives it, and note which book each row is of."""
        report = ImportReport(layout.record.title, layout.sheet, self.mode, rows.rows, rows.flaws)
        report.hidden = tuple(sorted(book.hidden))
        report.ignored = layout.ignored
        report.mapped = {spec.label: spec.column for spec in layout.fields}
        books, keys = self._books(layout.record), KeyFields.of(layout.record)
        if not {keys.number, keys.page} & {spec.name for spec in layout.fields}:
            raise ReconcileError("Tệp không có cột số đăng ký, nên không biết dòng nào là sự kiện nào.")
        finder = BookFinder(tuple(books.values()), keys)
        assigned = []
        for row in rows.all():
            found = finder.find(row)
            if isinstance(found, str):
                report.leave_row(found, row.row)
            else:
                assigned.append((found, row.row))
        rows.assign(assigned)
        return report

    # --- values -------------------------------------------------------------------------------------------------------

    def _planned(
        self, rows: ImportedRows, book: BookRow, layout: SheetLayout, report: ImportReport
    ) -> Iterator[PlannedEntry]:
        entries = list(self.registry.stored_entries(book.book_id))
        keyed = self.desk.keyed_fields(self.person, book.book_id)
        keys = KeyFields.of(layout.record)
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
        readings, keys = {one.field: one for one in entry.readings}, KeyFields.of(layout.record)
        values: list[Verdict] = []
        differences: list[FoundDifference] = []
        row: ImportedRow = matched.row
        for name, text in row.texts.items():
            spec = layout.record.by_name[name]
            if spec.ledger:
                continue
            told, flaw = self._value(spec, text)
            if flaw:
                report.leave_value(spec.label, flaw, row.row)
                continue
            in_force = entry.values.get(name)
            if in_force is not None:
                is_key = name == keys.number and number_of(told, in_force) == number_of(in_force, "")
                if is_key or self._compared(spec, in_force) == self._compared(spec, told):
                    report.same += 1
                else:
                    differences.append(_difference(entry, book, spec, in_force, told, row.row))
                continue
            reading = readings.get(name)
            if reading is None or reading.status is FieldStatus.NOT_ON_FORM:
                report.leave_value(spec.label, NO_PLACE, row.row)
            elif name in keyed.get(entry.entry_id, ()):
                report.keyed += 1
            else:
                self._count_reading(report, spec, reading, told)
                values.append(Verdict(name, FieldStatus.READ, told))
        report.fields += len(values)
        report.differs += len(differences)
        return PlannedEntry(entry.entry_id, tuple(values), tuple(differences))

    def _value(self, spec: FieldSpec, text: str) -> tuple[str, str]:
        """Return a value as people write it on paper, the word of a code; or why it cannot be brought."""
        vocabulary = self.schemas.vocabulary(spec)
        if vocabulary is not None and spec.kind == "choice":
            if text in vocabulary.labels:
                return vocabulary.labels[text], ""
            parsed = kinds.KINDS[spec.kind].parse(text, vocabulary)
            return (text, "") if parsed.canonical in vocabulary.labels else ("", UNKNOWN_CODE)
        parsed = kinds.KINDS[spec.kind].parse(text, vocabulary)
        if not parsed.canonical and spec.kind not in FREE_TEXT and self.mode is ImportMode.DECIDED:
            return "", NOT_UNDERSTOOD
        return text, ""

    def _compared(self, spec: FieldSpec, text: str) -> str:
        vocabulary = self.schemas.vocabulary(spec)
        return compared_form(kinds.KINDS[spec.kind], text, vocabulary, case_counts=False)

    def _count_reading(self, report: ImportReport, spec: FieldSpec, reading: FieldReading, text: str) -> None:
        if reading.status is not FieldStatus.READ:
            return
        if self._compared(spec, reading.canonical or reading.text) == self._compared(spec, text):
            report.machine_agrees += 1
        else:
            report.machine_differs += 1


@dataclass(frozen=True, slots=True)
class PlannedEntry:
    """What a row says of its entry.

    Attributes:
        entry_id: The entry.
        values: What it brings.
        differences: What the registry holds otherwise.
    """

    entry_id: int
    values: tuple[Verdict, ...]
    differences: tuple[FoundDifference, ...]


class _Questions:
    """What differs, asked once: each difference that nobody was asked about before."""

    def __init__(self, importer: WorkbookImporter, layout: SheetLayout, report: ImportReport) -> None:
        self._importer, self._layout, self._report = importer, layout, report
        self._new: list[FoundDifference] = []

    def add(self, found: Sequence[FoundDifference]) -> None:
        if not found:
            return
        asked = self._importer.desk.asked_differences({one.entry_id for one in found if one.entry_id})
        fresh = [one for one in found if (one.entry_id, one.field, one.theirs) not in asked]
        self._report.differs -= len(found) - len(fresh)
        self._report.asked_before += len(found) - len(fresh)
        self._new += fresh

    def save(self, file: WorkbookFile) -> None:
        if not self._new:
            return
        told = {"rows": self._report.rows, "entries": self._report.entries, "differs": len(self._new)}
        self._report.reconciliation_id = self._importer.registry.reconciliations().save(
            self._layout.record.record,
            file.name,
            file.sha256,
            self._new,
            told,
            author=self._importer.person.login,
        )


def _difference(
    entry: StoredEntry, book: BookRow, spec: FieldSpec, ours: str, theirs: str, row: int
) -> FoundDifference:
    kind = FieldDifferenceKind.CHANGED if ours else FieldDifferenceKind.ONLY_THEIRS
    return FoundDifference(
        kind=DifferenceKind.FIELDS,
        place_code=book.place_code,
        book_id=book.book_id,
        entry_id=entry.entry_id,
        number=entry.values.get("entry_number") or "",
        volume=book.volume,
        file_row=row,
        field=spec.name,
        field_kind=kind,
        ours=ours,
        theirs=theirs,
    )
