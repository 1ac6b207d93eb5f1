"""Marks of ink: which are kept, which are painted out."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pipeline.base.model import Box
from pipeline.layout.imaging.ink import cleanup as ink_of_page
from pipeline.layout.imaging.ink.connected_components import find_components
from pipeline.layout.imaging.ruling.leaders import find_leaders
from tests.layout.imaging.drawings import dot, ink_mask, ink_of, painted, paper, rule


def inside(picture: np.ndarray) -> np.ndarray:
    """The ink of a page without its edges."""
    components = find_components(ink_of(picture))
    return painted(components.without(ink_of_page.find_scan_edges(components)))


def unprinted(picture: np.ndarray, *labels: Box) -> np.ndarray:
    """The ink of a page without print in these boxes."""
    return painted(ink_of_page.remove_print(find_components(ink_of(picture)), labels))


def test_components_on_the_border_and_shadows_are_scan_edges_and_those_inside_are_not() -> None:
    picture = paper(300, 400)
    picture[:, :12] = 0  # a dark edge
    picture[0:40, 100:140] = 0  # a mark that comes in from above
    picture[395:400, 200:260] = 0
    picture[200:210, 150:170] = 0  # writing
    rule(picture, (40, 60), (180, 380), 0, 3)  # a shadow over the page
    clean = inside(picture)
    assert (clean[200:210, 150:170] == 255).all()
    clean[200:210, 150:170] = 0
    assert not clean.any()


def test_a_long_level_stroke_is_no_shadow() -> None:
    picture = paper(300, 400)
    rule(picture, (40, 60), (240, 64), 0, 3)
    assert (inside(picture) == ink_of(picture)).all()


def test_print_inside_label_boxes_is_erased_and_other_ink_stays() -> None:
    picture = paper(200, 100)
    picture[40:50, 20:60] = 0
    picture[40:50, 100:140] = 0
    clean = unprinted(picture, Box(10, 30, 70, 60))
    assert not clean[:, :70].any()
    assert (clean[40:50, 100:140] == 255).all()


def test_writing_that_only_grazes_a_label_stays_whole() -> None:
    picture = paper(200, 100)
    picture[40:50, 60:160] = 0
    clean = unprinted(picture, Box(10, 30, 70, 60))
    assert (clean == ink_of(picture)).all()


def test_print_that_touches_writing_is_erased_and_the_writing_stays() -> None:
    picture = paper(200, 100)
    picture[40:50, 20:120] = 0
    clean = unprinted(picture, Box(10, 30, 65, 60))
    assert not clean[:, :65].any()
    assert (clean[40:50, 66:120] == 255).all()


def test_writing_that_is_connected_with_a_label_keeps_what_lies_outside() -> None:
    picture = paper(300, 120)
    picture[40:60, 20:200] = 0
    clean = unprinted(picture, Box(10, 30, 140, 66))
    assert not clean[:, :140].any()
    assert (clean[40:60, 141:200] == 255).all()


def test_a_letter_connected_with_print_above_it_stays_and_its_cut_is_reported() -> None:
    picture = paper(300, 120)
    picture[34:66, 20:50] = 0  # print, its tail in the box
    picture[34:86, 100:130] = 0  # print with a letter that hangs together with it
    label = Box(10, 30, 200, 66)
    clean = unprinted(picture, label)
    assert not clean[:66].any()
    assert not clean[:, 20:50].any()
    assert (clean[66:86, 100:130] == 255).all()
    assert list(ink_of_page.cuts_below_print(find_components(ink_of(picture)), [label])) == [(66, 100)]


def test_a_circumflex_of_the_line_below_is_no_print_though_a_label_reaches_over_it() -> None:
    picture = paper(300, 120)
    picture[40:70, 20:200] = 0  # print
    picture[76:80, 40:44] = 0  # the dot below one of its letters
    picture[78:86, 120:142] = 0  # a hat
    clean = unprinted(picture, Box(10, 30, 220, 92))
    assert (clean[78:86, 120:142] == 255).all()
    clean[78:86, 120:142] = 0
    assert not clean.any()


def test_a_label_box_that_reaches_beyond_the_page_is_no_error() -> None:
    picture = paper(50, 40)
    picture[2:20, 2:30] = 0
    clean = unprinted(picture, Box(-20, -5, 15, 15), Box(60, 60, 90, 90))
    assert clean.shape == (40, 50)


def test_painting_out_a_leader_leaves_the_stroke_that_crosses_it() -> None:
    picture = paper(600, 120)
    for x in range(30, 570, 11):
        dot(picture, x, 80, 2.2)
    rule(picture, (300, 20), (306, 110), 30, 5)
    ink = ink_mask(picture)
    clean = ink_of_page.paint_out_dots(picture, ink, find_leaders(find_components(ink), 40).mask)
    assert (clean[:, :290] == 255).all()
    assert (clean[:, 316:] == 255).all()
    core = picture[20:74, 295:312] < 60
    assert (clean[20:74, 295:312][core] < 60).all()


@pytest.mark.parametrize(("thick", "least", "most"), [(0, 0.0, 0.0), (3, 0.08, 0.3), (6, 0.2, 0.5)])
def test_the_inside_of_a_check_box_is_measured_without_its_edges(
    thick: int, least: float, most: float
) -> None:
    picture = paper(100, 100)
    picture[20:60, 20:60] = 0
    picture[22:58, 22:58] = 255
    if thick:
        rule(picture, (25, 25), (55, 55), 0, thick)
    share = ink_of_page.filled_share(ink_of(picture), Box(20, 20, 60, 60), 8)
    assert least <= share <= most


def test_a_check_box_off_the_page_is_empty() -> None:
    assert ink_of_page.filled_share(ink_of(paper(50, 50)), Box(60, 60, 90, 90), 2) == 0.0


def test_the_crop_of_a_line_shows_its_own_ink_and_no_other() -> None:
    picture = paper(300, 120)
    rule(picture, (20, 60), (200, 60), 30, 7)  # the line's own stroke
    rule(picture, (20, 90), (280, 90), 30, 5)  # of the line below
    rule(picture, (230, 10), (230, 70), 30, 5)  # a printed letter
    ink = ink_mask(picture)
    components = find_components(ink)
    number = int(components.label_image(100, 60, 101, 61)[0, 0]) - 1
    left, top, right, bottom = (float(n) for n in components.boxes[number])
    crop = ink_of_page.crop_line(
        picture, ink, components, np.array([number]), Box(left, top, right, bottom), 40
    )
    y0, x0 = max(0, round(top) - 40), max(0, round(left) - 40)
    shown = np.full_like(picture, 255)
    shown[y0 : y0 + crop.shape[0], x0 : x0 + crop.shape[1]] = crop
    alone = paper(300, 120)
    rule(alone, (20, 60), (200, 60), 30, 7)
    assert np.abs(shown.astype(int) - alone).max() <= 1


def test_what_is_too_faint_to_be_ink_is_left_for_the_reader() -> None:
    picture = paper(200, 80)
    rule(picture, (20, 40), (100, 40), 30, 7)
    rule(picture, (110, 40), (180, 40), 200, 2)
    ink = ink_mask(picture)
    components = find_components(ink)
    crop = ink_of_page.crop_line(picture, ink, components, np.array([0]), Box(15, 30, 185, 50), 0)
    assert crop[:, 100:160].min() == pytest.approx(200, abs=4)


def test_a_crop_at_the_pages_corner_stays_on_the_page() -> None:
    picture = paper(60, 40)
    picture[2:10, 2:10] = 0
    ink = ink_mask(picture)
    crop = ink_of_page.crop_line(picture, ink, find_components(ink), np.array([0]), Box(2, 2, 10, 10), 20)
    assert crop.shape == (30, 30)


@pytest.mark.parametrize("height", [1, 3, 127, 129, 300])
def test_soft_edges_are_the_same_whichever_rows_are_looked_at_together(height: int) -> None:
    rng = np.random.default_rng(height)
    ink = np.where(rng.random((height, 60)) < 0.05, 255, 0).astype(np.uint8)
    dots = np.where(rng.random((height, 60)) < 0.5, ink, 0).astype(np.uint8)
    page = rng.integers(0, 256, ink.shape, np.uint8)
    kernel = np.ones((5, 5), np.uint8)
    wanted = cv2.max(page, cv2.subtract(cv2.dilate(dots, kernel), cv2.subtract(ink, dots)))
    assert np.array_equal(ink_of_page.paint_out_dots(page, ink, dots), wanted)
    found = find_components(dots)
    dark = np.where(page < 200, 255, 0).astype(np.uint8)
    lines = [np.arange(len(found.area))]
    for mask, left in zip((dark, ink), ink_of_page.residual_ink([dark, ink], found, lines, ()), strict=True):
        assert np.array_equal(left, cv2.subtract(mask, cv2.dilate(dots, kernel)))


def test_print_is_left_over_nowhere_and_the_masks_stay_as_they_were() -> None:
    ink = np.full((40, 40), 255, np.uint8)
    none = find_components(np.zeros_like(ink))
    (left,) = ink_of_page.residual_ink([ink], none, [], [Box(10, 10, 20, 20)])
    assert not left[8:22, 8:22].any()
    assert left[:8].all()
    assert ink.all()
