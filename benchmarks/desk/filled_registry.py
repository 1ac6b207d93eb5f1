"""A registry of any size for the desk, on either kind of database: one book that was really saved, keyed and decided,
and as many copies of its rows as are wanted, each of another book of another place.

The audit answers for every row as it does where it begins in a registry that is there already.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from benchmarks.books.made_pages import made_page
from benchmarks.desk.book_copies import Copies, copy_book
from pipeline.base.model import (
    Box,
    EntryResult,
    FieldReading,
    FieldStatus,
    Hypothesis,
    Ledger,
    PageRef,
    PageResult,
    Writing,
)
from pipeline.declarations.office.review import ReviewPolicy
from pipeline.registry import Registry, Verdict
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.database.audit.chain import head
from pipeline.registry.database.database import Database

FORM = "birth-2006"
PAGES, ROWS = 20, 4
ENTRIES_A_BOOK = PAGES * ROWS
BOOKS_A_PLACE = 100
LEAST_PLACES = 4

DECIDED, KEYED, UNTOUCHED = 12, 8, 20
"""Entries of a book that are decided, that wait for a second person, and that wait for a first person. The machine was
sure of the other entries."""

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

BEFORE = Person(9001, "truoc", "", Role.CHECKER, None)
"""Who has keyed before."""


@dataclass(frozen=True)
class FilledRegistry:
    """The filled registry. ``audit_rows``: rows of the audit at that moment; later work adds rows behind them."""

    entries: int
    books: int
    places: tuple[str, ...]
    audit_rows: int


def fill(url: str, key_file: Path, entries: int) -> FilledRegistry:
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
        copy_book(database, Copies(books, lambda number: place_of(number % places), scan_of))
        if database.engine.dialect.name == "postgresql":  # as its own upkeep does within minutes
            with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
                connection.execute(text("ANALYZE"))
                connection.execute(text("CHECKPOINT"))
        with database.reading() as connection:
            last = head(connection)
            assert last is not None
    finally:
        database.close()
    return FilledRegistry(
        books * ENTRIES_A_BOOK, books, tuple(place_of(number) for number in range(places)), last.id
    )


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
    return made_page(PageRef(sha256 or scan_of(book), number), *entries, form=FORM, timings={"decode": 0.1})


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
    desk = registry.desk(ReviewPolicy(check="all", blind="critical"))
    for number in range(KEYED):
        given = desk.next_task(BEFORE)
        assert given is not None
        words = [Verdict(work.field, FieldStatus.READ, "Thử Một") for work in given.fields]
        desk.key(BEFORE, given.task_id, given.version, words, token=f"before-{number}")
