"""What people decided about fields of entries, and what is left to decide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pipeline.base.model import TYPED, FieldReading, FieldStatus

WHOLE_ENTRY = ""
"""The field name of a decision on an entry (or a page) as a whole: its findings that name no field have been seen."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person says of one field.

    Attributes:
        field: Name of the field, ``""`` for the entry as a whole.
        status: Read, blank, illegible, struck through, …
        text: What the paper says; ``""`` unless the status is READ or STRUCK_THROUGH.
    """

    field: str
    status: FieldStatus
    text: str = ""


@dataclass(frozen=True, slots=True)
class SeenReading:
    """The content of a machine's reading; two runs that read the same have equal ones.

    Attributes:
        status: As in ``FieldStatus``.
        text: Verbatim text.
        canonical: Its canonical form, or ``""``.
    """

    status: str
    text: str
    canonical: str

    @classmethod
    def of(cls, reading: FieldReading | None) -> SeenReading | None:
        """Return the content of a reading; None where nothing was read, as of a field that is only to be typed."""
        if reading is None or reading.engine == TYPED:
            return None
        return cls(reading.status, reading.text, reading.canonical)


@dataclass(frozen=True, slots=True)
class Decision:
    """One row of the append-only record of what people decided.

    Attributes:
        field: Name of the field, ``""`` for the entry as a whole.
        status: Read, blank, illegible, struck through, …
        text: What the paper says, verbatim.
        canonical: Its canonical form, ``""`` when it has none.
        author: Login of the last person.
        decided_at: UTC.
        reason: As typed, often ``""``.
        seen: The reading that they had before them.
        seen_fingerprint: Fingerprint of the run of that reading.
        keyings: Ids of the keyed values that led to the decision.
    """

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
    """The decisions that an entry waits for.

    Attributes:
        fields: Fields to decide, in the order of the readings (``""`` = the entry as a whole).
        reasons: Codes of the findings that ask for a decision.
        reopened: The machine has read something else since a decision was made.
    """

    fields: tuple[str, ...]
    reasons: tuple[str, ...]
    reopened: bool
