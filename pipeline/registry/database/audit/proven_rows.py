"""Whether rows are what the newest line of the chain about them says.

A last digest that lies beside its row (``row_digest``) can be put back along with an older state of the row; what the
chain said last cannot. The chain is read on as it grows: all of it once in the life of a process, then only what is
new. Lines of a lost key count once the office has renewed the key.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Collection, Mapping

from sqlalchemy import Connection, func, or_, select

from pipeline.registry.database.audit.chain import KEY_RENEWED, audit, stored_lines
from pipeline.registry.database.audit.key import KeyFile
from pipeline.registry.database.audit.rows import unpacked
from pipeline.registry.database.audit.stored import digests

_Rows = dict[tuple[str, int], tuple[int, bytes]]
"""By table and id the number of the newest line about a row, and the digest that it gives."""

READ_AGAIN = 3
"""How often a row is looked at that somebody may be changing at this moment."""


class ProvenRows:
    """The digests of rows of some tables in the lines of the audit that are the program's own; safe for threads."""

    def __init__(self, key_file: KeyFile | None, *tables: str) -> None:
        self._key_file, self._tables = key_file, tables
        self._told: _Rows = {}
        self._read_to = 0
        self._lock = threading.Lock()

    def forged(self, connection: Connection, table_name: str, ids: Collection[int]) -> frozenset[int]:
        """Return the rows among these that are not, or no longer, what the audit tells of them."""
        return self._unlike(connection, table_name, digests(connection, table_name, ids), untold=True)

    def outdated(self, connection: Connection, table_name: str, now: Mapping[int, bytes]) -> frozenset[int]:
        """Return the rows among these, given by their digests, of which the audit tells something newer."""
        if table_name not in self._tables:
            return frozenset()
        return self._unlike(connection, table_name, now, untold=False)

    def _unlike(
        self, connection: Connection, table_name: str, now: Mapping[int, bytes], *, untold: bool
    ) -> frozenset[int]:
        unlike: frozenset[int] = frozenset()
        for _ in range(READ_AGAIN):
            if not now:
                break
            with self._lock:
                newest = self._read_on(connection)
                told = {row_id: self._told.get((table_name, row_id)) for row_id in now}
            unlike = frozenset(
                row_id
                for row_id, line in told.items()
                if (untold if line is None else line[0] <= newest and line[1] != now[row_id])
            )
            now = digests(connection, table_name, unlike)
        return unlike

    def _read_on(self, connection: Connection) -> int:
        """Read what is new in the chain; return the newest line that this transaction sees."""
        newest = connection.scalar(select(func.max(audit.c.id))) or 0
        if newest <= self._read_to:
            return newest
        keys = () if self._key_file is None else self._key_file.known()
        of_tables = [audit.c.rows.contains(f'"{name}"', autoescape=True) for name in self._tables]
        wanted = or_(audit.c.action == KEY_RENEWED, *of_tables)
        new = (audit.c.id > self._read_to) & (audit.c.id <= newest)
        ids = connection.scalars(select(audit.c.id).where(new, wanted)).all()
        lost: dict[str | None, _Rows] = {}
        for act in sorted(stored_lines(connection, ids), key=lambda act: act.id):
            told = {
                (one.table_name, one.row_id): (act.id, one.digest)
                for one in unpacked(act.rows)
                if one.table_name in self._tables
            }
            if not act.is_own(keys):
                if act.is_own(()):
                    lost.setdefault(act.key, {}).update(told)
            elif act.action == KEY_RENEWED:
                self._told |= lost.pop(json.loads(act.detail)["replaces"] or None, {})
            else:
                self._told |= told
        self._read_to = newest
        return newest
