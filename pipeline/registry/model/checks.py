"""What checks of whole books and of the registry found: findings across entries, and links between entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipeline.model import Finding


@dataclass(frozen=True, slots=True)
class CrossEntryFinding:
    """What a check of whole books or of the registry says: of an entry, or with ``entry_id`` None of a page.
    ``raised_at``: since when (None = not stored yet)."""

    book_id: int
    page_id: int
    entry_id: int | None
    finding: Finding
    raised_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChecksOutcome:
    """What a check changed: ``raised`` are new, ``cleared`` no longer hold, ``standing`` hold now."""

    raised: int
    cleared: int
    standing: int


@dataclass(frozen=True, slots=True)
class Link:
    """A suggestion that two entries speak of one event (``again``) or of one person (``person``), with the role of the
    person in each, its probability 0..1 and what agrees (without names)."""

    kind: str
    first_entry_id: int
    first_role: str
    second_entry_id: int
    second_role: str
    probability: float
    evidence: Mapping[str, str]


class LinkVerdict(StrEnum):
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class LinkDecision:
    """A person's word on a suggested link. ``outdated``: the evidence is another now than that person saw."""

    verdict: LinkVerdict
    author: str
    decided_at: datetime
    reason: str
    outdated: bool = False


@dataclass(frozen=True, slots=True)
class StoredLink(Link):
    """A link under its number. ``suggested``: still found; a confirmed one stands without that, too. ``decision``: the
    last word on the pair."""

    link_id: int = 0
    suggested: bool = True
    decision: LinkDecision | None = None
