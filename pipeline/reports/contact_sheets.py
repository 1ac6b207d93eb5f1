"""Contact sheets of a book: its pages side by side, with the state of each field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from PIL import Image, ImageDraw

from pipeline.base.errors import HotichError
from pipeline.base.files import printable
from pipeline.base.model import WITHOUT_INK, Box, FieldReading, FieldStatus, Matrix, PageKind, PageRef, Pixels
from pipeline.declarations.schema import Schemas
from pipeline.layout.imaging.geometry import warp
from pipeline.layout.imaging.page_pictures import font_of
from pipeline.registry import Registry, StoredEntry, StoredPage
from pipeline.run_context import RunContext
from pipeline.scans.intake import ScanFile, page_of_isolated
from pipeline.scans.workspace import Workspace

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
"""The state of a field, and its colour."""


@dataclass(frozen=True)
class Thumb:
    """A page on the sheet.

    Attributes:
        picture: The small picture; ``None`` if there is none.
        title: The first line of the caption.
        caption: The second line.
    """

    picture: Pixels | None
    title: str
    caption: str
    bad: bool = False


def thumb_picture(
    page: Pixels, matrix: Matrix, size: tuple[int, int], fields: Sequence[tuple[Box, str]]
) -> Pixels:
    """Return a rectified page on a small canvas, with the boxes of its fields.

    Args:
        page: The page's pixels (h, w, 3).
        matrix: From the page's pixels to the canvas.
        size: The width and height of the canvas in pixels.
        fields: The box in pixels of the canvas and the state (in ``STATES``) of each field.
    """
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


def contact_sheets(thumbs: Iterator[Thumb], title: str) -> Iterator[Image.Image]:
    """Yield the sheets of paper with all thumbs, ten each, with a title and the legend."""
    number = 0
    while batch := list(islice(thumbs, COLUMNS * ROWS)):
        number += 1
        yield _sheet(batch, f"{title} · tờ {number}")


def _sheet(thumbs: Sequence[Thumb], title: str) -> Image.Image:
    width = GAP + COLUMNS * (THUMB[0] + GAP)
    height = HEAD + ROWS * (THUMB[1] + CAPTION + GAP)
    sheet = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(sheet)
    draw.text((GAP, 12), title, fill=INK, font=font_of(26))
    x = GAP
    for text, colour in STATES.items():
        draw.rectangle((x, 50, x + 14, 64), fill=colour)
        draw.text((x + 20, 47), text, fill=INK, font=font_of(17))
        x += 48 + round(draw.textlength(text, font=font_of(17)))
    for place, thumb in enumerate(thumbs):
        left = GAP + place % COLUMNS * (THUMB[0] + GAP)
        top = HEAD + place // COLUMNS * (THUMB[1] + CAPTION + GAP)
        if thumb.picture is not None:
            sheet.paste(Image.fromarray(thumb.picture), (left, top))
        frame = (left - 1, top - 1, left + THUMB[0], top + THUMB[1])
        draw.rectangle(frame, outline=BAD if thumb.bad else PALE, width=3 if thumb.bad else 1)
        draw.text((left, top + THUMB[1] + 4), _cut(draw, thumb.title), fill=INK, font=font_of(19))
        colour = BAD if thumb.bad else PALE
        draw.text((left, top + THUMB[1] + 30), _cut(draw, thumb.caption), fill=colour, font=font_of(17))
    return sheet


def _cut(draw: ImageDraw.ImageDraw, text: str) -> str:
    whole = text
    while text and draw.textlength(text, font=font_of(19)) > THUMB[0]:
        text = text[:-1]
    return text if text == whole else f"{text[:-1]}…"


KINDS = {
    PageKind.COVER: "bìa",
    PageKind.BLANK: "trang trống",
    PageKind.UNKNOWN: "không nhận ra trang gì, hoặc khác mẫu",
}


def book_thumbs(
    registry: Registry, book_id: int, context: RunContext, wanted: Sequence[int] | None
) -> Iterator[Thumb]:
    book = registry.book(book_id)
    entries: dict[PageRef, list[StoredEntry]] = {}
    for entry_id in registry.entries(book_id):
        entry = registry.entry(entry_id)
        entries.setdefault(entry.ref, []).append(entry)
    for number, page in enumerate(book.pages, start=1):
        if not wanted or number in wanted:
            page_entries = entries.get(page.ref, [])
            yield _thumb(registry, book_id, page, number, page_entries, context, book.scans)
    for failure in () if wanted else book.failures:
        scan = printable(failure.scan)
        where = scan if failure.page_no is None else f"{scan}, trang {failure.page_no}"
        yield Thumb(None, where, f"không đọc được ({failure.code})", bad=True)


def _thumb(
    registry: Registry, book_id: int, page: StoredPage, number: int, entries: Sequence[StoredEntry],
    context: RunContext, scans: Mapping[str, str],
) -> Thumb:  # fmt: skip
    fields = [field for entry in entries for field in _fields(entry)]
    flaws = _flaws(entries, context.schemas)
    kind = PageKind(page.kind)
    remarks = [KINDS[kind]] if kind in KINDS else [_counted(fields)]
    title = f"Trang {number} · {scans.get(page.ref.scan_sha256, '')} tr. {page.ref.page_no}"
    numbers = [
        entry.values.get(context.schemas.record(entry.record).key_fields.number) for entry in entries[:1]
    ]
    title += "".join(f" · số {entry_number}" for entry_number in numbers if entry_number)
    picture = None
    try:
        path = Workspace(context.workspace).stored(page.ref.scan_sha256)
        straight = registry.rectification(book_id, page.ref)
        if path is not None and straight is not None:
            scan = ScanFile(path, page.ref.scan_sha256, path.stat().st_size)
            pixels = page_of_isolated(scan, page.ref.page_no, context.limits).pixels
            picture = thumb_picture(pixels, straight.matrix, straight.size, fields)
    except (HotichError, OSError):
        remarks.append("bản quét không mở được")
    if picture is None:
        remarks.append("không có ảnh")
    bad = bool(flaws) or kind is PageKind.UNKNOWN or picture is None
    return Thumb(picture, title, " · ".join([*flaws, *remarks]), bad)


def _fields(entry: StoredEntry) -> Iterator[tuple[Box, str]]:
    """Yield each line of each field of an entry, with the field's state."""
    for reading in entry.readings:
        state = "người đã quyết" if reading.field in entry.decisions else _state(reading)
        for box in reading.lines or ((reading.box,) if reading.box is not None else ()):
            yield box, state


def _state(reading: FieldReading) -> str:
    if reading.status in WITHOUT_INK:
        return "trống trên giấy"
    if reading.accepted:
        return "nhận ngay"
    return "chờ người xem" if reading.status is FieldStatus.READ else "bị gạch, không đọc được"


def _flaws(entries: Sequence[StoredEntry], schemas: Schemas) -> list[str]:
    """Return the finding codes for which a page should be scanned again."""
    codes = [finding.code for entry in entries for finding in entry.findings]
    return [
        code for code in dict.fromkeys(codes) if code in schemas.findings and schemas.findings[code].rescan
    ]


def _counted(fields: Sequence[tuple[Box, str]]) -> str:
    times = Counter(state for _, state in fields)
    return ", ".join(f"{count} {state}" for state, count in times.items())
