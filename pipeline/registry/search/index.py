"""The search index: its expected lines, its present lines, and their comparison.

The same comparison follows every change (``following.py``), builds the index and checks it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, Connection, Table, delete, exists, func, insert, literal, select
from sqlalchemy.dialects import postgresql

from pipeline.base.text.tones import folded
from pipeline.declarations.schema import RecordSpec
from pipeline.registry.books.rows import scan
from pipeline.registry.database.columns import rows_of
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.entries.effective_values import select_values
from pipeline.registry.entries.machine_view import amendments_of_entries
from pipeline.registry.entries.rows import entry
from pipeline.registry.search.rows import (
    SearchEntryRow,
    UnreviewedKind,
    drop_words,
    held_words,
    keep_words,
    one_of,
    search_entry,
    search_name,
    search_number,
    search_person,
    search_unreviewed,
    without_words,
    words_of,
)
from pipeline.registry.search.unreviewed import (
    COLUMNS,
    UnreviewedLine,
    held_lines,
    joined_words,
    keep_line_words,
    new_rows,
    remove_lines,
)

AT_ONCE = 1000
"""Entries in a statement."""


@dataclass(frozen=True, slots=True)
class IndexedEntry:
    """The lines of an entry in the index.

    ``people``: field and spelled name; ``numbers``: field and number; ``unreviewed``: readings that wait for people.
    """

    book_id: int
    record: str
    number: str | None
    year: int | None
    event_year: int | None
    words: str
    people: frozenset[tuple[str, str]]
    numbers: frozenset[tuple[str, str]]
    unreviewed: frozenset[UnreviewedLine] = frozenset()


@dataclass(frozen=True, slots=True)
class IndexedFields:
    """The indexed fields of a record by their use."""

    number: str
    registered_on: str
    event_on: str
    people: tuple[str, ...]
    numbers: tuple[str, ...]
    words: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """All indexed fields."""
        names = (self.number, self.registered_on, self.event_on, *self.people, *self.numbers, *self.words)
        return tuple(dict.fromkeys(name for name in names if name))


def indexed_fields(spec: RecordSpec) -> IndexedFields:
    """Return the indexed fields of a record: those of all named people except the signers."""
    book, first = spec.book, spec.people[0] if spec.people else None
    event = {"born": "born_on", "died": "died_on"}.get(first.event if first else "")
    places = (one.name for one in spec.fields if one.value_kind.is_place and not one.ledger)
    return IndexedFields(
        number=book.number if book else "",
        registered_on=book.registered_on if book else "",
        event_on=(getattr(first, event) or "") if first and event else "",
        people=tuple(dict.fromkeys(one.name for one in spec.people)),
        numbers=tuple(dict.fromkeys(name for one in spec.people for name in one.id_numbers)),
        words=(*((book.notes,) if book and book.notes else ()), *places),
    )


def name_key(words: Iterable[str]) -> int:
    """Return the key of a name of these words, equal in every registry."""
    return bare_name_key(" ".join(words))


def bare_name_key(bare: str) -> int:
    """Return the key of a name whose words are separated by one space."""
    return int.from_bytes(hashlib.blake2b(bare.encode(), digest_size=8).digest()) >> 1


@lru_cache(maxsize=200_000)
def name_row(spelled: str) -> tuple[int, str, int] | None:
    """Return the row of ``search_name`` for a spelled name; None if the name has no letter."""
    words = words_of(spelled)
    return (name_key(words), " ".join(words), name_key(sorted(words))) if words else None


@lru_cache(maxsize=200_000)
def spelled_name(written: str) -> str:
    """Return a name in the spelling of the index: lower case with diacritics; ``""`` if it has no letter."""
    spelled = folded(written)
    return spelled if spelled and name_row(spelled) else ""


def bare_number(written: str) -> str:
    """Return the letters and figures of the number of an identity paper."""
    return "".join(words_of(written))


def entry_number(written: str) -> str:
    """Return an entry's number without its year and leading zeros."""
    return written.partition("/")[0].strip().lstrip("0").casefold()


def year_of(canonical: str | None) -> int | None:
    """Return the year of a date in its canonical form."""
    year = (canonical or "").rpartition(".")[2]
    return int(year) if len(year) == 4 and year.isdecimal() else None


# --- what the index should hold -----------------------------------------------------------------------------------


def expected_entries(
    connection: Connection, declared: RecordSchema, entry_ids: Sequence[int]
) -> dict[int, IndexedEntry]:
    """Return the expected lines of these entries; entries that do not stand have none."""
    found = {}
    amended = amendments_of_entries(connection, entry_ids)
    records = connection.scalars(
        select(entry.c.record).where(one_of(connection, entry.c.id, entry_ids), entry.c.stands).distinct()
    ).all()
    for record in records:
        fields = indexed_fields(declared.schemas.record(record))
        query = select_values(
            declared, record, {name: name for name in fields.names}, scan.c.book_id, entry.c.unaccepted
        )
        for entry_id, book_id, unaccepted, *values in connection.execute(
            query.where(one_of(connection, entry.c.id, entry_ids))
        ):
            current = dict(zip(fields.names, values, strict=True))
            mine = amended.get(entry_id, {})
            current |= {name: one.value for name, one in mine.items()}
            waiting = {name: read for name, read in (unaccepted or {}).items() if name not in mine}
            found[entry_id] = _indexed(book_id, record, fields, current, waiting)
    return found


def _indexed(
    book_id: int,
    record: str,
    fields: IndexedFields,
    current: Mapping[str, str | None],
    waiting: Mapping[str, str],
) -> IndexedEntry:
    number = current.get(fields.number) or ""
    written_year = number.partition("/")[2]
    year = int(written_year) if len(written_year) == 4 and written_year.isdecimal() else None
    people = ((name, spelled_name(current.get(name) or "")) for name in fields.people)
    papers = ((name, bare_number(current.get(name) or "")) for name in fields.numbers)
    return IndexedEntry(
        book_id=book_id,
        record=record,
        number=entry_number(number) or None,
        year=year or year_of(current.get(fields.registered_on)),
        event_year=year_of(current.get(fields.event_on)),
        words=joined_words([current.get(name) or "" for name in fields.words]),
        people=frozenset((name, spelled) for name, spelled in people if spelled),
        numbers=frozenset((name, paper) for name, paper in papers if paper),
        unreviewed=frozenset(_unreviewed(fields, waiting)),
    )


def _unreviewed(fields: IndexedFields, waiting: Mapping[str, str]) -> Iterator[UnreviewedLine]:
    """Yield the lines of an entry's readings that wait for people."""
    number, event = waiting.get(fields.number, ""), year_of(waiting.get(fields.event_on))
    lines = [(UnreviewedKind.NAME, name, spelled_name(waiting.get(name, ""))) for name in fields.people]
    lines += [(UnreviewedKind.PAPER, name, bare_number(waiting.get(name, ""))) for name in fields.numbers]
    lines += [
        (UnreviewedKind.NUMBER, fields.number, entry_number(number)),
        (UnreviewedKind.YEAR, fields.number, number.partition("/")[2].strip()),
        (UnreviewedKind.YEAR, fields.registered_on, str(year_of(waiting.get(fields.registered_on)) or "")),
        (UnreviewedKind.EVENT_YEAR, fields.event_on, str(event or "")),
        (UnreviewedKind.WORDS, "", joined_words([waiting.get(name, "") for name in fields.words])),
    ]
    yield from (line for line in lines if line[2])


# --- what the index holds -----------------------------------------------------------------------------------------


def held_entries(connection: Connection, entry_ids: Sequence[int]) -> dict[int, IndexedEntry]:
    """Return the present lines of these entries."""
    people: dict[int, set[tuple[str, str]]] = {}
    numbers: dict[int, set[tuple[str, str]]] = {}
    for table, column, kept in ((search_person, "spelled", people), (search_number, "number", numbers)):
        query = select(table.c.entry_id, table.c.field, table.c[column])
        for entry_id, field, text in connection.execute(
            query.where(one_of(connection, table.c.entry_id, entry_ids))
        ):
            kept.setdefault(entry_id, set()).add((field, text))
    there = one_of(connection, search_entry.c.entry_id, entry_ids)
    rows = rows_of(connection, SearchEntryRow, select(search_entry).where(there))
    words = held_words(connection, search_entry, [row.entry_id for row in rows])
    unreviewed = held_lines(connection, entry_ids)
    on_sqlite = connection.dialect.name == "sqlite"
    found = {
        row.entry_id: IndexedEntry(
            row.book_id,
            row.record,
            row.number,
            row.year,
            row.event_year,
            row.words if not on_sqlite or words.get(row.entry_id, "") == row.words else "\0",
            frozenset(people.pop(row.entry_id, ())),
            frozenset(numbers.pop(row.entry_id, ())),
            unreviewed.pop(row.entry_id, frozenset()),
        )
        for row in rows
    }
    for left in people.keys() | numbers.keys() | unreviewed.keys():
        found[left] = IndexedEntry(0, "", None, None, None, "", frozenset(), frozenset())
    return found


# --- the two brought in step --------------------------------------------------------------------------------------


def bring_in_step(
    connection: Connection, declared: RecordSchema, entry_ids: Iterable[int], *, mend: bool = True
) -> int:
    """Compare the index with the registry for these entries, and repair differences unless ``mend`` is off.

    Returns:
        The number of differing entries.
    """
    ids = sorted(set(entry_ids))
    differing = 0
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        wanted = expected_entries(connection, declared, some)
        there = held_entries(connection, some)
        wrong = [one for one in some if wanted.get(one) != there.get(one)]
        differing += len(wrong)
        if mend and wrong:
            _remove(connection, [one for one in wrong if one in there])
            _add(connection, {one: wanted[one] for one in wrong if one in wanted})
    return differing


def _remove(connection: Connection, entry_ids: Collection[int]) -> None:
    if not entry_ids:
        return
    for table in (search_person, search_number, search_entry):
        connection.execute(delete(table).where(one_of(connection, table.c.entry_id, entry_ids)))
    drop_words(connection, search_entry, entry_ids)
    remove_lines(connection, entry_ids)


def _add(connection: Connection, entries: Mapping[int, IndexedEntry]) -> None:
    if not entries:
        return
    people = [
        (entry_id, field, _row(spelled), spelled)
        for entry_id, one in entries.items()
        for field, spelled in sorted(one.people)
    ]
    add_names(connection, {row for *_, row, _ in people})
    _insert(
        connection,
        search_entry,
        ("entry_id", "book_id", "record", "number", "year", "event_year", "words"),
        [
            (one, its.book_id, its.record, its.number, its.year, its.event_year, its.words)
            for one, its in entries.items()
        ],
    )
    _insert(
        connection,
        search_person,
        ("entry_id", "field", "name_id", "spelled"),
        [(entry_id, field, row[0], spelled) for entry_id, field, row, spelled in people],
    )
    _insert(
        connection,
        search_number,
        ("entry_id", "field", "number"),
        [(entry_id, *paper) for entry_id, one in entries.items() for paper in sorted(one.numbers)],
    )
    keep_words(connection, search_entry, [(entry_id, one.words) for entry_id, one in entries.items()])
    lines = {entry_id: one.unreviewed for entry_id, one in entries.items()}
    spelled = {line[2] for of_entry in lines.values() for line in of_entry if line[0] is UnreviewedKind.NAME}
    rows = list(new_rows(lines, {one: _row(one) for one in spelled}))
    _insert(connection, search_unreviewed, COLUMNS, rows)
    keep_line_words(connection, rows)


def _row(spelled: str) -> tuple[int, str, int]:
    row = name_row(spelled)
    assert row is not None
    return row


def add_names(connection: Connection, names: Collection[tuple[int, str, int]]) -> int:
    """Add the names that are missing and return their number."""
    if not names:
        return 0
    by_id = {row[0]: row for row in names}
    known: set[int] = set()
    ids = sorted(by_id)
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        known.update(
            connection.scalars(select(search_name.c.id).where(one_of(connection, search_name.c.id, some)))
        )
    new = [by_id[one] for one in ids if one not in known]
    if not new:
        return 0
    columns = ("id", "bare", "ordered")
    if connection.dialect.name == "postgresql":
        given = (
            func.unnest(
                *(
                    literal([row[at] for row in new], ARRAY(search_name.c[name].type))
                    for at, name in enumerate(columns)
                )
            )
            .table_valued(*columns)
            .render_derived()
        )
        rows = select(*(given.c[name] for name in columns))
        connection.execute(postgresql.insert(search_name).from_select(columns, rows).on_conflict_do_nothing())
    else:
        _insert(connection, search_name, columns, new)
    keep_words(connection, search_name, [(key, bare) for key, bare, _ in new])
    return len(new)


COPIED_FROM = 200
"""Number of rows from which PostgreSQL gets them by COPY."""


def _insert(
    connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    if not rows:
        return
    if connection.dialect.name == "postgresql" and len(rows) >= COPIED_FROM:
        driver: Any = connection.connection.driver_connection
        with (
            driver.cursor() as cursor,
            cursor.copy(f"COPY {table.name} ({', '.join(columns)}) FROM STDIN") as stream,
        ):
            stream.write("".join("\t".join(map(_copied, row)) + "\n" for row in rows))
        return
    if (
        connection.dialect.name == "sqlite"
    ):  # whole numbers and texts: nothing that SQLAlchemy would have to convert
        marks = ", ".join("?" * len(columns))
        statement = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 (our own names)
        connection.exec_driver_sql(statement, [tuple(row) for row in rows])
        return
    connection.execute(insert(table), [dict(zip(columns, row, strict=True)) for row in rows])


_NOT_PLAIN = re.compile(r"[\\\t\n\r]")


def _copied(value: object) -> str:
    """Return a value as COPY of PostgreSQL reads it."""
    if value is None:
        return r"\N"
    text = str(value)
    return (
        _NOT_PLAIN.sub(lambda one: "\\" + ESCAPES.get(one[0], one[0]), text)
        if _NOT_PLAIN.search(text)
        else text
    )


ESCAPES = {"\t": "t", "\n": "n", "\r": "r"}


def mend_names(connection: Connection, *, mend: bool) -> int:
    """Drop unused names, add missing ones, and return the number of differences.

    Every change of a name leaves an unused name behind; dropping it is no repair of an error.
    """
    borne = exists().where(search_person.c.name_id == search_name.c.id)
    idle = connection.scalars(select(search_name.c.id).where(~borne)).all()
    missing = connection.scalars(
        select(search_person.c.spelled)
        .where(~exists().where(search_name.c.id == search_person.c.name_id))
        .distinct()
    ).all()
    unworded = without_words(connection, search_name)
    if mend:
        for start in range(0, len(idle), AT_ONCE):
            some = idle[start : start + AT_ONCE]
            drop_words(connection, search_name, some)
            connection.execute(delete(search_name).where(search_name.c.id.in_(some)))
        add_names(connection, {_row(one) for one in missing})
        drop_words(connection, search_name, unworded)
        there = select(search_name.c.id, search_name.c.bare).where(search_name.c.id.in_(unworded))
        keep_words(connection, search_name, ((row.id, row.bare) for row in connection.execute(there)))
    return (len(idle) if mend else 0) + len(missing) + len(set(unworded).difference(idle, map(_key, missing)))


def _key(spelled: str) -> int:
    return _row(spelled)[0]
