"""A page: which it is, how it was scanned, and what is found on it besides values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pipeline.base.model.geometry import Box, Matrix, Pixels


@dataclass(frozen=True, slots=True)
class PageRef:
    """Which page it is.

    Attributes:
        scan_sha256: The content hash of its scan.
        page_no: The number of the page in the scan, from 1.
    """

    scan_sha256: str
    page_no: int


@dataclass(frozen=True, slots=True)
class PageImage:
    """One decoded page as the scanner delivered it.

    Attributes:
        ref: Which page it is.
        pixels: RGB, (h, w, 3).
        dpi: Pixels an inch by the file's own word, 0 when it does not say.
        reduction: How many pixels of the scan each of them is wide and high; more than 1 only where a coarser picture
            was asked for.
    """

    ref: PageRef
    pixels: Pixels
    dpi: float
    reduction: int = 1


class BookSeries(StrEnum):
    """Which of the books that an office keeps side by side, each with numbers of its own."""

    ORDINARY = "ordinary"
    LATE = "late"
    """Of late registration (đăng ký quá hạn)."""
    AGAIN = "again"
    """Of re-registration (đăng ký lại)."""
    SECOND_COPY = "second-copy"
    """The second copy of a ledger that was kept twice (sổ lưu của sổ kép)."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """One book (quyển sổ) as its ``ledger.toml`` describes it.

    Attributes:
        form: The form of its pages.
        place: The office that kept it.
        place_code: The code of that unit.
        volume: ``NN/YYYY``.
        opened_on: A date, ``""`` where it is not known.
        closed_on: A date, ``""`` where it is not known.
        entries: How many entries its closing note counts.
        pages: How many pages it counts.
        series: Which of the books that the office keeps side by side.
    """

    form: str
    place: str
    place_code: str
    volume: str
    opened_on: str = ""
    closed_on: str = ""
    entries: int | None = None
    pages: int | None = None
    series: BookSeries = BookSeries.ORDINARY

    @property
    def year(self) -> int:
        """The year in which the book was opened, from its volume number."""
        return int(self.volume.rsplit("/", 1)[1])


UnitChain = tuple[tuple[str, str], ...]
"""An administrative unit and those above it, from the smallest up: the type and the name of each."""


@dataclass(frozen=True, slots=True, eq=False)
class NearUnits:
    """The administrative units around the place of a book, as of its year.

    Attributes:
        own: The unit that kept the book.
        district: The other units of its district, and the district.
        province: The other units of its province, and the province.
    """

    own: tuple[UnitChain, ...]
    district: tuple[UnitChain, ...]
    province: tuple[UnitChain, ...]


class PageKind(StrEnum):
    """What a page of a book holds."""

    ENTRIES = "entries"
    COVER = "cover"
    BLANK = "blank"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Quality:
    """How usable the picture of a page is.

    Attributes:
        sharpness: Variance of the Laplacian over ink edges at 100 dpi.
        contrast: Grey levels between paper and ink.
        dark_edges: Share of the border that is black.
        dpi: Pixels an inch of paper.
        edge: How wide the edges of strokes are, in mm.
        shade: How dark the paper is where it is darkest, 0..1.
        finger: How far skin reaches in from an edge, in mm.
        fold: How long an edge cuts off a corner, in mm.
        cut: How far the printed form reaches beyond the picture, in mm.
    """

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
    """The printed frame on the rectified page.

    Attributes:
        corners: (4, 2) as x, y from the top left clockwise.
        rules: The inner vertical rules, as shares of the frame's width.
        rows: The inner horizontal rules, as shares of its height.
    """

    corners: Matrix
    rules: tuple[float, ...] = ()
    rows: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Word:
    """One word of print as an engine read it.

    Attributes:
        text: The word.
        box: Where it is, in pixels of the picture that was read.
        confidence: 0..1.
    """

    text: str
    box: Box
    confidence: float


@dataclass(frozen=True, slots=True)
class PlacedLabel:
    """Where a printed label of the form is on the page.

    Attributes:
        text: The label.
        box: Its bounding box in pixels.
        score: How alike what was read is, 0..1; 0 where only geometry places it.
    """

    text: str
    box: Box
    score: float


@dataclass(frozen=True, slots=True)
class PlacedPiece:
    """Where one line of a slot is on the page.

    Attributes:
        slot: The name of the slot.
        row: The row of the entry on the page.
        line: The number of the line in the slot.
        box: The box around it, in pixels.
        baseline: The y of its leader.
    """

    slot: str
    row: int
    line: int
    box: Box
    baseline: float


class StampKind(StrEnum):
    """What a stamp is: a round seal, one that straddles two pages, a stamp in a box, a stamped name, day or words.

    ``OTHER``: its kind cannot be told.
    """

    SEAL = "seal"
    STRADDLE = "straddle"
    BOXED = "boxed"
    NAME = "name"
    DATE = "date"
    WORDED = "worded"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Stamp:
    """A stamp of the red layer.

    Attributes:
        kind: What it is.
        box: Where it is on the rectified page.
        words: Which of the stamps that offices use it is by its words; ``""`` where these do not tell.
    """

    kind: StampKind
    box: Box
    words: str = ""


@dataclass(frozen=True, slots=True)
class TemplateLabel:
    """Where a printed label is in the template of a book, in shares of the frame.

    Attributes:
        number: The number of the label in the form.
        left: u of its left end.
        right: u of its right end.
        baseline: v of its baseline.
        pages: On how many pages it was read there.
    """

    number: int
    left: float
    right: float
    baseline: float
    pages: int = 1


@dataclass(frozen=True, slots=True)
class TemplateView:
    """A page as the template of its book learns from it (``pipeline.layout.imaging.form_template``).

    Attributes:
        picture: Grey, (h, w), with the frame where the template has it.
        labels: The labels that were read.
    """

    picture: Pixels
    labels: tuple[TemplateLabel, ...]


@dataclass(frozen=True, slots=True)
class FoundLabel:
    """Where a label of the template was found on a page.

    Attributes:
        number: The number of the label in the form.
        left: x of its left end in pixels.
        right: x of its right end.
        baseline: y of its baseline.
        likeness: How alike the pictures are, 0..1.
    """

    number: int
    left: float
    right: float
    baseline: float
    likeness: float
