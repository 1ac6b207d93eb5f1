"""The frame of a page whose labels do not say where it is: not the edge of the paper, not the scanner's bed."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pipeline.base.model import Frame, Pixels
from pipeline.layout.imaging.ruling.page_frame import find_frames_by_rules, frame_cover
from tests.layout.imaging.drawings import paper, rule

WIDTH, HEIGHT = 1000, 1450
LEFT, TOP, RIGHT, BOTTOM = 110.0, 180.0, 860.0, 1250.0
INNER = 0.72
ASPECT = (RIGHT - LEFT) / (BOTTOM - TOP)


def page(bed: bool = True, double: bool = False) -> tuple[Pixels, Pixels]:
    """A page with a frame, on a dark bed that shows at its right and lower edge: the picture and its ink mask."""
    picture = paper(WIDTH, HEIGHT)
    inner = LEFT + INNER * (RIGHT - LEFT)
    for grow in (0.0, 9.0) if double else (0.0,):
        left, top, right, bottom = LEFT - grow, TOP - grow, RIGHT + grow, BOTTOM + grow
        corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
        for start, end in zip(corners, [*corners[1:], corners[0]], strict=True):
            rule(picture, start, end)
    rule(picture, (inner, TOP), (inner, BOTTOM))
    if bed:
        picture[1412:, :] = 40
        picture[:, 962:] = 40
    ink = np.asarray(cv2.threshold(picture, 200, 255, cv2.THRESH_BINARY_INV)[1], np.uint8)
    return picture, ink


@pytest.mark.parametrize("bed", [False, True])
def test_the_edges_of_the_paper_are_no_frame(bed: bool) -> None:
    picture, ink = page(bed)
    frames = find_frames_by_rules(picture, ink, ASPECT, [INNER])
    wanted = np.array([[LEFT, TOP], [RIGHT, TOP], [RIGHT, BOTTOM], [LEFT, BOTTOM]])
    assert frames
    assert all(frame.corners == pytest.approx(wanted, abs=4) for frame in frames)


def test_of_a_double_frame_only_its_own_rules_are_left_to_choose_from() -> None:
    picture, ink = page(double=True)
    frames = find_frames_by_rules(picture, ink, ASPECT, [INNER])
    assert frames
    wanted = np.array([[LEFT, TOP], [RIGHT, TOP], [RIGHT, BOTTOM], [LEFT, BOTTOM]])
    assert all(np.abs(frame.corners - wanted).max() < 14 for frame in frames)


def test_how_much_of_a_frame_is_seen() -> None:
    picture, _ = page(bed=False)
    corners = np.array([[LEFT, TOP], [RIGHT, TOP], [RIGHT, BOTTOM], [LEFT, BOTTOM]])
    assert frame_cover(picture, Frame(corners, ())) > 0.97
    lower = corners + np.array([[0, 0], [0, 0], [0, 80], [0, 80]])
    assert 0.6 < frame_cover(picture, Frame(lower, ())) < 0.8
