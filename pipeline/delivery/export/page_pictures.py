"""Pictures of entries: the rectified page, cropped to the entry on pages with several entries, and compressed.

A page of a table is cut into bands, a picture of two facing pages into columns::

    +--heading--+   band of the heading      +-----+-----+
    |  entry 0  |   band of entry 0          |  L  |  R  |   a column each
    |  entry 1  |                            +-----+-----+
    +-----------+

Pure functions: pages come decoded, files go as bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

import numpy as np
from PIL import Image

from pipeline.base.model import LEFT_PAGE, RIGHT_PAGE, Box, Matrix, PageImage, Pixels, facing_side
from pipeline.delivery.export.compression import (
    SCALES,
    CopyOptions,
    JpegCompressor,
    compress_page,
    scaled_size,
    scaled_span,
)
from pipeline.delivery.export.package_values import TextSpan
from pipeline.delivery.export.pdf_writing import PicturePage, entry_pdf
from pipeline.layout.imaging.geometry import warp

ROW_MARGIN = 0.25
"""Largest margin around the ink of a table row, as a share of the row's height."""


@dataclass(frozen=True, slots=True)
class PageRectification:
    """The transformation of a scanned page to its rectified canvas.

    Attributes:
        matrix: (3, 3), from pixels of the scan to pixels of the canvas.
        size: Width and height of the canvas; (0, 0): the page stays as scanned.
        paper_mm: Width and height of the form's paper, for scans without a resolution.
    """

    matrix: Matrix
    size: tuple[int, int]
    paper_mm: tuple[float, float] = (210.0, 297.0)


@dataclass(frozen=True, slots=True)
class RectifiedPicture:
    """A rectified page.

    Attributes:
        pixels: The picture (h, w, 3).
        dpi: Pixels per inch.
        scale: Pixels of the picture per pixel of the canvas.
    """

    pixels: Pixels
    dpi: float
    scale: float


@dataclass(frozen=True, slots=True)
class PagePart:
    """A page, or the part of a page that shows an entry.

    Attributes:
        page_no: Counted from 1.
        texts: The text layer, in pixels of the rectified page.
        bands: Top and bottom of each band to keep, in pixels of the rectified page.
        column: Left and right of the column to keep, in pixels of the rectified page.
    """

    scan: Path
    scan_sha256: str
    page_no: int
    rectification: PageRectification
    texts: tuple[TextSpan, ...] = ()
    bands: tuple[tuple[float, float], ...] = ()
    column: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class EntryCopy:
    """A PDF to make: its ``name`` without extension, and its pages."""

    name: str
    parts: tuple[PagePart, ...]


Decode = Callable[[PagePart], PageImage]


def entry_pdfs(
    copies: Sequence[EntryCopy],
    decode: Decode,
    options: CopyOptions,
    made_at: datetime,
    compressor: JpegCompressor | None = None,
) -> list[bytes]:
    """Return the PDFs of the entries of a page; consecutive parts of the same page share its decoded picture.

    Args:
        copies: In the order of their pages.
        decode: Returns the pixels of a page; its exceptions pass through.
        made_at: Creation time in the files.
        compressor: The compressor of the process, if it copies several pages in turn.
    """
    parts = [part for copy in copies for part in copy.parts]
    pictures = part_pictures(parts, decode, options, compressor)
    return [entry_pdf(list(islice(pictures, len(copy.parts))), copy.name, made_at) for copy in copies]


def part_pictures(
    parts: Iterable[PagePart], decode: Decode, options: CopyOptions, compressor: JpegCompressor | None = None
) -> Iterator[PicturePage]:
    """Yield the pictures of parts of pages; consecutive parts of the same page share its decoded picture.

    Args:
        parts: In the order of their pages.
        decode: Returns the pixels of a page; its exceptions pass through.
        compressor: As in ``entry_pdfs``.
    """
    compressor = compressor or JpegCompressor()
    last: tuple[PagePart, RectifiedPicture] | None = None
    for part in parts:
        if last is None or (last[0].scan_sha256, last[0].page_no) != (part.scan_sha256, part.page_no):
            last = part, rectify_page(decode(part), part.rectification, options.dpi)
        yield _picture_of_part(part, last[1], options, compressor)


def _picture_of_part(
    part: PagePart, picture: RectifiedPicture, options: CopyOptions, compressor: JpegCompressor
) -> PicturePage:
    scale = picture.scale
    pixels, texts = picture.pixels, tuple(scaled_span(text, scale) for text in part.texts)
    if part.bands:
        pixels, texts = crop_bands(
            pixels, [(top * scale, bottom * scale) for top, bottom in part.bands], texts
        )
    if part.column is not None:
        left, right = part.column
        pixels, texts = crop_column(pixels, (left * scale, right * scale), texts)
    return compress_page(pixels, picture.dpi, texts, options, compressor)


def rectify_page(
    page: PageImage, rectification: PageRectification, most_dpi: float = SCALES[0]
) -> RectifiedPicture:
    """Return the rectified page, at most as fine as ``most_dpi``.

    The scan is first reduced by a whole factor (unless its decoder did so), which bounds the number of pixels to warp;
    the remaining excess is resampled afterwards.
    """
    matrix, size = rectification.matrix, rectification.size
    if size == (0, 0):
        height, width = (page.reduction * side for side in page.pixels.shape[:2])
        matrix, size = np.eye(3), (width, height)
    zoom = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))
    dpi = page.dpi * page.reduction * zoom or size[1] * 25.4 / rectification.paper_mm[1]
    scale = min(1.0, most_dpi / dpi)
    further = max(1, int(1 / (zoom * scale) + 1e-6) // page.reduction)
    factor = further * page.reduction
    moved_scale = 1 / (factor * zoom)
    to_canvas = np.diag([moved_scale, moved_scale, 1.0]) @ matrix @ np.diag([factor, factor, 1.0])
    flat = _moved(_reduced(page.pixels, further), to_canvas, scaled_size(size, moved_scale))
    if scale < moved_scale * (1 - 1e-6):
        target = scaled_size(size, scale)
        flat = np.asarray(Image.fromarray(flat).resize(target, Image.Resampling.LANCZOS))
    return RectifiedPicture(flat, dpi * scale, scale)


def _moved(pixels: Pixels, matrix: Matrix, size: tuple[int, int]) -> Pixels:
    """Return the picture on its canvas; with the identity matrix it is only cropped."""
    width, height = size
    if np.allclose(matrix, np.eye(3), atol=1e-9) and height <= pixels.shape[0] and width <= pixels.shape[1]:
        return np.ascontiguousarray(pixels[:height, :width])
    return warp.warp_image(pixels, matrix, size)


def _reduced(pixels: Pixels, factor: int) -> Pixels:
    """Return the picture at 1/``factor`` of its size, each pixel the mean of ``factor`` × ``factor``."""
    if factor == 1:
        return pixels
    if factor == 2:
        return warp.halved(pixels)
    return np.asarray(Image.fromarray(pixels).reduce(factor))


def row_bands(rows: Mapping[int, Box]) -> dict[int, tuple[float, float]]:
    """Return the cuts of a page with several entries: top and bottom of each row.

    A cut lies halfway between the ink of two neighbours and never goes through the row's own ink. A picture of two
    facing pages has no bands, unless the pages are tables: each table then has its own.

    Args:
        rows: The box around the readings of each entry, in pixels of the rectified page.
    """
    if LEFT_PAGE in rows or RIGHT_PAGE in rows:
        return {}
    if any(facing_side(row) is not None for row in rows):
        sides = [{row: box for row, box in rows.items() if facing_side(row) == side} for side in (0, 1)]
        return {row: band for side in sides for row, band in _bands_of_page(side).items()}
    return _bands_of_page(rows)


def _bands_of_page(rows: Mapping[int, Box]) -> dict[int, tuple[float, float]]:
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


def facing_columns(rows: Mapping[int, Box]) -> dict[int, tuple[float, float]]:
    """Return the cuts of a picture of two facing pages: left and right of each page.

    The result is empty if a page has no entry, or if the entries do not lie side by side.

    Args:
        rows: The box around the readings of each entry, in pixels of the rectified page.
    """
    left_page, right_page = (
        _around([box for row, box in rows.items() if facing_side(row) == side]) for side in (0, 1)
    )
    if left_page is None or right_page is None:
        return {}
    apart = right_page.left >= left_page.right - 0.1 * min(left_page.width, right_page.width)
    overlap = min(left_page.bottom, right_page.bottom) - max(left_page.top, right_page.top)
    if not (apart and overlap > 0.5 * min(left_page.height, right_page.height)):
        return {}
    middle = (left_page.right + right_page.left) / 2
    columns = (0.0, max(left_page.right, middle)), (min(right_page.left, middle), np.inf)
    return {row: columns[side] for row in rows if (side := facing_side(row)) is not None}


def _around(boxes: Sequence[Box]) -> Box | None:
    """Return the box around boxes; ``None`` without boxes."""
    if not boxes:
        return None
    left, top = min(box.left for box in boxes), min(box.top for box in boxes)
    return Box(left, top, max(box.right for box in boxes), max(box.bottom for box in boxes))


def crop_column(
    pixels: Pixels, column: tuple[float, float], texts: Sequence[TextSpan]
) -> tuple[Pixels, tuple[TextSpan, ...]]:
    """Return the part of a page between left and right (in pixels), with its texts."""
    first, last = max(0, int(column[0])), int(min(np.ceil(column[1]), pixels.shape[1]))
    kept = tuple(
        TextSpan(text.text, Box(text.box.left - first, text.box.top, text.box.right - first, text.box.bottom))
        for text in texts
        if first <= text.box.centre[0] < last
    )
    return np.ascontiguousarray(pixels[:, first:last]), kept


def crop_bands(
    pixels: Pixels, bands: Sequence[tuple[float, float]], texts: Sequence[TextSpan]
) -> tuple[Pixels, tuple[TextSpan, ...]]:
    """Return bands of a page (top, bottom in its pixels), stacked, with their texts."""
    height = pixels.shape[0]
    parts, kept, at = [], [], 0
    for top, bottom in bands:
        first, last = max(0, int(top)), min(height, int(np.ceil(bottom)))
        if last <= first:
            continue
        parts.append(pixels[first:last])
        shift = at - first
        kept += [
            TextSpan(
                text.text, Box(text.box.left, text.box.top + shift, text.box.right, text.box.bottom + shift)
            )
            for text in texts
            if first <= text.box.centre[1] < last
        ]
        at += last - first
    return (np.vstack(parts) if parts else pixels), tuple(kept)
