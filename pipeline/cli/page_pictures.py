"""Pictures of what the machine saw on a page: overlay, cut lines, the page next to its record."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pipeline.base.errors import StorageError
from pipeline.base.model import Box, FieldReading, FieldStatus, PageImage, PageResult, Pixels
from pipeline.declarations.schema import Schemas
from pipeline.layout.imaging.overlay import draw_overlay, rectified_page

FONT_FILES = (
    "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
)

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@cache
def font_of(size: int) -> Font:
    for name in FONT_FILES:
        if Path(name).is_file():
            return ImageFont.truetype(name, size)
    return ImageFont.load_default(size)


def write_pictures(
    folder: Path, stem: str, page: PageImage, result: PageResult, schemas: Schemas
) -> tuple[Path, ...]:
    """The overlay of the page and every line that was cut for reading, as PNG files of ``folder``."""
    start = f"{stem}-{page.ref.page_no:03}"
    written = [write_picture(folder / f"{start}-overlay.png", draw_overlay(page, result, schemas))]
    if result.frame is None:
        return tuple(written)
    straight = rectified_page(page, result)
    for entry in result.entries:
        for reading in entry.readings:
            for number, box in enumerate(reading.lines, start=1):
                name = f"{start}-{entry.row:02}-{reading.field}-{number}.png"
                written.append(write_picture(folder / "crops" / name, cut(straight, box)))
    return tuple(written)


def write_picture(path: Path, pixels: Pixels) -> Path:
    """Write one picture; raises ``StorageError`` when the disk does not take it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path)
    except OSError as error:
        raise StorageError(
            f"Không ghi được {path}: {error.strerror or error}. Hãy chọn thư mục khác."
        ) from None
    return path


def cut(pixels: Pixels, box: Box, margin: float = 6) -> Pixels:
    """What lies in the box and so many pixels around it; at least one pixel of the picture."""
    height, width = pixels.shape[:2]
    inside = box.grown(margin, margin).within(width - 1, height - 1)
    rows = slice(int(inside.top), max(int(inside.bottom), int(inside.top)) + 1)
    columns = slice(int(inside.left), max(int(inside.right), int(inside.left)) + 1)
    return pixels[rows, columns]


HEIGHT = 1500
PANEL = 1150
MARGIN = 36
LABEL_WIDTH = 430
INK = (34, 34, 34)
PALE = (150, 150, 150)
ACCEPTED = (30, 120, 60)
WAITING = (190, 95, 0)
TITLE = "Bản ghi đọc được"
LEGEND = (("nhận ngay", ACCEPTED), ("chờ người xem", WAITING), ("trống trên giấy", PALE))


def record_picture(page: PageImage, result: PageResult, schemas: Schemas) -> Pixels:
    """The straight page on the left with its fields boxed, its first entry as a list on the right."""
    straight = Image.fromarray(rectified_page(page, result))
    draw = ImageDraw.Draw(straight)
    readings = _shown(result)
    for reading in readings:
        for box in reading.lines:
            draw.rectangle((box.left, box.top, box.right, box.bottom), outline=_colour(reading), width=4)
    width = round(straight.width * HEIGHT / straight.height)
    canvas = Image.new("RGB", (width + PANEL, HEIGHT), "white")
    canvas.paste(straight.resize((width, HEIGHT), Image.Resampling.LANCZOS))
    _list(ImageDraw.Draw(canvas), width + MARGIN, readings, result, schemas)
    return np.asarray(canvas)


def _shown(result: PageResult) -> list[FieldReading]:
    """Return what the page shows: what the form has no place for is left out."""
    first = result.entries[0].readings if result.entries else ()
    return [reading for reading in first if reading.status is not FieldStatus.NOT_ON_FORM and reading.box]


def _list(
    draw: ImageDraw.ImageDraw, left: int, readings: list[FieldReading], result: PageResult, schemas: Schemas
) -> None:
    record = schemas.record(schemas.form(result.form).record)
    title = f"{TITLE} · {record.title}"
    if len(result.entries) > 1:
        title += f" · sự kiện 1 trong {len(result.entries)} sự kiện của trang"
    draw.text((left, MARGIN), title, fill=INK, font=font_of(30))
    at = left
    for text, colour in LEGEND:
        draw.rectangle((at, MARGIN + 56, at + 20, MARGIN + 76), fill=colour)
        draw.text((at + 28, MARGIN + 52), text, fill=INK, font=font_of(20))
        at += 60 + round(draw.textlength(text, font=font_of(20)))
    top = MARGIN + 100
    step = min(40, (HEIGHT - top - MARGIN) // max(1, len(readings)))
    font = font_of(max(13, step - 14))
    for number, reading in enumerate(readings):
        y = top + number * step
        draw.text(
            (left, y),
            _cut(draw, record.by_name[reading.field].label, LABEL_WIDTH - 16, font),
            fill=PALE,
            font=font,
        )
        text = "(trống)" if reading.status is FieldStatus.BLANK else reading.text or "(máy chưa đọc được)"
        room = PANEL - MARGIN - LABEL_WIDTH - MARGIN
        draw.text((left + LABEL_WIDTH, y), _cut(draw, text, room, font), fill=_colour(reading), font=font)


def _colour(reading: FieldReading) -> tuple[int, int, int]:
    if reading.status is FieldStatus.BLANK:
        return PALE
    return ACCEPTED if reading.accepted else WAITING


def _cut(draw: ImageDraw.ImageDraw, text: str, room: int, font: Font) -> str:
    while text and draw.textlength(text, font=font) > room:
        text = text[:-2] + "…" if not text.endswith("…") else text[:-2].rstrip("…") + "…"
    return text
