"""What a look through the audit and at the rows it answers for came to. Frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FlawKind(StrEnum):
    """What is wrong. Of rows of other tables: ``ROW_*``; of rows of the audit itself: ``AUDIT_*``; of a seal that was
    kept elsewhere: ``SEAL_*``."""

    ROW_ALTERED = "row-altered"
    ROW_GONE = "row-gone"
    ROW_UNKNOWN = "row-unknown"
    TABLE_GONE = "table-gone"
    GUARD_GONE = "guard-gone"
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


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is wrong. ``table`` and ``row_id``: where; ``last_id``: the last of several rows in a run;
    ``audit_id``: the row of the audit that says what should be there. ``name``: of a guard that is gone."""

    kind: FlawKind
    table: str = "audit"
    row_id: int | None = None
    last_id: int | None = None
    audit_id: int | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Verification:
    """``audit_rows`` and ``rows``: how many rows of the audit and of other tables were looked at; ``begun_at``: when
    the audit began (as stored, UTC; ``""`` = never). ``flaws``: the first ones found, ``flaw_count`` of them in all.

    ``proven``: how many rows of the audit are signed by a key that is at hand. The others may be whole and still not
    prove who wrote them: ``unsigned`` came before there was a key, ``other_keys`` are signed by keys that are lost.
    ``key_is_private``: whether only the owner of the key file can read it, None = there is none.
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

    @property
    def passed(self) -> bool:
        return self.flaw_count == 0


class Flaws:
    """Flaws as they are found; only the first ``most`` are kept, so that a database that is all wrong takes no more
    memory than another."""

    def __init__(self, most: int = 200) -> None:
        self._most = most
        self._kept: list[Flaw] = []
        self.count = 0

    def add(self, flaw: Flaw) -> None:
        self.count += 1
        if len(self._kept) < self._most:
            self._kept.append(flaw)

    @property
    def kept(self) -> tuple[Flaw, ...]:
        return tuple(self._kept)
