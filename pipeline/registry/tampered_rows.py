"""Rows that were changed behind the program's back, found before their values leave the office.

Rows that may change have a last digest, and so have the append-only rows by which people decide what is delivered
(``PROVEN``). Of the tables of few rows among them, deleted rows are missed, too (``MISSED``). Decisions on links are
compared with the chain itself (``altered_links``), and so is the order of pages. All other rows that are only added,
readings above all, are compared by ``hotich audit verify``, which walks the whole chain.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    Text,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)

from pipeline.registry.amendments.rows import amendment
from pipeline.registry.approvals.rows import amendment_signature, book_approval, confirmed_delivery
from pipeline.registry.books.rows import book, page, page_arrangement, page_run, scan
from pipeline.registry.checks.proven_links import altered_links
from pipeline.registry.checks.rows import book_finding
from pipeline.registry.database.audit.key import Key
from pipeline.registry.database.audit.row_digests import compared, forged, told_about
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.entries.machine_view import machine_views
from pipeline.registry.entries.model import StoredEntry
from pipeline.registry.entries.projections import AT_ONCE, unlike_projections
from pipeline.registry.entries.rows import Subject, entry
from pipeline.registry.entries.stored_entries import entry_ids, stored_entries
from pipeline.registry.tasks.rows import PAGE_ITSELF, decision, review_task
from pipeline.registry.withdrawals.stored_withdrawals import withdrawal


def altered_entries(
    connection: Connection,
    declared: RecordSchema,
    key: Key | None,
    book_id: int,
    entry_id: int | None = None,
) -> Mapping[int, tuple[str, ...]]:
    """Return the entries of a book with rows that differ from their last digest, and the tables of those rows.

    Entries that do not stand are included, because tampering may be the cause. One query for each table.

    Args:
        entry_id: Only this entry; None: all.
    """
    asked = () if entry_id is None else (entry.c.id == entry_id,)
    return _altered_of(connection, declared, key, scan.c.book_id == book_id, *asked)


def altered_among(
    connection: Connection, declared: RecordSchema, key: Key | None, entry_ids: Collection[int]
) -> Mapping[int, tuple[str, ...]]:
    """Return the entries among these with rows that differ from their last digest, and the tables of those rows."""
    return _altered_of(connection, declared, key, entry.c.id.in_(entry_ids)) if entry_ids else {}


@dataclass(frozen=True, slots=True)
class UnprovenEntry:
    """An entry that is held back, since a row that it rests on was changed or added behind the program's back.

    Attributes:
        tables: The tables of those rows.
    """

    entry_id: int
    folder_name: str
    scan: str
    page_no: int
    row: int
    tables: tuple[str, ...]

    @property
    def sentence(self) -> str:
        place = f"{self.folder_name}, {self.scan} trang {self.page_no}"
        return f"{place}, sự kiện mã {self.entry_id} ({', '.join(self.tables)})"


def unproven_entries(
    connection: Connection, declared: RecordSchema, key: Key | None
) -> tuple[UnprovenEntry, ...]:
    """Return the entries of all books that are held back, by id; every row that entries rest on is compared."""
    tables: dict[int, tuple[str, ...]] = {}
    for book_id in connection.scalars(select(book.c.id).order_by(book.c.id)).all():
        tables |= altered_entries(connection, declared, key, book_id)
    found = []
    for entry_id in sorted(tables):
        place = (
            select(book.c.folder_name, scan.c.name, page.c.page_no, entry.c.row)
            .join_from(entry, page, entry.c.page_id == page.c.id)
            .join(scan, page.c.scan_id == scan.c.id)
            .join(book, scan.c.book_id == book.c.id)
            .where(entry.c.id == entry_id)
        )
        found.append(UnprovenEntry(entry_id, *connection.execute(place).one(), tables[entry_id]))
    return tuple(found)


def compared_entries(
    connection: Connection, declared: RecordSchema, key: Key | None, book_id: int
) -> Iterator[tuple[StoredEntry, tuple[str, ...]]]:
    """Yield the valid entries of a book in its order, each with the tables in which a row of it was tampered with.

    Entries that are valid no more come at the end when a row of theirs was tampered with.
    """
    altered, subjects = _unlike_digests(connection, declared, key, scan.c.book_id == book_id)
    ids = entry_ids(connection, book_id)
    others = [entry_id for entry_id in subjects.keys() - set(ids) if entry_id not in altered]
    altered |= unlike_projections(connection, declared, [subjects[entry_id] for entry_id in others])
    ids = [*ids, *sorted(altered.keys() - set(ids))]
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        machines = machine_views(connection, declared, [subjects[entry_id] for entry_id in some])
        proven = [subjects[entry_id] for entry_id in some if entry_id not in altered]
        unlike = {**altered, **unlike_projections(connection, declared, proven, machines)}
        for one in stored_entries(connection, declared, some, machines):
            yield one, unlike.get(one.entry_id, ())


def _altered_of(
    connection: Connection, declared: RecordSchema, key: Key | None, *asked: ColumnElement[bool]
) -> Mapping[int, tuple[str, ...]]:
    """Return the altered entries among those that fulfil the conditions, with the tables of the altered rows."""
    altered, subjects = _unlike_digests(connection, declared, key, *asked)
    proven = [subject for entry_id, subject in subjects.items() if entry_id not in altered]
    return dict(sorted({**altered, **unlike_projections(connection, declared, proven)}.items()))


def _unlike_digests(
    connection: Connection, declared: RecordSchema, key: Key | None, *asked: ColumnElement[bool]
) -> tuple[dict[int, tuple[str, ...]], Mapping[int, Subject]]:
    """Return the tables of the rows that differ from their last digest, by entry, and all entries that were asked."""
    rows = connection.execute(
        select(
            entry.c.id,
            entry.c.row,
            entry.c.record,
            page.c.id.label("page"),
            page.c.page_no,
            scan.c.id.label("scan"),
            scan.c.sha256,
            scan.c.book_id.label("book"),
            page_run.c.id.label("run"),
        )
        .join_from(entry, page, entry.c.page_id == page.c.id)
        .join(scan, page.c.scan_id == scan.c.id)
        .outerjoin(page_run, (page_run.c.page_id == page.c.id) & page_run.c.latest)
        .where(*asked)
    ).all()
    of_part: dict[tuple[object, ...], list[int]] = defaultdict(list)
    subjects: dict[str, list[int]] = {}
    needed: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for one in rows:
        parts = _parts(one.book, one.sha256, one.page_no, one.row)
        for part, subject in zip(
            parts,
            (f"book:{one.book}", f"scan:{one.scan}", f"page:{one.page}", f"entry:{one.id}"),
            strict=True,
        ):
            of_part[part].append(one.id)
            subjects[subject] = of_part[part]
        needed[entry.name][one.id].append(one.id)
        needed[page.name][one.page].append(one.id)
        needed[scan.name][one.scan].append(one.id)
        needed[book.name][one.book].append(one.id)
        if one.run is not None:
            needed[page_run.name][one.run].append(one.id)
        if one.record in declared.records:
            needed[declared.records[one.record].name][one.id].append(one.id)
    pages = {one.page: (one.book, one.sha256, one.page_no) for one in rows}
    tasks = select(review_task.c.id, review_task.c.page_id, review_task.c.row)
    wanted_entries, wanted_pages = (
        select(column)
        .join_from(entry, page, entry.c.page_id == page.c.id)
        .join(scan, page.c.scan_id == scan.c.id)
        .where(*asked)
        for column in (entry.c.id, entry.c.page_id)
    )
    for task in connection.execute(tasks.where(review_task.c.page_id.in_(wanted_pages))):
        row = None if task.row == PAGE_ITSELF else task.row
        needed[review_task.name][task.id] = list(of_part[*pages[task.page_id], row])
    for table_name, row_id, held in _words_of_people(connection, of_part):
        needed[table_name][row_id] = held
    for row_id, held in _findings(connection, wanted_pages, subjects):
        needed[book_finding.name][row_id] = held
    found = _altered(connection, key, needed)
    for table_name, entry_id in _missed(connection, subjects, {one.book for one in rows}):
        found[entry_id].add(table_name)
    for entry_id, names in altered_links(connection, key, [one.id for one in rows], wanted_entries).items():
        found[entry_id] |= names
    altered = {entry_id: tuple(sorted(names)) for entry_id, names in found.items()}
    return altered, {one.id: (one.page, one.id) for one in rows}


def _parts(book_id: int, sha256: str, page_no: int, row: int) -> tuple[tuple[object, ...], ...]:
    """Return the keys of an entry and of all that contains it, as rows name them that outlive readings."""
    return (
        (book_id, None, None, None),
        (book_id, sha256, None, None),
        (book_id, sha256, page_no, None),
        (book_id, sha256, page_no, row),
    )


def _findings(
    connection: Connection, page_ids: Select[tuple[int]], subjects: Mapping[str, list[int]]
) -> Iterator[tuple[int, list[int]]]:
    """Yield each finding across entries on these pages, ended ones too, with the entries that it is about."""
    about = select(book_finding.c.id, book_finding.c.page_id, book_finding.c.entry_id)
    for row_id, page_id, entry_id in connection.execute(about.where(book_finding.c.page_id.in_(page_ids))):
        held = subjects.get(f"page:{page_id}" if entry_id is None else f"entry:{entry_id}")
        if held is not None:
            yield row_id, held


MISSED = tuple(
    table.name
    for table in (amendment, amendment_signature, withdrawal, book_approval, page_arrangement, book_finding)
)
"""Tables whose deleted rows are noticed: lines of the audit say which entries each row was about."""


def _missed(
    connection: Connection, subjects: Mapping[str, Collection[int]], books: Collection[int]
) -> Iterator[tuple[str, int]]:
    """Yield each table, with an entry, that lacks a row which the audit tells of or holds an unknown order of pages.

    Args:
        subjects: Entries by the subject of the audit's lines about them (``page:12``).
        books: The books of these entries.
    """
    rows: dict[str, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    arranged = select(page_arrangement.c.id, page_arrangement.c.book_id)
    for row_id, book_id in connection.execute(arranged.where(page_arrangement.c.book_id.in_(books))):
        rows[page_arrangement.name][row_id].update(subjects[f"book:{book_id}"])
    for (table_name, subject), row_ids in told_about(connection, subjects, *MISSED).items():
        for row_id in row_ids:
            rows[table_name][row_id].update(subjects[subject])
    for table_name, held in rows.items():
        for row_id in forged(connection, table_name, held):
            yield from ((table_name, entry_id) for entry_id in held[row_id])


MOST_PAGES_NAMED = 200
"""Pages that a statement names; for more, it reads the rows of their whole books."""


def _words_of_people(
    connection: Connection, of_part: Mapping[tuple[object, ...], list[int]]
) -> Iterator[tuple[str, int, list[int]]]:
    """Yield each row by which people decide what is delivered: its table, its id and the entries that rest on it.

    Args:
        of_part: The entries in question by the keys of ``_parts``.
    """
    books = {part[0] for part in of_part}
    pages = {part[1:3] for part in of_part if part[2] is not None}
    named = []
    for table in (decision, amendment, confirmed_delivery):
        place = (table.c.book_id, table.c.scan_sha256, table.c.page_no, table.c.row)
        of_pages = [table.c.book_id.in_(books)]
        if len(pages) <= MOST_PAGES_NAMED:
            of_pages.append(table.c.scan_sha256.in_({scan_sha256 for scan_sha256, _ in pages}))
            of_pages.append(table.c.page_no.in_({page_no for _, page_no in pages}))
        named.append(select(literal(table.name).label("name"), table.c.id, *place).where(*of_pages))
        if table is amendment:
            signed = amendment_signature.c.amendment_id == amendment.c.id
            signature = select(literal(amendment_signature.name), amendment_signature.c.id, *place)
            named.append(signature.join_from(amendment_signature, amendment, signed).where(*of_pages))
    place = (withdrawal.c.book_id, withdrawal.c.scan_sha256, withdrawal.c.page_no, withdrawal.c.row)
    withdrawn = select(literal(withdrawal.name), withdrawal.c.id, *place)
    named.append(withdrawn.where(withdrawal.c.book_id.in_(books)))
    whole = (book_approval.c.book_id, cast(null(), Text), cast(null(), Integer), cast(null(), Integer))
    newest = select(literal(book_approval.name), func.max(book_approval.c.id), *whole)
    named.append(newest.where(book_approval.c.book_id.in_(books)).group_by(book_approval.c.book_id))
    for name, row_id, book_id, scan_sha256, page_no, row in connection.execute(union_all(*named)):
        held = of_part.get((book_id, scan_sha256, page_no, None if row == PAGE_ITSELF else row))
        if held is not None:
            yield name, row_id, held


def _altered(
    connection: Connection, key: Key | None, needed: Mapping[str, Mapping[int, Collection[int]]]
) -> dict[int, set[str]]:
    """Return the tables of the altered rows by entry; ``needed``: entries by table and row."""
    found: dict[int, set[str]] = defaultdict(set)
    for table_name, entries_by_row in needed.items():
        for row_id in compared(connection, key, table_name, entries_by_row).altered:
            for entry_id in entries_by_row[row_id]:
                found[entry_id].add(table_name)
    return found
