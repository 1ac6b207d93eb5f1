"""Pages of PDF files: the embedded picture as it is where a page is one, else drawn by poppler."""

from __future__ import annotations

from pathlib import Path

import pikepdf

from pipeline.intake.filetype import shown
from pipeline.intake.images import believed_dpi, check_pixels, squared
from pipeline.intake.limits import ScanLimits
from pipeline.intake.pdf_draw import DRAW_DPI, drawn_page
from pipeline.intake.pdf_picture import PlacedImage, only_image
from pipeline.intake.pdf_tree import open_pdf, page_at, page_slots
from pipeline.model import Pixels

# Raised over sound pictures that pikepdf cannot take out: JBIG2 without its decoder, odd colour spaces.
_NOT_TAKEN_OUT = (pikepdf.UnsupportedImageTypeError, pikepdf.DependencyError, NotImplementedError)


def pdf_page_count(path: Path, limits: ScanLimits) -> int:
    """Pages the PDF promises, lost ones counted."""
    with open_pdf(path) as pdf:
        return len(page_slots(pdf, path, limits))


def pdf_page(path: Path, page_no: int, limits: ScanLimits) -> tuple[Pixels, float]:
    """Pixels and dpi of one page. A damaged picture is an error; it is not drawn half white instead."""
    with open_pdf(path) as pdf:
        page = page_at(pdf, path, page_no, limits)
        placed = only_image(page)
        if placed is None:
            return drawn_page(page, shown(path), page_no, limits, DRAW_DPI)
        try:
            return _picture(placed, shown(path), page_no, limits)
        except _NOT_TAKEN_OUT:
            return drawn_page(page, shown(path), page_no, limits, max(placed.dpi))


def _picture(placed: PlacedImage, name: str, page_no: int, limits: ScanLimits) -> tuple[Pixels, float]:
    described = pikepdf.PdfImage(placed.image)
    check_pixels(name, page_no, described.size, limits)
    with described.as_pil_image() as image:
        check_pixels(name, page_no, image.size, limits)  # a JPEG may be larger than the PDF says
        image.load()
        return squared(image, placed.turn, believed_dpi(placed.dpi, image.size), limits)
