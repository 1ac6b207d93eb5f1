"""From pages of scans to the PDF of an entry. Pure: pages come decoded, files go as bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipeline.export.pdf import PicturePage, entry_pdf
from pipeline.export.picture import (
    CopyOptions,
    PageRectification,
    RectifiedPicture,
    cut_column,
    cut_out,
    picture_page,
    scaled_texts,
    straightened,
)
from pipeline.export.values import TextSpan
from pipeline.model import PageImage


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
