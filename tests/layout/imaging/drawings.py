"""Small pictures whose geometry is known exactly."""

from __future__ import annotations

from math import cos, radians, sin

import cv2
import numpy as np
from PIL import Image, ImageDraw

from pipeline.base.model import Pixels
from pipeline.layout.imaging.ink.binarization import binarize
from pipeline.layout.imaging.ink.connected_components import ConnectedComponents
from pipeline.training.synthetic_pages.line_drawing import draw_line
from pipeline.training.synthetic_pages.pen_fonts import HandStyle, load_font, system_font

PAPER = 255
SUBPIXEL = 8
"""Bits below the pixel in which ``cv2.line`` takes its ends."""


def paper(width: int, height: int) -> Pixels:
    """Clean grey paper."""
    return np.full((height, width), PAPER, np.uint8)


def rule(
    picture: Pixels, start: tuple[float, float], end: tuple[float, float], grey: int = 60, width: int = 2
) -> None:
    """A rule between two points that need not be whole pixels."""
    ends = [tuple(round(n * 2**SUBPIXEL) for n in point) for point in (start, end)]
    cv2.line(picture, ends[0], ends[1], grey, width, cv2.LINE_AA, SUBPIXEL)


def dot(picture: Pixels, x: float, y: float, radius: float = 2.0, grey: int = 40) -> None:
    """A round dot whose middle need not be a whole pixel."""
    centre = tuple(round(n * 2**SUBPIXEL) for n in (x, y))
    cv2.circle(picture, centre, round(radius * 2**SUBPIXEL), grey, -1, cv2.LINE_AA, SUBPIXEL)


def painted(components: ConnectedComponents) -> Pixels:
    """The mask (0/255) of marks of ink."""
    height, width = components.shape
    return np.where(components.label_image(0, 0, width, height) > 0, 255, 0).astype(np.uint8)


def middle_of_ink(picture: Pixels) -> tuple[float, float]:
    """The centre of gravity (x, y) of all that is darker than the paper."""
    darkness = 255.0 - picture
    y, x = np.indices(picture.shape)
    return float((x * darkness).sum() / darkness.sum()), float((y * darkness).sum() / darkness.sum())


def ruled_page(angle: float, width: int = 1000, height: int = 1400, margin: int = 170) -> Pixels:
    """A page with a frame and level rules, turned clockwise by ``angle`` degrees about its middle."""
    picture = paper(width, height)
    sine, cosine = sin(radians(angle)), cos(radians(angle))

    def at(x: float, y: float) -> tuple[float, float]:
        x, y = x - width / 2, y - height / 2
        return width / 2 + cosine * x - sine * y, height / 2 + sine * x + cosine * y

    left, right, top, bottom = margin, width - margin, margin, height - margin
    for y in np.linspace(top, bottom, 12):
        rule(picture, at(left, y), at(right, y))
    for x in (left, right):
        rule(picture, at(x, top), at(x, bottom))
    return picture


def typed(text: str, face: str, em: int) -> Pixels:
    """Black print of that face on paper, cut close."""
    font = load_font(system_font(face), em)
    picture = Image.new("L", (int(font.getlength(text)) + 2 * em, 2 * em), PAPER)
    ImageDraw.Draw(picture).text((em, 1.4 * em), text, font=font, fill=20, anchor="ls")
    return np.asarray(picture)


def written(text: str, hand: HandStyle, dpi: float, rng: np.random.Generator) -> Pixels:
    """One line in that hand, dark on paper."""
    mask = draw_line(text, hand, dpi, rng).mask
    return np.asarray(255 - 0.85 * mask, np.uint8)


def ink_of(picture: Pixels) -> Pixels:
    """The plain mask (0/255) of what is dark."""
    return np.where(picture < 140, 255, 0).astype(np.uint8)


def ink_mask(normalized: Pixels) -> Pixels:
    """The mask (0/255) of the ink of a page whose illumination is normalized."""
    return binarize(normalized)[0]
