"""A page: its identity, its scan, and everything located on it except values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pipeline.base.model.geometry import Box, Matrix, Pixels


@dataclass(frozen=True, slots=True)
class PageRef:
    """The identity of a page.

    Attributes:
        scan_sha256: The content hash of its scan.
        page_no: The number of the page in the scan, from 1.
    """

    scan_sha256: str
    page_no: int


@dataclass(frozen=True, slots=True)
class PageImage:
    """A decoded page as the scanner delivered it.

    Attributes:
        pixels: RGB, (h, w, 3).
        dpi: Pixels per inch according to the file, 0 if the file does not say.
        reduction: Scan pixels per image pixel in width and height; above 1 only if a coarser image was requested.
    """

    ref: PageRef
    pixels: Pixels
    dpi: float
    reduction: int = 1


class BookSeries(StrEnum):
    """The parallel series of books in an office, each with its own numbering."""

    ORDINARY = "ordinary"
    LATE = "late"
    """Late registration (đăng ký quá hạn)."""
    AGAIN = "again"
    """Re-registration (đăng ký lại)."""
    SECOND_COPY = "second-copy"
    """The second copy of a ledger that was kept twice (sổ lưu của sổ kép)."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """A book (quyển sổ) according to its ``ledger.toml``.

    Attributes:
        place: The office that kept it.
        volume: ``NN/YYYY``.
        opened_on: A date, ``""`` if unknown.
        closed_on: A date, ``""`` if unknown.
        entries: The number of entries in its closing note.
        series: The book's parallel series in the office.
        copy_of: The folder of the delivered book that it is the second copy of; such a copy only bears witness.
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
    copy_of: str = ""

    @property
    def year(self) -> int:
        """The year in which the book was opened, from its volume number."""
        return int(self.volume.rsplit("/", 1)[1])


UnitChain = tuple[tuple[str, str], ...]
"""An administrative unit and its higher units, smallest first: the type and the name of each."""


@dataclass(frozen=True, slots=True, eq=False)
class NearUnits:
    """The administrative units around the book's place, as of its year.

    Attributes:
        district: The other units of its district, and the district.
        province: The other units of its province, and the province.
    """

    own: tuple[UnitChain, ...]
    district: tuple[UnitChain, ...]
    province: tuple[UnitChain, ...]


class PageKind(StrEnum):
    """The content of a book's page."""

    ENTRIES = "entries"
    COVER = "cover"
    BLANK = "blank"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Quality:
    """The quality of a page image.

    Attributes:
        sharpness: Variance of the Laplacian over ink edges at 100 dpi.
        contrast: Grey levels between paper and ink.
        dark_edges: Share of the border that is black.
        dpi: Pixels per inch of paper.
        edge: Width of stroke edges, in mm.
        shade: Darkness of the paper at its darkest, 0..1.
        finger: Reach of skin from an edge, in mm.
        fold: Length of the edge that cuts off a corner, in mm.
        cut: Reach of the printed form beyond the image, in mm.
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
    """A printed word read by an engine.

    Attributes:
        box: Its position, in pixels of the source image.
        confidence: 0..1.
    """

    text: str
    box: Box
    confidence: float


@dataclass(frozen=True, slots=True)
class PlacedLabel:
    """The position of a printed form label on the page.

    Attributes:
        box: Its bounding box in pixels.
        score: Similarity of the reading to the label, 0..1; 0 if only geometry places it.
    """

    text: str
    box: Box
    score: float


@dataclass(frozen=True, slots=True)
class PlacedPiece:
    """The position of a slot's line on the page.

    Attributes:
        line: The number of the line in the slot.
        box: Its bounding box, in pixels.
        baseline: The y of its leader.
    """

    slot: str
    row: int
    line: int
    box: Box
    baseline: float


class StampKind(StrEnum):
    """The kind of a stamp: a round seal, a seal straddling two pages, a boxed stamp, a stamped name, day or words.

    ``OTHER``: its kind is unknown.
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
        box: Its position on the rectified page.
        words: The office stamp identified by its words; ``""`` if they do not identify it.
    """

    kind: StampKind
    box: Box
    words: str = ""


@dataclass(frozen=True, slots=True)
class TemplateLabel:
    """The position of a printed label in a book's template, in shares of the frame.

    Attributes:
        left: u of its left end.
        right: u of its right end.
        baseline: v of its baseline.
        pages: Number of pages with the label at this position.
    """

    number: int
    left: float
    right: float
    baseline: float
    pages: int = 1


@dataclass(frozen=True, slots=True)
class TemplateView:
    """A page as training input for its book's template (``pipeline.layout.imaging.form_template``).

    Attributes:
        picture: Grey, (h, w), with the frame at the template's position.
    """

    picture: Pixels
    labels: tuple[TemplateLabel, ...]


@dataclass(frozen=True, slots=True)
class FoundLabel:
    """The position of a template label on a page.

    Attributes:
        left: x of its left end in pixels.
        right: x of its right end.
        baseline: y of its baseline.
        likeness: Similarity of the images, 0..1.
    """

    number: int
    left: float
    right: float
    baseline: float
    likeness: float
