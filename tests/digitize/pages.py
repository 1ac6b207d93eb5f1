"""Drawn pages with their truth, and what the machine makes of them. Each page is drawn and read once a session."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np

from benchmarks.reading.box_coverage import ink_coverages
from pipeline.base.model import (
    Box,
    Crop,
    FieldReading,
    FieldStatus,
    Ledger,
    LineReading,
    Matrix,
    PageImage,
    PageRef,
    PageResult,
    Pixels,
)
from pipeline.declarations import schema
from pipeline.declarations.schema import Form
from pipeline.digitize import DigitizeOptions, Engines, default_engines, digitize_page
from pipeline.digitize.page_context import PageContext, StageClock
from pipeline.layout.imaging.geometry import warp
from pipeline.recognition.ocr.tesseract import read_in_process
from pipeline.training.evaluation.truth import BookTruth, Quad, TrueEntry
from pipeline.training.synthetic_pages import SCANNER_LEVELS, SyntheticPage, SynthOptions, draw_book
from pipeline.training.synthetic_pages.scanning import quad
from pipeline.training.synthetic_pages.synthesis_options import ScannerLevel, WritingStyle
from tests.module_cache import module_cache

SCHEMAS = schema.load()
PAGE_FORMS = tuple(
    sorted(form.id for form in SCHEMAS.forms.values() if form.layout == "page" and form.evidence == "seen")
)
TABLE_FORMS = ("birth-table",)
TILTS = (-4.0, 4.0)
DPI = 200


@dataclass(frozen=True)
class DrawnPage:
    """One delivered page of a book of ``form``: ``matrix`` (3, 3) from the flat sheet to its pixels."""

    form: Form
    year: int
    drawing: SyntheticPage
    pixels: Pixels
    matrix: Matrix

    @property
    def texts(self) -> Mapping[tuple[int, str], str]:
        """What stands on paper by row and field, ``""`` = blank."""
        entries = self.drawing.page.entries
        return {(entry.row, name): text for entry in entries for name, text in entry.texts.items()}

    @property
    def struck(self) -> frozenset[tuple[int, str]]:
        """Fields in which something was struck out."""
        inks = self.drawing.page.sheet.inks
        return frozenset((ink.row, name) for ink in inks if ink.struck for name in ink.fields)

    @property
    def inked(self) -> frozenset[tuple[int, str]]:
        """Fields in whose blank, shared or not, some ink was drawn."""
        inks = self.drawing.page.sheet.inks
        return frozenset((ink.row, name) for ink in inks for name in ink.fields)


@module_cache
def drawn(
    form: str,
    seed: int = 1,
    scanner: ScannerLevel = "normal",
    writing: WritingStyle = "hand",
    tilt: float = 0.0,
) -> DrawnPage:
    """The first page of a book, scanned at that level without skew and then turned clockwise by ``tilt`` degrees."""
    declared = SCHEMAS.form(form)
    rows = declared.table.rows if declared.table else 1
    options = SynthOptions(
        seed=seed,
        entries=rows,
        blank=0.2,
        dpi=DPI,
        writing=writing,
        cover=False,
        scanner=replace(SCANNER_LEVELS[scanner], skew=0.0),
    )
    (drawing,) = draw_book(declared, SCHEMAS, options)
    page = DrawnPage(declared, _year(declared), drawing, drawing.scan.pixels, drawing.scan.matrix)
    return tilted(page, tilt) if tilt else page


def _year(form: Form) -> int:
    return max(form.years[0], min(form.years[1], 1976))


def tilted(page: DrawnPage, angle: float) -> DrawnPage:
    """The page turned clockwise by so many degrees on a canvas that holds all of it."""
    height, width = page.pixels.shape[:2]
    matrix = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), -angle, 1.0), [0, 0, 1]])
    corners = np.array([[[0, 0], [width, 0], [width, height], [0, height]]], float)
    low, high = (getattr(cv2.perspectiveTransform(corners, matrix)[0], end)(axis=0) for end in ("min", "max"))
    matrix = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1.0]]) @ matrix
    size = int(high[0] - low[0]), int(high[1] - low[1])
    bed = (30, 30, 30) if angle < 0 else (245, 245, 245)
    pixels = cv2.warpPerspective(page.pixels, matrix, size, flags=cv2.INTER_LINEAR, borderValue=bed)
    return replace(page, pixels=np.asarray(pixels, np.uint8), matrix=matrix @ page.matrix)


def slanting(page: DrawnPage, level: float, upright: float) -> DrawnPage:
    """The page with its level and its upright rules each turned clockwise by so many degrees, on a dark bed."""
    height, width = page.pixels.shape[:2]
    levelling, _ = warp.deskew_matrix(level, upright, (width, height))
    matrix = np.asarray(np.linalg.inv(levelling), np.float64)
    outline = warp.transform_points(matrix, np.array([[0.0, 0.0], [width, 0], [width, height], [0, height]]))
    low, high = outline.min(axis=0), outline.max(axis=0)
    matrix = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1.0]]) @ matrix
    size = int(np.ceil(high[0] - low[0])), int(np.ceil(high[1] - low[1]))
    pixels = cv2.warpPerspective(page.pixels, matrix, size, flags=cv2.INTER_LINEAR, borderValue=(40, 40, 40))
    return replace(page, pixels=np.asarray(pixels, np.uint8), matrix=matrix @ page.matrix)


def turned(page: DrawnPage, turn: int) -> DrawnPage:
    """The page lying ``turn`` degrees clockwise. Its matrix is not carried along."""
    return replace(page, pixels=np.ascontiguousarray(np.rot90(page.pixels, k=-(turn // 90))))


def scaled(page: DrawnPage, scale: float) -> DrawnPage:
    """The page that many times as large."""
    pixels = cv2.resize(page.pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return replace(
        page, pixels=np.asarray(pixels, np.uint8), matrix=np.diag([scale, scale, 1.0]) @ page.matrix
    )


def cut_off(
    page: DrawnPage, left: float = 0, top: float = 0, right: float = 0, bottom: float = 0
) -> DrawnPage:
    """The page without those shares of its sides."""
    height, width = page.pixels.shape[:2]
    x, y = round(left * width), round(top * height)
    pixels = page.pixels[y : height - round(bottom * height), x : width - round(right * width)]
    shift = np.array([[1, 0, -x], [0, 1, -y], [0, 0, 1.0]])
    return replace(page, pixels=np.ascontiguousarray(pixels), matrix=shift @ page.matrix)


def without_top_rule(page: DrawnPage) -> DrawnPage:
    """The page with the upper rule of its frame painted over with paper."""
    sheet = page.drawing.page.sheet
    frame, thick = sheet.frame, 0.012 * sheet.frame.height
    band = [[frame.left - 9, frame.top - thick / 4], [frame.right + 9, frame.top - thick / 4],
            [frame.right + 9, frame.top + thick / 4], [frame.left - 9, frame.top + thick / 4]]  # fmt: skip
    corners = cv2.perspectiveTransform(np.array([band]), page.matrix)[0]
    pixels = page.pixels.copy()
    paper = tuple(int(n) for n in np.median(pixels.reshape(-1, 3), axis=0))
    cv2.fillConvexPoly(pixels, np.rint(corners).astype(np.int32), paper)
    return replace(page, pixels=pixels)


class Silent:
    """A reader that reads nothing."""

    name = fingerprint = "silent"

    def read(self, crops: Sequence[Crop]) -> tuple[LineReading, ...]:
        return (LineReading("", 0.0, self.name),) * len(crops)


def digitized(page: DrawnPage, form: str | None = None) -> PageResult:
    """What the installed engines make of a page, taken for a page of ``form`` (its own)."""
    return digitized_pixels(page.pixels, form or page.form.id, page.year)


def digitized_pixels(pixels: Pixels, form: str, year: int = 2010, using: Engines | None = None) -> PageResult:
    ledger = Ledger(form, "UBND xã Thử", "93611", f"01/{year}")
    image = PageImage(PageRef("0" * 64, 1), pixels, DPI)
    return digitize_page(image, SCHEMAS.form(form), ledger, SCHEMAS, using or engines())


def located(page: DrawnPage) -> PageResult:
    """What is found on a page, and where, when only its labels are read."""
    return digitized_pixels(page.pixels, page.form.id, page.year, silent_engines())


@cache
def engines() -> Engines:
    """The installed engines as a worker has them: Tesseract's data is loaded once, not for each picture."""
    return read_in_process(default_engines())


def silent_engines() -> Engines:
    """The installed reader of labels, and nobody who reads what is written."""
    return replace(engines(), print=Silent(), digits=None, hand=Silent())


def page_context(form: Form, using: Engines | None = None) -> PageContext:
    """What the stages of a page of that form are handed."""
    ledger = Ledger(form.id, "UBND xã Thử", "93611", "01/2010")
    return PageContext(form, ledger, SCHEMAS, using or engines(), DigitizeOptions(), StageClock())


@cache
def read(
    form: str,
    seed: int = 1,
    scanner: ScannerLevel = "normal",
    writing: WritingStyle = "hand",
    tilt: float = 0.0,
) -> PageResult:
    """What the machine makes of ``drawn`` with the same arguments."""
    return digitized(drawn(form, seed, scanner, writing, tilt))


@cache
def seen(
    form: str,
    seed: int = 1,
    scanner: ScannerLevel = "normal",
    writing: WritingStyle = "hand",
    tilt: float = 0.0,
) -> PageResult:
    """What is found on ``drawn`` with the same arguments when only its labels are read."""
    return located(drawn(form, seed, scanner, writing, tilt))


def readings(result: PageResult) -> dict[tuple[int, str], FieldReading]:
    return {(entry.row, reading.field): reading for entry in result.entries for reading in entry.readings}


def statuses(result: PageResult) -> dict[tuple[int, str], FieldStatus]:
    return {key: reading.status for key, reading in readings(result).items()}


def blanks(result: PageResult) -> set[tuple[int, str]]:
    """The fields in whose blanks there is no ink. What a shared blank leaves out is another matter: that depends on
    what was read there."""
    return {
        (entry.row, reading.field)
        for entry in result.entries
        for reading in entry.readings
        if reading.status is FieldStatus.BLANK and not reading.lines
    }


def held(page: DrawnPage, result: PageResult) -> Iterator[tuple[str, float]]:
    """For each drawn line of each value, as far as it is on the page, the field's name and the share of the ink that
    its boxes cover."""
    ink: dict[int, dict[str, list[Quad]]] = {}
    for line in page.drawing.page.sheet.inks:
        if not line.struck and on_page(page, line.box):
            for name in filter(None, line.fields):
                x0, y0, x1, y1, x2, y2, x3, y3 = quad(line.box, page.matrix)
                ink.setdefault(line.row, {}).setdefault(name, []).append((x0, y0, x1, y1, x2, y2, x3, y3))
    entries = tuple(
        TrueEntry({}, 0, row, {name: tuple(quads) for name, quads in lines.items()})
        for row, lines in ink.items()
    )
    for found in ink_coverages(BookTruth(page.form.record, page.year, entries), [result]):
        yield found.field, found.coverage


def on_page(page: DrawnPage, box: Box) -> bool:
    """Whether all of a box of the flat sheet is on the delivered picture."""
    corners = np.array(quad(box, page.matrix)).reshape(4, 2)
    height, width = page.pixels.shape[:2]
    return bool((corners >= 0).all() and (corners <= [width, height]).all())
