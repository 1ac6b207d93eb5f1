"""X"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from PIL import Image

from pipeline.export.package_values import TextSpan
from pipeline.export.pdf import PicturePage, entry_pdf
from pipeline.imaging.geometry import warp
from pipeline.model import LEFT_PAGE, RIGHT_PAGE, Box, Matrix, PageImage, Pixels

A4_SQUARE_INCHES = 210 * 297 / 25.4**2
SCALES = (150.0, 130.0, 110.0, 96.0)
"""Pixels an inch that are tried, the finest first."""

QUALITIES = (75, 65, 55, 48, 42, 36, 30)
"""JPEG qualities that are tried on each; under the last one, fine strokes of a pen break up."""

ROW_MARGIN = 0.25
"""How far over its ink a row of a table may be cut, as a share of its height."""


@dataclass(frozen=True, slots=True)
class CopyOptions:
    """``kilobytes``: what the picture of an A4 page may take (1 kB = 1,000 bytes); other sizes in proportion."""

    kilobytes: float = 96.0


@dataclass(frozen=True, slots=True)
class PageRectification:
    """How a page is set straight: ``matrix`` (3, 3) from the scan's pixels to a canvas of ``size`` (width, height);
    (0, 0): the page stays as it is. ``paper_mm`` of its form, for scans that do not tell their resolution."""

    matrix: Matrix
    size: tuple[int, int]
    paper_mm: tuple[float, float] = (210.0, 297.0)


@dataclass(frozen=True, slots=True)
class RectifiedPicture:
    """A straight page at ``dpi`` pixels an inch, ``share`` of whose pixels are one of the straight canvas."""

    pixels: Pixels
    dpi: float
    share: float


def straightened(page: PageImage, straight: PageRectification) -> RectifiedPicture:
    """The straight page no finer than the finest of ``SCALES``."""
    if straight.size == (0, 0):
        height, width = page.pixels.shape[:2]
        straight = PageRectification(np.eye(3), (width, height), straight.paper_mm)
    zoom = float(np.sqrt(abs(np.linalg.det(straight.matrix[:2, :2]))))
    dpi = page.dpi * zoom or straight.size[1] * 25.4 / straight.paper_mm[1]
    scale = min(1.0, SCALES[0] / dpi)
    coarse = max(1, int(1 / (zoom * scale) + 1e-6))
    pixels = np.asarray(Image.fromarray(page.pixels).reduce(coarse)) if coarse > 1 else page.pixels
    between = 1 / (
        coarse * zoom
    )  # as fine as the pixels that are moved; what is too fine is averaged afterwards
    matrix = np.diag([between, between, 1.0]) @ straight.matrix @ np.diag([coarse, coarse, 1.0])
    flat = warp.warp_image(pixels, matrix, _resized(straight.size, between))
    if scale < between * (1 - 1e-6):
        target = _resized(straight.size, scale)
        flat = np.asarray(Image.fromarray(flat).resize(target, Image.Resampling.LANCZOS))
    return RectifiedPicture(flat, dpi * scale, scale)


def picture_page(
    pixels: Pixels, dpi: float, texts: Sequence[TextSpan], options: CopyOptions = CopyOptions()
) -> PicturePage:
    """The page as a JPEG of at most the wanted size: first the quality is lowered, then the resolution, and never
    under the last of each. ``texts`` are in pixels of ``pixels``."""
    height, width = pixels.shape[:2]
    allowed = 1000 * options.kilobytes * (width * height / dpi**2) / A4_SQUARE_INCHES
    whole = Image.fromarray(pixels)
    jpeg, size, used = b"", whole.size, dpi
    for used in dict.fromkeys(min(scale, dpi) for scale in SCALES):
        size = _resized((width, height), used / dpi)
        picture = whole if size == whole.size else whole.resize(size, Image.Resampling.LANCZOS)
        jpeg = _best_jpeg(picture, allowed)
        if len(jpeg) <= allowed:
            break
    share = size[0] / width
    return PicturePage(jpeg, size, used, tuple(TextSpan(one.text, _scaled(one.box, share)) for one in texts))


def _best_jpeg(picture: Image.Image, allowed: float) -> bytes:
    """The best quality that fits, found by halving; the lowest one when none does."""
    low, high = 0, len(QUALITIES) - 1
    smallest = jpeg_bytes(picture, QUALITIES[high])
    if len(smallest) > allowed:
        return smallest
    found = smallest
    while low < high:
        middle = (low + high) // 2
        tried = jpeg_bytes(picture, QUALITIES[middle])
        if len(tried) <= allowed:
            found, high = tried, middle
        else:
            low = middle + 1
    return found


def jpeg_bytes(picture: Image.Image, quality: int) -> bytes:
    """The picture in colour as a progressive JPEG."""
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality, optimize=True, progressive=True, subsampling="4:2:0")
    return file.getvalue()


def bands_of(rows: Mapping[int, Box]) -> dict[int, tuple[float, float]]:
    """Where to cut a page that holds several entries: top and bottom of each row, from the boxes of its readings.
    A cut lies halfway between the ink of neighbours, and never goes through the row's own. Nothing for a picture of
    two facing pages: their entries do not stand one below the other."""
    if LEFT_PAGE in rows or RIGHT_PAGE in rows:
        return {}
    ordered = sorted(rows.items(), key=lambda item: item[1].top)
    margin = ROW_MARGIN * float(np.median([box.height for _, box in ordered])) if ordered else 0.0
    bands = {}
    for at, (row, box) in enumerate(ordered):
        above = ordered[at - 1][1].bottom if at else -np.inf
        below = ordered[at + 1][1].top if at + 1 < len(ordered) else np.inf
        top = min(box.top, max(box.top - margin, (above + box.top) / 2))
        bottom = max(box.bottom, min(box.bottom + margin, (below + box.bottom) / 2))
        bands[row] = (top, bottom)
    return bands


def columns_of(rows: Mapping[int, Box]) -> dict[int, tuple[float, float]]:
    """Where to cut a picture of two facing pages, from the boxes of their readings: left and right of each. Nothing
    where a side has none, or its entries do not stand side by side."""
    one, other = rows.get(LEFT_PAGE), rows.get(RIGHT_PAGE)
    if one is None or other is None:
        return {}
    beside = other.left >= one.right - 0.1 * min(one.width, other.width)
    level = min(one.bottom, other.bottom) - max(one.top, other.top) > 0.5 * min(one.height, other.height)
    if not (beside and level):
        return {}
    middle = (one.right + other.left) / 2
    return {LEFT_PAGE: (0.0, max(one.right, middle)), RIGHT_PAGE: (min(other.left, middle), np.inf)}


def cut_column(
    pixels: Pixels, column: tuple[float, float], texts: Sequence[TextSpan]
) -> tuple[Pixels, tuple[TextSpan, ...]]:
    """What lies between left and right (in pixels of the page), as high as the page, and the texts that stand there."""
    first, last = max(0, int(column[0])), int(min(np.ceil(column[1]), pixels.shape[1]))
    kept = tuple(
        TextSpan(one.text, Box(one.box.left - first, one.box.top, one.box.right - first, one.box.bottom))
        for one in texts
        if first <= one.box.centre[0] < last
    )
    return np.ascontiguousarray(pixels[:, first:last]), kept


def cut_out(
    pixels: Pixels, bands: Sequence[tuple[float, float]], texts: Sequence[TextSpan]
) -> tuple[Pixels, tuple[TextSpan, ...]]:
    """Bands of a page (top, bottom in its pixels) under one another, with the texts that stand on them."""
    height = pixels.shape[0]
    parts, kept, at = [], [], 0
    for top, bottom in bands:
        first, last = max(0, int(top)), min(height, int(np.ceil(bottom)))
        if last <= first:
            continue
        parts.append(pixels[first:last])
        moved = at - first
        kept += [
            TextSpan(one.text, Box(one.box.left, one.box.top + moved, one.box.right, one.box.bottom + moved))
            for one in texts
            if first <= one.box.centre[1] < last
        ]
        at += last - first
    return (np.vstack(parts) if parts else pixels), tuple(kept)


def scaled_texts(texts: Sequence[TextSpan], share: float) -> tuple[TextSpan, ...]:
    """The texts on a picture of another size."""
    return tuple(TextSpan(one.text, _scaled(one.box, share)) for one in texts)


def _resized(size: tuple[int, int], share: float) -> tuple[int, int]:
    return max(1, round(size[0] * share)), max(1, round(size[1] * share))


def _scaled(box: Box, share: float) -> Box:
    return Box(box.left * share, box.top * share, box.right * share, box.bottom * share)


@dataclass(frozen=True, slots=True)
class PagePart:
    """What an entry needs of a page: all of it, or ``bands`` (top, bottom in pixels of the straight page), or its
    ``column`` of two facing pages (left, right)."""

    scan: Path
    scan_sha256: str
    page_no: int
    straight: PageRectification
    texts: tuple[TextSpan, ...] = ()
    bands: tuple[tuple[float, float], ...] = ()
    column: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class EntryCopy:
    """A PDF to make: its ``name`` without ending, and the pages it goes over."""

    name: str
    parts: tuple[PagePart, ...]


Decode = Callable[[PagePart], PageImage]


def entry_pdfs(
    copies: Sequence[EntryCopy], decode: Decode, options: CopyOptions, made_at: datetime
) -> list[bytes]:
    """The PDFs of the entries of one page, each page decoded and set straight once in a row. What ``decode`` raises
    goes through."""
    last: tuple[PagePart, RectifiedPicture] | None = None
    files = []
    for copy in copies:
        pages: list[PicturePage] = []
        for part in copy.parts:
            if last is None or (last[0].scan_sha256, last[0].page_no) != (part.scan_sha256, part.page_no):
                last = part, straightened(decode(part), part.straight)
            pages.append(_page(part, last[1], options))
        files.append(entry_pdf(pages, copy.name, made_at))
    return files


def _page(part: PagePart, picture: RectifiedPicture, options: CopyOptions) -> PicturePage:
    pixels, texts = picture.pixels, scaled_texts(part.texts, picture.share)
    if part.bands:
        bands = [(top * picture.share, bottom * picture.share) for top, bottom in part.bands]
        pixels, texts = cut_out(pixels, bands, texts)
    if part.column is not None:
        left, right = part.column
        pixels, texts = cut_column(pixels, (left * picture.share, right * picture.share), texts)
    return picture_page(pixels, picture.dpi, texts, options)
