"""Drawn pages as a hurried hand photographs a bound book: curl, perspective, strong show-through, seals over ink."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.imaging.gate_pages import chance
from pipeline.base.model import Box, Pixels
from pipeline.declarations.schema import Form, Schemas
from pipeline.training.evaluation.truth import Quad
from pipeline.training.synthetic_pages import SCANNER_LEVELS, SynthOptions, draw_book
from pipeline.training.synthetic_pages.book import SyntheticPage
from pipeline.training.synthetic_pages.scanning import quad, scan_sheet
from pipeline.training.synthetic_pages.stamps import round_seal

SCANNER = replace(SCANNER_LEVELS["hard"], perspective=0.02, show_through=(0.2, 0.35))
CURL_MM = 2.2
"""How far the lines of a bound page rise or fall at most beside the gutter."""


@dataclass(frozen=True)
class Curl:
    """The bow of a bound page: at x the picture moves by ``rise`` · exp(−distance from the gutter / ``length``), in
    pixels; ``left``: on which side the gutter lies."""

    rise: float
    length: float
    left: bool
    width: int

    def at(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        away = x if self.left else self.width - x
        shift: NDArray[np.float64] = self.rise * np.exp(-np.clip(away, 0, None) / self.length)
        return shift

    def bent(self, pixels: Pixels) -> Pixels:
        height, width = pixels.shape[:2]
        x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
        shift = self.at(np.arange(width, dtype=np.float64)).astype(np.float32)
        moved = cv2.remap(pixels, x, y - shift, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(moved, np.uint8)


@dataclass(frozen=True)
class DamagedPage:
    """A delivered page with where its ink and labels lie on it."""

    form: Form
    year: int
    pixels: Pixels
    drawing: SyntheticPage
    curl: Curl | None

    def quad(self, box: Box) -> Quad:
        """The corners of a box of the flat sheet on the delivered page."""
        corners = np.array(quad(box, self.drawing.scan.matrix)).reshape(4, 2)
        if self.curl is not None:
            corners[:, 1] += self.curl.at(corners[:, 0])
        x0, y0, x1, y1, x2, y2, x3, y3 = (float(value) for value in corners.ravel())
        return x0, y0, x1, y1, x2, y2, x3, y3


def damaged_pages(
    form: Form, schemas: Schemas, count: int, seed: int, dpi: int = 200, curl_mm: float = CURL_MM
) -> Iterator[DamagedPage]:
    """Return pages of a book of ``form``."""
    rows = form.table.rows if form.table else 1
    options = SynthOptions(
        seed=seed, entries=count * rows, dpi=dpi, cover=False, scanner="none", printing=0.002
    )
    behind: Pixels | None = None
    for number, drawing in enumerate(draw_book(form, schemas, options)):
        rng = chance(seed, number)
        sheet = drawing.page.sheet
        inks = [ink for ink in sheet.inks if ink.by_hand] or sheet.inks
        if inks:
            box = inks[int(rng.integers(len(inks)))].box
            round_seal(sheet, "ủy ban nhân dân xã", *box.centre, rng)
        scan = scan_sheet(sheet.pixels, behind, dpi, SCANNER, rng)
        behind = sheet.pixels
        width = scan.pixels.shape[1]
        rise = float(rng.choice([-1, 1])) * float(rng.uniform(0.4, 1.0)) * curl_mm * dpi / 25.4
        curl = Curl(rise, 0.16 * width, bool(rng.integers(2)), width) if curl_mm else None
        pixels = curl.bent(scan.pixels) if curl else scan.pixels
        year = max(form.years[0], 1976)
        yield DamagedPage(form, year, pixels, SyntheticPage(drawing.page, scan, drawing.kind), curl)
