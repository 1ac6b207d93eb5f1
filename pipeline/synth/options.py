"""What a synthetic book and its scanner can be told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from pipeline.synth.pens import PENS, Pen

Container = Literal["pdf", "tiff", "jpeg"]
WritingStyle = Literal["hand", "typed"]
Level = Literal["none", "mild", "normal", "hard"]


@dataclass(frozen=True, slots=True)
class ScannerOptions:
    """How the paper looks once scanned.

    ``skew``: the largest tilt in degrees, drawn evenly from ±it. ``perspective``: the largest shift of a corner, as a
    share of the page's width. ``show_through``: the range of strength 0..1 with which the page behind shows.
    ``uneven_light`` 0..1: how much darker the darkest corner is. ``paper_tone`` 0..1: from white to old paper.
    ``noise``: sigma in grey levels. ``blur``: sigma in pixels at 300 dpi. ``dark_edges``: share of pages with a
    dark bed around the paper. ``jpeg_quality`` 1..95. ``turned``: share of pages lying a quarter or half turn."""

    skew: float = 0.0
    perspective: float = 0.0
    show_through: tuple[float, float] = (0.0, 0.0)
    uneven_light: float = 0.0
    paper_tone: float = 0.0
    noise: float = 0.0
    blur: float = 0.0
    dark_edges: float = 0.0
    jpeg_quality: int = 92
    turned: float = 0.0


LEVELS: dict[Level, ScannerOptions] = {
    "none": ScannerOptions(),
    "mild": ScannerOptions(
        skew=1.0, perspective=0.002, show_through=(0.0, 0.08), uneven_light=0.04, paper_tone=0.4, noise=1.5, blur=0.5,
        dark_edges=0.3, jpeg_quality=80,
    ),
    "normal": ScannerOptions(
        skew=4.0, perspective=0.005, show_through=(0.05, 0.2), uneven_light=0.12, paper_tone=1.0, noise=2.4, blur=0.8,
        dark_edges=0.6, jpeg_quality=64,
    ),
    "hard": ScannerOptions(
        skew=4.0, perspective=0.012, show_through=(0.1, 0.25), uneven_light=0.28, paper_tone=1.0, noise=6.0, blur=1.3,
        dark_edges=0.9, jpeg_quality=45,
    ),
}  # fmt: skip
"""From a flat, clean scan to a hurried one."""


@dataclass(frozen=True, slots=True)
class SynthOptions:
    """How a book is drawn. The same options, form and schemas give the same bytes.

    ``seed``: any whole number ≥ 0. ``entries``: registered cases in the book. ``writing``: ``hand`` (several hands) or
    ``typed`` (Times or a typewriter). ``pens``: the pen fonts that hands are drawn with, by the names of their folders;
    all of the package when none is named; ``more_pens``: others that can be named. ``container``: ``pdf`` and ``tiff``
    are one file of many pages, ``jpeg`` a file a page. ``dpi``: 100..400. ``scanner``: a name of ``LEVELS`` or options
    of your own; ``skew`` (degrees) and ``turned`` (share of pages) replace what they say. ``cover``: whether a cover
    page comes first, where one is declared.
    ``year``/``volume``: of the book, drawn by chance when None. ``first_number``: number of the first entry.
    Shares of what happens to values: ``blank`` (a voluntary blank left empty), ``no_father`` (a voluntary person left
    out), ``struck`` (a value struck out and written anew), ``inserted`` (how many of those are written anew between the
    lines, above what is struck, instead of behind it or on the next line), ``ditto`` (a mark for "as above", tables
    only), ``stamped`` (the boxed red stamp), ``notes`` (something in the notes column). ``printing``: how far the lines
    of this book's printing may stand from the declared places, as a share of the frame's height (0.004 is about 1 mm).
    """

    seed: int = 1
    entries: int = 4
    writing: WritingStyle = "hand"
    pens: tuple[str, ...] = ()
    more_pens: tuple[Pen, ...] = ()
    container: Container = "pdf"
    dpi: int = 300
    scanner: Level | ScannerOptions = "normal"
    skew: float | None = None
    turned: float | None = None
    cover: bool = True
    year: int | None = None
    volume: int | None = None
    first_number: int = 1
    blank: float = 0.05
    no_father: float = 0.12
    struck: float = 0.04
    inserted: float = 0.0
    ditto: float = 0.25
    stamped: float = 0.15
    notes: float = 0.25
    printing: float = 0.0

    @property
    def typed(self) -> bool:
        return self.writing == "typed"

    @property
    def scanning(self) -> ScannerOptions:
        """The scanner's options with ``skew`` and ``turned`` put in."""
        options = LEVELS[self.scanner] if isinstance(self.scanner, str) else self.scanner
        if self.skew is not None:
            options = replace(options, skew=self.skew)
        return options if self.turned is None else replace(options, turned=self.turned)

    def __post_init__(self) -> None:
        shares = (
            self.blank, self.no_father, self.struck, self.inserted, self.ditto, self.stamped, self.notes,
            self.turned or 0,
        )  # fmt: skip
        if not all(0 <= share <= 1 for share in shares):
            raise ValueError("shares lie between 0 and 1")
        if self.seed < 0 or self.entries < 1 or not 100 <= self.dpi <= 400:
            raise ValueError("seed >= 0, entries >= 1, 100 <= dpi <= 400")
        if isinstance(self.scanner, str) and self.scanner not in LEVELS:
            raise ValueError(f"scanner is one of {', '.join(LEVELS)}")
        if unknown := set(self.pens) - {pen.family for pen in (*PENS, *self.more_pens)}:
            raise ValueError(f"no such pens: {', '.join(sorted(unknown))}")
