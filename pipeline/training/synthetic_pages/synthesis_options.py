"""Options of a synthetic book and of its scanner."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from pipeline.training.synthetic_pages.pen_fonts import PENS, PenFont

Container = Literal["pdf", "tiff", "jpeg"]
WritingStyle = Literal["hand", "typed"]
ScannerLevel = Literal["none", "mild", "normal", "hard"]


@dataclass(frozen=True, slots=True)
class ScannerOptions:
    """The look of scanned paper.

    Attributes:
        skew: Largest tilt in degrees, uniform in both directions.
        perspective: Largest shift of a corner, as a share of the page's width.
        show_through: Least and largest strength, 0 to 1, of the ink of the page behind.
        uneven_light: Darkening of the darkest corner, 0 to 1.
        paper_tone: From white (0) to old paper (1).
        noise: Standard deviation of the noise in grey levels.
        blur: Standard deviation of the blur in pixels at 300 dpi.
        dark_edges: Share of pages with a dark bed around the paper.
        jpeg_quality: 1 to 95.
        turned: Share of pages rotated by a quarter or half turn.
    """

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


SCANNER_LEVELS: dict[ScannerLevel, ScannerOptions] = {
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
"""From a flat, clean scan to a hurried scan."""


@dataclass(frozen=True, slots=True)
class OfficeOptions:
    """The habits of an office: what its pages have in common, and where its clerks write beyond the form.

    Shares are between 0 and 1. Clerks write and officers sign for months.

    Attributes:
        clerks: Largest number of clerks of a book, in turn.
        signers: Number of signing officers, each with a title of their own.
        registrars: Largest number of registrars of a book.
        hamlets: Number of hamlets of the commune in which its people live.
        hospital: Share of births and deaths in a few recurring hospitals.
        usual: Share of values in the clerk's present way of writing; the others are written in any way.
        overflow: Share of sufficiently long values that run on beyond their blank: over the form's vertical rule into
            the notes, or over the next label.
        signed_across: Share of signers' names crossed by a signature.
        one_stroke: Share of clerks who write the digit 1 as a single stroke.
        half_seal: Share of books with half a seal on the outer edge of every page.
        gap: Share of entries after a skipped number.
        missing: Share of entries after a missing page.
        restart: Share of books whose numbers start again at some page.
    """

    clerks: int = 2
    signers: int = 3
    registrars: int = 2
    hamlets: int = 7
    hospital: float = 0.6
    usual: float = 0.85
    overflow: float = 0.5
    signed_across: float = 0.25
    one_stroke: float = 0.4
    half_seal: float = 0.8
    gap: float = 0.03
    missing: float = 0.02
    restart: float = 0.15

    def __post_init__(self) -> None:
        shares = (
            self.hospital, self.usual, self.overflow, self.signed_across, self.one_stroke, self.half_seal, self.gap,
            self.missing, self.restart,
        )  # fmt: skip
        if not all(0 <= share <= 1 for share in shares):
            raise ValueError("shares lie between 0 and 1")
        if min(self.clerks, self.signers, self.registrars, self.hamlets) < 1:
            raise ValueError("clerks, signers, registrars, hamlets >= 1")


@dataclass(frozen=True, slots=True)
class ReprintOptions:
    """Differences of another printer's sheets from the declared form. Shares are between 0 and 1.

    Attributes:
        line_height: Largest change of the line height, as a share of the declared height.
        margins: Largest reduction of the frame, as a share of the declared frame.
        type_size: Largest change of the type size, as a share of the declared size.
        other_face: Share of reprints in another typeface.
        wordings: Share of labels in another wording, if there is any.
        coloured: Share of reprints with frame, rules and leaders in a second colour.
        provincial: Share of reprints ordered by a province, with its name at the head and a double frame.
    """

    line_height: float = 0.3
    margins: float = 0.12
    type_size: float = 0.12
    other_face: float = 0.5
    wordings: float = 0.4
    coloured: float = 0.4
    provincial: float = 0.4

    def __post_init__(self) -> None:
        shares = (self.other_face, self.wordings, self.coloured, self.provincial)
        if not all(0 <= share <= 1 for share in shares):
            raise ValueError("shares lie between 0 and 1")
        if not all(0 <= part <= 0.5 for part in (self.line_height, self.margins, self.type_size)):
            raise ValueError("line_height, margins and type_size lie between 0 and 0.5")


@dataclass(frozen=True, slots=True)
class SynthOptions:
    """Options of a book; the same options, form and schemas give the same bytes. Shares are between 0 and 1.

    Attributes:
        seed: Any whole number from 0.
        entries: Number of registered cases in the book.
        writing: ``hand`` (several hands) or ``typed`` (Times or a typewriter).
        pens: Pen fonts to draw hands with, by folder name; empty: all fonts of the package.
        more_pens: Pen fonts outside the package that ``pens`` may name.
        container: ``pdf`` and ``tiff`` are a single file, ``jpeg`` a file for each page.
        dpi: Resolution, 100 to 400 pixels an inch.
        scanner: A name of ``SCANNER_LEVELS``, or scanner options.
        skew: Largest tilt in degrees; overrides ``scanner``.
        turned: Share of pages on a side or upside down; overrides ``scanner``.
        cover: Whether a declared cover page comes first.
        year: Year of the book; random if ``None``.
        volume: Number of the volume; random if ``None``.
        first_number: Number of the first entry.
        blank: Share of voluntary blanks left empty.
        no_father: Share of cases without an optional person.
        struck: Share of values struck out and written again.
        inserted: Share of struck values whose new text is between the lines, above the struck text.
        ditto: Share of repeated values replaced by a mark (tables only).
        stamped: Share of notes that are a boxed red stamp.
        notes: Share of entries with text in the notes column.
        printing: Largest offset of the printed lines from the declared places, as a share of the frame's height (0.004
            is about 1 mm).
        office: Options of the office that keeps the book; ``None``: independent pages.
        reprint: Options of another printer's sheets; ``None``: the declared form.
        copy: Number of the copy of a ledger kept more than once, from 1: copies say the same but notes, in other ink on
            other paper. 0: the book has no copy.
    """

    seed: int = 1
    entries: int = 4
    writing: WritingStyle = "hand"
    pens: tuple[str, ...] = ()
    more_pens: tuple[PenFont, ...] = ()
    container: Container = "pdf"
    dpi: int = 300
    scanner: ScannerLevel | ScannerOptions = "normal"
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
    office: OfficeOptions | None = None
    reprint: ReprintOptions | None = None
    copy: int = 0

    @property
    def typed(self) -> bool:
        return self.writing == "typed"

    @property
    def scanning(self) -> ScannerOptions:
        """The scanner's options, with ``skew`` and ``turned`` applied."""
        options = SCANNER_LEVELS[self.scanner] if isinstance(self.scanner, str) else self.scanner
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
        if isinstance(self.scanner, str) and self.scanner not in SCANNER_LEVELS:
            raise ValueError(f"scanner is one of {', '.join(SCANNER_LEVELS)}")
        if unknown := set(self.pens) - {pen.family for pen in (*PENS, *self.more_pens)}:
            raise ValueError(f"no such pens: {', '.join(sorted(unknown))}")
