"""A page: which it is, how it was scanned, and what is found on it besides values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pipeline.model.geometry import Box, Matrix, Pixels


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
class TemplateLabel:
    """Where a printed label stands, in shares of the frame: ``number`` of the form's label, ``left`` and ``right`` u,
    ``baseline`` v; on how many ``pages`` it was read there."""

    number: int
    left: float
    right: float
    baseline: float
    pages: int = 1


@dataclass(frozen=True, slots=True)
class TemplateView:
    """A page as it teaches the plate of its book (``pipeline.imaging.form_template``): its ``picture`` (h, w) grey with
    the frame where the plate has it, and the ``labels`` that were read."""

    picture: Pixels
    labels: tuple[TemplateLabel, ...]


@dataclass(frozen=True, slots=True)
class FoundLabel:
    """Where a plate's label stands on a page: ``number`` of the form's label, places in pixels, ``likeness`` 0..1."""

    number: int
    left: float
    right: float
    baseline: float
    likeness: float


# --- reading ----------------------------------------------------------------------------------------------------
