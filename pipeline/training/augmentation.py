"""Vary a line endlessly: warp, thicken, fade, cross and pierce its ink, and join words of one writer anew.

Everything that moves ink is one resampling; strokes, light and damage follow on the small picture. A network soon
learns a few hundred addresses by heart; it does not learn the same words in endless other orders.
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
    """How strongly lines are varied; each number is a standard deviation or a chance.

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


def augment(ink: Pixels, rng: np.random.Generator, options: AugmentOptions = AugmentOptions()) -> LineImage:
    """Return a varied picture (``HEIGHT``, width) of a line (``ROWS``, width) of a dataset."""
    picture = _warp(ink, rng, options)
    if rng.random() < options.stroke:
        picture = _change_stroke(picture, rng)
    if rng.random() < options.rule:
        _draw_rule(picture, rng)
    if rng.random() < options.hole:
        _erase_spots(picture, rng)
    if rng.random() < options.blur:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.3, 0.9))), np.float32)
    picture = picture ** float(np.exp(rng.normal(0, 0.3))) * float(rng.uniform(0.7, 1.0))
    if rng.random() < options.noise:
        picture = picture + rng.normal(0, rng.uniform(0.01, 0.08), picture.shape).astype(np.float32)
    return np.asarray(picture.clip(0, 1), np.float32)


def _warp(ink: Pixels, rng: np.random.Generator, options: AugmentOptions) -> LineImage:
    zoom = float(np.exp(rng.normal(0, options.zoom)))
    scale = ROWS / (REACH * HEIGHT) / zoom
    across = scale * float(np.exp(rng.normal(0, options.stretch)))
    slant = float(rng.normal(0, options.slant))
    width = int(np.clip(ink.shape[1] / across + abs(slant) * HEIGHT * 0.6, 16, WIDEST))
    middle = ROWS / 2 + float(rng.normal(0, options.shift)) * ROWS / REACH
    turn = np.tan(np.deg2rad(float(rng.normal(0, options.turn)))) * min(1.0, 500 / width)
    x = np.arange(width, dtype=np.float32) - width / 2
    y = np.arange(HEIGHT, dtype=np.float32)[:, None] - HEIGHT / 2
    source_x = ink.shape[1] / 2 + across * (x[None, :] + slant * y) + _waves(rng, width, options.bend * 1.3)
    source_y = middle + scale * (y + turn * x[None, :]) + _waves(rng, width, options.bend)
    moved = cv2.remap(ink, source_x.astype(np.float32), source_y.astype(np.float32), cv2.INTER_LINEAR)
    return np.asarray(moved / np.float32(255), np.float32)


def _waves(rng: np.random.Generator, width: int, height: float) -> NDArray[np.float32]:
    """Return a smooth field of displacements (``HEIGHT``, ``width``) in pixels."""
    coarse = rng.normal(0, height, (4, max(3, width // 14))).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (width, HEIGHT), interpolation=cv2.INTER_CUBIC), np.float32)


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
    """Weaken the ink in small places, as if it failed or something lay over it."""
    height, width = picture.shape
    for _ in range(int(rng.integers(1, 2 + width // 120))):
        wide, tall = int(rng.integers(2, 9)), int(rng.integers(4, height))
        x, y = int(rng.integers(0, max(1, width - wide))), int(rng.integers(-tall // 2, height - tall // 2))
        place = picture[max(0, y) : y + tall, x : x + wide]
        place *= float(rng.uniform(0.0, 0.5))


def split_words(line: DatasetLine, cuts: Sequence[int]) -> tuple[DatasetLine, ...]:
    """Return the words of a line that is cut at these columns; there is one cut fewer than words."""
    texts = line.text.split(" ")
    if len(cuts) != len(texts) - 1:
        return ()
    edges = [0, *cuts, line.ink.shape[1]]
    found = []
    for text, left, right in zip(texts, edges[:-1], edges[1:], strict=True):
        part = line.ink[:, left:right]
        inked = np.flatnonzero((part > 60).any(axis=0))
        if len(inked) >= 2:
            ink = np.ascontiguousarray(part[:, inked[0] : inked[-1] + 1])
            found.append(DatasetLine(ink, text, line.full_label, line.writer))
    return tuple(found)


def recompose_line(words: Sequence[DatasetLine], rng: np.random.Generator) -> DatasetLine:
    """Return two to nine of a writer's words as one line."""
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
