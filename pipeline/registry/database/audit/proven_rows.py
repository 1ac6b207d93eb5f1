"""Whether rows are what the newest line of the chain about them says.

A last digest that lies beside its row (``row_digest``) can be put back along with an older state of the row; what the
chain said last cannot. The chain is read on as it grows: all of it once in the life of a process, then only what is
new. Lines of a lost key count once the office has renewed the key.
"""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, or_, select

from pipeline.registry.database.audit.chain import KEY_RENEWED, audit, stored_lines
from pipeline.registry.database.audit.key import Key, KeyFile
from pipeline.registry.database.audit.rows import unpacked
from pipeline.registry.database.audit.stored import digests


class _Line(NamedTuple):
    """The newest line about a row: its number, the digest that it gives, and the name of the key that signed it."""

    number: int
    digest: bytes
    key: str | None


_Rows = dict[tuple[str, int], _Line]

ENTRIES = "entries"
"""Key in the detail of a line: the ids of the entries that it is about."""

_NEWEST = "SELECT max(id) FROM audit"

READ_AGAIN = 3
"""How often a row is looked at that somebody may be changing at this moment."""


class ProvenRows:
    """The digests of rows of some tables in the lines of the audit that are the program's own; safe for threads.

    Args:
        missed: Tables among them of which rows are found by what the lines are about, also when they are deleted.
    """

    def __init__(self, key_file: KeyFile | None, *tables: str, missed: Collection[str] = ()) -> None:
        self._key_file, self._tables, self._missed = key_file, tables, missed
        self._told: _Rows = {}
        self._about: dict[tuple[str, str], set[int]] = defaultdict(set)
        self._read_to = 0
        self._lock = threading.Lock()
        of_tables = [audit.c.rows.contains(f'"{name}"', autoescape=True) for name in tables]
        self._new_lines = select(audit.c.id).where(
            audit.c.id > bindparam("read_to"),
            audit.c.id <= bindparam("newest"),
            or_(audit.c.action == KEY_RENEWED, *of_tables),
        )

    def forged(self, connection: Connection, table_name: str, ids: Collection[int]) -> frozenset[int]:
        """Return the rows among these that are not, or no longer, what the audit tells of them."""
        return self._unlike(connection, table_name, digests(connection, table_name, ids), untold=True)

    def told_about(
        self, connection: Connection, subjects: Collection[str], table_names: Iterable[str]
    ) -> Mapping[tuple[str, str], frozenset[int]]:
        """Return the rows of tables in ``missed`` that lines about these subjects told of, by table and subject."""
        with self._lock:
            newest = self._read_on(connection)
            return {
                (table_name, subject): frozenset(
                    row_id
                    for row_id in of_subject
                    if (line := self._told.get((table_name, row_id))) is not None and line.number <= newest
                )
                for table_name in table_names
                for subject in subjects
                if (of_subject := self._about.get((table_name, subject)))
            }

    def sorted_out(
        self, connection: Connection, key: Key | None, table_name: str, now: Mapping[int, bytes]
    ) -> tuple[frozenset[int], frozenset[int]]:
        """Return which of these rows, given by their digests, are as the newest line says, and which are outdated.

        A line proves a row only when the present ``key`` signed it; of all other rows it says nothing.
        """
        if table_name not in self._tables or not now:
            return frozenset(), frozenset()
        newest, told = self._told_of(connection, table_name, now)
        name = None if key is None else key.name
        proven = frozenset(
            row_id
            for row_id, line in told.items()
            if line is not None and line == (line.number, now[row_id], name) and line.number <= newest
        )
        rest = {row_id: digest for row_id, digest in now.items() if row_id not in proven}
        return proven, self._unlike(connection, table_name, rest, untold=False)

    def _unlike(
        self, connection: Connection, table_name: str, now: Mapping[int, bytes], *, untold: bool
    ) -> frozenset[int]:
        unlike: frozenset[int] = frozenset()
        for _ in range(READ_AGAIN):
            if not now:
                break
            newest, told = self._told_of(connection, table_name, now)
            unlike = frozenset(
                row_id
                for row_id, line in told.items()
                if (untold if line is None else line.number <= newest and line.digest != now[row_id])
            )
            now = digests(connection, table_name, unlike)
        return unlike

    def _told_of(
        self, connection: Connection, table_name: str, ids: Collection[int]
    ) -> tuple[int, dict[int, _Line | None]]:
        """Return the newest line that this transaction sees, and the newest one about each of these rows."""
        with self._lock:
            return self._read_on(connection), {row_id: self._told.get((table_name, row_id)) for row_id in ids}

    def _read_on(self, connection: Connection) -> int:
        """Read what is new in the chain; return the newest line that this transaction sees."""
        newest: int = connection.exec_driver_sql(_NEWEST).scalar() or 0  # at every request: none is built
        if newest <= self._read_to:
            return newest
        between = {"read_to": self._read_to, "newest": newest}
        ids = connection.scalars(self._new_lines, between).all()
        keys = () if self._key_file is None or not ids else self._key_file.known()
        lost: dict[str | None, _Rows] = {}
        for act in sorted(stored_lines(connection, ids), key=lambda act: act.id):
            told = {
                (one.table_name, one.row_id): _Line(act.id, one.digest, act.key)
                for one in unpacked(act.rows)
                if one.table_name in self._tables
            }
            for table_name, row_id in told:
                if table_name in self._missed:
                    for subject in filter(None, (act.subject, *_entries_of(act.detail))):
                        self._about[table_name, subject].add(row_id)
            if not act.is_own(keys):
                if act.is_own(()):
                    lost.setdefault(act.key, {}).update(told)
            elif act.action == KEY_RENEWED:
                self._told |= lost.pop(json.loads(act.detail)["replaces"] or None, {})
            else:
                self._told |= told
        self._read_to = newest
        return newest


def _entries_of(detail: str) -> list[str]:
    """Return the subjects of the entries that a line is about."""
    try:
        return [f"entry:{entry_id}" for entry_id in json.loads(detail).get(ENTRIES, ())]
    except (ValueError, AttributeError, TypeError):
        return []
