"""Verification of the audit log: the hash chain, the signatures, the triggers, and every row that the log covers.

The chain is walked from its end to its beginning, in one state of the database and in flat memory: one bit for each
row, and digests only until a few thousand are compared together. Walking backwards, the first digest met of a row is
its newest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from pipeline.registry.database.audit.baseline import BEGUN
from pipeline.registry.database.audit.chain import head, row_hash
from pipeline.registry.database.audit.key import KeyFile
from pipeline.registry.database.audit.rows import unpacked
from pipeline.registry.database.audit.stored import GONE, batches, digests, stored_ids, stored_rows
from pipeline.registry.model.audit import Flaw, FlawKind, Flaws, Verification
from pipeline.registry.services.audit.seal import Seal, Signatures, time_of
from pipeline.registry.tables.audit import audit
from pipeline.registry.tables.guarded import COVERED, ENDING, GROWING, covered_tables

_BITS = 16
_BYTES = 1 << (_BITS - 3)


class IdSet:
    """Ids that were met, in pages of 65,536 bits that are made when they are needed."""

    def __init__(self) -> None:
        self._pages: dict[int, bytearray] = {}

    def add(self, row_id: int) -> bool:
        """Put an id in. Returns whether it is new."""
        page = self._pages.setdefault(row_id >> _BITS, bytearray(_BYTES))
        place, bit = (row_id & 0xFFFF) >> 3, 1 << (row_id & 7)
        if page[place] & bit:
            return False
        page[place] |= bit
        return True

    def __contains__(self, row_id: int) -> bool:
        page = self._pages.get(row_id >> _BITS)
        return page is not None and bool(page[(row_id & 0xFFFF) >> 3] & (1 << (row_id & 7)))


_REFUSED = {"sqlite": ("update", "delete", "replace"), "postgresql": ("update", "delete", "truncate")}
_STANDING = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A') "
    "AND tgrelid IN (SELECT oid FROM pg_class WHERE relnamespace = current_schema()::regnamespace)",
}


def missing_guards(connection: Connection) -> Sequence[tuple[str, str]]:
    """Table and name of each trigger that is not there or switched off."""
    kind = connection.dialect.name
    standing = set(connection.scalars(text(_STANDING[kind])))
    guarded = [table.name for table in (*GROWING, *ENDING)]
    wanted = [(table, f"{table}_no_{change}") for table in guarded for change in _REFUSED[kind]]
    return [(table, name) for table, name in wanted if name not in standing]


TOGETHER = 4000
"""Rows that are compared at a time."""


class Comparison:
    """Takes what the audit says, newest first; finds rows that are otherwise, are gone, or were never spoken of."""

    def __init__(self, connection: Connection, flaws: Flaws) -> None:
        self._connection = connection
        self._flaws = flaws
        self._there = frozenset(inspect(connection).get_table_names())
        self._met: dict[str, IdSet] = defaultdict(IdSet)
        self._waiting: dict[str, dict[int, tuple[bytes, int]]] = defaultdict(dict)
        self._waiting_count = 0
        self.rows = 0
        for name in COVERED:
            if name not in self._there:
                flaws.add(Flaw(FlawKind.TABLE_GONE, name))

    def expect(self, table_name: str, row_id: int, digest: bytes, audit_id: int) -> None:
        """The audit says so in its row ``audit_id``; what a newer row said of the same row counts more."""
        if table_name not in self._there or not self._met[table_name].add(row_id):
            return
        self._waiting[table_name][row_id] = digest, audit_id
        self._waiting_count += 1
        if self._waiting_count >= TOGETHER:
            self._compare()

    def finish(self) -> None:
        """Compare what still waits and look for rows that nobody ever spoke of."""
        self._compare()
        for table_name in covered_tables(self._connection):
            met = self._met[table_name]
            for row_id in stored_ids(self._connection, table_name):
                if row_id not in met:
                    self._flaws.add(Flaw(FlawKind.ROW_UNKNOWN, table_name, row_id))

    def _compare(self) -> None:
        for table_name, expected in self._waiting.items():
            now = self._digests(table_name, expected)
            for row_id, (digest, audit_id) in expected.items():
                self._judge(table_name, row_id, digest, now[row_id], audit_id)
            self.rows += len(expected)
        self._waiting.clear()
        self._waiting_count = 0

    def _judge(self, table_name: str, row_id: int, said: bytes, found: bytes | None, audit_id: int) -> None:
        if found == said:
            return
        kind = FlawKind.ROW_ALTERED
        if found == GONE:
            kind = FlawKind.ROW_GONE
        elif said == GONE:
            kind = FlawKind.ROW_UNKNOWN
        self._flaws.add(Flaw(kind, table_name, row_id, audit_id=audit_id))

    def _digests(self, table_name: str, ids: Mapping[int, object]) -> Mapping[int, bytes | None]:
        """Digests by id, ``GONE`` of rows that are not there, None of rows that cannot even be read."""
        try:
            return digests(self._connection, table_name, ids)
        except DBAPIError:
            if len(ids) == 1:
                return dict.fromkeys(ids)
        return {one: self._digests(table_name, {one: None})[one] for one in ids}


BATCH = 200
"""Rows of the audit that are read at a time."""

Progress = Callable[[int, int], None]
"""Told how many rows of the audit were looked at, and how many there are."""


def verify(
    connection: Connection,
    key_file: KeyFile | None,
    seal: Seal | None = None,
    progress: Progress = lambda _done, _all: None,
) -> Verification:
    """Look at every row of the audit and at every row that it answers for.

    Needs nothing but the database; the key proves who wrote it, the ``seal`` that nothing was cut from its
    end.
    """
    flaws = Flaws()
    for table, name in missing_guards(connection):
        flaws.add(Flaw(FlawKind.GUARD_GONE, table, name=name))
    last = head(connection)
    if last is None:
        flaws.add(Flaw(FlawKind.AUDIT_EMPTY))
    signatures = Signatures(key_file, flaws)
    comparison = Comparison(connection, flaws)
    if seal is not None:
        _check_seal(connection, seal, 0 if last is None else last.id, signatures, flaws)
    count = 0
    later: Mapping[str, Any] | None = None
    for row in _newest_first(connection):
        count += 1
        whole = row_hash(row) == row["hash"]
        if not whole:
            flaws.add(Flaw(FlawKind.AUDIT_ALTERED, row_id=row["id"]))
        if later is not None:
            _check_link(row, later, flaws)
        signatures.check(row, whole=whole)
        _expect_rows(row, comparison)
        later = row
        if count % BATCH == 0:
            progress(count, count + row["id"] - 1)
    if later is not None:
        _check_beginning(later, signatures, flaws)
    signatures.finish()
    comparison.finish()
    progress(count, count)
    return Verification(
        audit_rows=count,
        rows=comparison.rows,
        begun_at="" if later is None else time_of(later),
        flaws=flaws.kept,
        flaw_count=flaws.count,
        proven=signatures.proven,
        unsigned=signatures.unsigned,
        other_keys=signatures.other_keys,
        key_is_private=signatures.key_is_private,
    )


def _newest_first(connection: Connection) -> Iterator[Mapping[str, Any]]:
    for batch in batches(connection, audit.name, BATCH, newest_first=True):
        yield from batch


def _check_link(row: Mapping[str, Any], later: Mapping[str, Any], flaws: Flaws) -> None:
    """Whether ``later`` follows on ``row``."""
    if later["id"] != row["id"] + 1:
        flaws.add(Flaw(FlawKind.AUDIT_GONE, row_id=row["id"] + 1, last_id=later["id"] - 1))
    elif later["previous"] != row["hash"]:
        flaws.add(Flaw(FlawKind.AUDIT_BROKEN, row_id=later["id"]))


def _check_beginning(first: Mapping[str, Any], signatures: Signatures, flaws: Flaws) -> None:
    if first["id"] != 1:
        flaws.add(Flaw(FlawKind.AUDIT_GONE, row_id=1, last_id=first["id"] - 1))
    elif first["previous"] != "" or first["action"] != BEGUN:
        flaws.add(Flaw(FlawKind.AUDIT_BROKEN, row_id=1))
    signatures.check_beginning(first)


def _expect_rows(row: Mapping[str, Any], comparison: Comparison) -> None:
    """A column that cannot be read belongs to a row whose hash is wrong too."""
    try:
        said = list(unpacked(row["rows"]))
    except ValueError:
        return
    for table_name, row_id, digest in said:
        comparison.expect(table_name, row_id, digest, row["id"])


def _check_seal(
    connection: Connection, seal: Seal, last_id: int, signatures: Signatures, flaws: Flaws
) -> None:
    """Whether the row that was sealed is still there and as it was, and the seal itself is one."""
    key = signatures.key(seal.key)
    if key is not None and not seal.is_signed_by(key):
        flaws.add(Flaw(FlawKind.SEAL_FORGED, row_id=seal.id))
    if last_id < seal.id:
        flaws.add(Flaw(FlawKind.SEAL_CUT, row_id=last_id + 1, last_id=seal.id))
    elif [row["hash"] for row in stored_rows(connection, audit.name, [seal.id])] != [seal.hash]:
        flaws.add(Flaw(FlawKind.SEAL_DIFFERS, row_id=seal.id))
