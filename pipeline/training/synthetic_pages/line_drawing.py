"""Draw a line of handwriting or typing as a small ink mask."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from pipeline.base.model import Pixels
from pipeline.base.print_fonts import load_font
from pipeline.training.synthetic_pages.line_patch import LinePatch
from pipeline.training.synthetic_pages.pen_fonts import HandStyle

Field = NDArray[np.float32]


def ink_box(mask: Pixels) -> tuple[int, int, int, int] | None:
    """Return left, top, right, bottom (exclusive) of the ink in a mask, or ``None`` without ink."""
    columns = np.flatnonzero((mask > 40).any(axis=0))
    rows = np.flatnonzero((mask > 40).any(axis=1))
    if not len(columns) or not len(rows):
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def text_width(text: str, hand: HandStyle, dpi: float, scale: float = 1.0) -> float:
    """Return the width of a text in the hand, in pixels."""
    if hand.strokes is not None and hand.strokes.spells(text):
        return hand.strokes.width(text, _em(hand, dpi, scale))
    em = _em(hand, dpi, scale)
    words = text.split(" ")
    return sum(_advance(hand.font, em, word) for word in words) + (len(words) - 1) * _space(hand, em)


def draw_line(
    text: str, hand: HandStyle, dpi: float, rng: np.random.Generator, *,
    scale: float = 1.0, squeeze: float = 1.0, gaps: tuple[float, ...] = (),
) -> LinePatch:  # fmt: skip
    """Return the ink of a line.

    Args:
        scale: Size relative to the hand's size.
        squeeze: Width relative to the natural width.
        gaps: Pixels added after each character; layout, not text.
    """
    em = _em(hand, dpi, scale)
    if hand.strokes is not None and hand.strokes.spells(text):
        return hand.strokes.draw(text, em, dpi, rng, squeeze=squeeze, drift=hand.drift, gaps=gaps)
    flat, advance = _set_glyphs(text, hand, em, rng, gaps)
    bent = _warp_line(flat, hand, em, rng, squeeze)
    mask = _apply_pen(bent, hand, dpi, rng)
    return LinePatch(mask, (float(em), 1.6 * em), advance * squeeze)


def _em(hand: HandStyle, dpi: float, scale: float) -> int:
    return max(8, round(hand.size * scale * dpi / 25.4))


@lru_cache(maxsize=65536)
def _advance(path: Path, em: int, text: str) -> float:
    """Return the advance of a text in pixels. Shaping is slow, and the same words recur."""
    return load_font(path, em).getlength(text)


def _space(hand: HandStyle, em: int) -> float:
    return _advance(hand.font, em, " ") * hand.spacing


def _set_glyphs(
    text: str, hand: HandStyle, em: int, rng: np.random.Generator, gaps: tuple[float, ...]
) -> tuple[Pixels, float]:
    """Set the text letter by letter (word by word if letters join); its baseline begins at (1, 1.6) em."""
    font = load_font(hand.font, em)
    room = sum(_advance(hand.font, em, word) + 2 * _space(hand, em) for word in text.split(" ")) + sum(gaps)
    image = Image.new("L", (int(room + 2.5 * em), int(2.6 * em)), 0)
    pencil = ImageDraw.Draw(image)
    x, base, shake = float(em), 1.6 * em, hand.unrest * em
    at = 0
    for word in text.split(" "):
        lift = rng.normal(0, 0.012) * shake
        single = hand.one_stroke and "1" in word
        pieces = [word] if hand.joined and not gaps and not single else list(word)
        for number, piece in enumerate(pieces):
            y = base + lift + rng.normal(0, 0.008) * shake
            kerned = x + (_advance(hand.font, em, word[:number]) if not gaps and number else 0.0)
            bright = 255 if not hand.typed else int(255 - abs(rng.normal(0, 60 * hand.unrest)))
            left = kerned + rng.normal(0, 0.005) * shake
            if piece == "1" and hand.one_stroke:
                _single_stroke(pencil, left, y, font, bright)
            else:
                pencil.text((left, y), piece, font=font, fill=bright, anchor="ls")
            if gaps:
                x += _advance(hand.font, em, piece) + (gaps[at + number] if at + number < len(gaps) else 0.0)
        at += len(word) + 1
        x += (0.0 if gaps else _advance(hand.font, em, word)) + _space(hand, em) * float(
            rng.uniform(1 - 0.15 * hand.unrest, 1 + 0.3 * hand.unrest)
        )
    return np.asarray(image, dtype=np.uint8), x - em - _space(hand, em)


def _single_stroke(
    pencil: ImageDraw.ImageDraw, left: float, base: float, font: ImageFont.FreeTypeFont, bright: int
) -> None:
    """Draw the digit 1 as an upright stroke, as tall as the font's 0 and as thick as its strokes."""
    _, top, _, _ = font.getbbox("0", anchor="ls")
    thick = max(1, round(_stroke_width(font)))
    middle = left + font.getlength("1") / 2
    ends = ((middle, base), (middle + 0.06 * font.size, base + top))
    pencil.line(ends, fill=bright, width=thick)


@lru_cache(maxsize=256)
def _stroke_width(font: ImageFont.FreeTypeFont) -> float:
    """Return the stroke width of a font's digits, in pixels."""
    image = Image.new("L", (int(font.getlength("17")) + 20, int(2.6 * font.size)), 0)
    ImageDraw.Draw(image).text((8, 1.6 * font.size), "17", font=font, fill=255, anchor="ls")
    ink = (np.asarray(image, np.uint8) > 127).astype(np.uint8)
    inside = cv2.distanceTransform(ink, cv2.DIST_L2, 3)
    ridge = inside[(inside >= cv2.dilate(inside, np.ones((3, 3), np.uint8))) & (inside > 0)]
    return max(1.0, 2 * float(np.median(ridge))) if len(ridge) else 1.0


def _warp_line(flat: Pixels, hand: HandStyle, em: int, rng: np.random.Generator, squeeze: float) -> Pixels:
    """Apply slant, narrowing, baseline drift and the unrest of a moving hand in a single resampling."""
    if hand.typed and squeeze == 1.0 and not hand.unrest:
        return flat
    height, width = flat.shape
    base = 1.6 * em
    wide = int(em + (width - em) * squeeze + 1)
    x, y = np.meshgrid(np.arange(wide, dtype=np.float32), np.arange(height, dtype=np.float32))
    if hand.typed:
        return np.asarray(cv2.remap(flat, (x - em) / squeeze + em, y, cv2.INTER_LINEAR), np.uint8)
    sway = 0.016 * em * hand.unrest
    dx, dy = (_smooth(rng, (height, wide), em * 0.6) * sway for _ in range(2))
    wave = _smooth(rng, (1, wide), em * 4.0) * 0.05 * em * hand.unrest
    rise = hand.drift * (x - em) + wave
    source_y = y - rise + dy
    source_x = (x - em - hand.slant * (base - source_y)) / squeeze + em + dx
    maps = source_x.astype(np.float32), source_y.astype(np.float32)
    return np.asarray(cv2.remap(flat, *maps, cv2.INTER_LINEAR), np.uint8)


def _smooth(rng: np.random.Generator, shape: tuple[int, int], grain: float) -> Field:
    """Return smooth noise, about -1 to 1, with bumps ``grain`` pixels apart."""
    rows, columns = max(2, int(shape[0] / grain) + 2), max(2, int(shape[1] / grain) + 2)
    coarse = rng.normal(0, 0.6, (rows, columns)).astype(np.float32)
    if shape[0] == 1:
        coarse = coarse[:1]
    return np.asarray(cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC), np.float32)


def _apply_pen(mask: Pixels, hand: HandStyle, dpi: float, rng: np.random.Generator) -> Pixels:
    """Thicken or thin the strokes to the pen's weight, with varying pressure."""
    soft = cv2.GaussianBlur(mask, (0, 0), max(0.35, 0.055 * dpi / 25.4)).astype(np.float32) / 255
    swollen = soft
    if hand.weight:
        radius = abs(hand.weight) * dpi / 25.4
        threshold = float(np.clip(0.5 - 0.5 * np.sign(hand.weight) * min(radius, 1.0), 0.12, 0.8))
        swollen = np.clip((soft - threshold) * 2.2 + 0.5, 0, 1) * (soft > 0.02)
    pressure = 1 - hand.pressure * (0.5 + 0.5 * _smooth(rng, (mask.shape[0], mask.shape[1]), dpi / 25.4 * 3))
    grain = 1 - 0.22 * hand.pressure * np.abs(rng.normal(0, 1, mask.shape).astype(np.float32))
    return np.asarray(np.clip(swollen * np.clip(pressure, 0, 1) * grain * 255, 0, 255), np.uint8)
