"""X"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from pipeline.export.options import BookNames, PackageOptions
from pipeline.export.package_values import AmendedColumn, BookFacts, ExportBlocker, SettledEntry, TextSpan
from pipeline.export.workbook import FREE_TEXT, CellOptions, cells_of
from pipeline.model import Box, FieldReading, FieldStatus, PageKind, PageRef, Severity
from pipeline.registry import WHOLE_ENTRY, Registry, StoredBook, StoredEntry, Task
from pipeline.schema import FieldSpec, RecordSpec, Schemas

NO_ENTRIES = frozenset({PageKind.COVER, PageKind.BLANK})
"""Kinds of pages that belong to no entry."""


@dataclass(frozen=True)
class DeliverableBook:
    """``entries`` that are settled, in the order of the book, and all that is ``held``. ``rows``: on pages that hold
    several entries, settled or not, the box of each whose place is known; ``readers``: how many fields each reader
    gave; ``loose``: pages that belong to no entry and are neither cover nor blank."""

    book: StoredBook
    entries: tuple[SettledEntry, ...]
    held: tuple[ExportBlocker, ...]
    rows: Mapping[PageRef, Mapping[int, Box]]
    readers: Mapping[str, int]
    loose: tuple[PageRef, ...]

    def names(self, schemas: Schemas, options: PackageOptions) -> BookNames:
        """How the files of this package are named."""
        ledger = self.book.ledger
        facts = BookFacts(
            self.book.folder_name, ledger, self.book.record, schemas.record(self.book.record).prefix
        )
        years = {entry.registered_year for entry in self.entries}
        spans = bool(years - {str(ledger.year)})
        return BookNames(facts, options.paper(ledger.year), spans, options.file_pattern, options.book_pattern)


def deliverable(
    registry: Registry, book_id: int, schemas: Schemas, options: PackageOptions
) -> DeliverableBook:
    """The book as it stands now."""
    book = registry.book(book_id)
    tasks = registry.queue(book_id)
    waiting = {task.entry_id for task in tasks if task.entry_id is not None}
    held: list[ExportBlocker] = list(pages_held(book, tasks))
    entries: list[SettledEntry] = []
    boxes: defaultdict[PageRef, dict[int, Box | None]] = defaultdict(dict)
    readers: Counter[str] = Counter()
    for entry_id in registry.entries(book_id):
        entry = registry.entry(entry_id)
        boxes[entry.ref][entry.row] = _box_of(entry)
        one = settled(entry, schemas, options.cells, waiting)
        if isinstance(one, ExportBlocker):
            held.append(one)
            continue
        entries.append(one)
        readers.update(reading.engine for reading in entry.readings if reading.engine)
    scans = {name: sha256 for sha256, name in book.scans.items()}
    attached = {
        PageRef(scans.get(one.scan, ""), one.page) for one in options.attached if one.book == book.folder_name
    }
    attached |= {one.paper for entry in entries for one in entry.amended if one.paper is not None}
    loose = tuple(
        page.ref
        for page in book.pages
        if page.kind not in NO_ENTRIES and page.ref not in boxes and page.ref not in attached
    )
    several = {
        ref: {row: box for row, box in rows.items() if box is not None}
        for ref, rows in boxes.items()
        if len(rows) > 1
    }
    return DeliverableBook(book, tuple(entries), tuple(held), several, dict(readers.most_common()), loose)


def _box_of(entry: StoredEntry) -> Box | None:
    """Around all that was read of an entry; None where nothing has a place."""
    boxes = [box for reading in entry.readings for box in (*reading.lines, *filter(None, [reading.box]))]
    if not boxes:
        return None
    around = boxes[0]
    for box in boxes[1:]:
        around = around.union(box)
    return around


def settled(
    entry: StoredEntry, schemas: Schemas, options: CellOptions, open_entries: Collection[int]
) -> SettledEntry | ExportBlocker:
    """The entry as it is delivered, or why it is held back. ``open_entries``: ids of those with an open task."""
    record = schemas.record(entry.record)
    illegible = [spec.name for spec in record.fields if _said_illegible(entry, spec, options)]
    amended = {name: one.value for name, one in entry.amendments.items()}
    values = {**entry.values, **dict.fromkeys(illegible, options.illegible), **amended}
    why, fields, codes = _held(entry, record, values, open_entries)
    if why:
        number = entry.values.get("entry_number") or ""
        return ExportBlocker(
            why, entry.scan, entry.ref.page_no, entry.row, number, entry.entry_id, fields, codes
        )
    cells = cells_of(values, record, schemas, options)
    sha256, page_no = entry.ref.scan_sha256, entry.ref.page_no
    texts, amendments = tuple(_texts(entry)), tuple(_amended(entry, record))
    return SettledEntry(entry.entry_id, entry.row, sha256, page_no, cells, texts, amendments)


def _amended(entry: StoredEntry, record: RecordSpec) -> Iterator[AmendedColumn]:
    """What was amended, in the order of the Ministry's columns."""
    for spec in record.fields:
        one = entry.amendments.get(spec.name)
        if one is not None:
            paper = one.order.paper
            yield AmendedColumn(spec.column, one.kind, one.order.decision_number, one.order.decided_on, paper)


def _held(
    entry: StoredEntry,
    record: RecordSpec,
    values: Mapping[str, str | None],
    open_entries: Collection[int],
) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Why an entry is held back (``""``: it is not), with the fields and the codes that say so."""
    known = {reading.field: reading for reading in entry.readings}
    unknown = tuple(
        spec.column
        for spec in record.fields
        if spec.column and values.get(spec.name) is None and _on_paper(known.get(spec.name), spec, entry)
    )
    if entry.entry_id in open_entries:
        return "task", unknown, ()
    if unknown:
        return "value", unknown, ()
    codes = tuple(dict.fromkeys(_blocking(entry)))
    return ("finding", (), codes) if codes else ("", (), ())


def _on_paper(reading: FieldReading | None, spec: FieldSpec, entry: StoredEntry) -> bool:
    """Whether anybody said anything of a field: else its form has no place for it, and nothing is missing."""
    if spec.name in entry.decisions:
        return True
    return reading is not None and reading.status is not FieldStatus.NOT_ON_FORM


def _said_illegible(entry: StoredEntry, spec: FieldSpec, options: CellOptions) -> bool:
    """Whether a person found a field illegible that the office writes in words."""
    word = entry.decisions.get(spec.name)
    if not options.illegible or spec.kind not in FREE_TEXT or word is None:
        return False
    return word.status is FieldStatus.ILLEGIBLE


def _blocking(entry: StoredEntry) -> Iterator[str]:
    """Codes of BLOCK findings that stand: of the entry's own those on which nobody decided all fields they name, of
    those beside other entries every one that still holds."""
    for finding in entry.findings:
        named = finding.fields or (WHOLE_ENTRY,)
        if finding.severity is Severity.BLOCK and not set(named) <= entry.decisions.keys():
            yield finding.code
    for one in entry.beside:
        if one.finding.severity is Severity.BLOCK:
            yield one.finding.code


def pages_held(book: StoredBook, tasks: Iterable[Task]) -> Iterator[ExportBlocker]:
    """Pages that keep a book from being whole: those with an open task on the page itself, and those that could not be
    read."""
    for task in tasks:
        if task.entry_id is None:
            yield ExportBlocker("task", task.scan, task.page_no, codes=task.reasons)
    for failed in book.failures:
        yield ExportBlocker("failure", failed.scan, failed.page_no or 0, codes=(failed.code,))


def _texts(entry: StoredEntry) -> Iterator[TextSpan]:
    """What stands in each blank, as it is written there: the words of a person before those of the machine. Fields that
    share a blank are told one after the other, and what goes over several lines lies in one piece over the first, so
    that a search finds it whole."""
    blanks: dict[tuple[Box, ...], list[str]] = {}
    for reading in entry.readings:
        if reading.box is not None:
            blanks.setdefault(reading.lines or (reading.box,), []).append(_written(entry, reading))
    for lines, texts in blanks.items():
        words = " ".join(filter(None, texts))
        if words:
            left, right = min(box.left for box in lines), max(box.right for box in lines)
            yield TextSpan(words, Box(left, lines[0].top, right, lines[0].bottom))


def _written(entry: StoredEntry, reading: FieldReading) -> str:
    word = entry.decisions.get(reading.field)
    if word is not None:
        return word.text if word.status is FieldStatus.READ else ""
    return reading.text if reading.accepted and reading.status is FieldStatus.READ else ""
