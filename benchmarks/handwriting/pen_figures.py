"""Figures of the MNIST collection written with the pen of a writer who left them out."""

from __future__ import annotations

import os
from pathlib import Path
from zlib import crc32

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Pixels
from pipeline.training.synthetic_lines.real_figures import collection_pictures
from pipeline.training.synthetic_pages.writer_ink import InkPiece, WriterInk, tight_piece

MNIST = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hotich" / "mnist"
"""Where ``scripts/training-figures.sh`` puts the MNIST collection."""

SPECIMENS = 4
"""Figures of the collection that stand in for a figure that a writer left out: a hand writes them alike."""

FINE = 6
"""How many times finer pictures of the collection are made before their strokes are thinned."""


def stroke_width(mask: Pixels) -> float:
    """How wide the strokes of a mask are: twice its area over the length of its outline."""
    inked = (mask > 127).astype(np.uint8)
    outlines, _ = cv2.findContours(inked, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    length = sum(cv2.arcLength(outline, True) for outline in outlines)
    return float(2 * inked.sum() / max(1.0, length))


def collected_figures(digit: str, ink: WriterInk, strength: float, folder: Path) -> list[InkPiece]:
    """Return figures of the collection as tall and as thick as the writer's, always the same figures for a writer."""
    pictures = collection_pictures(folder, digit)
    rng = np.random.default_rng([crc32(ink.writer.encode()), int(digit)])
    pieces: list[InkPiece] = []
    for number in rng.permutation(len(pictures)):
        if piece := pen_figure(pictures[number], ink.figure_height, ink.stroke, strength, rng):
            pieces.append(piece)
        if len(pieces) == SPECIMENS:
            return pieces
    return pieces


def pen_figure(
    picture: NDArray[np.float32], height: float, stroke: float, strength: float, rng: np.random.Generator
) -> InkPiece | None:
    """A picture of the collection drawn with a pen: its skeleton with strokes of a width, of a height in pixels."""
    large = cv2.resize(picture, None, fx=FINE, fy=FINE, interpolation=cv2.INTER_CUBIC)
    inked = _largest(cv2.GaussianBlur(large, (0, 0), FINE / 3) > 0.45)
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    if len(rows) < 3 * FINE:
        return None
    tight = inked[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    thick = stroke_width(np.asarray(np.pad(tight, 2) * 255, np.uint8))
    scale = 4 * max(4.0, height - stroke) / max(FINE, len(tight) - thick)  # four times finer than it is used
    size = max(2, round(tight.shape[1] * scale)), round(len(tight) * scale)
    line = _skeleton(cv2.resize(tight * 255, size, interpolation=cv2.INTER_LINEAR) > 127)
    room = round(4 * stroke) + 8
    drawn = np.pad(line.astype(np.uint8), room)
    far = cv2.distanceTransform(1 - drawn, cv2.DIST_L2, 5)
    wave = cv2.resize(
        rng.normal(0, 1, (4, 4)).astype(np.float32), drawn.shape[::-1], interpolation=cv2.INTER_CUBIC
    )
    radius = 2 * stroke * np.clip(1 + 0.12 * wave, 0.75, 1.3)
    soft = np.clip((radius - far) / 4 + 0.5, 0, 1)
    small = cv2.resize(
        soft.astype(np.float32), (drawn.shape[1] // 4, drawn.shape[0] // 4), interpolation=cv2.INTER_AREA
    )
    shade = np.clip(1 - 0.15 * np.abs(rng.normal(0, 1, small.shape)), 0.5, 1)
    mask = np.asarray(np.clip(small * shade * min(255.0, strength * 1.1), 0, 255), np.uint8)
    cut = tight_piece(mask, 0.0)
    return InkPiece(cut.mask, float(len(cut.mask))) if cut else None


def _largest(marks: NDArray[np.bool_]) -> Pixels:
    """The largest connected mark alone."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(marks.astype(np.uint8), connectivity=8)
    main = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax()) if count > 1 else 1
    return np.asarray(labels == main, np.uint8)


def _skeleton(marks: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the middle lines of marks, a pixel wide (Zhang and Suen 1984)."""
    image = np.pad(marks, 1)
    while True:
        before = image.copy()
        for first in (True, False):
            p = [
                np.roll(image, shift, (0, 1))
                for shift in ((1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1))
            ]
            count = np.sum(p, axis=0)
            turns = np.sum([~a & b for a, b in zip(p, [*p[1:], p[0]], strict=True)], axis=0)
            n, e, s, w = p[0], p[2], p[4], p[6]
            gone = (~(n & e & s) & ~(e & s & w)) if first else (~(n & e & w) & ~(n & s & w))
            image &= ~((count >= 2) & (count <= 6) & (turns == 1) & gone)
        if (image == before).all():
            return np.asarray(image[1:-1, 1:-1], np.bool_)
