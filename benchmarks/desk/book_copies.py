"""The rows of one book once more for every other book, as fast as either kind of database takes them: a template a
row, in which only ids, places and scans are put anew, written by COPY or executemany, the digest of every copy beside.

Memory stays flat: one book's templates, and the digests of one row of the audit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Table, func, select, text

from pipeline.declarations import schema
from pipeline.registry.database.audit.baseline import FOUND, ROWS
from pipeline.registry.database.audit.chain import Action, append, head, signing_key
from pipeline.registry.database.audit.row_digests import keep
from pipeline.registry.database.audit.rows import packed
from pipeline.registry.database.audit.stored import DIGEST_BYTES, batches, key_of, spelled
from pipeline.registry.database.audit.trail import MACHINE
from pipeline.registry.database.columns import covered_tables, keeps_digest
from pipeline.registry.database.database import Database
from pipeline.registry.database.record_tables import all_tables
from pipeline.registry.search.rows import SEARCH_INDEX

LEFT_OUT = (
    "account",
    "account_act",
    "account_answer",
    "external_identity",
    "known_address",
    "saved_filter",
    "audit",
    "row_digest",
    "login_session",
    "login_failure",
    "lease",
    *(table.name for table in SEARCH_INDEX),
)
"""Tables that are not copied; the search finds the first book alone."""

SENTINEL = 7_000_000_000_000_000
"""Numbers from here on stand for what differs from copy to copy; nothing else in a registry is so large."""


@dataclass(frozen=True)
class Copies:
    """How many books there are in the end, and what is a copy's own: its place and its scan, by its number."""

    books: int
    place_of: Callable[[int], str]
    scan_of: Callable[[int], str]


@dataclass(frozen=True)
class Part:
    """Return the value of a column in the copy with that number."""

    column: str
    of: Callable[[int], int | str]


@dataclass(frozen=True)
class Template:
    """One row of the first book. ``line`` (as COPY takes it) and ``spelled`` (as its digest covers it) have a ``%s``
    for each of the parts, which have their place among the ``values``."""

    key: Callable[[int], int | str]
    values: tuple[Any, ...]
    parts: tuple[tuple[int, Part], ...]
    line: str
    spelled: str
    spelled_parts: tuple[Part, ...]

    def copied(self, number: int) -> tuple[Any, ...]:
        row = list(self.values)
        for at, part in self.parts:
            row[at] = part.of(number)
        return tuple(row)

    def copied_line(self, number: int) -> str:
        return self.line % tuple([part.of(number) for _, part in self.parts])

    def digest(self, number: int) -> bytes:
        row_text = self.spelled % tuple([part.of(number) for part in self.spelled_parts])
        return hashlib.sha256(row_text.encode()).digest()[:DIGEST_BYTES]


def copy_book(database: Database, copies: Copies) -> None:
    """Copy the only book of a registry, in one transaction; the audit answers for every copy. The account must own the
    tables: what guards them is out of force meanwhile."""
    tables = [table for table in all_tables(schema.load()).sorted_tables if table.name not in LEFT_OUT]
    with database.engine.connect().execution_options(write=True) as connection:
        _unguarded(connection)
        with connection.begin():
            last = head(connection)
            assert last is not None
            key = signing_key(last, database.key_file)
            covered = set(covered_tables(connection))
            spans = {table.name: _span(connection, table) for table in tables if "id" in table.c}
            templates = {table: _templates(connection, table, spans, copies) for table in tables}
            first = _emptied(connection, tables)
            for table, rows in templates.items():
                if not rows:
                    continue
                for index in table.indexes:  # made at once over all rows they cost a third
                    index.drop(connection)
                _write(connection, table, rows, range(first, copies.books))
                for index in table.indexes:
                    index.create(connection)
                if table.name not in covered:
                    continue
                for written in _written(rows, copies.books):
                    detail = {"rows": len(written)}
                    action = Action(MACHINE, FOUND, table.name, detail, packed({table.name: written}))
                    last = append(connection, last, key, [action])
                    if keeps_digest(table.name):
                        keep(connection, key, {table.name: written})


def _unguarded(connection: Connection) -> None:
    """No trigger, no foreign key and no journal slows the copying down: the database is thrown away afterwards."""
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "postgresql":
        driver.execute("SET session_replication_role = replica")
        driver.commit()
    else:
        for pragma in ("foreign_keys=OFF", "synchronous=OFF", "journal_mode=OFF"):
            driver.execute(f"PRAGMA {pragma}")


def _emptied(connection: Connection, tables: Sequence[Table]) -> int:
    """On PostgreSQL all rows go, so that COPY writes them frozen and needs no log; the number of the first book to be
    written."""
    if connection.dialect.name != "postgresql":
        return 1
    names = ", ".join(("lease", *(table.name for table in tables)))
    connection.execute(text(f"TRUNCATE {names}"))
    return 0


def _span(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.coalesce(func.max(table.c.id), 0))) or 0


def _templates(
    connection: Connection, table: Table, spans: Mapping[str, int], copies: Copies
) -> list[Template]:
    own = {column.name: make for column in table.columns if (make := _own(column, spans, copies)) is not None}
    return [_template(table, row, own) for batch in batches(connection, table.name, 10_000) for row in batch]


def _template(
    table: Table, row: Mapping[str, Any], own: Mapping[str, Callable[[Any], Callable[[int], int | str]]]
) -> Template:
    parts = {name: Part(name, make(row[name])) for name, make in own.items() if row[name] is not None}
    marks = {name: SENTINEL + at for at, name in enumerate(parts)}
    marked = {name: (f"{mark}" if isinstance(row[name], str) else mark) for name, mark in marks.items()}
    template = spelled(table.name, {**row, **marked}).replace("%", "%%")
    for mark in marks.values():
        template = template.replace(str(mark), "%s")
    names = [column.name for column in table.columns]
    return Template(
        key=parts[key_of(table.name)].of,
        values=tuple(row[name] for name in names),
        parts=tuple((names.index(name), parts[name]) for name in names if name in parts),
        line="\t".join("%s" if name in parts else _cell(row[name]).replace("%", "%%") for name in names)
        + "\n",
        spelled=template,
        spelled_parts=tuple(parts[name] for name in sorted(parts)),
    )


def _own(
    column: Column[Any], spans: Mapping[str, int], copies: Copies
) -> Callable[[Any], Callable[[int], int | str]] | None:
    """What makes, from the value in the first book, the value in each copy; None of a column that is the same in all.
    Ids move on by as many as the first book has."""
    table = column.table.name
    match table, column.name:
        case ("book", "folder_name") | ("keying" | "submission", "token"):
            return lambda value: lambda number: f"{value}.{number}" if number else value
        case "book" | "review_task", "place_code":
            return lambda _: copies.place_of
        case ("scan", "sha256") | ("decision", "scan_sha256"):
            return lambda _: copies.scan_of
        case "review_task", "book_id":
            return _moved(spans["book"])
        case _, "id":
            return _moved(spans[table])
    for key in column.foreign_keys:
        return _moved(spans[key.column.table.name])
    return None


def _moved(span: int) -> Callable[[int], Callable[[int], int]]:
    return lambda value: lambda number: value + number * span


def _written(templates: Sequence[Template], books: int) -> Iterator[dict[int, bytes]]:
    """Yield the digests of all copies by id, in groups as large as an audit row covers."""
    at_once = max(1, ROWS // len(templates))
    for start in range(1, books, at_once):
        numbers = range(start, min(start + at_once, books))
        yield {
            int(template.key(number)): template.digest(number) for number in numbers for template in templates
        }


def _write(connection: Connection, table: Table, templates: Sequence[Template], numbers: range) -> None:
    driver: Any = connection.connection.driver_connection
    names = [column.name for column in table.columns]
    columns = ", ".join(f'"{name}"' for name in names)
    if connection.dialect.name == "postgresql":
        copying = f"COPY {table.name} ({columns}) FROM STDIN (FREEZE)"
        with driver.cursor() as cursor, cursor.copy(copying) as stream:
            for number in numbers:
                stream.write("".join([template.copied_line(number) for template in templates]))
        if "id" in table.c:
            last = max(int(template.key(numbers[-1])) for template in templates)
            connection.execute(select(func.setval(func.pg_get_serial_sequence(table.name, "id"), last)))
        return
    marks = ", ".join("?" * len(names))
    statement = f"INSERT INTO {table.name} ({columns}) VALUES ({marks})"  # noqa: S608 (names of our own tables)
    driver.executemany(statement, (template.copied(number) for number in numbers for template in templates))


def _cell(value: Any) -> str:
    """A value as COPY takes it."""
    if value is None:
        return "\\N"
    cell = str(value)
    for letter, written in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r")):
        cell = cell.replace(letter, written)
    return cell
