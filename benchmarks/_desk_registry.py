"""A registry of any size for the desk, on either kind of database: one book that was really saved, keyed and decided,
and as many copies of its rows as are wanted, each of another book of another place.

The copies are made by the database itself, with ids, places and scans of their own; the audit answers for every row as
it does where it begins in a registry that is there already.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    Text,
    cast,
    func,
    insert,
    literal,
    select,
    text,
)
from sqlalchemy.sql.elements import ColumnElement

from pipeline import schema
from pipeline.model import (
    Box,
    EntryResult,
    FieldReading,
    FieldStatus,
    Hypothesis,
    Ledger,
    PageKind,
    PageRef,
    PageResult,
    Quality,
    Writing,
)
from pipeline.registry import Registry, Verdict
from pipeline.registry.accounts import Person, Role
from pipeline.registry.audit.baseline import answer_for_all
from pipeline.registry.audit.chain import head, signing_key
from pipeline.registry.database import Database
from pipeline.registry.tables import all_tables
from pipeline.review_policy import ReviewPolicy

FORM, RECORD = "birth-2006", "birth"
PAGES, ROWS = 20, 4
ENTRIES_A_BOOK = PAGES * ROWS
BOOKS_A_PLACE = 100
LEAST_PLACES = 4

DECIDED, KEYED, UNTOUCHED = 12, 8, 20
"""Entries of a book that somebody has decided, that wait for a second person, and for a first one. The machine was sure
of the others."""

CERTAIN = ("entry_number",)
"""What is read of an entry of which the machine was sure."""

FIELDS = (*CERTAIN, "child_name", "child_sex", "child_born_on", "child_birth_place", "notes")
"""What is read of the others."""

DOUBTED = (
    ("child_name", "child_sex", "notes"),
    ("child_born_on", "child_sex"),
    ("child_name", "child_birth_place"),
)
"""Which fields wait for people, in turn."""

AT_ONCE = 250
"""Books that one statement copies."""

BEFORE = Person(9001, "truoc", "", Role.CHECKER, None)
"""Who has keyed before."""


@dataclass(frozen=True)
class Shelf:
    """What was made."""

    entries: int
    books: int
    places: tuple[str, ...]


def fill(url: str, key_file: Path, entries: int) -> Shelf:
    """Fill the empty registry at ``url`` with about so many entries. The account must own its tables."""
    with Registry.open(url, audit_key=key_file) as registry:
        book = registry.book_id(ledger(place_of(0)), "KS.0")
        registry.store_scan(book, scan_of(0), "scan.pdf", 1, PAGES)
        for number in range(1, PAGES + 1):
            registry.save_page(book, page_result(0, number), "f1")
        _work_on(registry)
    books = max(1, round(entries / ENTRIES_A_BOOK))
    places = max(LEAST_PLACES, books // BOOKS_A_PLACE)
    database = Database(url, 60.0, key_file)
    try:
        _copy(database, books, places)
        with database.writing() as connection:
            last = head(connection)
            assert last is not None
            answer_for_all(connection, last, signing_key(last, database.key_file))
        if database.engine.dialect.name == "postgresql":  # as its own upkeep does within minutes
            with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
                connection.execute(text("VACUUM ANALYZE"))
    finally:
        database.close()
    return Shelf(books * ENTRIES_A_BOOK, books, tuple(place_of(number) for number in range(places)))


def place_of(number: int) -> str:
    return f"{number:05}"


def scan_of(book: int) -> str:
    """The digest of the scan of the book of that number."""
    return hashlib.sha256(f"scan {book}".encode()).hexdigest()


def ledger(place_code: str) -> Ledger:
    return Ledger(form=FORM, place="Xã Thử Nghiệm", place_code=place_code, volume="01/2010")


def page_result(book: int, number: int, *, tail: str = "", sha256: str = "") -> PageResult:
    """A page as the machine reads it; ``tail``: what it reads otherwise at the end of every doubtful text."""
    entries = tuple(
        EntryResult(row, tuple(_readings((number - 1) * ROWS + row, tail)), ()) for row in range(ROWS)
    )
    return PageResult(
        ref=PageRef(sha256 or scan_of(book), number),
        kind=PageKind.ENTRIES,
        form=FORM,
        size=(2480, 3508),
        matrix=np.eye(3),
        turn=0,
        skew=0.1,
        quality=Quality(100.0, 120.0, 0.0, 300.0),
        frame=None,
        labels=(),
        entries=entries,
        findings=(),
        timings={"decode": 0.1},
    )


def _readings(place: int, tail: str) -> Iterator[FieldReading]:
    """What is read of the entry at that place of its book, spread so that every page has some of each sort."""
    sort = place * 7 % ENTRIES_A_BOOK
    open_or_decided = sort < DECIDED + KEYED + UNTOUCHED
    doubted = DOUBTED[place % len(DOUBTED)] if open_or_decided else ()
    texts = {
        "entry_number": f"{place + 1:02}/2010",
        "child_name": f"Nguyễn Thử {place}",
        "child_sex": "Nam" if place % 2 else "Nữ",
        "child_born_on": f"{place % 28 + 1}/{place % 12 + 1}/2010",
        "child_birth_place": "Xã Thử Nghiệm",
        "notes": f"ghi chú {place}",
    }
    for at, field in enumerate(FIELDS if doubted else CERTAIN):
        read = texts[field] + (tail if field in doubted else "")
        box = Box(100.0, 100.0 * at, 900.0, 100.0 * at + 60.0)
        yield FieldReading(
            field=field,
            status=FieldStatus.READ,
            text=read,
            canonical=read,
            confidence=0.5,
            writing=Writing.HAND,
            engine="bench",
            box=box,
            lines=(box,),
            accepted=field not in doubted,
            hypotheses=(Hypothesis(read, 0.5), Hypothesis(f"{read}?", 0.3)) if field in doubted else (),
        )


def _work_on(registry: Registry) -> None:
    """People have decided some entries of the book and keyed others once or twice."""
    tasks = registry.queue()
    assert len(tasks) == DECIDED + KEYED + UNTOUCHED
    for task in tasks[:DECIDED]:
        assert task.entry_id is not None
        words = [Verdict(field, FieldStatus.READ, "Thử Một") for field in task.fields]
        registry.decide(task.entry_id, words, author=BEFORE.login, version=task.version)
    desk = registry.desk(ReviewPolicy())
    for number in range(KEYED):
        given = desk.next_task(BEFORE)
        assert given is not None
        words = [Verdict(work.field, FieldStatus.READ, "Thử Một") for work in given.fields]
        desk.key(BEFORE, given.task_id, given.version, words, token=f"before-{number}")


def _copy(database: Database, books: int, places: int) -> None:
    """The rows of the first book again for every other one."""
    schemas = schema.load()
    tables = all_tables(schemas).sorted_tables
    copies = Table(
        "bench_copy",
        MetaData(),
        Column("number", Integer, primary_key=True),
        Column("place_code", Text),
        Column("sha256", Text),
        prefixes=["TEMPORARY"],
    )
    with database.engine.connect().execution_options(write=True) as connection:
        _unchecked(connection)
        with connection.begin():
            copies.create(connection)
            rows = [
                {"number": one, "place_code": place_of(one % places), "sha256": scan_of(one)}
                for one in range(1, books)
            ]
            if rows:
                connection.execute(insert(copies), rows)
            spans = {table.name: _span(connection, table) for table in tables if "id" in table.c}
            for table in tables:
                if table.name not in ("account", "audit", "login_session", "login_failure", "lease"):
                    _copy_table(connection, table, copies, spans, books)
            connection.execute(text("DROP TABLE bench_copy"))


def _unchecked(connection: Connection) -> None:
    """Nothing can refer to a row that is not there: all were copied together. So PostgreSQL need not look."""
    if connection.dialect.name == "postgresql":
        with connection.begin():
            connection.execute(text("SET session_replication_role = replica"))


def _span(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.coalesce(func.max(table.c.id), 0))) or 0


def _copy_table(
    connection: Connection, table: Table, copies: Table, spans: Mapping[str, int], books: int
) -> None:
    columns = {column.name: _copied(column, copies, spans) for column in table.columns}
    (key,) = table.primary_key.columns
    last = spans.get(table.name) or spans["entry"]
    for start in range(1, books, AT_ONCE):
        rows = (
            select(*columns.values())
            .select_from(table.join(copies, literal(value=True)))
            .where(copies.c.number.between(start, min(start + AT_ONCE, books) - 1), key <= last)
            .order_by(copies.c.number, key)
        )
        connection.execute(insert(table).from_select(list(columns), rows))
    if connection.dialect.name == "postgresql" and "id" in table.c:
        sequence = func.pg_get_serial_sequence(table.name, "id")
        connection.execute(select(func.setval(sequence, func.greatest(spans[table.name] * books, 1))))


def _copied(column: Column[object], copies: Table, spans: Mapping[str, int]) -> ColumnElement[object]:
    """What a column of a copy holds: ids move on by as many as the first book has, places and scans are its own."""
    table = column.table.name
    match table, column.name:
        case ("book", "folder_name") | ("keying" | "submission", "token"):
            return column + "." + cast(copies.c.number, Text)
        case "book" | "review_task", "place_code":
            return copies.c.place_code
        case ("scan", "sha256") | ("decision", "scan_sha256"):
            return copies.c.sha256
        case "review_task", "book_id":
            return column + copies.c.number * spans["book"]
        case _, "id":
            return column + copies.c.number * spans[table]
    for key in column.foreign_keys:
        return column + copies.c.number * spans[key.column.table.name]
    return column
