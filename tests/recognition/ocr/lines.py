"""Drawn lines to read."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pipeline.base.model import Crop, Pixels
from pipeline.training.synthetic_pages.line_drawing import draw_line, ink_box
from pipeline.training.synthetic_pages.pen_fonts import PEN_FOLDER, PENS, draw_type_style, system_font

DPI = 300.0
PRINT, TYPEWRITER, MONO = "LiberationSerif-Regular.ttf", "FreeMono.ttf", "LiberationMono-Regular.ttf"


def typed_crop(text: str, kind: str = "text", face: str = PRINT, seed: int = 0) -> Crop:
    """A typed line in that face as it is cut from a page."""
    tries = (draw_type_style(np.random.default_rng(number)) for number in range(200))
    hand = next(hand for hand in tries if hand.font == system_font(face))
    mask = draw_line(text, hand, DPI, np.random.default_rng(seed)).mask
    left, top, right, bottom = ink_box(mask) or (0, 0, 1, 1)
    inked = mask[max(0, top - 10) : bottom + 10, max(0, left - 10) : right + 10]
    return Crop(np.asarray(255 - 0.9 * inked, np.uint8), DPI, kind)


def blank_crop(width: int = 300, height: int = 60) -> Crop:
    return Crop(np.full((height, width), 255, np.uint8), DPI, "text")


def page_of(*texts: str) -> Pixels:
    """A page with those lines one below the other, 150 pixels apart, the first at y = 150."""
    page = np.full((200 + 150 * len(texts), 1600), 255, np.uint8)
    for number, text in enumerate(texts):
        pixels = typed_crop(text).pixels
        top = 150 + 150 * number
        page[top : top + pixels.shape[0], 100 : 100 + pixels.shape[1]] = pixels
    return page


def pen_line(text: str, pen: str = PENS[0].file) -> Pixels:
    """A line written with a pen font, 255 is paper."""
    font = ImageFont.truetype(str(PEN_FOLDER / pen), 60)
    picture = Image.new("L", (int(font.getlength(text)) + 80, 130), 245)
    ImageDraw.Draw(picture).text((40, 20), text, font=font, fill=40)
    return np.asarray(picture)
