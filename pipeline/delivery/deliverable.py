"""The entries of a book that may be delivered: every value known, nothing left to decide, no BLOCK finding."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from pipeline.base.model import COPIED, Box, FieldReading, FieldStatus, PageKind, PageRef, Severity
from pipeline.base.text.control_characters import visible_text
from pipeline.declarations.schema import FieldSpec, RecordSpec, Schemas
from pipeline.delivery.export.export_options import BookNames, PackageOptions
from pipeline.delivery.export.package_values import (
    AmendedColumn,
    BookFacts,
    ExportBlocker,
    LayeredColumn,
    SettledEntry,
    TextSpan,
)
from pipeline.delivery.export.preupload import row_faults
from pipeline.delivery.export.workbook import cells_of
from pipeline.delivery_rules import DeliveryPolicy, FieldLayers, notes_with
from pipeline.registry import WHOLE_ENTRY, Registry, StoredBook, StoredEntry, Task
from pipeline.registry.entries.model import BookLayers
from pipeline.scans.workspace import Workspace

WITHOUT_ENTRIES = frozenset({PageKind.COVER, PageKind.BLANK})
"""Kinds of pages that belong to no entry."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class DeliverableBook:
    """What may leave the registry of one book, and what may not.

    Attributes:
        book: The book as the registry holds it.
        entries: The settled ones, in the order of the book.
        blockers: The entries and pages that are held back.
        rows: On pages that hold several entries, settled or not, the box of each whose place is known.
        readers: How many fields each reader gave.
        loose: Pages that belong to no entry and are neither cover nor blank.
    """

    book: StoredBook
    entries: tuple[SettledEntry, ...]
    blockers: tuple[ExportBlocker, ...]
    rows: Mapping[PageRef, Mapping[int, Box]]
    readers: Mapping[str, int]
    loose: tuple[PageRef, ...]

    def names(self, schemas: Schemas, options: PackageOptions) -> BookNames:
        """Return how the files of this package are named."""
        ledger, record = self.book.ledger, self.book.record
        years = {entry.registered_year for entry in self.entries}
        return BookNames(
            facts=BookFacts(self.book.folder_name, ledger, record, schemas.record(record).prefix),
            paper=options.paper(ledger.year),
            spans=bool(years - {str(ledger.year)}),
            pattern=options.file_pattern,
            book_pattern=options.book_pattern,
        )


def deliverable_book(
    registry: Registry, book_id: int, schemas: Schemas, options: PackageOptions
) -> DeliverableBook:
    """Return the book as it can be delivered now.

    Its rows are compared with the audit: an entry of which one was changed behind the program's back is held back.
    """
    book = registry.book(book_id)
    tasks = registry.queue(book_id)
    waiting = {task.entry_id for task in tasks if task.entry_id is not None}
    blockers: list[ExportBlocker] = list(page_blockers(book, tasks))
    entries: list[SettledEntry] = []
    boxes: defaultdict[PageRef, dict[int, Box | None]] = defaultdict(dict)
    readers: Counter[str] = Counter()
    layers = BookLayers(book.ledger, schemas, options.delivery)
    unsigned = registry.unsigned_amendments(book_id) if options.approval.amendments else frozenset()
    for entry, altered in registry.compared_entries(book_id):
        boxes[entry.ref][entry.row] = box_of_entry(entry)
        both = layers.of(entry, is_trusted=not altered)
        outcome = settle(entry, both, schemas, waiting, altered)
        if isinstance(outcome, SettledEntry) and (lacking := _unsigned_columns(entry, unsigned, schemas)):
            outcome = ExportBlocker(
                "signature",
                entry.scan,
                entry.ref.page_no,
                entry.row,
                outcome.number,
                entry.entry_id,
                fields=lacking,
            )
        if isinstance(outcome, ExportBlocker):
            blockers.append(outcome)
            continue
        entries.append(outcome)
        readers.update(reading.engine for reading in entry.readings if reading.engine not in {"", COPIED})
    typed = {(book.scans.get(ref.scan_sha256), ref.page_no) for ref in boxes}
    blockers = [one for one in blockers if one.why != "failure" or (one.scan, one.page_no) not in typed]
    _logger.info(
        "book %d: %d entries settled, blockers %s",
        book_id,
        len(entries),
        dict(Counter(blocker.why for blocker in blockers)),
    )
    several = {
        ref: {row: box for row, box in rows.items() if box is not None}
        for ref, rows in boxes.items()
        if len(rows) > 1
    }
    return DeliverableBook(
        book=book,
        entries=tuple(entries),
        blockers=tuple(blockers),
        rows=several,
        readers=dict(readers.most_common()),
        loose=_loose_pages(book, entries, boxes.keys(), options),
    )


def _unsigned_columns(entry: StoredEntry, unsigned: Collection[int], schemas: Schemas) -> tuple[str, ...]:
    """Return the Ministry's columns of the amendments of an entry that want a second signature."""
    spec = schemas.record(entry.record).by_name
    return tuple(
        spec[name].column or name for name, one in entry.amendments.items() if one.amendment_id in unsigned
    )


def book_layers(
    registry: Registry, book_id: int, schemas: Schemas, policy: DeliveryPolicy
) -> Iterator[tuple[StoredEntry, Mapping[str, FieldLayers]]]:
    """Yield each entry of a book with both layers of its values, in its order.

    Args:
        registry: The registry that holds the book.
        book_id: The book.
        schemas: The declarations.
        policy: The choices of the office.
    """
    layers = BookLayers(registry.book(book_id).ledger, schemas, policy)
    for entry in registry.stored_entries(book_id):
        yield entry, layers.of(entry)


def without_altered(found: DeliverableBook, workspace: Workspace, options: PackageOptions) -> DeliverableBook:
    """Return a book whose entries are held back where a scan of theirs is not what it was when it was read.

    Args:
        found: The book.
        workspace: Where its scans are stored.
        options: Which pages people attached to entries.
    """
    scans = {name: sha256 for sha256, name in found.book.scans.items()}
    attached: defaultdict[str, set[str]] = defaultdict(set)
    for page in options.attached:
        if page.book == found.book.folder_name and page.scan in scans:
            attached[page.number].add(scans[page.scan])
    flaws: dict[str, str] = {}
    kept: list[SettledEntry] = []
    blockers = list(found.blockers)
    for entry in found.entries:
        papers = [column.paper.scan_sha256 for column in entry.amended if column.paper is not None]
        own = (entry.ref.scan_sha256, *sorted(attached[entry.number]), *papers)
        for sha256 in own:
            if sha256 not in flaws:
                flaws[sha256] = workspace.flaw_of(sha256)
        wrong = next((sha256 for sha256 in own if flaws[sha256]), "")
        if not wrong:
            kept.append(entry)
            continue
        scan = found.book.scans.get(wrong, wrong[:12])
        page_no = entry.ref.page_no if wrong == entry.ref.scan_sha256 else 0
        blockers.append(
            ExportBlocker(
                "scan", scan, page_no, entry.row, entry.number, entry.entry_id, codes=(flaws[wrong],)
            )
        )
    if len(kept) < len(found.entries):
        wrong_scans = Counter(filter(None, flaws.values()))
        _logger.error("book %d: scans in the store: %s", found.book.book_id, dict(wrong_scans))
    return replace(found, entries=tuple(kept), blockers=tuple(blockers))


def without_faults(found: DeliverableBook, schemas: Schemas, options: PackageOptions) -> DeliverableBook:
    """Return a book whose entries are held back where the check before the upload would refuse their rows.

    So one entry that cannot be delivered keeps no other back.
    """
    volume = found.book.ledger.volume
    unsettled = {(volume, blocker.number) for blocker in found.blockers if blocker.number}
    rows = [one.cells for one in found.entries]
    faults = row_faults(rows, options.template(found.book.record, schemas), schemas, unsettled)
    held = [
        ExportBlocker(
            why="fault",
            scan=found.book.scans.get(one.ref.scan_sha256, ""),
            page_no=one.ref.page_no,
            row=one.row,
            number=one.number,
            entry_id=one.entry_id,
            fields=tuple(dict.fromkeys(fault.column for fault in faults[at] if fault.column)),
            codes=tuple(dict.fromkeys(fault.check for fault in faults[at])),
        )
        for at, one in enumerate(found.entries)
        if at in faults
    ]
    kept = tuple(one for at, one in enumerate(found.entries) if at not in faults)
    return replace(found, entries=kept, blockers=(*found.blockers, *held))


def _loose_pages(
    book: StoredBook, entries: Iterable[SettledEntry], used: Collection[PageRef], options: PackageOptions
) -> tuple[PageRef, ...]:
    scans = {name: sha256 for sha256, name in book.scans.items()}
    attached = {
        PageRef(scans.get(page.scan, ""), page.page)
        for page in options.attached
        if page.book == book.folder_name
    }
    attached |= {column.paper for entry in entries for column in entry.amended if column.paper is not None}
    return tuple(
        page.ref
        for page in book.pages
        if page.kind not in WITHOUT_ENTRIES and page.ref not in used and page.ref not in attached
    )


def box_of_entry(entry: StoredEntry) -> Box | None:
    """Return the box around all readings of an entry; ``None`` where no reading has a place."""
    boxes = [box for reading in entry.readings for box in (*reading.lines, *filter(None, [reading.box]))]
    if not boxes:
        return None
    around = boxes[0]
    for box in boxes[1:]:
        around = around.union(box)
    return around


def settle(
    entry: StoredEntry,
    layers: Mapping[str, FieldLayers],
    schemas: Schemas,
    open_entries: Collection[int],
    altered: tuple[str, ...] = (),
) -> SettledEntry | ExportBlocker:
    """Return the entry as it is delivered, or why it is held back.

    Args:
        entry: As the registry holds it.
        layers: Both layers of its values.
        schemas: The declarations.
        open_entries: Ids of the entries with an open task.
        altered: The tables in which a row of it was tampered with.
    """
    record = schemas.record(entry.record)
    key = record.key_columns
    number = record.by_column.get(key.number)
    said = layers.get(number.name) if number else None
    why, fields, codes = _why_blocked(entry, record, layers, open_entries)
    if altered:
        why, fields, codes = "tampered", (), altered
    if why:
        return ExportBlocker(
            why=why,
            scan=entry.scan,
            page_no=entry.ref.page_no,
            row=entry.row,
            number=said.delivered.value if said else "",
            entry_id=entry.entry_id,
            fields=fields,
            codes=codes,
        )
    values = {name: one.delivered.value for name, one in layers.items()}
    if record.book is not None:
        values[record.book.notes] = notes_with(values.get(record.book.notes, ""), layers)
    cells = cells_of(values, record, schemas)
    return SettledEntry(
        entry_id=entry.entry_id,
        row=entry.row,
        ref=entry.ref,
        number=cells.get(key.number, ""),
        registered_year=cells.get(key.registered_on, "")[-4:],
        cells=cells,
        texts=tuple(_texts(entry)),
        amended=tuple(_amended_columns(entry, record)),
        layered=tuple(_layered_columns(layers, cells, record)),
    )


def _layered_columns(
    layers: Mapping[str, FieldLayers], cells: Mapping[str, str], record: RecordSpec
) -> Iterator[LayeredColumn]:
    """Yield what a delivery rule changed, in the order of the Ministry's columns."""
    for name, one in layers.items():
        column, told = record.by_name[name].column, one.delivered
        if column and told.rule:
            yield LayeredColumn(
                column,
                visible_text(one.written),
                cells[column],
                visible_text(told.note),
                told.rule,
                bool(told.confirmed_by),
            )


def _amended_columns(entry: StoredEntry, record: RecordSpec) -> Iterator[AmendedColumn]:
    """Yield what was amended, in the order of the Ministry's columns."""
    for spec in record.fields:
        amendment = entry.amendments.get(spec.name)
        if amendment is not None:
            order = amendment.order
            yield AmendedColumn(
                spec.column, amendment.kind, order.decision_number, order.decided_on, order.paper
            )


def _why_blocked(
    entry: StoredEntry,
    record: RecordSpec,
    layers: Mapping[str, FieldLayers],
    open_entries: Collection[int],
) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Return why an entry is held back (``""``: it is not), with the columns and the codes that say so."""
    known = {reading.field: reading for reading in entry.readings}
    unknown = tuple(
        spec.column
        for spec in record.fields
        if spec.column and spec.name not in layers and _is_on_paper(known.get(spec.name), spec, entry)
    )
    if entry.entry_id in open_entries:
        return "task", unknown, ()
    if unknown:
        return "value", unknown, ()
    codes = tuple(dict.fromkeys(_blocking_codes(entry)))
    if codes:
        return "finding", (), codes
    waiting = {record.by_name[name].column: one.delivered.rule for name, one in layers.items() if one.waits}
    waiting.pop("", None)
    return ("confirm" if waiting else "", tuple(waiting), tuple(dict.fromkeys(waiting.values())))


def _is_on_paper(reading: FieldReading | None, spec: FieldSpec, entry: StoredEntry) -> bool:
    """Return whether anybody said anything of a field: else its form has no place for it, and nothing is missing."""
    if spec.name in entry.decisions:
        return True
    return reading is not None and reading.status is not FieldStatus.NOT_ON_FORM


def _blocking_codes(entry: StoredEntry) -> Iterator[str]:
    """Yield the codes of an entry's BLOCK findings that hold.

    A finding of the entry itself holds until somebody has decided all fields that it names; one across
    entries always does.
    """
    for finding in entry.findings:
        named = finding.fields or (WHOLE_ENTRY,)
        if finding.severity is Severity.BLOCK and not set(named) <= entry.decisions.keys():
            yield finding.code
    for across in entry.cross_entry_findings:
        if across.finding.severity is Severity.BLOCK:
            yield across.finding.code


def page_blockers(book: StoredBook, tasks: Iterable[Task]) -> Iterator[ExportBlocker]:
    """Yield the pages that keep a book from being whole.

    These are the pages with an open task on the page itself and those that could not be read. A page of which people
    typed entries keeps nothing back (``deliverable_book``).

    Args:
        book: The book as the registry holds it.
        tasks: Its tasks.
    """
    for task in tasks:
        if task.entry_id is None:
            yield ExportBlocker("task", task.scan, task.page_no, codes=task.reasons)
    for failed in book.failures:
        yield ExportBlocker("failure", failed.scan, failed.page_no or 0, codes=(failed.code,))


def _texts(entry: StoredEntry) -> Iterator[TextSpan]:
    """Yield what is written in each blank: a person's decision before the machine's reading.

    Fields that share a blank follow one another, and what goes over several lines lies in one piece over the first, so
    that a search finds it whole.
    """
    blanks: dict[tuple[Box, ...], list[str]] = {}
    for reading in entry.readings:
        if reading.box is not None:
            blanks.setdefault(reading.lines or (reading.box,), []).append(_written_text(entry, reading))
    for lines, texts in blanks.items():
        joined = " ".join(filter(None, texts))
        if joined:
            left, right = min(box.left for box in lines), max(box.right for box in lines)
            yield TextSpan(visible_text(joined), Box(left, lines[0].top, right, lines[0].bottom))


def _written_text(entry: StoredEntry, reading: FieldReading) -> str:
    decision = entry.decisions.get(reading.field)
    if decision is not None:
        return decision.text if decision.status is FieldStatus.READ else ""
    return reading.text if reading.accepted and reading.status is FieldStatus.READ else ""
