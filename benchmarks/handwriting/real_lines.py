"""Photographed pen lines as ink alone, to be glued into drawn forms at run time. No picture of them is kept."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Pixels
from pipeline.training.dataset import FEWEST_WRITERS, RealLine, is_kept_apart, real_lines
from pipeline.training.synthetic_pages import InkCutout

Mask = NDArray[np.bool_]

RULE_THICK = 0.09
"""How thick the border of a cell is at most, as a share of the picture's height."""

RULE_LONG = 0.12
"""A level run of ink longer than this share of the picture's width belongs to a border..."""

BORDER_TALL = 0.85
"""...and so does an upright one at a side that is taller than this share of its height."""

FAR = 2.3
"""Marks wholly farther than this from the writing's middle, in spreads of its ink over the rows, are remains of borders
or of other lines."""

SPECK = 0.035
"""Side of the largest mark that is dirt, as a share of the picture's height."""


FOLDED = frozenset({"name", "place"})
"""Kinds of value that real ink is compared in without what its labels leave out (``plain``)."""


def lines_kept_apart(folder: Path) -> tuple[RealLine, ...]:
    """Return the lines of a folder that ``hotich train`` keeps apart: no network learns from them.

    Raises:
        SetupError: The folder has no ``lines.tsv``.
    """
    lines = real_lines(folder)
    by_writer = len({line.writer for line in lines}) >= FEWEST_WRITERS
    return tuple(line for line in lines if is_kept_apart(line, by_writer))


def cutout_of(line: RealLine) -> InkCutout:
    """The ink of a photographed line without its cell, cut tightly."""
    mask = ink_of(line)
    rows, columns = np.flatnonzero((mask > 40).any(axis=1)), np.flatnonzero((mask > 40).any(axis=0))
    if not len(rows):
        return InkCutout(np.zeros((8, 8), np.uint8), line.text)
    return InkCutout(mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], line.text)


def ink_of(line: RealLine) -> Pixels:
    """The picture of a line with its ink alone, 255 is full ink, without its cell: borders, what lies beyond them,
    remains of other lines."""
    ink = _darkness(line.grey())
    marks = ink > 0.3
    keep = ~_borders(marks)
    left, right = _between_borders(marks)
    keep[:, :left] = keep[:, right:] = False
    middle, spread = InkCutout((marks & keep).astype(np.uint8), "").spread
    speck = (SPECK * len(marks)) ** 2
    for (top, bottom), mark in _marks(marks & keep):
        far = bottom < middle - FAR * spread or top > middle + FAR * spread
        if far or mark.sum() < speck:
            keep[mark] = False
    near = cv2.dilate((marks & keep).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    return np.where(near & (keep | ~marks), ink * 255, 0).astype(np.uint8)


def cutouts_by_writer(lines: Iterable[RealLine]) -> Mapping[str, Sequence[InkCutout]]:
    """Each writer's lines as ink, in the order given."""
    cutouts: dict[str, list[InkCutout]] = defaultdict(list)
    for line in lines:
        cutouts[line.writer].append(cutout_of(line))
    return cutouts


def plain(text: str) -> str:
    """Text as real lines are compared: {NFC, casefold, drop . , ; : -, collapse spaces}."""
    folded = unicodedata.normalize("NFC", text).casefold()
    return " ".join("".join(" " if c.isspace() else c for c in folded if c not in ".,;:-").split())


def _darkness(grey: Pixels) -> NDArray[np.float32]:
    """0 = paper, 1 = the line's own full ink; the paper's uneven shade is divided out."""
    reach = max(15, grey.shape[0] // 3) | 1
    shade = cv2.morphologyEx(grey, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    shade = cv2.GaussianBlur(shade, (0, 0), reach / 3)
    dark = np.clip(1 - grey.astype(np.float32) / np.maximum(shade.astype(np.float32), 40), 0, 1)
    noise = float(np.median(dark)) * 2 + 0.05
    strong = dark[dark > max(noise, 0.15)]
    full = float(np.percentile(strong, 70)) if len(strong) else 1.0
    return np.asarray(np.clip((dark - noise) / max(0.05, full - noise), 0, 1), np.float32)


def _borders(marks: Mask) -> Mask:
    """Return the pixels of level borders, except where letters cross them, and of upright borders."""
    height, width = marks.shape
    ink = marks.astype(np.uint8)
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((3, 9), np.uint8))
    level = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((1, max(40, int(RULE_LONG * width))), np.uint8))
    level = np.minimum(cv2.dilate(level, np.ones((5, 9), np.uint8)), ink)
    tall = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((int(1.8 * RULE_THICK * height), 1), np.uint8))
    return np.asarray((level > 0) & (tall == 0), bool)


def _between_borders(marks: Mask) -> tuple[int, int]:
    """The columns between the upright borders at the sides of the picture."""
    height, width = marks.shape
    slack = cv2.dilate(marks.astype(np.uint8), np.ones((1, 3), np.uint8))
    upright = cv2.morphologyEx(slack, cv2.MORPH_OPEN, np.ones((int(BORDER_TALL * height), 1), np.uint8))
    columns = np.flatnonzero(upright.any(axis=0))
    left, right = columns[columns < 0.04 * width], columns[columns > 0.75 * width]
    return (int(left.max()) + 2 if len(left) else 0), (int(right.min()) - 2 if len(right) else width)


def _marks(marks: Mask) -> Iterable[tuple[tuple[int, int], Mask]]:
    """Each connected mark: its top and bottom row and its pixels."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(marks.astype(np.uint8), connectivity=8)
    for number in range(1, count):
        top, height = int(stats[number, cv2.CC_STAT_TOP]), int(stats[number, cv2.CC_STAT_HEIGHT])
        yield (top, top + height), labels == number
