"""The values that travel between stages: frozen, without behaviour that needs a service.

Pixels are ``uint8`` arrays, rows first: ``(height, width, 3)`` RGB or ``(height, width)`` grey, 255 = paper.
Boxes are in pixels of the image they speak of, x to the right, y down; shares (``u``, ``v``) are fractions of
the frame's width and height.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels; ``right`` and ``bottom`` are exclusive."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def area(self) -> float:
        return max(0.0, self.width) * max(0.0, self.height)

    @property
    def centre(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def union(self, other: Box) -> Box:
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def intersection(self, other: Box) -> Box:
        """The common part; its area is 0 where there is none."""
        return Box(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )

    def grown(self, x: float, y: float) -> Box:
        return Box(self.left - x, self.top - y, self.right + x, self.bottom + y)

    def within(self, width: float, height: float) -> Box:
        """The part that lies on an image of that size."""
        return Box(
            min(max(self.left, 0.0), width),
            min(max(self.top, 0.0), height),
            max(min(self.right, width), 0.0),
            max(min(self.bottom, height), 0.0),
        )


# --- scans and pages -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PageRef:
    """Which page: the scan's content hash and the 1-based number of the page in it."""

    scan_sha256: str
    page_no: int


@dataclass(frozen=True, slots=True)
class PageImage:
    """One decoded page as the scanner delivered it. ``pixels``: (h, w, 3) RGB; ``dpi`` 0 when the file does not say."""

    ref: PageRef
    pixels: Pixels
    dpi: float


@dataclass(frozen=True, slots=True)
class Ledger:
    """One book (quyển sổ) as its ``ledger.toml`` describes it. ``volume`` is ``NN/YYYY``."""

    form: str
    place: str
    place_code: str
    volume: str
    opened_on: str = ""
    closed_on: str = ""
    entries: int | None = None
    pages: int | None = None

    @property
    def year(self) -> int:
        """The year the book was opened, from its volume number."""
        return int(self.volume.rsplit("/", 1)[1])


class PageKind(StrEnum):
    ENTRIES = "entries"
    COVER = "cover"
    BLANK = "blank"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Quality:
    """How usable the picture is. ``sharpness``: variance of the Laplacian over ink edges at 100 dpi;
    ``contrast``: grey levels between paper and ink; ``dark_edges``: share of the border that is black; ``dpi``: pixels
    an inch of paper. ``edge``: how wide the edges of strokes are, in mm; ``shade`` 0..1: how dark the paper is where it
    is darkest; ``finger``: how far skin reaches in from an edge, ``fold``: how long an edge cuts off a corner, ``cut``:
    how far the printed form reaches beyond the picture, all in mm."""

    sharpness: float
    contrast: float
    dark_edges: float
    dpi: float
    edge: float = 0.0
    shade: float = 0.0
    finger: float = 0.0
    fold: float = 0.0
    cut: float = 0.0


@dataclass(frozen=True, slots=True)
class Frame:
    """The printed frame on the straightened page: corners (4, 2) as x, y from top-left clockwise; ``rules``: the
    inner vertical rules as shares of the frame's width."""

    corners: Matrix
    rules: tuple[float, ...] = ()
    rows: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Word:
    """One word of print as an engine read it, ``confidence`` 0..1."""

    text: str
    box: Box
    confidence: float


@dataclass(frozen=True, slots=True)
class PlacedLabel:
    """Where a printed label of the form stands. ``score`` 0..1: likeness of what was read, 0 = carried by geometry."""

    text: str
    box: Box
    score: float


@dataclass(frozen=True, slots=True)
class PlacedPiece:
    """Where one line of a field's blank stands: ``box`` is its strip, ``baseline`` the y of its leader."""

    slot: str
    row: int
    line: int
    box: Box
    baseline: float


class StampKind(StrEnum):
    """What a red mark on a page is: a round seal, one that straddles two pages, a stamp in a box, a stamped name."""

    SEAL = "seal"
    STRADDLE = "straddle"
    BOXED = "boxed"
    NAME = "name"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Stamp:
    """A stamp of the red layer and where it stands on the straightened page."""

    kind: StampKind
    box: Box


@dataclass(frozen=True, slots=True)
class PlateLabel:
    """Where a printed label stands, in shares of the frame: ``number`` of the form's label, ``left`` and ``right`` u,
    ``baseline`` v; on how many ``pages`` it was read there."""

    number: int
    left: float
    right: float
    baseline: float
    pages: int = 1


@dataclass(frozen=True, slots=True)
class PlateView:
    """A page as it teaches the plate of its book (``pipeline.imaging.plate``): its ``picture`` (h, w) grey with the
    frame where the plate has it, and the ``labels`` that were read."""

    picture: Pixels
    labels: tuple[PlateLabel, ...]


@dataclass(frozen=True, slots=True)
class FoundLabel:
    """Where a plate's label stands on a page: ``number`` of the form's label, places in pixels, ``likeness`` 0..1."""

    number: int
    left: float
    right: float
    baseline: float
    likeness: float


# --- reading ----------------------------------------------------------------------------------------------------


class Writing(StrEnum):
    """What made the marks in a field."""

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
"""The states in which nothing stands on the paper."""


@dataclass(frozen=True, slots=True)
class Crop:
    """One line of ink cut from the page for a reader. ``pixels`` grey; ``kind``: the field's (a reader may use it),
    with the ``terms`` of its list of values as they stand on paper, where it has one, and the ``part`` of a date or
    time that the line is; ``follows``: the value goes on from the crop that is handed over before this one."""

    pixels: Pixels
    dpi: float
    kind: str
    terms: tuple[str, ...] = ()
    part: str = ""
    follows: bool = False


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One way to read a line or a field, and its chance 0..1 among all that were weighed."""

    text: str
    chance: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a reading before calibration, each 0..1. ``chance``: of the best hypothesis; ``margin``: how far
    behind the next one lies; ``optical``: mean chance of a letter on the ink alone; ``weakest``: the least certain
    letter; ``agreement``: likeness of what each witness reads by itself; ``support``: share of its words that are
    known ones."""

    chance: float
    margin: float
    optical: float
    weakest: float
    agreement: float
    support: float


@dataclass(frozen=True, slots=True)
class LineReading:
    """What an engine read on one crop: verbatim text (NFC) and a confidence 0..1 that means only what the engine says.
    ``words``: its words with their boxes in pixels of the crop, where the engine tells. ``hypotheses``: the likeliest
    readings, best first, and ``evidence``: what speaks for the best, where the engine weighs several."""

    text: str
    confidence: float
    engine: str
    words: tuple[Word, ...] = ()
    hypotheses: tuple[Hypothesis, ...] = ()
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class FieldReading:
    """The machine's word on one field of one entry.

    ``text`` is verbatim, never corrected; ``canonical`` is how its kind writes the parsed value (``""`` when it does
    not parse); ``box`` is on the straightened page (``None`` when the field has no place on it); ``accepted`` says
    whether it may enter the record without a person; ``struck``: what was struck out before ``text`` was written.
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

    @property
    def inked(self) -> bool:
        """Whether anything stands on the paper, read or not."""
        return self.status not in WITHOUT_INK


class Severity(StrEnum):
    BLOCK = "BLOCK"
    REVIEW = "REVIEW"
    INFO = "INFO"


@dataclass(frozen=True, slots=True)
class Finding:
    """A flaw or a doubt about data. Its sentence stands in ``schemas/findings.toml`` under ``code``."""

    code: str
    severity: Severity
    fields: tuple[str, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)


LEFT_PAGE, RIGHT_PAGE = 101, 102
"""Rows of the entries of two facing pages: numbers that no other entry has. What people decided on a picture as long as
it was read as one page so never passes for a word on one of its halves."""


def told_place(row: int) -> str:
    """Which entry of its page it is, as people say it; ``""`` for the first or only one."""
    sides = {LEFT_PAGE: "trang trái của ảnh", RIGHT_PAGE: "trang phải của ảnh"}
    return sides.get(row, f"việc thứ {row + 1}" if row > 0 else "")


@dataclass(frozen=True, slots=True)
class EntryResult:
    """One registered case on a page: ``row`` counts from 0 on the page. On one-entry forms it is 0; in a picture of two
    facing pages it is ``LEFT_PAGE`` or ``RIGHT_PAGE``."""

    row: int
    readings: tuple[FieldReading, ...]
    findings: tuple[Finding, ...]

    @property
    def accepted(self) -> bool:
        """Whether the whole entry goes to the registry without a person."""
        return all(reading.accepted for reading in self.readings) and not any(
            finding.severity is not Severity.INFO for finding in self.findings
        )


@dataclass(frozen=True, slots=True)
class PageResult:
    """All that is known of a page after one run. ``matrix`` (3, 3) maps original to straightened pixels;
    ``turn`` is the clockwise quarter turn in degrees that set it upright; ``timings`` are CPU seconds a stage;
    ``hand_reader`` is whose evidence its handwriting carries (``Engines.hand_fingerprint``), ``""``: nobody's;
    ``ink_print``: where its ink lies, coarsely (``pipeline.imaging.ink_print``); ``stamps``: what stands on its red
    layer; ``view``: what it teaches the plate of its book, where that was asked for."""

    ref: PageRef
    kind: PageKind
    form: str
    size: tuple[int, int]
    matrix: Matrix
    turn: int
    skew: float
    quality: Quality
    frame: Frame | None
    labels: tuple[PlacedLabel, ...]
    entries: tuple[EntryResult, ...]
    findings: tuple[Finding, ...]
    timings: Mapping[str, float]
    hand_reader: str = ""
    ink_print: str = ""
    stamps: tuple[Stamp, ...] = ()
    view: PlateView | None = field(default=None, compare=False, repr=False)
