"""Values that were accepted without a person: by what, and what people found of those that were drawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipeline.recognition.calibration import SampleCheck


class ValueSource(StrEnum):
    """By what a value was accepted without a person.

    Attributes:
        PRINT: Print, check marks and blanks, by the confidence of their readers.
        MACHINE: Handwriting, by the reader that ships and its calibration alone.
        CONTEXT: Handwriting that waited, until the rest of its book bore it out.
        CLEAR: A waiting value that people decided on other entries.
        ADAPTER: Handwriting read with what was learnt of the hand of the book.
        OFFICE: Handwriting read by the office's own reader.
    """

    PRINT = "print"
    MACHINE = "machine"
    CONTEXT = "context"
    CLEAR = "clear"
    ADAPTER = "adapter"
    OFFICE = "office"


@dataclass(frozen=True, slots=True)
class AcceptedValue:
    """A value that the latest run accepted and that nobody has decided.

    Attributes:
        status: As in ``FieldStatus``: read or blank.
        untouched: Whether nobody has keyed or decided anything of the entry.
    """

    entry_id: int
    page_id: int
    row: int
    record: str
    sha256: str
    page_no: int
    field: str
    status: str
    text: str
    canonical: str
    source: ValueSource
    untouched: bool


@dataclass(frozen=True, slots=True)
class NewSample:
    """A value that is drawn for a blind check.

    Attributes:
        basis: By which calibration it was accepted.
        share: The probability (0..1) with which it was drawn.
        tolerated: The share of errors that is tolerated among values like it.
    """

    value: AcceptedValue
    critical: bool
    basis: str
    share: float
    tolerated: float


@dataclass(frozen=True, slots=True)
class SampledValue:
    """A value that was drawn, and what became of it.

    Attributes:
        source: By what it was accepted.
        critical: Whether its field is a critical one; of clear values that is not kept.
        basis: By which calibration; ``""`` for clear values.
        share: The probability with which it was drawn.
        tolerated: The share of errors that was tolerated; 0 where that is not kept.
        decided_at: When people decided it; None while it waits.
        wrong: Whether they decided otherwise.
    """

    book_id: int
    entry_id: int
    field: str
    source: ValueSource
    critical: bool
    basis: str
    share: float
    tolerated: float
    drawn_at: datetime
    decided_at: datetime | None = None
    wrong: bool = False

    def check(self, tolerated: float = 0.0) -> SampleCheck:
        """Return it as a check against what was tolerated, or against ``tolerated`` where that is not kept."""
        return SampleCheck(self.wrong, self.tolerated or tolerated, self.share)
