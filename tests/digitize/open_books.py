"""Drawn pictures of an open book, and what a look for its pages gives."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from benchmarks.books.open_books import OpenBook, open_book
from pipeline.digitize import DigitizeOptions, Engines
from pipeline.digitize.spread import Look, two_pages
from pipeline.digitize.stopwatch import Stopwatch
from pipeline.imaging.ink.binarization import split_colour_layers
from pipeline.model import PageImage, PageRef, Pixels
from pipeline.synth import SCANNER_LEVELS, SyntheticPage, SynthOptions, draw_book
from tests.digitize.pages import DPI, SCHEMAS, DrawnPage, engines, tilted

SCANNER = replace(SCANNER_LEVELS["normal"], skew=0.0)


@cache
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


@cache
def open_at(form: str, tilt: float = 0.0) -> OpenBook:
    left, right = (drawing.page.sheet.pixels for drawing in drawings(form))
    return bound(left, right, tilt)


def looked_at(pixels: Pixels, form: str, using: Engines | None = None) -> Look:
    page = PageImage(PageRef("0" * 64, 1), pixels, DPI)
    declared = SCHEMAS.form(form)
    return two_pages(
        page,
        split_colour_layers(pixels),
        declared,
        SCHEMAS,
        using or engines(),
        DigitizeOptions(),
        Stopwatch(),
    )
