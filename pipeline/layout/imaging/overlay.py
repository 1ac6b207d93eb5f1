"""The debug picture: frame, labels, field boxes and readings drawn over the rectified page."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pipeline.base.model import Box, FieldReading, FieldStatus, PageImage, PageResult, Pixels, StampKind
from pipeline.declarations.schema import Schemas
from pipeline.layout.imaging.geometry import warp

Colour = tuple[int, int, int]

FRAME: Colour = (120, 80, 200)
LABEL_READ: Colour = (90, 150, 90)
LABEL_CARRIED: Colour = (220, 140, 0)
BLANK: Colour = (150, 150, 150)
STAMP: Colour = (230, 60, 160)
STAMP_LABELS = {
    StampKind.SEAL: "dấu tròn",
    StampKind.STRADDLE: "dấu giáp lai",
    StampKind.BOXED: "dấu có khung",
    StampKind.NAME: "dấu tên",
    StampKind.DATE: "dấu ngày",
    StampKind.WORDED: "dấu chữ",
    StampKind.OTHER: "con dấu",
}
FONTS = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
)


def rectified_page(page: PageImage, result: PageResult) -> Pixels:
    """Return the page in colour, warped as the result's ``matrix`` and ``size`` say."""
    return warp.warp_image(page.pixels, result.matrix, result.size)


def draw_overlay(page: PageImage, result: PageResult, schemas: Schemas) -> Pixels:
    """Return the rectified page with what the machine saw.

    The frame is violet; labels are green (read) or orange (placed by geometry); fields go from red (uncertain) to green
    (certain) and are grey where blank; stamps are pink. A reading is written above its ink, readings of fields that
    share a blank above one another. Measures and findings of the page are written on top; a page without a frame shows
    nothing else.
    """
    if result.frame is None:
        bare = Image.fromarray(page.pixels)
        _draw_header(ImageDraw.Draw(bare, "RGBA"), result, max(16, round(bare.height / 110)))
        return np.asarray(bare)
    pale = rectified_page(page, result)
    picture = Image.fromarray(cv2.addWeighted(pale, 0.72, np.full_like(pale, 255), 0.28, 0))
    draw = ImageDraw.Draw(picture, "RGBA")
    size = max(16, round(result.size[1] / 130))
    corners = [tuple(float(n) for n in corner) for corner in result.frame.corners]
    draw.line([*corners, corners[0]], fill=FRAME, width=max(2, size // 8))
    for label in result.labels:
        colour = LABEL_READ if label.score else LABEL_CARRIED
        draw.rectangle(_corners(label.box), outline=(*colour, 170), width=2)
    for stamp in result.stamps:
        draw.rectangle(_corners(stamp.box), outline=STAMP, width=3)
        draw.text(
            (stamp.box.left, stamp.box.bottom + 2), STAMP_LABELS[stamp.kind], fill=STAMP, font=_font(size)
        )
    record = schemas.records.get(schemas.forms[result.form].record) if result.form in schemas.forms else None
    captions: Counter[Box] = Counter()
    for entry in result.entries:
        for reading in entry.readings:
            if reading.box is None:
                continue
            title = record.by_name[reading.field].label if record and reading.field in record.by_name else ""
            first = (reading.lines or (reading.box,))[0]
            _draw_field(draw, reading, title, size, captions[first])
            captions[first] += 1
    _draw_header(draw, result, size)
    return np.asarray(picture)


def _draw_header(draw: ImageDraw.ImageDraw, result: PageResult, size: int) -> None:
    """Draw form, turn and skew, labels, measures of the picture and findings of the page: two lines on top."""
    read = sum(1 for label in result.labels if label.score)
    quality = result.quality
    lines = (
        f"{result.kind.value} · mẫu {result.form} · xoay {result.turn}° · nghiêng {result.skew:+.2f}° · "
        f"nhãn thấy {read}, suy ra {len(result.labels) - read} · "
        + (
            "theo bản in của quyển"
            if "plate" in result.timings and "labels" not in result.timings
            else "theo nhãn đọc"
        ),
        f"{quality.dpi:.0f} dpi · mép nét {quality.edge:.2f} mm · tối {quality.shade:.2f} · cắt {quality.cut:.0f} mm · "
        f"ngón tay {quality.finger:.0f} mm · gấp góc {quality.fold:.0f} mm · "
        + (", ".join(finding.code for finding in result.findings) or "không có phát hiện ở trang"),
    )
    for number, line in enumerate(lines):
        where = (8.0, 6.0 + number * (size + 8))
        draw.rectangle(draw.textbbox(where, line, font=_font(size)), fill=(255, 255, 255, 225))
        draw.text(where, line, fill=FRAME, font=_font(size))


def _draw_field(draw: ImageDraw.ImageDraw, reading: FieldReading, title: str, size: int, before: int) -> None:
    """Draw the boxes of a field and its caption, above the ``before`` captions of fields that share its blank."""
    colour = BLANK if reading.status is FieldStatus.BLANK else _by_confidence(reading.confidence)
    assert reading.box is not None
    for box in reading.lines or (reading.box,):
        draw.rectangle(_corners(box), outline=colour, width=3)
    text = "(trống)" if reading.status is FieldStatus.BLANK else reading.text or "(không đọc được)"
    line = f"{title}: {text}" if reading.status is not FieldStatus.BLANK else text
    first = (reading.lines or (reading.box,))[0]
    where = (first.left, first.top - size - 2 - before * (size + 4))
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
