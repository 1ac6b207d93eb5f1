"""Comparison of rows with their digests in the audit log, and replay of the changes of accounts.

The chain is walked from its newest line to its oldest in constant memory: one bit for each row, eight bytes for each
row that may change, and digests of a few thousand rows, which are compared together. The first digest of a row that is
met is its newest one.
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
from pipeline.registry.accounts.rows import AccountRow, account, login_session
from pipeline.registry.audit.model import Flaw, FlawKind, Flaws
from pipeline.registry.database import clock
from pipeline.registry.database.audit.chain import StoredAuditRow, row_digest
from pipeline.registry.database.audit.key import Key
from pipeline.registry.database.audit.row_digests import kept
from pipeline.registry.database.audit.rows import BEFORE_BYTES, Mention
from pipeline.registry.database.audit.stored import GONE, digests, stored_ids
from pipeline.registry.database.columns import (
    covered_names,
    covered_tables,
    keeps_digest,
    may_change,
    rows_of,
)

SUBJECT = f"{account.name}:"
ACTIVE = {"account-created": True, "account-activated": True, "account-deactivated": False}

Expected = Mapping[str, Any]


class AccountReplay:
    """Derives role, places and password of each account from the lines of the audit log, given newest first."""

    def __init__(self) -> None:
        self._expected: dict[str, dict[str, Any]] = {}

    def observe(self, row: StoredAuditRow) -> None:
        """Take a line of the audit log; newer lines prevail."""
        if not row.subject.startswith(SUBJECT):
            return
        known = self._expected.setdefault(row.subject.removeprefix(SUBJECT), {})
        try:
            detail = json.loads(row.detail)
        except ValueError:
            return
        for name in ("role", "places", "password", "active"):
            if name in detail:
                known.setdefault(name, detail[name])
        if row.action in ACTIVE:
            known.setdefault("active", ACTIVE[row.action])

    def expected(self, login: str) -> Expected:
        """Return the expected columns of an account, as far as the log gives them."""
        return self._expected.get(login, {})

    def finish(self, connection: Connection, flaws: Flaws) -> None:
        """Compare the accounts with their expected columns."""
        if not inspect(connection).has_table(account.name):
            return
        for row in rows_of(connection, AccountRow, select(account)):
            for name, value in self.expected(row.login).items():
                present = password_mark(row.password_hash) if name == "password" else getattr(row, name)
                if present != value:
                    kind = FlawKind.ACCOUNT_DIFFERS
                    flaws.add(Flaw(kind, account.name, row.id, name=name, found=str(present)))


def sessions_ahead(connection: Connection, flaws: Flaws) -> None:
    """Report sessions with a time in the future."""
    if not inspect(connection).has_table(login_session.name):
        return
    ahead = clock.now(connection) + clock.CLOCK_DIFFERENCE
    which = (login_session.c.seen_at > ahead) | (login_session.c.started_at > ahead)
    for row_id in connection.scalars(select(login_session.c.id).where(which).order_by(login_session.c.id)):
        flaws.add(Flaw(FlawKind.SESSION_AHEAD, login_session.name, row_id))


_BITS = 16
_BYTES = 1 << (_BITS - 3)


class IdSet:
    """A set of ids as pages of 65,536 bits, made on demand."""

    def __init__(self) -> None:
        self._pages: dict[int, bytearray] = {}

    def add(self, row_id: int) -> bool:
        """Add an id and return whether it is new."""
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
"""The claims on a row without a claim, and on a row that did not exist before."""


class Claims:
    """The digests that rows had before newer actions, as those actions claim, in pages of 4,096 numbers."""

    def __init__(self) -> None:
        self._pages: dict[int, array[int]] = {}

    def put(self, row_id: int, before: bytes | None) -> None:
        """Set what an action in the audit claims about a row before it.

        Args:
            before: The first ``BEFORE_BYTES`` of the row's digest before the action, zeros if there was no row; None:
                the action does not say.
        """
        page = self._pages.get(row_id // _PLACES)
        if page is None:
            if before is None:
                return
            page = self._pages[row_id // _PLACES] = array("Q", bytes(8 * _PLACES))
        page[row_id % _PLACES] = _NOTHING if before is None else int.from_bytes(before) or _ABSENT

    def contradicts(self, row_id: int, digest: bytes) -> bool:
        """Return whether the next older digest of a row differs from the claim."""
        claimed = self._of(row_id)
        return claimed not in (_NOTHING, int.from_bytes(digest[:BEFORE_BYTES]) or _ABSENT)

    def text_of(self, row_id: int) -> str:
        """Return the claim on a row in hex."""
        return f"{self._of(row_id):016x}"

    def left(self) -> list[int]:
        """Return the rows that existed before the oldest action on them."""
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
    """Compares rows with the audit log, given newest first.

    Reports rows that are altered, deleted, unknown to the log, or were altered between two actions.

    Args:
        key: The key that signs the last digests; None if it is not available.
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
        """Take the mention of a row in the line ``audit_id`` of the log; newer lines prevail."""
        table_name, row_id, digest, before = mention
        if table_name not in self._there:
            return
        is_newest = self._met[table_name].add(row_id)
        if may_change(table_name):
            claims = self._claims[table_name]
            if not is_newest and claims.contradicts(row_id, digest):
                claimed = claims.text_of(row_id)
                self._flaws.add(
                    Flaw(FlawKind.ROW_OVERWRITTEN, table_name, row_id, audit_id=audit_id, found=claimed)
                )
            claims.put(row_id, before)
        if not is_newest:
            return
        self._waiting[table_name][row_id] = digest, audit_id
        self._waiting_count += 1
        if self._waiting_count >= TOGETHER:
            self._compare()

    def finish(self) -> None:
        """Compare the rest and report rows that the log never mentions."""
        self._compare()
        for table_name in covered_tables(self._connection):
            met = self._met[table_name]
            for row_id in stored_ids(self._connection, table_name):
                if row_id not in met:
                    self._flaws.add(Flaw(FlawKind.ROW_UNKNOWN, table_name, row_id))
        for table_name, claims in self._claims.items():
            for row_id in claims.left():
                self._flaws.add(
                    Flaw(FlawKind.ROW_OVERWRITTEN, table_name, row_id, found=claims.text_of(row_id))
                )
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
            if keeps_digest(table_name) and row_digest.name in self._there:
                self._compare_kept(table_name, expected)
            self.rows += len(expected)
        self._waiting.clear()
        self._waiting_count = 0

    def _compare_kept(self, table_name: str, expected: Mapping[int, tuple[bytes, int]]) -> None:
        """Report last digests (``row_digest``) that differ from the chain."""
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
        """Return digests by id: ``GONE`` for deleted rows, None for unreadable ones."""
        try:
            return digests(self._connection, table_name, ids)
        except DBAPIError:
            if len(ids) == 1:
                return dict.fromkeys(ids)
        return {one: self._digests(table_name, {one: None})[one] for one in ids}
