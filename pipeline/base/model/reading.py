"""What was read: lines, fields and the evidence for them."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import StrEnum

from pipeline.base.model.geometry import Box, Pixels
from pipeline.base.model.page import NearUnits, Word


class Writing(StrEnum):
    """What made the ink in a field."""

    NONE = "none"
    PRINT = "print"
    HAND = "hand"
    MARK = "mark"


class FieldStatus(StrEnum):
    """States that must never be confused with one another."""

    READ = "read"
    BLANK = "blank"
    ILLEGIBLE = "illegible"
    UNREADABLE = "unreadable"
    STRUCK_THROUGH = "struck-through"
    NOT_ON_FORM = "not-on-form"


WITHOUT_INK = frozenset({FieldStatus.BLANK, FieldStatus.NOT_ON_FORM})
"""The states in which there is no ink on the paper."""


TYPED = "typed"
"""The engine of a reading of nothing: a person asked for the field to be typed, and no engine has read it."""


COPIED = "copied"
"""The engine of a field of an act in running text: no machine reads it, a person copies it from the picture."""

NO_ENGINES = frozenset({TYPED, COPIED})
"""What stands in the place of an engine where none has read."""


@dataclass(frozen=True, slots=True)
class Crop:
    """One line of ink cut from the page for an engine.

    Attributes:
        pixels: Grey, (h, w).
        terms: The spellings of the field's list of values, where it has one.
        part: The part of a date or a time that the line is.
        follows: Whether the value goes on from the crop handed over before this one.
        usual: The usual ways to word the field.
        year: The year of the book, 0 where it is not known.
        near: The units around the place of the book, where these are known.
        beside: The line with ink as high as its figures that stands close beside it; ``None`` where there is none.
        expects: The name of the shares of its values (``FieldSpec.expected_shares``).
    """

    pixels: Pixels
    dpi: float
    kind: str
    terms: tuple[str, ...] = ()
    part: str = ""
    follows: bool = False
    usual: tuple[str, ...] = ()
    year: int = 0
    near: NearUnits | None = None
    beside: Pixels | None = None
    expects: str = ""


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One text that a line or a field may have.

    Attributes:
        chance: Its probability among all that were weighed, 0..1.
    """

    text: str
    chance: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a reading before calibration, each 0..1.

    Attributes:
        chance: The probability of the best hypothesis.
        margin: How far behind the next one lies.
        optical: The mean probability of a letter on the ink alone.
        weakest: The probability of the least certain letter.
        agreement: How alike the readings of the single networks are.
        support: The share of its words that are known ones.
        ink: How dark the ink is on its paper.
    """

    chance: float
    margin: float
    optical: float
    weakest: float
    agreement: float
    support: float
    ink: float = 1.0


@dataclass(frozen=True, slots=True)
class LineReading:
    """What an engine read on one crop.

    Attributes:
        text: Verbatim, NFC.
        confidence: 0..1; it means only what the engine says.
        words: Its words with their boxes in pixels of the crop, where the engine gives them.
        hypotheses: The likeliest texts, best first, where the engine weighs several.
        evidence: What speaks for the best of them.
        emissions: What the networks saw (``decoding.pack_emissions``), where it is to be weighed again.
        has_unread_ink: Whether the crop has ink as large as a letter that no letter of the text explains.
    """

    text: str
    confidence: float
    engine: str
    words: tuple[Word, ...] = ()
    hypotheses: tuple[Hypothesis, ...] = ()
    evidence: Evidence | None = None
    emissions: bytes = dataclasses.field(default=b"", compare=False, repr=False)
    has_unread_ink: bool = False


@dataclass(frozen=True, slots=True)
class KeptLine:
    """A line of a field region as it was read, kept to be weighed again.

    Attributes:
        piece: Number of the piece of the slot that it is written on.
        box: Its box with the soft edges of its strokes.
        is_red: Whether it was stamped.
        is_struck: Whether a stroke runs through it.
        picture: Its small picture, where it may be a stamp (``layout.imaging.stamp_pictures``).
    """

    piece: int
    box: Box
    reading: LineReading
    is_red: bool = False
    is_struck: bool = False
    picture: bytes = dataclasses.field(default=b"", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class KeptRegion:
    """A field region as it was read, kept to be weighed again.

    Attributes:
        slot: The name of the slot of the form.
        writing: Print or handwriting.
        box: Its place on the rectified page of its sheet.
        is_doubtful: As of the region when it was segmented, as are the next four.
        is_touched: Likewise.
        is_cut_short: Likewise.
        is_labelled: Likewise.
        is_repeated: Likewise.
    """

    slot: str
    writing: Writing
    box: Box
    lines: tuple[KeptLine, ...] = ()
    is_doubtful: bool = False
    is_touched: bool = False
    is_cut_short: bool = False
    is_labelled: bool = True
    is_repeated: bool = False


@dataclass(frozen=True, slots=True)
class FieldReading:
    """What the machine read in one field of one entry.

    Attributes:
        status: Read, blank, illegible, …: states that must never be confused.
        text: Verbatim, never corrected.
        canonical: How its kind writes the parsed value; ``""`` when the text does not parse.
        confidence: 0..1; once calibrated, the probability that the value is right.
        writing: Print, handwriting or a check mark.
        box: Its region on the rectified page; ``None`` when the field has no place on it.
        accepted: Whether it may enter the record without a person.
        hypotheses: The texts it may have, best first, where several were weighed.
        evidence: What speaks for the text before calibration.
        struck: What was struck out before ``text`` was written.
        problems: Codes of what is wrong with the text by itself, found when it was parsed; not stored.
        is_cut_short: Whether its writing may go on where it was cut, so that it is no evidence for another field; not
            stored.
    """

    field: str
    status: FieldStatus
    text: str = ""
    canonical: str = ""
    confidence: float = 0.0
    writing: Writing = Writing.NONE
    engine: str = ""
    box: Box | None = None
    lines: tuple[Box, ...] = ()
    accepted: bool = False
    hypotheses: tuple[Hypothesis, ...] = ()
    evidence: Evidence | None = None
    struck: str = ""
    problems: tuple[str, ...] = dataclasses.field(default=(), compare=False, repr=False)
    is_cut_short: bool = dataclasses.field(default=False, compare=False, repr=False)

    @property
    def inked(self) -> bool:
        """Whether there is ink on the paper, read or not."""
        return self.status not in WITHOUT_INK


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Which fields of an entry the rest of its book bears out.

    Attributes:
        values: Those whose values stand elsewhere too: they are surer than their ink.
        order: Those whose values alone fit between those before and behind them: they are much surer.
        inks: Those whose ink may touch other ink without harm, all confirmed values among them.
        copied: Those of which the second copy of a ledger kept twice says the same: they are surer, too.
        contradicted: Those for which that copy clearly has another value.
    """

    values: frozenset[str] = frozenset()
    order: frozenset[str] = frozenset()
    inks: frozenset[str] = frozenset()
    copied: frozenset[str] = frozenset()
    contradicted: frozenset[str] = frozenset()
