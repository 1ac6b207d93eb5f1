"""Pages of a book side by side, small, with their fields boxed by what became of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from PIL import Image, ImageDraw

from pipeline.cli.faces import face
from pipeline.imaging.geometry import warp
from pipeline.model import Box, Matrix, Pixels

COLUMNS, ROWS = 5, 2
THUMB = (420, 594)
CAPTION = 62
HEAD = 74
GAP = 14
INK, PALE, BAD = (34, 34, 34), (150, 150, 150), (200, 30, 30)
STATES: dict[str, tuple[int, int, int]] = {
    "nhận ngay": (30, 120, 60),
    "người đã quyết": (20, 90, 200),
    "chờ người xem": (215, 110, 0),
    "bị gạch, không đọc được": (150, 30, 160),
    "trống trên giấy": PALE,
}
"""What became of a field, and its colour."""


@dataclass(frozen=True)
class Thumb:
    """A page on the sheet: its small ``picture`` (``None``: there is none), two lines of caption, and whether
    something is wrong with it."""

    picture: Pixels | None
    title: str
    told: str
    bad: bool = False


def thumb_picture(
    page: Pixels, matrix: Matrix, size: tuple[int, int], fields: Sequence[tuple[Box, str]]
) -> Pixels:
    """A page (h, w, 3) set straight by ``matrix`` on a canvas of ``size`` (width, height), as small as a thumb, with
    boxes in pixels of that canvas and the state (of ``STATES``) of each."""
    scale = min(THUMB[0] / size[0], THUMB[1] / size[1])
    small = np.diag([scale, scale, 1.0]) @ matrix
    straight = warp.warp_image(
        page, np.asarray(small, np.float64), (round(size[0] * scale), round(size[1] * scale))
    )
    picture = Image.fromarray(straight)
    draw = ImageDraw.Draw(picture, "RGBA")
    for box, state in fields:
        left, top, right, bottom = (
            round(side * scale) for side in (box.left, box.top, box.right, box.bottom)
        )
        colour = STATES[state]
        draw.rectangle((left, top, max(left, right), max(top, bottom)), fill=(*colour, 26), outline=colour)
    return np.asarray(picture)


def sheets(thumbs: Iterator[Thumb], title: str) -> Iterator[Image.Image]:
    """The sheets of paper that hold all thumbs, ten each, with a title and the legend."""
    number = 0
    while some := list(islice(thumbs, COLUMNS * ROWS)):
        number += 1
        yield _sheet(some, f"{title} · tờ {number}")


def _sheet(thumbs: Sequence[Thumb], title: str) -> Image.Image:
    width = GAP + COLUMNS * (THUMB[0] + GAP)
    height = HEAD + ROWS * (THUMB[1] + CAPTION + GAP)
    sheet = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(sheet)
    draw.text((GAP, 12), title, fill=INK, font=face(26))
    at = GAP
    for text, colour in STATES.items():
        draw.rectangle((at, 50, at + 14, 64), fill=colour)
        draw.text((at + 20, 47), text, fill=INK, font=face(17))
        at += 48 + round(draw.textlength(text, font=face(17)))
    for place, thumb in enumerate(thumbs):
        left = GAP + place % COLUMNS * (THUMB[0] + GAP)
        top = HEAD + place // COLUMNS * (THUMB[1] + CAPTION + GAP)
        if thumb.picture is not None:
            sheet.paste(Image.fromarray(thumb.picture), (left, top))
        frame = (left - 1, top - 1, left + THUMB[0], top + THUMB[1])
        draw.rectangle(frame, outline=BAD if thumb.bad else PALE, width=3 if thumb.bad else 1)
        draw.text((left, top + THUMB[1] + 4), _cut(draw, thumb.title), fill=INK, font=face(19))
        colour = BAD if thumb.bad else PALE
        draw.text((left, top + THUMB[1] + 30), _cut(draw, thumb.told), fill=colour, font=face(17))
    return sheet


def _cut(draw: ImageDraw.ImageDraw, text: str) -> str:
    whole = text
    while text and draw.textlength(text, font=face(19)) > THUMB[0]:
        text = text[:-1]
    return text if text == whole else f"{text[:-1]}…"
