"""What of a book may leave the registry now, gathered entry by entry; and what may not, and why."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.batch.settling import pages_held, settled
from pipeline.export.naming import BookNames
from pipeline.export.options import PackageOptions
from pipeline.export.values import BookFacts, ExportBlocker, SettledEntry
from pipeline.model import Box, PageKind, PageRef
from pipeline.registry import Registry, StoredBook, StoredEntry
from pipeline.schema import Schemas

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
