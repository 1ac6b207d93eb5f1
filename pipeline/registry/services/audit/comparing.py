"""The rows of the other tables beside what the audit says they are.

The audit is walked from its end: the first word met on a row is the last one said. Memory stays flat: one bit a row,
and digests only until a few thousand are compared together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import Connection, inspect
from sqlalchemy.exc import DBAPIError

from pipeline.registry.database.audit.stored import GONE, digests, stored_ids
from pipeline.registry.model.audit import Flaw, FlawKind, Flaws
from pipeline.registry.services.audit.idset import IdSet
from pipeline.registry.tables.guarded import COVERED, covered_tables

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
