"""Whether attempts to send events are the program's own.

Their table has no last digests. The chain tells of each attempt, and is read on as it grows: all of it once in the life
of a process, then only what is new. Lines of a lost key count once the office has renewed the key.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Collection

from sqlalchemy import Connection, func, select

from pipeline.registry.audit.seal import KEY_RENEWED
from pipeline.registry.database.audit.chain import audit, stored_lines
from pipeline.registry.database.audit.key import Key
from pipeline.registry.database.audit.rows import unpacked
from pipeline.registry.database.audit.stored import digests

ATTEMPTS = "webhook_attempt"


class ProvenAttempts:
    """The digests of attempts in the lines of the audit that are the program's own; safe for threads."""

    def __init__(self) -> None:
        self._told: dict[int, bytes] = {}
        self._read_to = 0
        self._lock = threading.Lock()

    def forged(self, connection: Connection, keys: Collection[Key], ids: Collection[int]) -> frozenset[int]:
        """Return the attempts among these that are not, or no longer, what the audit tells of them."""
        with self._lock:
            self._read_on(connection, keys)
            now = digests(connection, ATTEMPTS, ids)
            return frozenset(row_id for row_id, digest in now.items() if self._told.get(row_id) != digest)

    def _read_on(self, connection: Connection, keys: Collection[Key]) -> None:
        newest = connection.scalar(select(func.max(audit.c.id))) or 0
        of_attempts = audit.c.rows.contains(f'"{ATTEMPTS}"', autoescape=True)
        wanted = of_attempts | (audit.c.action == KEY_RENEWED)
        new = (audit.c.id > self._read_to) & (audit.c.id <= newest)
        ids = connection.scalars(select(audit.c.id).where(new, wanted)).all()
        lost: dict[str | None, dict[int, bytes]] = {}
        for act in sorted(stored_lines(connection, ids), key=lambda act: act.id):
            told = {one.row_id: one.digest for one in unpacked(act.rows) if one.table_name == ATTEMPTS}
            if not act.is_own(keys):
                if act.is_own(()):
                    lost.setdefault(act.key, {}).update(told)
            elif act.action == KEY_RENEWED:
                self._told |= lost.pop(json.loads(act.detail)["replaces"] or None, {})
            else:
                self._told |= told
        self._read_to = newest
