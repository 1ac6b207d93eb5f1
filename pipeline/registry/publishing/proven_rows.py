"""Whether rows of append-only tables without last digests are the program's own.

Such are attempts to send events, acts on privileged accounts with their answers, lots and what closed them. The chain
tells of each row, and is read on as it grows: all of it once in the life of a process, then only what is new. Lines of
a lost key count once the office has renewed the key.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Collection

from sqlalchemy import Connection, func, or_, select

from pipeline.registry.audit.seal import KEY_RENEWED
from pipeline.registry.database.audit.chain import audit, stored_lines
from pipeline.registry.database.audit.key import Key
from pipeline.registry.database.audit.rows import unpacked
from pipeline.registry.database.audit.stored import digests

ATTEMPTS = "webhook_attempt"


class ProvenRows:
    """The digests of rows of some tables in the lines of the audit that are the program's own; safe for threads."""

    def __init__(self, *tables: str) -> None:
        self._tables = tables
        self._told: dict[tuple[str, int], bytes] = {}
        self._read_to = 0
        self._lock = threading.Lock()

    def forged(
        self, connection: Connection, keys: Collection[Key], table_name: str, ids: Collection[int]
    ) -> frozenset[int]:
        """Return the rows among these that are not, or no longer, what the audit tells of them."""
        if not ids:
            return frozenset()
        with self._lock:
            self._read_on(connection, keys)
            now = digests(connection, table_name, ids)
            return frozenset(
                row_id for row_id, digest in now.items() if self._told.get((table_name, row_id)) != digest
            )

    def _read_on(self, connection: Connection, keys: Collection[Key]) -> None:
        newest = connection.scalar(select(func.max(audit.c.id))) or 0
        of_tables = [audit.c.rows.contains(f'"{name}"', autoescape=True) for name in self._tables]
        wanted = or_(audit.c.action == KEY_RENEWED, *of_tables)
        new = (audit.c.id > self._read_to) & (audit.c.id <= newest)
        ids = connection.scalars(select(audit.c.id).where(new, wanted)).all()
        lost: dict[str | None, dict[tuple[str, int], bytes]] = {}
        for act in sorted(stored_lines(connection, ids), key=lambda act: act.id):
            told = {
                (one.table_name, one.row_id): one.digest
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
