"""The debug picture: frame, labels, field boxes and readings drawn over the straight page."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pipeline.imaging import warp
from pipeline.model import Box, FieldReading, FieldStatus, PageImage, PageResult, Pixels
from pipeline.schema import Schemas

Colour = tuple[int, int, int]

FRAME: Colour = (120, 80, 200)
LABEL_READ: Colour = (90, 150, 90)
LABEL_CARRIED: Colour = (220, 140, 0)
BLANK: Colour = (150, 150, 150)
FONTS = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
)


def straight_page(page: PageImage, result: PageResult) -> Pixels:
    """The page warped as the result's ``matrix`` and ``size`` say, in colour."""
    return warp.warped(page.pixels, result.matrix, result.size)


def overlay(page: PageImage, result: PageResult, schemas: Schemas) -> Pixels:
    """The straight page with what the machine saw: frame violet, labels green (read) or orange (carried by geometry),
    fields from red (uncertain) to green (certain), grey where blank; the reading stands above its ink."""
    if result.frame is None:
        return np.asarray(page.pixels)
    pale = straight_page(page, result)
    picture = Image.fromarray(cv2.addWeighted(pale, 0.72, np.full_like(pale, 255), 0.28, 0))
    draw = ImageDraw.Draw(picture, "RGBA")
    size = max(16, round(result.size[1] / 130))
    corners = [tuple(float(n) for n in corner) for corner in result.frame.corners]
    draw.line([*corners, corners[0]], fill=FRAME, width=max(2, size // 8))
    for label in result.labels:
        colour = LABEL_READ if label.score else LABEL_CARRIED
        draw.rectangle(_corners(label.box), outline=(*colour, 170), width=2)
    record = schemas.records.get(schemas.forms[result.form].record) if result.form in schemas.forms else None
    for entry in result.entries:
        for reading in entry.readings:
            if reading.box is None:
                continue
            title = record.by_name[reading.field].label if record and reading.field in record.by_name else ""
            _field(draw, reading, title, size)
    return np.asarray(picture)


def _field(draw: ImageDraw.ImageDraw, reading: FieldReading, title: str, size: int) -> None:
    colour = BLANK if reading.status is FieldStatus.BLANK else _by_confidence(reading.confidence)
    assert reading.box is not None
    for box in reading.lines or (reading.box,):
        draw.rectangle(_corners(box), outline=colour, width=3)
    text = "(trống)" if reading.status is FieldStatus.BLANK else reading.text or "(không đọc được)"
    line = f"{title}: {text}" if reading.status is not FieldStatus.BLANK else text
    first = (reading.lines or (reading.box,))[0]
    where = (first.left, first.top - size - 2)
    font = _font(size)
    draw.rectangle(draw.textbbox(where, line, font=font), fill=(255, 255, 255, 200))
    draw.text(where, line, fill=colour, font=font)


def _by_confidence(confidence: float) -> Colour:
    share = min(1.0, max(0.0, confidence))
    return round(205 * (1 - share)), round(40 + 90 * share), round(60 * share)


def _corners(box: Box) -> list[float]:
    return [box.left, box.top, max(box.right, box.left), max(box.bottom, box.top)]


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    for name in FONTS:
        if Path(name).is_file():
            return ImageFont.truetype(name, size)
    return ImageFont.load_default(size)
