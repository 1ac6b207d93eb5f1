"""What is measured of a picture before anything is read, and from when on it is a flaw."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from benchmarks.books.scan_damage import DAMAGES
from pipeline.base.model import Pixels, Quality
from pipeline.declarations import schema
from pipeline.digitize import default_engines
from pipeline.layout.imaging.geometry.pyramid import Pyramid
from pipeline.layout.imaging.ink.binarization import split_colour_layers
from pipeline.layout.imaging.scan_quality import (
    FLAW_MEASURES,
    PageGate,
    grey_exceeded_by,
    grey_percentile,
    measure_quality,
)
from pipeline.training.synthetic_pages import SynthOptions, draw_book
from tests.layout.imaging.drawings import paper, typed
from tests.module_cache import module_cache

DPI = 200
CODES = {
    "blur": "SCAN-BLUR", "dark": "SCAN-DARK", "coarse": "SCAN-COARSE", "finger": "SCAN-FINGER", "fold": "SCAN-FOLD",
}  # fmt: skip


def coloured(grey: Pixels) -> Pixels:
    return np.ascontiguousarray(np.repeat(grey[:, :, None], 3, axis=2))


def page() -> Pixels:
    picture = paper(850, 1100)
    text = typed("Họ và tên người được khai sinh", "LiberationSerif-Regular.ttf", 30)
    for top in range(80, 1000, 60):
        picture[top : top + text.shape[0], 60 : 60 + text.shape[1]] = text
    return coloured(picture)


@module_cache
def drawn(form: str = "birth-2006", seed: int = 5) -> Pixels:
    """A delivered page with a straddle seal, tilted, before a dark bed or a light lid."""
    schemas = schema.load()
    options = SynthOptions(seed=seed, entries=1, dpi=DPI, cover=False, scanner="normal")
    return next(draw_book(schemas.form(form), schemas, options)).scan.pixels


def measured(pixels: Pixels, dpi: float) -> Quality:
    return measure_quality(Pyramid(pixels), Pyramid(split_colour_layers(pixels).ink), dpi)


def flaws(pixels: Pixels) -> tuple[str, ...]:
    gate = default_engines().gate
    assert gate is not None
    return gate.flaws(measured(pixels, max(pixels.shape[:2]) / 297 * 25.4))


def test_a_blurred_page_is_less_sharp_and_its_edges_are_wider() -> None:
    blurred = measured(np.asarray(cv2.GaussianBlur(page(), (0, 0), 1.6), np.uint8), 100)
    assert blurred.sharpness < 0.6 * measured(page(), 100).sharpness
    assert blurred.edge > 1.5 * measured(page(), 100).edge


def test_a_faint_page_has_less_contrast() -> None:
    faint = np.asarray(255 - (255 - page().astype(int)) // 3, np.uint8)
    assert measured(faint, 100).contrast < 0.5 * measured(page(), 100).contrast


def test_a_dark_bed_around_the_paper_is_seen() -> None:
    dark = page()
    dark[:, :30] = 20
    dark[-30:] = 20
    assert measured(page(), 100).dark_edges == 0.0
    assert 0.3 < measured(dark, 100).dark_edges < 0.7


def test_an_empty_picture_is_measured_too() -> None:
    empty = measured(coloured(paper(400, 500)), 100)
    assert (empty.sharpness, empty.contrast, empty.dpi, empty.edge, empty.fold) == (0.0, 0.0, 100, 0.0, 0.0)


@pytest.mark.parametrize(("form", "seed"), [("birth-2006", 5), ("marriage-2016", 6)])
def test_an_ordinary_page_has_no_flaw(form: str, seed: int) -> None:
    assert flaws(drawn(form, seed)) == ()


@pytest.mark.parametrize("what", sorted(CODES))
def test_each_damage_is_named_by_its_code(what: str) -> None:
    assert CODES[what] in flaws(DAMAGES[what](drawn(), DPI, np.random.default_rng(1)))


PICTURES = arrays(np.uint8, st.tuples(st.integers(1, 12), st.integers(1, 12)))


@given(PICTURES, st.floats(0, 1))
def test_the_percentile_is_that_of_the_sorted_pixels(grey: Pixels, share: float) -> None:
    assert grey_percentile(grey, share) == pytest.approx(float(np.percentile(grey, 100 * share)), abs=1e-9)


@given(PICTURES, st.floats(0.01, 0.99))
def test_the_share_that_is_asked_for_is_as_light_as_the_level_and_no_higher_one(
    grey: Pixels, share: float
) -> None:
    level = grey_exceeded_by(grey, share)
    assert (grey >= level).sum() >= share * grey.size
    assert (grey > level).sum() < share * grey.size


GATE = PageGate((0.17, 0.5, 0.4, 3.0, 9.0, 15.0))
FINE = Quality(10.0, 200.0, 0.0, 300.0, edge=0.3, shade=0.1)


def test_every_measure_has_its_limit() -> None:
    assert len(GATE.limits) == len(FLAW_MEASURES)
    assert GATE.flaws(FINE) == ()
    assert GATE.flaws(Quality(10.0, 200.0, 0.0, 300.0, 0.6, 0.7, 12.0, 20.0, 5.0)) == (
        "SCAN-BLUR", "SCAN-DARK", "SCAN-CUT", "SCAN-FINGER", "SCAN-FOLD",
    )  # fmt: skip


def test_a_coarse_picture_is_not_called_blurred_as_well() -> None:
    assert GATE.flaws(Quality(10.0, 200.0, 0.0, 90.0, edge=0.7)) == ("SCAN-COARSE",)
