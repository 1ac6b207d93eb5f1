"""What people decided about fields of entries, and what is left to decide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pipeline.model import FieldReading, FieldStatus

WHOLE_ENTRY = ""
"""The field name of a decision on an entry (or a page) as a whole: its findings that name no field have been seen."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A person's word on one field. ``text`` is what stands on paper (``""`` unless READ or STRUCK_THROUGH)."""

    field: str
    status: FieldStatus
    text: str = ""


@dataclass(frozen=True, slots=True)
class SeenReading:
    """What a machine's reading says; two runs that say the same have equal ``SeenReading``."""

    status: str
    text: str
    canonical: str

    @classmethod
    def of(cls, reading: FieldReading | None) -> SeenReading | None:
        return None if reading is None else cls(reading.status, reading.text, reading.canonical)


@dataclass(frozen=True, slots=True)
class Decision:
    """One row of the append-only record of what people decided; ``seen`` is the reading they had before them,
    ``keyings`` are the ids of the words at the reviewers' desk that led to it."""

    decision_id: int
    field: str
    status: FieldStatus
    text: str
    canonical: str
    author: str
    decided_at: datetime
    reason: str
    seen: SeenReading | None
    seen_fingerprint: str
    keyings: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PendingDecisions:
    """``fields`` in the order of the readings (``""`` = the entry as a whole); ``reasons`` are codes of findings;
    ``reopened``: something was decided and the machine has read something else since."""

    fields: tuple[str, ...]
    reasons: tuple[str, ...]
    reopened: bool
