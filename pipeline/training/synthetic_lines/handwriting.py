"""Draw a line in a writer's style as an ink mask."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from pipeline.base.model import Pixels
from pipeline.base.text.tones import DOT, split_marks
from pipeline.training.synthetic_lines.fonts import TrainingFont, load_face
from pipeline.training.synthetic_lines.tone_marks import Curve, GlyphBox, mark_curves, smooth_curve
from pipeline.training.synthetic_lines.writers import WriterStyle, nominal_x_height, relative_stroke
from pipeline.training.synthetic_pages.people import happens


@dataclass(frozen=True, slots=True)
class LineInk:
    """The ink of a line.

    Attributes:
        mask: (height, width), cropped to the ink, 255 is full ink.
        base: Row of the baseline.
    """

    mask: Pixels
    base: int


@dataclass(frozen=True, slots=True)
class _Letter:
    """The drawing of a character: the font's ``glyph``, the ``marks`` to draw, and ``extra`` strokes by name."""

    pen: TrainingFont
    glyph: str
    marks: str = ""
    extra: str = ""
    scale: float = 1.0


def draw_handwriting(text: str, hand: WriterStyle, rng: np.random.Generator) -> LineInk:
    """Return the ink of a line, uncut."""
    unit = hand.unit
    room = max(len(text), 2) * 2.6 * unit * hand.squeeze + 10 * unit
    image = Image.new("L", (int(room), int(10 * unit)), 0)
    pencil = ImageDraw.Draw(image)
    curves: list[Curve] = []
    x, base = 4 * unit, 6 * unit
    for word in text.split(" "):
        y = base + rng.normal(0, 0.05) * hand.shaky * unit
        x = _put_word(pencil, curves, word, (x, y), hand, rng)
        x += max(0.22, hand.gap * (1 + rng.normal(0, hand.gap_spread))) * unit
        if x > room - 4 * unit:
            image, pencil, room = _widened(image, unit)
    mask = np.array(image, np.uint8)
    _draw_curves(mask, curves, hand, rng)
    return _crop_to_ink(_adjust_stroke(_warp(mask, base, hand, rng), hand), base)


def _widened(image: Image.Image, unit: float) -> tuple[Image.Image, ImageDraw.ImageDraw, float]:
    wider = Image.new("L", (int(image.width * 1.6 + 20 * unit), image.height), 0)
    wider.paste(image, (0, 0))
    return wider, ImageDraw.Draw(wider), float(wider.width)


def _put_word(
    pencil: ImageDraw.ImageDraw,
    curves: list[Curve],
    word: str,
    at: tuple[float, float],
    hand: WriterStyle,
    rng: np.random.Generator,
) -> float:
    """Draw a word and return its right end."""
    x, y = at
    for run in _runs([_letter(character, hand, rng) for character in word], hand, rng):
        first = run[0]
        shake = rng.normal(0, 1, 3) * hand.shaky * np.array([0.02, 0.03, 0.025]) * hand.unit
        size = hand.unit * first.scale + shake[2]
        em = max(6, round(size / nominal_x_height(first.pen)))
        font = load_face(first.pen.file, em)
        glyphs = "".join(letter.glyph for letter in run)
        if first.extra != "stick":
            pencil.text((x + shake[0], y + shake[1]), glyphs, font=font, fill=255, anchor="ls")
        for number, letter in enumerate(run):
            if letter.marks or letter.extra:
                start = x + shake[0] + _advance(first.pen.file, em, glyphs[:number])
                left, top, right, bottom = _box(first.pen.file, em, letter.glyph)
                place = GlyphBox(start + left, start + right, y + top, y + max(0, bottom), hand.unit)
                curves.extend(
                    mark_curves(letter.glyph.replace("ı", "i"), letter.marks, place, hand.marks, rng)
                )
                curves.extend(_extra(letter.extra, place, rng))
        x += (
            _advance(first.pen.file, em, glyphs) * (hand.tight if len(run) == 1 else 1.0)
            + hand.spread * hand.unit
        )
    if word[-1:].isalpha() and happens(rng, hand.flourish):
        curves.append(_flourish((x, y), hand.unit, rng))
    return x


def _flourish(at: tuple[float, float], unit: float, rng: np.random.Generator) -> Curve:
    """Return the final stroke of the last letter of a word."""
    run, up = rng.uniform(0.3, 1.2) * unit, rng.normal(0.2, 0.3) * unit
    return smooth_curve([at, (at[0] + 0.4 * run, at[1] + 0.1 * unit), (at[0] + run, at[1] - up)])


@lru_cache(maxsize=65536)
def _advance(file: Path, em: int, text: str) -> float:
    return float(load_face(file, em).getlength(text)) if text else 0.0


@lru_cache(maxsize=65536)
def _box(file: Path, em: int, glyph: str) -> tuple[float, float, float, float]:
    return load_face(file, em).getbbox(glyph, anchor="ls")


def _runs(letters: list[_Letter], hand: WriterStyle, rng: np.random.Generator) -> list[list[_Letter]]:
    """Return the runs of letters to shape together: those of a joined font up to a break; other letters alone."""
    runs: list[list[_Letter]] = []
    for letter in letters:
        last = runs[-1][-1] if runs else None
        if (
            last is not None
            and last.pen == letter.pen
            and letter.pen.joined
            and last.scale == letter.scale
            and "stick" not in (last.extra, letter.extra)
            and not happens(rng, hand.broken)
        ):
            runs[-1].append(letter)
        else:
            runs.append([letter])
    return runs


def _letter(character: str, hand: WriterStyle, rng: np.random.Generator) -> _Letter:
    """Return the writer's drawing of a character."""
    pen = hand.figures if character.isdigit() else hand.capitals if character.isupper() else hand.pen
    if pen is hand.pen and (split_marks(character)[0] in hand.borrowed or happens(rng, hand.mixed)):
        pen = hand.second
    scale = hand.big_capitals if character.isupper() else 1.0
    if character == "1" and happens(rng, hand.stick_one):
        return _Letter(pen, "1", extra="stick")
    if character == "7" and happens(rng, hand.crossed_seven):
        return _Letter(pen, "7", extra="seven")
    if character == "T" and happens(rng, hand.barred_t):
        return _Letter(pen, "C", extra="bar", scale=scale)
    if character == "t" and happens(rng, hand.crossed_t):
        return _Letter(pen, "l", extra="cross")
    if character == "T" and happens(rng, hand.long_t):
        return _Letter(pen, "T", extra="roof", scale=scale)
    glyph, marks = _font_part(character, pen, happens(rng, hand.own))
    bare = glyph == "i" and (any(mark != DOT for mark in marks) or (not marks and happens(rng, hand.dotless)))
    if bare and "ı" in pen.letters:
        glyph = "ı"
    return _Letter(pen, glyph, marks, scale=scale)


def _font_part(character: str, pen: TrainingFont, own: bool) -> tuple[str, str]:
    """Return the glyph that the font sets and the marks to draw."""
    base, marks = split_marks(character)
    if not marks or (own and character in pen.letters):
        return character, ""
    return base, marks


def _extra(name: str, place: GlyphBox, rng: np.random.Generator) -> list[Curve]:
    """Return extra strokes of letters: a bar through T, a cross-stroke of t, a bar through 7, a single-stroke 1."""
    if not name:
        return []
    unit, tall = place.unit, place.base - place.top
    if name == "stick":
        x, lean = (place.left + place.right) / 2, rng.normal(0, 0.08) * unit
        return [np.array([(x + lean, place.top), (x - lean, place.base)], np.float32)]
    height = {"bar": 0.33, "cross": 0.32, "seven": 0.5, "roof": 0.06}[name] + rng.normal(0, 0.06)
    y, reach = place.top + height * tall, rng.uniform(0.05, 0.2 if name == "seven" else 0.4, 2) * unit
    if name == "roof":
        reach[1] += rng.uniform(0.2, 1.6) * unit
    tilt = rng.normal(-0.03, 0.05) * unit
    return [np.array([(place.left - reach[0], y - tilt), (place.right + reach[1], y + tilt)], np.float32)]


def _draw_curves(mask: Pixels, curves: list[Curve], hand: WriterStyle, rng: np.random.Generator) -> None:
    """Draw the curves with a pen about as thick as the font's strokes."""
    if not curves:
        return
    thick = relative_stroke(hand.pen) * hand.unit * float(rng.uniform(0.8, 1.2)) - 0.4
    points = [np.round(curve * 16).astype(np.int32).reshape(-1, 1, 2) for curve in curves]
    cv2.polylines(mask, points, False, 255, max(1, round(thick)), cv2.LINE_AA, 4)


def _warp(mask: Pixels, base: float, hand: WriterStyle, rng: np.random.Generator) -> Pixels:
    """Apply slant, proportions, letter widths, baseline drift and waves, and unrest in a single resampling."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return mask
    height, unit = mask.shape[0], hand.unit
    start, end = int(columns[0]), int(columns[-1]) + 1
    wide = int((end - start) * hand.squeeze + 6 * unit)
    grid = (max(4, height // 8), max(4, wide // 12))
    across = np.linspace(0, wide, grid[1], dtype=np.float32)[None, :]
    down = np.linspace(0, height, grid[0], dtype=np.float32)[:, None]
    swing = _smooth(rng, (1, grid[1]), wide / (5 * unit)) * hand.wave * unit
    uneven = _smooth(rng, (1, grid[1]), wide / (1.5 * unit)) * 0.12 * hand.shaky * unit
    dx, dy = (_unrest(rng, grid, 0.035 * hand.shaky * unit) for _ in range(2))
    source_y = _proportioned(down, base, unit, rng) + hand.drift * across + swing + dy
    source_x = (across - 3 * unit + hand.slant * (down - base)) / hand.squeeze + start + uneven + dx
    size = (wide, height)
    return np.asarray(
        cv2.remap(mask, cv2.resize(source_x, size), cv2.resize(source_y, size), cv2.INTER_LINEAR), np.uint8
    )


def _proportioned(
    down: NDArray[np.float32], base: float, unit: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Map rows of the picture to rows of the letters, stretching ascender, x and descender zones separately."""
    above, x, below = np.exp(rng.normal(0, (0.16, 0.12, 0.16)))
    here = [base - 6 * unit, base - unit * x, base, base + 4 * unit]
    there = [base - unit - (5 + (1 - x)) * unit / above, base - unit, base, base + 4 * unit / below]
    return np.asarray(np.interp(down, here, there), np.float32)


def _unrest(rng: np.random.Generator, grid: tuple[int, int], size: float) -> NDArray[np.float32]:
    coarse = rng.normal(0, size, (grid[0] // 3 + 1, grid[1] // 2 + 1)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, grid[::-1]), np.float32)


def _smooth(rng: np.random.Generator, shape: tuple[int, int], bumps: float) -> NDArray[np.float32]:
    coarse = rng.normal(0, 1, (1, max(3, int(bumps)))).astype(np.float32)
    return np.asarray(cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC), np.float32)


def _adjust_stroke(mask: Pixels, hand: WriterStyle) -> Pixels:
    """Thicken or thin the strokes towards the pen's thickness, by at most half a stroke."""
    current = relative_stroke(hand.pen) * hand.unit
    change = float(np.clip(hand.stroke - current, -0.25 * current, 2.5))
    if change > 1.2:
        mask = np.asarray(cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))), np.uint8)
        change = max(0.0, change - 2)
    soft = cv2.GaussianBlur(mask, (0, 0), 0.75)
    inked = soft[::2, ::2][soft[::2, ::2] > 25]
    brightest = float(np.median(inked)) if len(inked) else 255.0
    middle = min(127 - float(np.clip(change, -0.5, 1.3)) * 62, 0.45 * brightest)
    low, high = max(6.0, middle - 55), min(middle + 55, max(0.95 * brightest, 30.0))
    steps = (np.arange(256, dtype=np.float32) - low) * (255 / (high - low))
    return np.asarray(cv2.LUT(soft, np.clip(steps, 0, 255).astype(np.uint8)), np.uint8)


def _crop_to_ink(mask: Pixels, base: float) -> LineInk:
    """Crop to the ink."""
    rows, columns = np.flatnonzero((mask > 60).any(axis=1)), np.flatnonzero((mask > 60).any(axis=0))
    if not len(rows) or not len(columns):
        return LineInk(np.zeros((int(base / 2), int(base / 2)), np.uint8), int(base / 3))
    top, left = int(rows[0]), int(columns[0])
    return LineInk(mask[top : int(rows[-1]) + 1, left : int(columns[-1]) + 1], int(base) - top)
