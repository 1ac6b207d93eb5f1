"""The end state of a registry, row by row, without what must differ: ids, times, how often a failure was met."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import Connection, create_engine, make_url

from pipeline.registry import Registry

PAGE = "b.folder_name, s.sha256, p.page_no"
OF_PAGE = "JOIN page p ON p.id = {}.page_id JOIN scan s ON s.id = p.scan_id JOIN book b ON b.id = s.book_id"
QUERIES = {
    "book": "SELECT folder_name, record, form, place, place_code, volume FROM book",
    "scan": "SELECT b.folder_name, s.sha256, s.name, s.size, s.pages FROM scan s JOIN book b ON b.id = s.book_id",
    "page": f"SELECT {PAGE} FROM page p JOIN scan s ON s.id = p.scan_id JOIN book b ON b.id = s.book_id",  # noqa: S608
    "page_run": f"SELECT {PAGE}, r.fingerprint, r.latest, r.kind, r.form FROM page_run r {OF_PAGE.format('r')}",  # noqa: S608
    "entry": f"SELECT {PAGE}, e.row, e.record, e.found, e.stands, e.accepted, e.number, e.year, e.number_text "  # noqa: S608
    f"FROM entry e {OF_PAGE.format('e')}",
    "reading": f"SELECT {PAGE}, r.fingerprint, g.field, g.status, g.text, g.canonical, g.accepted "  # noqa: S608
    f"FROM reading g JOIN page_run r ON r.id = g.page_run_id {OF_PAGE.format('r')}",
    "finding": f"SELECT {PAGE}, r.fingerprint, f.code, f.severity "  # noqa: S608
    f"FROM finding f JOIN page_run r ON r.id = f.page_run_id {OF_PAGE.format('r')}",
    "record": f"SELECT {PAGE}, v.entry_number, v.child_name, v.notes "  # noqa: S608
    f"FROM birth_record v JOIN entry e ON e.id = v.entry_id {OF_PAGE.format('e')}",
    "task": f"SELECT {PAGE}, t.row, t.state, t.reopened, t.stage FROM review_task t {OF_PAGE.format('t')}",  # noqa: S608
    "decision": "SELECT b.folder_name, d.scan_sha256, d.page_no, d.row, d.field, d.status, d.text, d.author, "
    "d.seen_text, d.seen_fingerprint FROM decision d JOIN book b ON b.id = d.book_id",
    "failure": "SELECT b.folder_name, f.scan_name, f.page_no, f.code "
    "FROM page_failure f JOIN book b ON b.id = f.book_id",
    "book_finding": f"SELECT {PAGE}, f.code FROM book_finding f {OF_PAGE.format('f')} WHERE f.cleared_at IS NULL",  # noqa: S608
}
"""The queries, by the rows that they compare."""

NAMED = """SELECT b.folder_name, s.name FROM page p JOIN scan s ON s.id = p.scan_id JOIN book b ON b.id = s.book_id
UNION SELECT b.folder_name, f.scan_name FROM page_failure f JOIN book b ON b.id = f.book_id"""

State = Mapping[str, list[str]]


def state_of(url: str) -> State:
    """All rows that count, as text, in an order of their own."""
    with _connected(url) as connection:
        return {
            name: sorted(str([_plain(value) for value in row]) for row in connection.exec_driver_sql(query))
            for name, query in QUERIES.items()
        }


def named_files(url: str) -> set[tuple[str, str]]:
    """Return folder and name of every file of which the registry has pages or a failure."""
    with _connected(url) as connection:
        return {(str(folder), str(name)) for folder, name in connection.exec_driver_sql(NAMED)}


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    address = make_url(url)
    if address.get_backend_name() == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
    engine = create_engine(address)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def differences(calm: State, chaos: State) -> dict[str, tuple[int, int]]:
    """By table: how many rows of the undisturbed run are missing, and how many are there that it has not."""
    counts = {}
    for name in QUERIES:
        wanted, there = Counter(calm[name]), Counter(chaos[name])
        if wanted != there:
            counts[name] = ((wanted - there).total(), (there - wanted).total())
    return counts


def examples(calm: State, chaos: State, most: int = 3) -> list[str]:
    """Some of the rows that differ, ``-`` for those of the undisturbed run (all people are drawn)."""
    rows_shown = []
    for name in QUERIES:
        wanted, there = Counter(calm[name]), Counter(chaos[name])
        for sign, rows in (("-", wanted - there), ("+", there - wanted)):
            rows_shown += [f"{sign} {name} {row}" for row in itertools.islice(rows.elements(), most)]
    return rows_shown


def audit_flaws(registry: Registry) -> int:
    """Return the number of flaws that the audit finds."""
    return registry.audit().verify().flaw_count


def _plain(value: object) -> object:
    """SQLite has 0 and 1 for what PostgreSQL calls false and true."""
    return int(value) if isinstance(value, bool) else value
