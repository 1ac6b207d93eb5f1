"""Draw signatures, name stamps and seals: ink over values that is no value itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from pipeline.base.model import Pixels
from pipeline.base.print_fonts import load_font, system_font
from pipeline.training.synthetic_pages.sheet import PaperSheet

Points = NDArray[np.float64]
Colour = tuple[int, int, int]
RED = (196, 30, 44)


@dataclass(frozen=True, slots=True)
class LaidInk:
    """Ink on a sheet: its mask with the corner at (``left``, ``top``) of the sheet."""

    mask: Pixels
    left: int
    top: int


def stroke_paths(
    sheet: PaperSheet, paths: Sequence[Points], ink: Colour, alpha: float, width_mm: float
) -> LaidInk:
    """Draw pen strokes, each along points (n, 2) in pixels of the sheet."""
    pad = int(sheet.mm(2))
    points = np.concatenate(list(paths))
    low = np.floor(points.min(axis=0)).astype(int) - pad
    size = np.ceil(points.max(axis=0)).astype(int) + pad - low
    mask = np.zeros((int(size[1]), int(size[0])), np.uint8)
    curves = [np.round((path - low) * 16).astype(np.int32).reshape(-1, 1, 2) for path in paths]
    cv2.polylines(mask, curves, False, 255, max(1, round(sheet.mm(width_mm))), cv2.LINE_AA, 4)
    soft = np.asarray(cv2.GaussianBlur(mask, (0, 0), max(0.4, sheet.mm(0.055))), np.uint8)
    sheet.stain(soft, int(low[0]), int(low[1]), ink, alpha)
    return LaidInk(soft, int(low[0]), int(low[1]))


def stroke_path(sheet: PaperSheet, points: Points, ink: Colour, alpha: float, width_mm: float) -> LaidInk:
    """Draw a pen stroke along points (n, 2) in pixels of the sheet."""
    return stroke_paths(sheet, [points], ink, alpha, width_mm)


def draw_signature(
    sheet: PaperSheet, x: float, y: float, width: float, rng: np.random.Generator, ink: Colour
) -> None:
    """Draw a scribbled signature about ``width`` pixels wide around (x, y): loops, then a flourish."""
    loops = int(rng.integers(4, 9))
    turns = np.linspace(0, loops * 2 * np.pi, loops * 40)
    grow = np.interp(turns, np.linspace(0, turns[-1], loops + 1), rng.uniform(0.25, 1.0, loops + 1))
    run = np.linspace(-0.5, 0.4, len(turns)) * width
    wide = (
        np.interp(turns, np.linspace(0, turns[-1], loops + 1), rng.uniform(0.3, 1.2, loops + 1))
        * width
        * 0.08
    )
    curve = np.stack(
        [x + run + wide * np.cos(turns), y + grow * width * 0.11 * np.sin(turns + rng.uniform(0, 3))], axis=1
    )
    pen = float(rng.uniform(0.28, 0.48)) * min(1.0, 0.4 + width / sheet.mm(40))
    stroke_path(sheet, curve, ink, 0.85, pen)
    ends = np.array(
        [
            curve[-1],
            (x + 0.2 * width, y + 0.2 * width),
            (x - 0.55 * width, y + 0.14 * width),
            (x + 0.6 * width, y + 0.08 * width),
        ]
    )
    ends[1:] += rng.normal(0, 0.03 * width, (3, 2))
    t = np.linspace(0, 1, 60)[:, None]
    bezier = (
        (1 - t) ** 3 * ends[0]
        + 3 * (1 - t) ** 2 * t * ends[1]
        + 3 * (1 - t) * t**2 * ends[2]
        + t**3 * ends[3]
    )
    stroke_path(sheet, bezier, ink, 0.85, pen)


def wear_stamp(mask: Pixels, rng: np.random.Generator, angle: float, wear: float) -> Pixels:
    """Return the print of a rubber stamp: rotated, with spots without ink."""
    image = Image.fromarray(mask).rotate(angle, Image.Resampling.BILINEAR, expand=True)
    turned = np.asarray(image, np.float32)
    coarse = rng.random((max(2, turned.shape[0] // 14), max(2, turned.shape[1] // 14))).astype(np.float32)
    patchy = cv2.resize(coarse, (turned.shape[1], turned.shape[0]), interpolation=cv2.INTER_CUBIC)
    fine = rng.random(turned.shape).astype(np.float32)
    kept = np.clip((patchy - wear * 0.55) * 3 + 0.55, 0.12, 1) * (1 - 0.45 * wear * fine)
    printed = np.clip(turned * kept, 0, 255).astype(np.uint8)
    return np.asarray(cv2.GaussianBlur(printed, (0, 0), 0.8), np.uint8)


def text_mask(lines: tuple[str, ...], em: int, face: str, border: int = 0) -> Pixels:
    font = load_font(system_font(face), em)
    width = int(max(font.getlength(line) for line in lines) + 1.2 * em)
    image = Image.new("L", (width, int(len(lines) * 1.25 * em + 0.8 * em)), 0)
    pencil = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        pencil.text(
            (width / 2, (number + 0.9) * 1.25 * em + 0.15 * em), line, font=font, fill=255, anchor="ms"
        )
    if border:
        pencil.rectangle(
            (border, border, width - 1 - border, image.height - 1 - border), outline=255, width=border
        )
    return np.asarray(image, np.uint8)


def name_stamp(
    sheet: PaperSheet, name: str, x: float, y: float, rng: np.random.Generator, ink: Colour = RED
) -> LaidInk:
    """Stamp a name, centred on (x, y)."""
    mask = wear_stamp(
        text_mask((name,), round(sheet.mm(4.6)), "LiberationSerif-Bold.ttf"),
        rng,
        float(rng.normal(0, 1.5)),
        0.22,
    )
    return _lay_stamp(sheet, mask, x, y, ink, 0.85)


def boxed_stamp(sheet: PaperSheet, text: str, x: float, y: float, rng: np.random.Generator) -> LaidInk:
    """Stamp a text in a red box, centred on (x, y)."""
    mask = text_mask((text,), round(sheet.mm(4.4)), "LiberationSans-Bold.ttf", max(1, round(sheet.mm(0.45))))
    mask = wear_stamp(mask, rng, float(rng.normal(0, 3)), 0.5)
    return _lay_stamp(sheet, mask, x, y, RED, 0.8)


def _lay_stamp(sheet: PaperSheet, mask: Pixels, x: float, y: float, ink: Colour, alpha: float) -> LaidInk:
    left, top = round(x - mask.shape[1] / 2), round(y - mask.shape[0] / 2)
    sheet.stain(mask, left, top, ink, alpha)
    return LaidInk(mask, left, top)


def round_seal(
    sheet: PaperSheet, text: str, x: float, y: float, rng: np.random.Generator, alpha: float = 0.75
) -> LaidInk:
    """Stamp a round red seal 36 mm wide, centred on (x, y); the part beyond the paper's edge is on the next page."""
    size = round(sheet.mm(36))
    image = Image.new("L", (size, size), 0)
    pencil = ImageDraw.Draw(image)
    for radius, width in ((0.49, 0.9), (0.45, 0.3), (0.27, 0.4)):
        r = radius * size
        pencil.ellipse(
            (size / 2 - r, size / 2 - r, size / 2 + r, size / 2 + r),
            outline=255,
            width=max(1, round(sheet.mm(width))),
        )
    _star(pencil, size / 2, size / 2, 0.16 * size)
    _ring_text(image, text.upper(), size, round(sheet.mm(3.4)))
    mask = wear_stamp(np.asarray(image, np.uint8), rng, float(rng.uniform(-40, 40)), 0.55)
    return _lay_stamp(sheet, mask, x, y, RED, alpha)


def _star(pencil: ImageDraw.ImageDraw, x: float, y: float, radius: float) -> None:
    corners = []
    for number in range(10):
        reach = radius if number % 2 == 0 else 0.4 * radius
        angle = -np.pi / 2 + number * np.pi / 5
        corners.append((x + reach * np.cos(angle), y + reach * np.sin(angle)))
    pencil.polygon(corners, fill=255)


def _ring_text(image: Image.Image, text: str, size: int, em: int) -> None:
    """Set letters along the seal's ring, from left over the top to the right."""
    font = load_font(system_font("LiberationSans-Bold.ttf"), em)
    step = min(0.2, 4.6 / max(len(text), 1))
    radius = 0.36 * size
    for number, letter in enumerate(text):
        angle = (number - (len(text) - 1) / 2) * step
        tile = Image.new("L", (2 * em, 2 * em), 0)
        ImageDraw.Draw(tile).text((em, em), letter, font=font, fill=255, anchor="mm")
        tile = tile.rotate(-np.degrees(angle), Image.Resampling.BILINEAR)
        x, y = size / 2 + radius * np.sin(angle) - em, size / 2 - radius * np.cos(angle) - em
        image.paste(255, (round(x), round(y)), tile)
