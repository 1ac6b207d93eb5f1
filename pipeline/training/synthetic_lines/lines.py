"""Endless lines of synthetic handwriting with their texts: the ink, and the paper around it as in a scan.

The background consists of the crop, print, intruding lines, light, grain and noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from pipeline.base.model import Pixels
from pipeline.base.print_fonts import PRINT, print_font
from pipeline.base.text import training_words as words
from pipeline.training.synthetic_lines import texts
from pipeline.training.synthetic_lines.fonts import FontSet
from pipeline.training.synthetic_lines.handwriting import LineInk, draw_handwriting
from pipeline.training.synthetic_lines.real_figures import RealFigures
from pipeline.training.synthetic_lines.writers import WriterStyle
from pipeline.training.synthetic_pages.people import happens, pick


@dataclass(frozen=True, slots=True)
class TrainingLine:
    """A line to learn.

    Attributes:
        grey: (height, width) picture, 255 is paper.
        text: Its text, NFC.
    """

    grey: Pixels
    text: str


Grey = NDArray[np.float32]

LEFT_OVER = 0.12
"""Share of lines with the remains of a removed leader: the dots that touch the ink."""


@dataclass(frozen=True, slots=True)
class CropMargins:
    """Margins of a line's picture around the ink, in pixels; negative margins cut the ink."""

    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def draw(cls, rng: np.random.Generator, unit: float, below: float) -> CropMargins:
        """Draw random margins.

        Args:
            unit: x-height in pixels.
            below: Depth of the ink below the baseline; a little of it may be cut off, never a dot.
        """
        kind = rng.random()
        if kind < 0.45:
            sides = rng.uniform(0.0, 0.35, 4) * unit
        elif kind < 0.8:
            sides = rng.uniform(0.1, 1.0, 4) * unit * (1.8, 0.8, 1.8, 0.8)
        else:
            sides = rng.uniform(0.2, 1.6, 4) * unit * (3, 0.8, 8, 0.8)
        if happens(rng, 0.08):
            sides[3] = -rng.uniform(0, 0.3) * max(0.0, below - 0.4 * unit)
        elif happens(rng, 0.04):
            sides[1] = -rng.uniform(0, 0.12) * unit
        left, top, right, bottom = (round(float(side)) for side in sides)
        return cls(left, top, right, bottom)


def add_background(ink: LineInk, beyond: LineInk | None, unit: float, rng: np.random.Generator) -> Pixels:
    """Return the line as cropped from a scanned page.

    Args:
        beyond: Ink of another line, whose edge may intrude.
        unit: x-height in pixels.
    """
    cut = CropMargins.draw(rng, unit, ink.mask.shape[0] - ink.base)
    pen = _padded(ink.mask, cut)
    base = ink.base + cut.top
    if beyond is not None:
        pen = np.maximum(pen, _reaching_in(beyond, pen.shape, cut, rng))
    printed = _leader_remains(pen, base, unit, rng) if happens(rng, LEFT_OVER) else None
    if printed is None:
        printed = _printed_layer(pen.shape, base, unit, cut, rng)
    dark = _darkness(rng)
    paper = _paper(pen.shape, rng)
    if happens(rng, 0.08) and beyond is not None:
        paper *= 1 - _shown_through(beyond, pen.shape, rng)
    if happens(rng, 0.05):
        paper *= 1 - _seal(pen.shape, unit, rng)
    level = paper * (1 - _uneven_ink(pen, unit, rng) * dark)
    if printed is not None:
        level *= 1 - printed.astype(np.float32) * np.float32(rng.uniform(0.3, 0.95) / 255)
    return _scan(level, dark, rng)


def _padded(mask: Pixels, cut: CropMargins) -> Pixels:
    inner = mask[max(0, -cut.top) : mask.shape[0] - max(0, -cut.bottom)]
    return np.pad(inner, ((max(0, cut.top), max(0, cut.bottom)), (max(0, cut.left), max(0, cut.right))))


def _reaching_in(
    beyond: LineInk, shape: tuple[int, ...], cut: CropMargins, rng: np.random.Generator
) -> Pixels:
    """Return the edge of the line above or below, if the picture is higher than the ink."""
    layer = np.zeros(shape, np.uint8)
    above = cut.top >= cut.bottom
    margin = max(cut.top, cut.bottom)
    depth = min(beyond.mask.shape[0], int(margin * rng.uniform(0.2, 0.9)))
    if depth < 2:
        return layer
    strip = beyond.mask[-depth:] if above else beyond.mask[:depth]
    x = int(rng.integers(-shape[1] // 4, max(1, shape[1] // 2)))
    return _paste(layer, strip, x, 0 if above else shape[0] - depth)


def _paste(layer: Pixels, patch: Pixels, x: int, y: int) -> Pixels:
    """Paste the part of a patch that lies on the layer, with the patch's corner at (x, y)."""
    left, top = max(0, x), max(0, y)
    right, bottom = min(layer.shape[1], x + patch.shape[1]), min(layer.shape[0], y + patch.shape[0])
    if right > left and bottom > top:
        part = patch[top - y : bottom - y, left - x : right - x]
        np.maximum(layer[top:bottom, left:right], part, out=layer[top:bottom, left:right])
    return layer


def _printed_layer(
    shape: tuple[int, ...], base: int, unit: float, cut: CropMargins, rng: np.random.Generator
) -> Pixels | None:
    """Return the print: leader, rules, cell borders, the edge of a label."""
    if happens(rng, 0.35):
        return None
    layer = np.zeros(shape, np.uint8)
    height, width = shape[0], shape[1]
    tilt = float(rng.normal(0, 0.006)) * width
    if happens(rng, 0.4):
        _leader(layer, base + unit * float(rng.uniform(-0.25, 0.5)), tilt, unit, rng)
    if happens(rng, 0.3):
        for _ in range(int(rng.integers(1, 3))):
            y = float(
                pick(
                    rng,
                    (
                        rng.uniform(0, 0.12) * height,
                        rng.uniform(0.85, 1.0) * height,
                        base + rng.uniform(-0.1, 0.7) * unit,
                    ),
                )
            )
            _draw_rule(layer, (-5, y - tilt), (width + 5, y + tilt), unit, rng)
    for x, room in (
        (cut.left * rng.uniform(0, 0.8), cut.left),
        (width - 1 - cut.right * rng.uniform(0, 0.8), cut.right),
    ):
        if happens(rng, 0.4 if room > 0.4 * unit else 0.05):
            lean = rng.normal(0, 0.05) * height
            _draw_rule(layer, (x - lean, -5), (x + lean, height + 5), unit, rng)
    if happens(rng, 0.15):
        _label(layer, base, unit, cut, rng)
    return layer


def _leader_remains(pen: Pixels, base: int, unit: float, rng: np.random.Generator) -> Pixels:
    """Return a leader with only the dots that touch a stroke, and a few others."""
    layer = np.zeros(pen.shape, np.uint8)
    tilt = float(rng.normal(0, 0.004)) * pen.shape[1]
    _leader(layer, base + unit * float(rng.uniform(-0.15, 0.35)), tilt, unit, rng)
    count, dots = cv2.connectedComponents((layer > 60).astype(np.uint8))
    stays = rng.random(count) < 0.06
    stays[np.unique(dots[pen > 60])] = True
    stays[0] = False
    left = np.where(cv2.dilate(stays[dots].astype(np.uint8), np.ones((3, 3), np.uint8)) > 0, layer, 0)
    return np.asarray(left, np.uint8)


def _leader(layer: Pixels, y: float, tilt: float, unit: float, rng: np.random.Generator) -> None:
    pitch, size = unit * rng.uniform(0.25, 0.6), max(0.5, unit * rng.uniform(0.03, 0.075))
    xs = np.arange(rng.uniform(0, pitch), layer.shape[1], pitch)
    ys = y + (xs / layer.shape[1] - 0.5) * 2 * tilt
    points = np.round(np.stack([xs, ys], axis=1) * 16).astype(np.int32)
    dot = np.array([[0, 0], [round(size * 8), 0]], np.int32)
    lines = [point + dot for point in points]
    cv2.polylines(layer, lines, False, int(rng.integers(120, 256)), max(1, round(2 * size)), cv2.LINE_AA, 4)


def _draw_rule(
    layer: Pixels, start: tuple[float, float], end: tuple[float, float], unit: float, rng: np.random.Generator
) -> None:
    points = np.round(np.array([start, end]) * 16).astype(np.int32)
    thick = max(1, round(unit * float(rng.uniform(0.03, 0.16))))
    cv2.polylines(layer, [points], False, int(rng.integers(120, 256)), thick, cv2.LINE_AA, 4)


def _label(layer: Pixels, base: int, unit: float, cut: CropMargins, rng: np.random.Generator) -> None:
    """Draw a printed label that ends before the ink or begins after it; most of it is cropped."""
    font = print_font(pick(rng, tuple(PRINT)), max(8, round(unit * float(rng.uniform(1.3, 2.0)))))
    text = pick(rng, words.LABELS)
    width = int(font.getlength(text)) + 2
    image = Image.new("L", (width, layer.shape[0]), 0)
    ImageDraw.Draw(image).text((0, base + rng.normal(0, 0.1) * unit), text, font=font, fill=255, anchor="ls")
    gap = int(rng.uniform(0.1, 0.5) * unit)
    before = happens(rng, 0.7)
    x = cut.left - gap - width if before else layer.shape[1] - cut.right + gap
    _paste(layer, np.asarray(image, np.uint8), x, 0)


def _darkness(rng: np.random.Generator) -> np.float32:
    """Return the darkness of the ink: 1 is black; pencil and pale ink are low."""
    return np.float32(rng.uniform(0.22, 0.5) if happens(rng, 0.15) else rng.uniform(0.5, 0.97))


def _uneven_ink(pen: Pixels, unit: float, rng: np.random.Generator) -> Grey:
    """Return ink 0 to 1 with varying pressure and skips."""
    ink = pen.astype(np.float32) * np.float32(1 / 255)
    if happens(rng, 0.6):
        grid = (max(2, int(pen.shape[0] / unit)), max(2, int(pen.shape[1] / unit)))
        pressure = rng.uniform(1 - rng.uniform(0.1, 0.55), 1.0, grid).astype(np.float32)
        ink *= cv2.resize(pressure, pen.shape[::-1], interpolation=cv2.INTER_LINEAR)
    if happens(rng, 0.12):
        grid = (max(2, pen.shape[0] // 2), max(2, pen.shape[1] // 2))
        skips = np.clip(rng.normal(1.1, 0.5, grid), 0.15, 1).astype(np.float32)
        ink *= cv2.resize(skips, pen.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return ink


def _paper(shape: tuple[int, ...], rng: np.random.Generator) -> Grey:
    """Return the light of the paper, 0 to 1: tone, uneven light, mottle."""
    tone = rng.uniform(0.5, 0.85) if happens(rng, 0.3) else rng.uniform(0.82, 1.0)
    if happens(rng, 0.2):
        return np.full(shape, tone, np.float32)
    spread = rng.uniform(0.0, 0.12) if happens(rng, 0.7) else rng.uniform(0.1, 0.35)
    corners = tone - rng.uniform(0, spread, (2, 3))
    mottle = rng.normal(0, rng.uniform(0, 0.02), (shape[0] // 6 + 2, shape[1] // 6 + 2))
    size = shape[1], shape[0]
    light = cv2.resize(corners.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(
        light + cv2.resize(mottle.astype(np.float32), size, interpolation=cv2.INTER_LINEAR), np.float32
    )


def _shown_through(beyond: LineInk, shape: tuple[int, ...], rng: np.random.Generator) -> Grey:
    """Return the mirrored ink of the sheet's other side, faint and soft."""
    layer = np.zeros(shape, np.uint8)
    x, y = int(rng.integers(-20, max(1, shape[1] // 2))), int(rng.integers(-shape[0] // 2, shape[0] // 2 + 1))
    layer = _paste(layer, np.ascontiguousarray(beyond.mask[:, ::-1]), x, y)
    soft = cv2.GaussianBlur(layer, (0, 0), float(rng.uniform(1.0, 2.5)))
    return np.asarray(soft, np.float32) * np.float32(rng.uniform(0.08, 0.3) / 255)


def _seal(shape: tuple[int, ...], unit: float, rng: np.random.Generator) -> Grey:
    """Return arcs of a seal, with ticks between them as its letters."""
    layer = np.zeros(shape, np.uint8)
    radius = float(rng.uniform(3, 8)) * unit
    centre = (rng.uniform(0, shape[1]), shape[0] / 2 + rng.uniform(-1, 1) * radius)
    at = round(centre[0] * 16), round(centre[1] * 16)
    for share, thick in ((1.0, 0.18), (0.9, 0.07), (0.55, 0.07)):
        cv2.circle(layer, at, round(radius * share * 16), 255, max(1, round(thick * unit)), cv2.LINE_AA, 4)
    for angle in np.arange(rng.uniform(0, 0.3), 2 * np.pi, 0.28):
        turn = angle + rng.normal(0, 0.08)
        ends = [
            (centre[0] + reach * radius * np.cos(turn), centre[1] + reach * radius * np.sin(turn))
            for reach in (0.65, 0.82)
        ]
        cv2.polylines(
            layer,
            [np.round(np.array(ends) * 16).astype(np.int32)],
            False,
            255,
            max(1, round(0.12 * unit)),
            cv2.LINE_AA,
            4,
        )
    return layer.astype(np.float32) * np.float32(rng.uniform(0.15, 0.5) / 255)


def _scan(level: Grey, dark: np.float32, rng: np.random.Generator) -> Pixels:
    """Return the picture 0 to 255 with blur, noise, poor or hard contrast, and compression."""
    if happens(rng, 0.5):
        level = np.asarray(cv2.GaussianBlur(level, (0, 0), float(rng.uniform(0.3, 1.0))), np.float32)
    if happens(rng, 0.6):
        level = level + rng.standard_normal(level.shape, np.float32) * np.float32(rng.uniform(0.003, 0.03))
    if happens(rng, 0.04):
        light = float(np.median(level))
        middle = light * (1 - dark * np.float32(rng.uniform(0.2, 0.45)))
        level = (level - middle) * np.float32(rng.uniform(4, 30)) + np.float32(0.5)
    grey = np.clip(level * 255, 0, 255).astype(np.uint8)
    if happens(rng, 0.25):
        is_encoded, packed = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 85))])
        grey = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8) if is_encoded else grey
    return grey


REAL_FIGURES = 0.7
"""Share of numeric texts written in digits by real pens, if available."""

MORE_FIGURES = 0.15
"""Share of lines that are such texts in addition."""


def synthetic_line(
    rng: np.random.Generator, pens: FontSet, figures: RealFigures | None = None
) -> TrainingLine:
    """Return a line in a random writer's style, cropped from a random page; it depends only on the arguments.

    Args:
        figures: Digits by real pens for some dates and numbers.
    """
    more = figures is not None and happens(rng, MORE_FIGURES)
    text = texts.draw_figures(rng) if more else texts.draw_text(rng)
    hand = WriterStyle.draw(rng, pens, shouting=text.isupper() and len(text) > 3)
    if figures is not None and figures.can_write(text) and (more or happens(rng, REAL_FIGURES)):
        ink = figures.write(text, hand.unit, rng)
    else:
        ink = draw_handwriting(text, hand, rng)
    beyond = draw_handwriting(texts.draw_text(rng)[:18].strip(), hand, rng) if happens(rng, 0.25) else None
    return TrainingLine(add_background(ink, beyond, hand.unit, rng), text)
