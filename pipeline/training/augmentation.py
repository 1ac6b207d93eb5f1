"""Endless variations of a line: its ink is warped, thickened, faded, crossed and pierced; words are recomposed.

All geometric changes are a single resampling; strokes, light and damage follow on the small picture. A network soon
memorizes a few hundred addresses, but not the same words in endless other orders.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Pixels
from pipeline.recognition.ocr.line_image import HEIGHT, WIDEST, LineImage
from pipeline.training.dataset import REACH, ROWS, DatasetLine


@dataclass(frozen=True, slots=True)
class AugmentOptions:
    """Strengths of the variations: standard deviations and probabilities.

    Attributes:
        slant: Standard deviation of the slant, dx/dy.
        stretch: Standard deviation of the logarithm of the width.
        zoom: Standard deviation of the logarithm of the size.
        shift: Standard deviation of the shift, as a share of the height.
        turn: Standard deviation of the turn in degrees.
        bend: Standard deviation of the displacements in pixels.
        stroke: Chance of thicker or thinner strokes.
        blur: Chance of blur.
        rule: Chance of a rule, a row of dots or a border.
        hole: Chance of places where the ink fails.
        noise: Chance of noise.
        climb: Standard deviation of the slow rise and fall of the baseline, as a share of the height.
        swell: Standard deviation of the logarithm of the letters' size along the line.
        coarse: Chance of a coarser scan, or of a strong JPEG.
        beyond: Chance that the line above or below intrudes.
        through: Chance that another line shows through from the back of the sheet.
        fade: Chance that the ink grows weaker and stronger along the line.
        stamp: Chance of the arcs of a round stamp across the line.
        label: Chance that the ends of erased printed letters are left before the line.
    """

    slant: float = 0.22
    stretch: float = 0.17
    zoom: float = 0.12
    shift: float = 0.05
    turn: float = 0.5
    bend: float = 1.1
    stroke: float = 0.35
    blur: float = 0.3
    rule: float = 0.12
    hole: float = 0.25
    noise: float = 0.3
    climb: float = 0.0
    swell: float = 0.0
    coarse: float = 0.0
    beyond: float = 0.0
    through: float = 0.0
    fade: float = 0.0
    stamp: float = 0.0
    label: float = 0.0


HARDER = AugmentOptions(
    climb=0.035, swell=0.06, coarse=0.25, beyond=0.15, through=0.08, fade=0.2, stamp=0.06, label=0.08
)
"""Variations as in old books, for long trainings."""


def augment(
    ink: Pixels,
    rng: np.random.Generator,
    options: AugmentOptions = AugmentOptions(),
    height: int = HEIGHT,
    other: Pixels | None = None,
) -> LineImage:
    """Return a varied picture (``height``, width) of a line (``ROWS``, width) of a dataset.

    ``other`` is another line whose edge may intrude from above or below, or which shows through from the back.
    """
    picture = _soil(_warp(ink, rng, options, height), other, rng, options)
    if rng.random() < options.stroke:
        picture = _change_stroke(picture, rng)
    if rng.random() < options.rule:
        _draw_rule(picture, rng)
    if rng.random() < options.hole:
        _erase_spots(picture, rng)
    if rng.random() < options.blur:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.3, 0.9))), np.float32)
    if rng.random() < options.coarse:
        picture = _coarsen(picture, rng)
    picture = picture ** float(np.exp(rng.normal(0, 0.3))) * float(rng.uniform(0.7, 1.0))
    if rng.random() < options.noise:
        picture = picture + rng.normal(0, rng.uniform(0.01, 0.08), picture.shape).astype(np.float32)
    return np.asarray(picture.clip(0, 1), np.float32)


def _warp(ink: Pixels, rng: np.random.Generator, options: AugmentOptions, height: int) -> LineImage:
    zoom = float(np.exp(rng.normal(0, options.zoom)))
    scale = ROWS / (REACH * height) / zoom
    across = scale * float(np.exp(rng.normal(0, options.stretch)))
    slant = float(rng.normal(0, options.slant))
    width = int(np.clip(ink.shape[1] / across + abs(slant) * height * 0.6, 16, WIDEST))
    middle = ROWS / 2 + float(rng.normal(0, options.shift)) * ROWS / REACH
    turn = np.tan(np.deg2rad(float(rng.normal(0, options.turn)))) * min(1.0, 500 / width)
    x = np.arange(width, dtype=np.float32) - width / 2
    y = np.arange(height, dtype=np.float32)[:, None] - height / 2
    bend = options.bend * height / HEIGHT
    source_x = ink.shape[1] / 2 + across * (x[None, :] + slant * y) + _waves(rng, (height, width), bend * 1.3)
    rows = y + turn * x[None, :]
    if options.climb:
        rows = rows + _along(rng, width, options.climb * height, height)
    if options.swell:
        rows = rows * np.exp(_along(rng, width, options.swell, height))
    source_y = middle + scale * rows + _waves(rng, (height, width), bend)
    moved = cv2.remap(ink, source_x.astype(np.float32), source_y.astype(np.float32), cv2.INTER_LINEAR)
    return np.asarray(moved / np.float32(255), np.float32)


def _happens(rng: np.random.Generator, chance: float) -> bool:
    """Return whether something of a chance happens; nothing is drawn for a chance of 0."""
    return chance > 0 and rng.random() < chance


def _soil(
    picture: LineImage, other: Pixels | None, rng: np.random.Generator, options: AugmentOptions
) -> LineImage:
    """Lay over a picture what an old page has beside the line: other lines, print, a stamp, uneven ink."""
    if other is not None and rng.random() < options.beyond:
        _reach_in(picture, other, rng)
    if other is not None and _happens(rng, options.through):
        _show_through(picture, other, rng)
    if _happens(rng, options.label):
        _leave_label_ends(picture, rng)
    if _happens(rng, options.stamp):
        _stamp(picture, rng)
    if _happens(rng, options.fade):
        picture = picture * np.clip(0.75 + _along(rng, picture.shape[1], 0.25, picture.shape[0]), 0.3, 1)
    return picture


def _waves(rng: np.random.Generator, shape: tuple[int, int], size: float) -> NDArray[np.float32]:
    """Return a smooth random field of displacements (height, width) in pixels."""
    coarse = rng.normal(0, size, (4, max(3, shape[1] // 14))).astype(np.float32)
    return np.asarray(cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC), np.float32)


def _along(rng: np.random.Generator, width: int, size: float, height: int) -> NDArray[np.float32]:
    """Return a slow variation (1, width) along the line, with about two heights between turns."""
    coarse = rng.normal(0, size, (1, max(3, width // (2 * height)))).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (width, 1), interpolation=cv2.INTER_CUBIC), np.float32)


def _reach_in(picture: LineImage, other: Pixels, rng: np.random.Generator) -> None:
    """Draw the lower edge of another line at the top, or its upper edge at the bottom."""
    height, width = picture.shape
    depth = int(rng.integers(2, max(3, height // 5)))
    start = int(rng.integers(0, max(1, other.shape[1] - width)))
    scale = height * REACH / ROWS
    part = other[:, start : start + max(4, round(width / scale))].astype(np.float32) / 255
    wide = min(width, max(4, round(part.shape[1] * scale)))
    whole = cv2.resize(part, (wide, round(ROWS * scale)), interpolation=cv2.INTER_AREA)
    inked = np.flatnonzero((whole > 0.3).any(axis=1))
    if not len(inked):
        return
    at = int(rng.integers(0, width - wide + 1))
    if rng.random() < 0.5:
        strip = whole[max(0, inked[-1] + 1 - depth) : inked[-1] + 1]
        place = picture[: len(strip), at : at + wide]
    else:
        strip = whole[inked[0] : inked[0] + depth]
        place = picture[height - len(strip) :, at : at + wide]
    np.maximum(place, strip, out=place)


def _show_through(picture: LineImage, other: Pixels, rng: np.random.Generator) -> None:
    """Draw another line mirrored and weak, at any height."""
    height, width = picture.shape
    mirrored = other[:, ::-1].astype(np.float32) / np.float32(255)
    size = max(4, round(mirrored.shape[1] * height * REACH / ROWS)), round(height * REACH)
    whole = cv2.GaussianBlur(cv2.resize(mirrored, size, interpolation=cv2.INTER_AREA), (0, 0), 0.8)
    top = int(rng.integers(-height // 2, height // 2))
    rows = slice(max(0, top), min(height, top + size[1]))
    wide = min(width, size[0])
    at = int(rng.integers(0, width - wide + 1))
    strip = whole[rows.start - top : rows.stop - top, :wide] * np.float32(rng.uniform(0.12, 0.35))
    place = picture[rows, at : at + wide]
    np.maximum(place, strip, out=place)


def _leave_label_ends(picture: LineImage, rng: np.random.Generator) -> None:
    """Draw what is left of a printed label in the first columns: short stems, dots, half arcs."""
    height = picture.shape[0]
    dark, base = float(rng.uniform(0.4, 1.0)), int(height * rng.uniform(0.55, 0.75))
    x_height = max(4, round(height * rng.uniform(0.2, 0.35)))
    for x in range(int(rng.integers(0, 3)), int(rng.integers(4, 14)), int(rng.integers(3, 6))):
        kind = rng.random()
        if kind < 0.5:
            cv2.line(picture, (x, base - x_height), (x, base), dark, 1)
        elif kind < 0.75:
            cv2.circle(picture, (x, base - int(rng.integers(0, x_height))), 1, dark, -1)
        else:
            half = (max(2, x_height // 3), x_height // 2)
            cv2.ellipse(picture, (x, base - half[1]), half, 0, -90, 90, dark, 1, cv2.LINE_AA)


def _stamp(picture: LineImage, rng: np.random.Generator) -> None:
    """Draw two rings of a round stamp that is larger than the line, weakly."""
    height, width = picture.shape
    radius = int(height * rng.uniform(1.0, 2.2))
    centre = int(rng.integers(0, width)), int(rng.integers(-height, 2 * height))
    ring = np.zeros_like(picture)
    for inner in (0, max(2, radius // 12)):
        cv2.circle(ring, centre, radius - inner, 1.0, int(rng.integers(1, 3)), cv2.LINE_AA)
    np.maximum(picture, ring * np.float32(rng.uniform(0.15, 0.6)), out=picture)


def _coarsen(picture: LineImage, rng: np.random.Generator) -> LineImage:
    """Return the picture after a coarse scan or a strong JPEG compression."""
    if rng.random() < 0.6:
        height, width = picture.shape
        share = float(rng.uniform(0.4, 0.8))
        size = max(4, round(width * share)), max(4, round(height * share))
        small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
    grey = (255 - picture.clip(0, 1) * 255).astype(np.uint8)
    is_encoded, packed = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(12, 50))])
    if not is_encoded:
        return picture
    back = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.float32)
    return np.asarray(1 - back / np.float32(255), np.float32)


def _change_stroke(picture: LineImage, rng: np.random.Generator) -> LineImage:
    """Thicken or thin the strokes by less than a pixel."""
    kernel = np.ones((2, 2), np.uint8) if rng.random() < 0.7 else np.ones((3, 3), np.uint8)
    changed = cv2.dilate(picture, kernel) if rng.random() < 0.6 else cv2.erode(picture, kernel)
    share = float(rng.uniform(0.25, 1.0)) if kernel.shape[0] == 2 else float(rng.uniform(0.15, 0.5))
    mixed: LineImage = (picture * (1 - share) + np.asarray(changed, np.float32) * share).astype(np.float32)
    return mixed


def _draw_rule(picture: LineImage, rng: np.random.Generator) -> None:
    """Draw a rule or a row of dots along the line, or a border across it."""
    height, width = picture.shape
    dark = float(rng.uniform(0.3, 1.0))
    if rng.random() < 0.25:
        x = int(rng.integers(0, 6)) if rng.random() < 0.5 else width - 1 - int(rng.integers(0, 6))
        cv2.line(picture, (x, 0), (x + int(rng.integers(-2, 3)), height), dark, int(rng.integers(1, 3)))
        return
    y, end = (int(value) for value in rng.integers(0, height, 2))
    end = y + int(np.clip(end - y, -3, 3))
    if rng.random() < 0.5:
        cv2.line(picture, (0, y), (width, end), dark, 1, cv2.LINE_AA)
        return
    step = int(rng.integers(3, 8))
    for x in range(int(rng.integers(0, step)), width, step):
        row = y + round((end - y) * x / width)
        picture[max(0, row) : row + 1, x : x + int(rng.integers(1, 3))] = dark


def _erase_spots(picture: LineImage, rng: np.random.Generator) -> None:
    """Weaken the ink in small spots, as if it failed or was covered."""
    height, width = picture.shape
    for _ in range(int(rng.integers(1, 2 + width // 120))):
        wide, tall = int(rng.integers(2, 9)), int(rng.integers(4, height))
        x, y = int(rng.integers(0, max(1, width - wide))), int(rng.integers(-tall // 2, height - tall // 2))
        place = picture[max(0, y) : y + tall, x : x + wide]
        place *= float(rng.uniform(0.0, 0.5))


def split_words(line: DatasetLine, cuts: Sequence[int]) -> tuple[DatasetLine, ...]:
    """Return the words of a line cut at columns, one fewer than words."""
    texts = line.text.split(" ")
    if len(cuts) != len(texts) - 1:
        return ()
    edges = [0, *cuts, line.ink.shape[1]]
    words = []
    for text, left, right in zip(texts, edges[:-1], edges[1:], strict=True):
        part = line.ink[:, left:right]
        inked = np.flatnonzero((part > 60).any(axis=0))
        if len(inked) >= 2:
            ink = np.ascontiguousarray(part[:, inked[0] : inked[-1] + 1])
            words.append(DatasetLine(ink, text, line.full_label, line.writer))
    return tuple(words)


def recompose_line(words: Sequence[DatasetLine], rng: np.random.Generator) -> DatasetLine:
    """Return two to nine words of a writer as a line."""
    count = int(rng.integers(2, 10))
    chosen = [words[int(number)] for number in rng.integers(0, len(words), count)]
    gap = float(rng.uniform(5, 26))
    parts, texts = [np.zeros((ROWS, int(rng.integers(0, 10))), np.uint8)], []
    for word in chosen:
        shift = int(np.clip(round(rng.normal(0, 1.2)), -4, 4))
        parts.append(np.roll(word.ink, shift, axis=0))
        parts.append(np.zeros((ROWS, max(3, round(gap * float(np.exp(rng.normal(0, 0.3)))))), np.uint8))
        texts.append(word.text)
    return DatasetLine(np.concatenate(parts, axis=1), " ".join(texts), chosen[0].full_label, chosen[0].writer)
