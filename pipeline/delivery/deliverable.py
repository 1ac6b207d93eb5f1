"""The deliverable entries of a book: every value is known, no task is open, no BLOCK finding holds."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain, pairwise
from types import MappingProxyType

from pipeline.base.model import (
    ACT_CONTINUED,
    COPIED,
    Box,
    FieldReading,
    FieldStatus,
    PageKind,
    PageRef,
    Severity,
)
from pipeline.base.text.control_characters import visible_text
from pipeline.declarations.office.delivery_policy import DeliveryPolicy
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
from pipeline.delivery_rules import FieldLayers, notes_with
from pipeline.registry import WHOLE_ENTRY, Registry, StoredBook, StoredEntry, Task
from pipeline.registry.entries.model import BookLayers
from pipeline.scans.workspace import Workspace

WITHOUT_ENTRIES = frozenset({PageKind.COVER, PageKind.BLANK})
"""Page kinds without entries."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class DeliverableBook:
    """The settled entries of a book, and the entries and pages that block its delivery.

    Attributes:
        entries: The settled entries, in the order of the book.
        blockers: The entries and pages held back.
        rows: The box of each entry on pages with several entries, settled or not, where it is known.
        goes_on: By page and row of an act that is written to its end at the top of the next page: that page, and how
            far down it reaches, in pixels of the rectified page.
        readers: Number of fields by the engine that read them.
        loose: Pages without an entry that are neither cover nor blank.
    """

    book: StoredBook
    entries: tuple[SettledEntry, ...]
    blockers: tuple[ExportBlocker, ...]
    rows: Mapping[PageRef, Mapping[int, Box]]
    readers: Mapping[str, int]
    loose: tuple[PageRef, ...]
    goes_on: Mapping[tuple[PageRef, int], tuple[PageRef, float]] = field(default_factory=dict)

    def names(self, schemas: Schemas, options: PackageOptions) -> BookNames:
        """Return the names of the package's files."""
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
    """Return the deliverable entries of a book as of now.

    Its rows are compared with the audit log: an entry with a row that was changed outside the program is held back.
    """
    book = registry.book(book_id)
    tasks = registry.queue(book_id)
    waiting = {task.entry_id for task in tasks if task.entry_id is not None}
    blockers: list[ExportBlocker] = list(page_blockers(book, tasks))
    entries: list[SettledEntry] = []
    boxes: defaultdict[PageRef, dict[int, Box | None]] = defaultdict(dict)
    readers: Counter[str] = Counter()
    layers = BookLayers(book.ledger, schemas, options.delivery)
    signers = registry.amendment_signers(book_id)
    unsigned = registry.unsigned_amendments(book_id) if options.approval.amendments else frozenset()
    following: Iterator[tuple[StoredEntry, tuple[str, ...]] | None] = chain(
        registry.compared_entries(book_id), [None]
    )
    next_page = dict(pairwise(page.ref for page in book.pages))
    goes_on: dict[tuple[PageRef, int], tuple[PageRef, float]] = {}
    for compared, behind in pairwise(following):
        if compared is None:
            break
        entry, altered = compared
        if (
            behind is not None
            and next_page.get(entry.ref) == behind[0].ref
            and (end := _end_above(behind[0]))
        ):
            goes_on[entry.ref, entry.row] = behind[0].ref, end
        boxes[entry.ref][entry.row] = box_of_entry(entry)
        below = None if behind is None or behind[1] else behind[0]
        entry_layers = layers.of(entry, is_trusted=not altered, below=below)
        outcome = settle(entry, entry_layers, schemas, waiting, altered, signers)
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
    blockers = [
        blocker
        for blocker in blockers
        if blocker.why != "failure" or (blocker.scan, blocker.page_no) not in typed
    ]
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
        goes_on=goes_on,
    )


def _end_above(first: StoredEntry) -> float:
    """Return how far down the end of the act of the page before reaches above an act, 0 for none."""
    box = box_of_entry(first)
    goes_on = any(finding.code == ACT_CONTINUED for finding in first.findings)
    return box.top if goes_on and box is not None else 0.0


def _unsigned_columns(entry: StoredEntry, unsigned: Collection[int], schemas: Schemas) -> tuple[str, ...]:
    """Return the Ministry's columns whose amendments lack a second signature."""
    spec = schemas.record(entry.record).by_name
    return tuple(
        spec[name].column or name
        for name, amendment in entry.amendments.items()
        if amendment.amendment_id in unsigned
    )


def book_layers(
    registry: Registry, book_id: int, schemas: Schemas, policy: DeliveryPolicy
) -> Iterator[tuple[StoredEntry, Mapping[str, FieldLayers]]]:
    """Yield each entry of a book, in its order, with the written and the delivered layer of its values."""
    layers = BookLayers(registry.book(book_id).ledger, schemas, policy)
    following: Iterator[StoredEntry | None] = chain(registry.stored_entries(book_id), [None])
    for entry, below in pairwise(following):
        if entry is not None:
            yield entry, layers.of(entry, below=below)


def without_altered(book: DeliverableBook, workspace: Workspace, options: PackageOptions) -> DeliverableBook:
    """Hold back the entries of which a scan in the store is missing or differs from its state when it was read.

    Args:
        options: Name the pages that people attached to entries.
    """
    scans = {name: sha256 for sha256, name in book.book.scans.items()}
    attached: defaultdict[str, set[str]] = defaultdict(set)
    for page in options.attached:
        if page.book == book.book.folder_name and page.scan in scans:
            attached[page.number].add(scans[page.scan])
    flaws: dict[str, str] = {}
    kept: list[SettledEntry] = []
    blockers = list(book.blockers)
    for entry in book.entries:
        papers = [column.paper.scan_sha256 for column in entry.amended if column.paper is not None]
        own = (entry.ref.scan_sha256, *sorted(attached[entry.number]), *papers)
        for sha256 in own:
            if sha256 not in flaws:
                flaws[sha256] = workspace.flaw_of(sha256)
        wrong = next((sha256 for sha256 in own if flaws[sha256]), "")
        if not wrong:
            kept.append(entry)
            continue
        scan = book.book.scans.get(wrong, wrong[:12])
        page_no = entry.ref.page_no if wrong == entry.ref.scan_sha256 else 0
        blockers.append(
            ExportBlocker(
                "scan", scan, page_no, entry.row, entry.number, entry.entry_id, codes=(flaws[wrong],)
            )
        )
    if len(kept) < len(book.entries):
        wrong_scans = Counter(filter(None, flaws.values()))
        _logger.error("book %d: scans in the store: %s", book.book.book_id, dict(wrong_scans))
    return replace(book, entries=tuple(kept), blockers=tuple(blockers))


def without_faults(
    book: DeliverableBook, schemas: Schemas, options: PackageOptions, *, despite_loading: bool = False
) -> DeliverableBook:
    """Hold back the entries whose rows would fail the check before the upload.

    The other entries of the book can then be delivered.

    Args:
        despite_loading: Whether entries that only the model of the shared software refuses are delivered.
    """
    volume = book.book.ledger.volume
    unsettled = {(volume, blocker.number) for blocker in book.blockers if blocker.number}
    rows = [entry.cells for entry in book.entries]
    template = options.template(book.book.record, schemas)
    faults = row_faults(rows, template, schemas, unsettled, options.province)
    if despite_loading:
        faults = {at: held for at, held in faults.items() if any(fault.check != "LOAD" for fault in held)}
    held = [
        ExportBlocker(
            why="fault",
            scan=book.book.scans.get(entry.ref.scan_sha256, ""),
            page_no=entry.ref.page_no,
            row=entry.row,
            number=entry.number,
            entry_id=entry.entry_id,
            fields=tuple(dict.fromkeys(fault.column for fault in faults[at] if fault.column)),
            codes=tuple(dict.fromkeys(fault.check for fault in faults[at])),
        )
        for at, entry in enumerate(book.entries)
        if at in faults
    ]
    kept = tuple(entry for at, entry in enumerate(book.entries) if at not in faults)
    return replace(book, entries=kept, blockers=(*book.blockers, *held))


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
    """Return the box around all readings of an entry; ``None`` if no reading has a place."""
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
    signers: Mapping[int, str] = MappingProxyType({}),
) -> SettledEntry | ExportBlocker:
    """Return the entry as it is delivered, or the reason that holds it back.

    Args:
        open_entries: Ids of the entries with an open task.
        altered: The tables in which a row of the entry was tampered with.
        signers: Who signed amendments as the second person, by the id of the amendment.
    """
    record = schemas.record(entry.record)
    key = record.key_columns
    number = record.by_column.get(key.number)
    number_layers = layers.get(number.name) if number else None
    why, fields, codes = _why_blocked(entry, record, layers, open_entries)
    if altered:
        why, fields, codes = "tampered", (), altered
    if why:
        return ExportBlocker(
            why=why,
            scan=entry.scan,
            page_no=entry.ref.page_no,
            row=entry.row,
            number=number_layers.delivered.value if number_layers else "",
            entry_id=entry.entry_id,
            fields=fields,
            codes=codes,
        )
    values = {name: field_layers.delivered.value for name, field_layers in layers.items()}
    notes = ""
    if record.book is not None:
        notes = visible_text(values.get(record.book.notes, ""))
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
        amended=tuple(_amended_columns(entry, record, signers)),
        layered=tuple(_layered_columns(layers, cells, record)),
        notes=notes,
    )


def _layered_columns(
    layers: Mapping[str, FieldLayers], cells: Mapping[str, str], record: RecordSpec
) -> Iterator[LayeredColumn]:
    """Yield the values that a delivery rule changed, in the order of the Ministry's columns."""
    for name, field_layers in layers.items():
        column, delivered = record.by_name[name].column, field_layers.delivered
        if column and delivered.rule:
            yield LayeredColumn(
                column,
                visible_text(field_layers.written),
                cells[column],
                visible_text(delivered.note),
                delivered.rule,
                bool(delivered.confirmed_by),
            )


def _amended_columns(
    entry: StoredEntry, record: RecordSpec, signers: Mapping[int, str]
) -> Iterator[AmendedColumn]:
    """Yield the amended values, in the order of the Ministry's columns."""
    for spec in record.fields:
        amendment = entry.amendments.get(spec.name)
        if amendment is not None:
            order = amendment.order
            yield AmendedColumn(
                spec.column,
                amendment.kind,
                order.decision_number,
                order.decided_on,
                order.paper,
                amendment.author,
                signers.get(amendment.amendment_id, ""),
            )


def _why_blocked(
    entry: StoredEntry, record: RecordSpec, layers: Mapping[str, FieldLayers], open_entries: Collection[int]
) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Return the reason that holds an entry back (``""``: none), with the columns and codes concerned."""
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
    waiting = {
        record.by_name[name].column: layer.delivered.rule for name, layer in layers.items() if layer.waits
    }
    waiting.pop("", None)
    return ("confirm" if waiting else "", tuple(waiting), tuple(dict.fromkeys(waiting.values())))


def _is_on_paper(reading: FieldReading | None, spec: FieldSpec, entry: StoredEntry) -> bool:
    """Return whether a field has a decision or a place on the entry's form; otherwise no value is missing."""
    if spec.name in entry.decisions:
        return True
    return reading is not None and reading.status is not FieldStatus.NOT_ON_FORM


def _blocking_codes(entry: StoredEntry) -> Iterator[str]:
    """Yield the codes of the BLOCK findings that hold for an entry.

    A finding of the entry itself holds until all fields that it names are decided; a finding across entries always
    holds.
    """
    for finding in entry.findings:
        named = finding.fields or (WHOLE_ENTRY,)
        if finding.severity is Severity.BLOCK and not set(named) <= entry.decisions.keys():
            yield finding.code
    for across in entry.cross_entry_findings:
        if across.finding.severity is Severity.BLOCK:
            yield across.finding.code


def page_blockers(book: StoredBook, tasks: Iterable[Task]) -> Iterator[ExportBlocker]:
    """Yield the pages that keep a book from being complete: pages with an open task, and unread pages.

    ``deliverable_book`` drops the unread pages whose entries people have typed.
    """
    for task in tasks:
        if task.entry_id is None:
            yield ExportBlocker("task", task.scan, task.page_no, codes=task.reasons)
    for failed in book.failures:
        yield ExportBlocker("failure", failed.scan, failed.page_no or 0, codes=(failed.code,))


def _texts(entry: StoredEntry) -> Iterator[TextSpan]:
    """Yield the written text of each blank: the decision if there is one, else the machine's reading.

    Texts of fields that share a blank are joined. A text over several lines is laid over the first line as a whole, so
    that a search matches it.
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
