"""Uneven light is evened out; ink is told from what shows through."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.imaging.ink.binarization import ink_mask, normalize_illumination
from pipeline.model import Pixels
from tests.imaging.drawings import paper, rule, typed

FACE = "LiberationSerif-Regular.ttf"


def lit(flat: Pixels, dark: float, down: bool = False) -> Pixels:
    """The picture under light that falls from 1 to ``dark`` across (or down) it."""
    height, width = flat.shape
    light = np.linspace(1, dark, height)[:, None] if down else np.linspace(1, dark, width)[None, :]
    return np.asarray(flat * light, np.uint8)


def text_page() -> Pixels:
    page = paper(800, 600)
    text = typed("Ủy ban nhân dân xã Tân Lợi", FACE, 40)
    for top in range(40, 520, 90):
        page[top : top + text.shape[0], 40 : 40 + text.shape[1]] = text
    return page


@settings(max_examples=15, deadline=None)
@given(dark=st.floats(0.45, 1.0), down=st.booleans())
def test_paper_is_white_everywhere_under_uneven_light(dark: float, down: bool) -> None:
    flat = text_page()
    normalized = normalize_illumination(lit(flat, dark, down))
    clean = flat == 255
    assert np.percentile(normalized[clean], 2) >= 245


def test_ink_is_as_dark_in_the_shade_as_in_the_light() -> None:
    flat = np.minimum(text_page(), 255)
    normalized = normalize_illumination(lit(flat, 0.5))
    core = flat < 40
    left, right = normalized[:, :400][core[:, :400]], normalized[:, 400:][core[:, 400:]]
    assert float(left.mean()) == pytest.approx(float(right.mean()), abs=12)
    assert max(left.mean(), right.mean()) < 60


def test_the_mask_is_the_same_under_even_and_uneven_light() -> None:
    flat = text_page()
    first, second = ink_mask(normalize_illumination(flat)), ink_mask(normalize_illumination(lit(flat, 0.55)))
    assert (first != second).sum() < 0.02 * (first > 0).sum()


def test_what_shows_through_from_the_page_behind_is_no_ink() -> None:
    page = paper(600, 120)
    behind = typed("ghi chú trang sau", FACE, 44)[:, ::-1]
    page[: behind.shape[0], : behind.shape[1]] = 255 - (255 - behind) // 5
    assert not ink_mask(page).any()


def test_a_thin_stroke_is_kept_whole_when_it_is_dark_anywhere() -> None:
    page = paper(400, 100)
    rule(page, (20, 50), (380, 50), 195, 1)
    assert not ink_mask(page).any()
    rule(page, (60, 40), (80, 60), 60, 2)
    ink = ink_mask(page)
    assert (ink[45:56].max(axis=0) > 0)[25:375].all()


def test_empty_paper_has_no_ink() -> None:
    assert not ink_mask(normalize_illumination(paper(300, 200))).any()
