"""Rows compared with what the audit says of them, and accounts replayed from what the audit says was done.

The chain is taken from its newest row to its oldest, in flat memory: one bit for each row, eight bytes for each row
that may change, and digests only until a few thousand are compared together. The first digest met of a row is its
newest.
"""

from __future__ import annotations

import json
from array import array
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, inspect, select
from sqlalchemy.exc import DBAPIError

from pipeline.registry.accounts.model import password_mark
from pipeline.registry.accounts.rows import account, login_session
from pipeline.registry.audit.model import Flaw, FlawKind, Flaws
from pipeline.registry.database import clock
from pipeline.registry.database.audit.chain import row_digest
from pipeline.registry.database.audit.key import Key
from pipeline.registry.database.audit.row_digests import kept
from pipeline.registry.database.audit.rows import BEFORE_BYTES, Mention
from pipeline.registry.database.audit.stored import GONE, digests, stored_ids
from pipeline.registry.database.columns import covered_names, covered_tables, may_change

SUBJECT = f"{account.name}:"
ACTIVE = {"account-created": True, "account-activated": True, "account-deactivated": False}

Expected = Mapping[str, Any]


class AccountReplay:
    """Takes the rows of the audit, newest first; knows then what role, places and password each account must have."""

    def __init__(self) -> None:
        self._expected: dict[str, dict[str, Any]] = {}

    def observe(self, row: Mapping[str, Any]) -> None:
        """Take one row of the audit; what a newer one said counts more."""
        if not row["subject"].startswith(SUBJECT):
            return
        known = self._expected.setdefault(row["subject"].removeprefix(SUBJECT), {})
        try:
            told = json.loads(row["detail"])
        except ValueError:
            return
        for name in ("role", "places", "password", "active"):
            if name in told:
                known.setdefault(name, told[name])
        if row["action"] in ACTIVE:
            known.setdefault("active", ACTIVE[row["action"]])

    def expected(self, login: str) -> Expected:
        """What the account must be like, as far as the audit says."""
        return self._expected.get(login, {})

    def finish(self, connection: Connection, flaws: Flaws) -> None:
        """Compare the accounts with it."""
        if not inspect(connection).has_table(account.name):
            return
        for row in connection.execute(select(account)).mappings():
            present = {**row, "password": password_mark(row["password_hash"])}
            for name, value in self.expected(row["login"]).items():
                if present[name] != value:
                    flaws.add(
                        Flaw(
                            FlawKind.ACCOUNT_DIFFERS,
                            account.name,
                            row["id"],
                            name=name,
                            found=str(present[name]),
                        )
                    )


def sessions_ahead(connection: Connection, flaws: Flaws) -> None:
    """Find sessions that were used in the future."""
    if not inspect(connection).has_table(login_session.name):
        return
    ahead = clock.now(connection) + clock.CLOCK_DIFFERENCE
    which = (login_session.c.seen_at > ahead) | (login_session.c.started_at > ahead)
    for row_id in connection.scalars(select(login_session.c.id).where(which).order_by(login_session.c.id)):
        flaws.add(Flaw(FlawKind.SESSION_AHEAD, login_session.name, row_id))


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


_PLACES = 4096
_NOTHING, _ABSENT = 0, 1
"""What is claimed of a row that nothing is claimed of, and of one that was not there."""


class Claims:
    """What newer actions claim that rows were like before them, in pages of 4,096 numbers."""

    def __init__(self) -> None:
        self._pages: dict[int, array[int]] = {}

    def put(self, row_id: int, before: bytes | None) -> None:
        """Note what an action says of the row as it was before, None = it does not say."""
        page = self._pages.get(row_id // _PLACES)
        if page is None:
            if before is None:
                return
            page = self._pages[row_id // _PLACES] = array("Q", bytes(8 * _PLACES))
        page[row_id % _PLACES] = _NOTHING if before is None else int.from_bytes(before) or _ABSENT

    def contradicts(self, row_id: int, digest: bytes) -> bool:
        """Whether the next older word on the row is not what is claimed."""
        claimed = self._of(row_id)
        return claimed not in (_NOTHING, int.from_bytes(digest[:BEFORE_BYTES]) or _ABSENT)

    def told(self, row_id: int) -> str:
        """What is claimed, in hex."""
        return f"{self._of(row_id):016x}"

    def left(self) -> list[int]:
        """The rows that were there before the oldest word on them."""
        return [
            page_no * _PLACES + place
            for page_no, page in self._pages.items()
            for place, claimed in enumerate(page)
            if claimed not in (_NOTHING, _ABSENT)
        ]

    def _of(self, row_id: int) -> int:
        page = self._pages.get(row_id // _PLACES)
        return _NOTHING if page is None else page[row_id % _PLACES]


TOGETHER = 4000
"""Rows that are compared at a time."""


class Comparison:
    """Takes what the audit says, newest first.

    Finds rows that are otherwise, are gone, were never spoken of, or were otherwise before a later action.

    Args:
        key: The key that signs the last digests, None where it is not at hand.
    """

    def __init__(self, connection: Connection, flaws: Flaws, key: Key | None) -> None:
        self._connection = connection
        self._flaws = flaws
        self._key = key
        self._claims: dict[str, Claims] = defaultdict(Claims)
        self._kept = 0
        self._there = frozenset(inspect(connection).get_table_names())
        self._met: dict[str, IdSet] = defaultdict(IdSet)
        self._waiting: dict[str, dict[int, tuple[bytes, int]]] = defaultdict(dict)
        self._waiting_count = 0
        self.rows = 0
        for name in covered_names():
            if name not in self._there:
                flaws.add(Flaw(FlawKind.TABLE_GONE, name))

    def expect(self, mention: Mention, audit_id: int) -> None:
        """The audit says so in its row ``audit_id``; what a newer row said of the same row counts more."""
        table_name, row_id, digest, before = mention
        if table_name not in self._there:
            return
        is_newest = self._met[table_name].add(row_id)
        if may_change(table_name):
            claims = self._claims[table_name]
            if not is_newest and claims.contradicts(row_id, digest):
                told = claims.told(row_id)
                self._flaws.add(
                    Flaw(FlawKind.ROW_OVERWRITTEN, table_name, row_id, audit_id=audit_id, found=told)
                )
            claims.put(row_id, before)
        if not is_newest:
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
        for table_name, claims in self._claims.items():
            for row_id in claims.left():
                self._flaws.add(Flaw(FlawKind.ROW_OVERWRITTEN, table_name, row_id, found=claims.told(row_id)))
        if row_digest.name in self._there:
            held = (
                select(func.count())
                .select_from(row_digest)
                .where(row_digest.c.digest.is_not(None), row_digest.c.table_name.in_(self._there))
            )
            if self._connection.scalar(held) != self._kept:
                self._flaws.add(Flaw(FlawKind.DIGEST_ALTERED, row_digest.name))

    def _compare(self) -> None:
        for table_name, expected in self._waiting.items():
            now = self._digests(table_name, expected)
            for row_id, (digest, audit_id) in expected.items():
                self._judge(table_name, row_id, digest, now[row_id], audit_id)
            if may_change(table_name) and row_digest.name in self._there:
                self._compare_kept(table_name, expected)
            self.rows += len(expected)
        self._waiting.clear()
        self._waiting_count = 0

    def _compare_kept(self, table_name: str, expected: Mapping[int, tuple[bytes, int]]) -> None:
        """Whether the last digests at hand are those of the chain."""
        held = kept(self._connection, table_name, expected)
        self._kept += sum(one.digest is not None for one in held.values())
        for row_id, (digest, audit_id) in expected.items():
            if not held[row_id].is_right(self._key, table_name, row_id, digest):
                self._flaws.add(Flaw(FlawKind.DIGEST_ALTERED, table_name, row_id, audit_id=audit_id))

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
