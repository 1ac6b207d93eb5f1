"""Drawn pages for the quality gate: good ones, the same ones with damage, and what the gate measures on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pipeline.base.model import Ledger, PageImage, PageRef, Pixels, Quality
from pipeline.declarations.schema import Form, Schemas
from pipeline.digitize import DigitizeOptions, Engines
from pipeline.digitize.match import FormMatch, match_form
from pipeline.digitize.normalize import normalize
from pipeline.digitize.page_context import PageContext, StageClock
from pipeline.digitize.quality import assess_quality
from pipeline.layout.imaging.geometry.pyramid import Pyramid
from pipeline.layout.imaging.ink.binarization import split_colour_layers
from pipeline.layout.imaging.scan_quality import measure_quality
from pipeline.training.synthetic_pages import SyntheticPage, SynthOptions, draw_book
from pipeline.training.synthetic_pages.synthesis_options import ScannerLevel

LEVELS_DRAWN: tuple[ScannerLevel, ...] = ("none", "mild", "normal", "hard")
PAPER_MM = 297.0

PLANTED = {
    "SCAN-COARSE": "coarse", "SCAN-BLUR": "blur", "SCAN-DARK": "dark", "SCAN-CUT": "cut", "SCAN-FINGER": "finger",
    "SCAN-FOLD": "fold",
}  # fmt: skip
"""The code that each damage of ``benchmarks.books.scan_damage`` calls for."""


@dataclass(frozen=True)
class GoodPage:
    """A delivered page without damage."""

    form: Form
    level: ScannerLevel
    dpi: int
    drawing: SyntheticPage

    @property
    def pixels(self) -> Pixels:
        return self.drawing.scan.pixels


def good_pages(schemas: Schemas, count: int, seed: int) -> Iterator[GoodPage]:
    """So many pages, each of another book: the page forms, levels, hands and type, 200 and 300 dpi in turn."""
    forms = [form for form in schemas.forms.values() if form.layout == "page"]
    for number in range(count):
        form, level = forms[number % len(forms)], LEVELS_DRAWN[number % 4]
        dpi = 300 if number % 3 == 2 else 200
        options = SynthOptions(
            seed=seed + number, entries=1, dpi=dpi, cover=False, scanner=level,
            writing="typed" if number % 5 == 4 else "hand",
        )  # fmt: skip
        yield GoodPage(form, level, dpi, next(draw_book(form, schemas, options)))


def measured(pixels: Pixels) -> Quality:
    """What is measured of a picture by itself."""
    dpi = max(pixels.shape[:2]) / PAPER_MM * 25.4
    return measure_quality(Pyramid(pixels), Pyramid(split_colour_layers(pixels).ink), dpi)


def looked_at(pixels: Pixels, form: Form, schemas: Schemas, engines: Engines) -> tuple[FormMatch, Quality]:
    """Return the recognized kind of the page in a book of ``form``, and its measures with the form's."""
    ledger = Ledger(form.id, "", "", f"01/{form.years[0]}")
    context = PageContext(form, ledger, schemas, engines, DigitizeOptions(), StageClock())
    image = normalize(PageImage(PageRef("0" * 64, 1), pixels, 0), context)
    match = match_form(image, context)
    return match, assess_quality(image, match.form, match.fit, match.level, context)[0]


def chance(seed: int, number: int) -> np.random.Generator:
    return np.random.default_rng([seed, number])
