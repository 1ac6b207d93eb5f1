"""Drawn pictures of an open book, and the sheets that are detected on them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from benchmarks.books.open_books import OpenBook, open_book
from pipeline.base.model import PageImage, PageRef, Pixels
from pipeline.digitize import Engines
from pipeline.digitize.normalize import normalize
from pipeline.digitize.sheets import DetectedSheets, detect_sheets
from pipeline.training.synthetic_pages import SCANNER_LEVELS, SyntheticPage, SynthOptions, draw_book
from tests.digitize.pages import DPI, SCHEMAS, DrawnPage, page_context, tilted
from tests.module_cache import module_cache

SCANNER = replace(SCANNER_LEVELS["normal"], skew=0.0)


@module_cache
def drawings(form: str, entries: int = 2, cover: bool = False) -> tuple[SyntheticPage, ...]:
    options = SynthOptions(
        seed=2, entries=entries, blank=0.2, dpi=DPI, cover=cover, scanner="none", writing="typed"
    )
    return tuple(draw_book(SCHEMAS.form(form), SCHEMAS, options))


def bound(left: Pixels, right: Pixels, tilt: float = 0.0) -> OpenBook:
    """Two flat pages as one picture, turned clockwise by ``tilt`` degrees."""
    book = open_book(left, right, DPI, SCANNER, np.random.default_rng(2))
    form = SCHEMAS.form("birth-2006")
    page = DrawnPage(form, 2010, drawings(form.id)[0], book.scan.pixels, book.scan.matrix)
    turned = tilted(page, tilt) if tilt else page
    return replace(book, scan=replace(book.scan, pixels=turned.pixels, matrix=turned.matrix))


@module_cache
def open_at(form: str, tilt: float = 0.0) -> OpenBook:
    left, right = (drawing.page.sheet.pixels for drawing in drawings(form))
    return bound(left, right, tilt)


def detected(pixels: Pixels, form: str, using: Engines | None = None) -> DetectedSheets:
    context = page_context(SCHEMAS.form(form), using)
    return detect_sheets(normalize(PageImage(PageRef("0" * 64, 1), pixels, DPI), context), context)
