"""The results of verifying the audit log and the rows that it covers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum


class FlawKind(StrEnum):
    """Kinds of flaws of the audit log or of the rows that it covers.

    ``ROW_*`` concern rows of other tables, ``AUDIT_*`` lines of the log itself, ``SEAL_*`` a seal.
    """

    ROW_ALTERED = "row-altered"
    ROW_GONE = "row-gone"
    ROW_UNKNOWN = "row-unknown"
    ROW_OVERWRITTEN = "row-overwritten"
    TAMPERING_FOUND = "tampering-found"
    DIGEST_ALTERED = "digest-altered"
    ACCOUNT_DIFFERS = "account-differs"
    SESSION_AHEAD = "session-ahead"
    TABLE_GONE = "table-gone"
    GUARD_GONE = "guard-gone"
    GUARD_ALTERED = "guard-altered"
    OBJECT_UNKNOWN = "object-unknown"
    AUDIT_EMPTY = "audit-empty"
    AUDIT_ALTERED = "audit-altered"
    AUDIT_GONE = "audit-gone"
    AUDIT_BROKEN = "audit-broken"
    AUDIT_UNSIGNED = "audit-unsigned"
    AUDIT_FORGED = "audit-forged"
    AUDIT_OTHER_KEY = "audit-other-key"
    AUDIT_RESTARTED = "audit-restarted"
    SEAL_CUT = "seal-cut"
    SEAL_DIFFERS = "seal-differs"
    SEAL_FORGED = "seal-forged"


FlawIdentity = tuple[FlawKind, str, int | None, int | None, str, str]


@dataclass(frozen=True, slots=True)
class Flaw:
    """A flaw of the audit log, of a covered row or of a seal.

    Attributes:
        table: The table of the row.
        row_id: The row, or the first row of a run of flawed rows.
        last_id: The last row of a run.
        audit_id: The line of the log that gives the expected content.
        name: The name of a guard, of another object of the database, or of what differs about an account.
        found: What was found there, as a digest: a flaw that was settled counts again when it is otherwise.
    """

    kind: FlawKind
    table: str = "audit"
    row_id: int | None = None
    last_id: int | None = None
    audit_id: int | None = None
    name: str = ""
    found: str = field(default="", compare=False)

    def identity(self) -> FlawIdentity:
        """Return the values by which a settled flaw is recognized."""
        return self.kind, self.table, self.row_id, self.last_id, self.name, self.found


@dataclass(frozen=True, slots=True)
class Verification:
    """The result of verifying the audit.

    Unproven lines may be intact; nothing proves who wrote them.

    Attributes:
        rows: How many rows of other tables were verified.
        begun_at: When the audit began (as stored, UTC; ``""`` = never).
        flaws: The first flaws found.
        flaw_count: How many flaws were found in all.
        proven: How many rows of the audit are signed by a key that is at hand.
        unsigned: How many rows were written before there was a key.
        other_keys: How many rows are signed by keys that are lost.
        settled: How many flaws an administrator has settled.
        unproven_end: How many of the newest rows of the audit no key at hand proves.
        key_is_private: Whether only the owner of the key file can read it; None = there is no key.
    """

    audit_rows: int
    rows: int
    begun_at: str
    flaws: tuple[Flaw, ...]
    flaw_count: int
    proven: int
    unsigned: int
    other_keys: int
    key_is_private: bool | None
    settled: int = 0
    unproven_end: int = 0

    @property
    def passed(self) -> bool:
        """Whether there is no flaw."""
        return self.flaw_count == 0

    @property
    def checkable(self) -> bool:
        """Whether an available key proves the end of the chain, and with it everything before."""
        return self.unproven_end == 0


class Flaws:
    """A collection of flaws that keeps only the first ``most`` and counts the others.

    Memory stays bounded however many flaws there are. ``settled`` flaws are counted apart.
    """

    def __init__(self, settled: Collection[FlawIdentity] = (), most: int = 200) -> None:
        self._most = most
        self._settled = settled
        self._kept: list[Flaw] = []
        self.count = 0
        self.settled = 0

    def add(self, flaw: Flaw) -> None:
        if flaw.identity() in self._settled:
            self.settled += 1
            return
        self.count += 1
        if len(self._kept) < self._most:
            self._kept.append(flaw)

    @property
    def kept(self) -> tuple[Flaw, ...]:
        return tuple(self._kept)
