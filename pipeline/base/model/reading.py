"""Readings: lines, fields and their evidence."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import StrEnum

from pipeline.base.model.geometry import Box, Pixels
from pipeline.base.model.page import NearUnits, Word


class Writing(StrEnum):
    """How the ink in a field was made."""

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
"""The states without ink on the paper."""


TYPED = "typed"
"""The engine of an empty reading: a person requested typing the field, and no engine has read it."""


COPIED = "copied"
"""The engine of a field in a running-text act: no machine reads it, a person copies it from the image."""

NO_ENGINES = frozenset({TYPED, COPIED})
"""Engine names of fields without a machine reading."""


@dataclass(frozen=True, slots=True)
class Crop:
    """A line of ink cut from the page for an engine.

    Attributes:
        pixels: Grey, (h, w).
        terms: The spellings of the field's list of values, if it has a list.
        part: The line's part of a date or a time.
        follows: Whether the value continues from the preceding crop.
        usual: The usual wordings of the field.
        year: The year of the book, 0 if unknown.
        near: The units around the book's place, if known.
        beside: A line close beside this line with ink as high as its figures; ``None`` without such a line.
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


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A possible text of a line or field.

    Attributes:
        chance: Its probability among all weighed texts, 0..1.
    """

    text: str
    chance: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """The evidence for a reading before calibration, each 0..1.

    Attributes:
        chance: The probability of the best hypothesis.
        margin: The probability lead over the next hypothesis.
        optical: The mean probability of a letter on the ink alone.
        weakest: The probability of the least certain letter.
        agreement: Similarity of the single networks' readings.
        support: The share of known words.
        ink: The contrast of the ink on its paper.
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
    """An engine's reading of a crop.

    Attributes:
        text: Verbatim, NFC.
        confidence: 0..1; its meaning depends on the engine.
        words: Its words with their boxes in pixels of the crop, if the engine gives them.
        hypotheses: The likeliest texts, best first, if the engine gives several.
        evidence: The evidence for the best hypothesis.
        emissions: The networks' emissions (``decoding.pack_emissions``), if the line is to be weighed again.
    """

    text: str
    confidence: float
    engine: str
    words: tuple[Word, ...] = ()
    hypotheses: tuple[Hypothesis, ...] = ()
    evidence: Evidence | None = None
    emissions: bytes = dataclasses.field(default=b"", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class KeptLine:
    """A line of a field region with its reading, kept for weighing it again.

    Attributes:
        piece: Number of its piece of the slot.
        box: Its box including the soft edges of its strokes.
        is_red: Whether it is stamped.
        is_struck: Whether a stroke runs through it.
    """

    piece: int
    box: Box
    reading: LineReading
    is_red: bool = False
    is_struck: bool = False


@dataclass(frozen=True, slots=True)
class KeptRegion:
    """A field region with its readings, kept for weighing it again.

    Attributes:
        slot: The name of the form's slot.
        writing: Print or handwriting.
        box: Its position on the sheet's rectified page.
        is_doubtful: From the segmented region, as are the next three.
        is_touched: From the segmented region.
        is_cut_short: From the segmented region.
        is_labelled: From the segmented region.
    """

    slot: str
    writing: Writing
    box: Box
    lines: tuple[KeptLine, ...] = ()
    is_doubtful: bool = False
    is_touched: bool = False
    is_cut_short: bool = False
    is_labelled: bool = True


@dataclass(frozen=True, slots=True)
class FieldReading:
    """The machine's reading of a field in an entry.

    Attributes:
        status: Read, blank, illegible, …: states that must never be confused.
        text: Verbatim, never corrected.
        canonical: The parsed value in its kind's canonical form; ``""`` when the text does not parse.
        confidence: 0..1; after calibration, the probability that the value is right.
        writing: Print, handwriting or a check mark.
        box: Its region on the rectified page; ``None`` when the field has no position there.
        accepted: Whether it may enter the record without a person.
        hypotheses: The possible texts, best first, if several were weighed.
        evidence: The evidence for the text before calibration.
        struck: The text struck out before ``text`` was written.
        problems: Codes of the text's own flaws, found by parsing; not stored.
        is_cut_short: Whether its writing may continue beyond the cut, so it is no evidence elsewhere; not stored.
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
    """The fields of an entry that the rest of its book confirms.

    Attributes:
        values: Fields whose values occur elsewhere too: they are surer than their ink.
        order: Fields whose values alone fit between their neighbours: they are much surer.
        inks: Fields whose ink may touch other ink without harm; they include all of the above.
    """

    values: frozenset[str] = frozenset()
    order: frozenset[str] = frozenset()
    inks: frozenset[str] = frozenset()
