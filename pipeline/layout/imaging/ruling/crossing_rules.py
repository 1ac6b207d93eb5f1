"""Straight rules that cross a part of a page from side to side, found without knowing its form."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.base.model import Matrix, Pixels
from pipeline.layout.imaging.ink.connected_components import find_components

RUN = 0.25
"""The share of a side that a rule runs on without a gap."""

CROSSED = 0.8
"""The share of a side that a rule spans at least."""

EVERY = 12
"""Pixels from one point of a course to the next."""


def find_crossing_rules(ink: Pixels) -> list[Matrix]:
    """Return the courses (n, 2) of the rules that cross a part of a page, upright or level.

    Args:
        ink: Mask (0/255) of the part.
    """
    upright = _upright_rules(ink)
    level = _upright_rules(np.ascontiguousarray(ink.T))
    return upright + [course[:, ::-1] for course in level]


def _upright_rules(ink: Pixels) -> list[Matrix]:
    height, width = ink.shape
    near = cv2.dilate(ink, np.ones((1, 3), np.uint8))
    run = np.ones((max(3, round(RUN * height)), 1), np.uint8)
    runs = find_components(np.asarray(cv2.morphologyEx(near, cv2.MORPH_OPEN, run), np.uint8))
    courses = []
    for number, (_, top, _, bottom) in enumerate(runs.boxes):
        if bottom - top < CROSSED * height:
            continue
        chosen = np.zeros(len(runs.area), bool)
        chosen[number] = True
        rows, columns = np.divmod(runs.pixel_indices(chosen), width)
        inked = np.bincount(rows, minlength=height)
        middles = np.bincount(rows, columns, minlength=height) / np.maximum(inked, 1)
        at = np.flatnonzero(inked)
        at = np.unique(np.append(at[::EVERY], at[-1]))
        courses.append(np.column_stack([middles[at], at]).astype(np.float64))
    return courses
