"""Writing on print is told from it by the colour of the pen."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pipeline.base.model import Box, Pixels
from pipeline.layout.imaging.ink import cleanup
from pipeline.layout.imaging.ink.connected_components import find_components
from pipeline.layout.imaging.ink.pen_colour import NEUTRAL, InkBlueness, PenColour, find_pen_colour
from tests.layout.imaging.drawings import painted

BLACK, BLUE, VIOLET, BROWN = (30, 30, 33), (28, 48, 150), (74, 36, 128), (96, 62, 40)
LABEL = Box(40, 90, 340, 130)
LETTER = 30.0
PRINTED = [(x, 100, x + 14, 122) for x in range(50, 330, 20)]
"""Letters of print in the label's box."""


def page(pen: tuple[int, int, int], over: int = 120) -> tuple[Pixels, Pixels]:
    """A page with a label and a stroke that begins left of it and runs ``over`` pixels into it: picture, ink mask."""
    rgb = np.full((220, 480, 3), 245, np.uint8)
    for left, top, right, bottom in PRINTED:
        rgb[top:bottom, left : right - 8] = BLACK
    rgb[150:190, 60:420] = pen  # the page's other writing
    rgb[108:116, 10 : 40 + over] = pen
    ink = np.where(rgb.min(axis=2) < 190, 255, 0).astype(np.uint8)
    return rgb, ink


def colour_of(rgb: Pixels, ink: Pixels) -> PenColour | None:
    return find_pen_colour(blueness(rgb, ink), [LABEL])


def blueness(rgb: Pixels, ink: Pixels) -> InkBlueness:
    return InkBlueness.measured(rgb, np.eye(3), find_components(ink))


def test_blueness_is_by_how_much_a_pixel_of_ink_is_bluer_than_red() -> None:
    colours = np.array([[(100, 0, 100), (100, 0, 150), (150, 0, 100), (0, 0, 255), (255, 0, 0)]], np.uint8)
    ink = np.array([[255, 255, 255, 255, 0]], np.uint8)
    assert blueness(colours, ink).values.tolist() == [NEUTRAL, NEUTRAL + 50, NEUTRAL - 50, 255]
    assert blueness(colours, ink).painted().tolist() == [[NEUTRAL, NEUTRAL + 50, NEUTRAL - 50, 255, 0]]
    assert not len(blueness(colours, np.zeros_like(ink)).values)


def test_the_colour_of_ink_is_that_of_the_picture_warped_as_the_page_was() -> None:
    rng = np.random.default_rng(5)
    noise = rng.integers(0, 256, (300, 220, 3)).astype(np.uint8)
    rgb = np.asarray(cv2.GaussianBlur(noise, (0, 0), 1.5), np.uint8)
    ink = np.where(rng.random((310, 230)) < 0.3, 255, 0).astype(np.uint8)
    matrix = np.array([[1.01, 0.02, 3], [-0.02, 0.99, 5], [1e-5, -2e-5, 1]])
    warped = cv2.warpPerspective(
        rgb, matrix, (230, 310), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    ).astype(int)
    wanted = np.clip(warped[..., 2] - warped[..., 0] + NEUTRAL, 0, 255)
    found = InkBlueness.measured(rgb, matrix, find_components(ink)).painted()
    assert np.abs(found - wanted)[ink > 0].max() <= 2
    assert not found[ink == 0].any()


@pytest.mark.parametrize("pen", [BLUE, VIOLET])
def test_a_stroke_over_a_label_is_kept_whole_and_its_print_goes(pen: tuple[int, int, int]) -> None:
    rgb, ink = page(pen)
    colour = colour_of(rgb, ink)
    assert colour is not None
    mask = colour.mask(blueness(rgb, ink).painted(), ink)
    separated = cleanup.separate_pen(find_components(ink), [LABEL], ink, mask, LETTER)
    on_print = cleanup.written_on_print(separated, [LABEL], mask, LETTER)
    assert on_print.sum() == 1
    left = painted(cleanup.remove_print(separated, [LABEL], on_print))
    assert (left[110:114, 12:158] == 255).mean() > 0.98
    assert not left[100:105].any()
    assert not left[119:122].any()


@pytest.mark.parametrize("pen", [BLACK, BROWN])
def test_a_pen_as_black_as_print_or_browner_is_not_told_from_it(pen: tuple[int, int, int]) -> None:
    assert colour_of(*page(pen)) is None


def test_coloured_fringes_at_the_edges_of_print_are_no_pen() -> None:
    rgb, ink = page(BLUE, over=0)
    for left, top, right, bottom in PRINTED:
        rgb[top:bottom, left] = (20, 30, 90)
        rgb[top:bottom, right - 9] = (90, 30, 20)
    colour = colour_of(rgb, ink)
    assert colour is not None
    mask = colour.mask(blueness(rgb, ink).painted(), ink)
    letters = np.zeros_like(ink)
    letters[100:122, 50:330] = ink[100:122, 50:330]
    assert cv2.countNonZero(mask & letters) < 0.15 * cv2.countNonZero(letters)
    separated = cleanup.separate_pen(find_components(ink), [LABEL], ink, mask, LETTER)
    assert not painted(cleanup.remove_print(separated, [LABEL]))[96:126, 44:330].any()


def test_without_labels_or_writing_nothing_is_told() -> None:
    rgb, ink = page(BLUE)
    assert find_pen_colour(blueness(rgb, ink), []) is None
    ink[:, :] = 0
    assert colour_of(rgb, ink) is None


@pytest.mark.parametrize("least", [128.0, 134.4, 131 + 0.4 * 7, 139.7])
def test_a_pixel_is_the_pens_where_the_ink_around_it_is_on_average_blue_enough(least: float) -> None:
    """As the mean of float pictures says it, also where it lies right on the limit."""
    rng = np.random.default_rng(7)
    for share in (0.05, 0.5, 0.95):
        ink = np.where(rng.random((90, 130)) < share, 255, 0).astype(np.uint8)
        bluer = rng.integers(int(least) - 3, int(least) + 4, ink.shape).astype(np.uint8)
        bluer[:40] = round(least)
        seen = (ink > 0).astype(np.float32)
        mean, around = cv2.blur(bluer * seen, (3, 3)), cv2.blur(seen, (3, 3))
        pen = (ink > 0) & (mean >= least * around)
        assert pen.any()
        assert (PenColour(least).mask(bluer, ink) == np.where(pen, 255, 0)).all()
