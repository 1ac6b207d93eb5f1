"""Uneven light is evened out; ink is told from what shows through."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.base.model import Pixels
from pipeline.layout.imaging.ink.binarization import ink_layer, normalize_illumination, split_colour_layers
from pipeline.training.synthetic_pages.pen_fonts import INKS
from tests.layout.imaging.drawings import ink_mask, paper, rule, typed

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


def test_show_through_from_the_page_behind_is_no_ink() -> None:
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


SEALS = ((206, 32, 44), (190, 40, 60), (170, 30, 40), (222, 80, 84))
PAPERS = ((255, 255, 255), (246, 240, 226), (232, 222, 200))
BLUE = (28, 48, 150)


def stain(picture: Pixels, mask: Pixels, ink: tuple[int, int, int], alpha: float = 1.0) -> None:
    """Ink laid over the paper as light through a glass of its colour."""
    share = mask[..., None] / 255 * alpha
    picture[:] = picture * (1 - share * (1 - np.array(ink) / 255))


def circle() -> Pixels:
    mask = np.zeros((200, 300), np.uint8)
    cv2.circle(mask, (150, 100), 70, 255, 6)
    cv2.putText(mask, "UBND", (105, 112), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 255, 4)
    return mask


def stroke() -> Pixels:
    mask = np.zeros((200, 300), np.uint8)
    cv2.line(mask, (20, 100), (280, 104), 255, 4)
    return mask


def sheet(paper: tuple[int, int, int]) -> Pixels:
    return np.full((200, 300, 3), paper, np.uint8)


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("seal", SEALS)
def test_a_red_seal_vanishes_from_the_ink(seal: tuple[int, int, int], paper: tuple[int, int, int]) -> None:
    page = sheet(paper)
    stain(page, circle(), seal)
    assert not ink_mask(normalize_illumination(ink_layer(page))).any()


@pytest.mark.parametrize("seal", SEALS)
@pytest.mark.parametrize("ink", INKS)
def test_a_stroke_that_crosses_a_seal_stays_whole(
    ink: tuple[int, int, int], seal: tuple[int, int, int]
) -> None:
    page = sheet((250, 246, 236))
    stain(page, circle(), seal)
    stain(page, stroke(), ink, 0.9)
    mask = ink_mask(normalize_illumination(ink_layer(page)))
    assert (mask[97:108].max(axis=0) > 0)[25:275].all()
    assert not mask[:80].any()


@pytest.mark.parametrize("paper", PAPERS)
def test_the_layer_of_stamps_holds_the_seal_and_no_other_ink(paper: tuple[int, int, int]) -> None:
    page = sheet(paper)
    stain(page, stroke(), BLUE)
    assert not ink_mask(split_colour_layers(page).red).any()
    stain(page, circle(), SEALS[0])
    mask = ink_mask(split_colour_layers(page).red)
    core = (circle() > 0) & (stroke() == 0)
    assert (mask[core] > 0).mean() > 0.95
    assert (mask[circle() == 0] > 0).mean() < 0.01
