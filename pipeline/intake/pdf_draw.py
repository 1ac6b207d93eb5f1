"""Draws a page of a PDF with poppler, for pages that are more than one picture."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pikepdf
from pdf2image import convert_from_path
from pdf2image.exceptions import (
    PDFInfoNotInstalledError,
    PDFPageCountError,
    PDFPopplerTimeoutError,
    PDFSyntaxError,
)
from PIL import Image

from pipeline.errors import BrokenScan, OversizedScan, ScanTimeout, SetupError
from pipeline.intake.limits import ScanLimits
from pipeline.intake.pdf_geometry import unit_inches, visible_box
from pipeline.intake.rgb import rgb_pixels
from pipeline.model import Pixels

DRAW_DPI = 300.0
LEAST_DPI = 150.0  # a page that must be drawn coarser than this to keep within max_pixels is refused
MOST_DPI = 1200.0


def drawn_page(
    page: pikepdf.Page, name: str, page_no: int, limits: ScanLimits, dpi: float
) -> tuple[Pixels, float]:
    """Pixels and dpi of the page as poppler draws it, at ``dpi`` or as fine as ``limits.max_pixels`` allows.

    The page is first written out alone, so that poppler never sees the rest of a damaged file and cannot count
    its pages otherwise than we do. Raises ``ScanError``; ``SetupError`` without poppler.
    """
    size, dpi = _drawing_size(page, name, page_no, limits, dpi)
    with tempfile.TemporaryDirectory(prefix="hotich-") as folder:
        alone = Path(folder) / "page.pdf"
        with pikepdf.new() as one:
            one.pages.append(page)
            one.save(alone, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)
        try:
            pixels = _drawn(alone, size, limits, strict=False)
            if pixels is not None and pixels.min() == pixels.max():
                _drawn(alone, size, limits, strict=True)  # blank paper, or content that was lost?
        except PDFInfoNotInstalledError:
            raise SetupError(
                "Thiếu chương trình poppler. Hãy cài bằng: sudo apt install poppler-utils"
            ) from None
        except PDFPopplerTimeoutError:
            raise ScanTimeout(
                f"Trang {page_no} của «{name}» vẽ quá {limits.seconds:.0f} giây. Hãy quét lại trang này thành ảnh."
            ) from None
        except (PDFPageCountError, PDFSyntaxError):
            pixels = None
    if pixels is None:
        raise BrokenScan(f"Trang {page_no} của «{name}» bị hỏng, không vẽ được. Hãy quét lại trang này.")
    return pixels, dpi


def _drawing_size(
    page: pikepdf.Page, name: str, page_no: int, limits: ScanLimits, dpi: float
) -> tuple[tuple[int, int], float]:
    """Width and height in pixels before the page's own turn (poppler scales first), and the dpi they amount to."""
    box = visible_box(page)
    across, down = box.width * unit_inches(page), box.height * unit_inches(page)
    if across <= 0 or down <= 0:
        raise BrokenScan(f"Trang {page_no} của «{name}» không có kích thước. Hãy quét lại trang này.")
    affordable = float((limits.max_pixels / (across * down)) ** 0.5)
    dpi = min(max(dpi, LEAST_DPI), MOST_DPI, affordable)
    if dpi < LEAST_DPI:
        raise OversizedScan(
            f"Trang {page_no} của «{name}» khai khổ {across:.0f} × {down:.0f} inch, quá lớn để vẽ. "
            "Hãy quét lại trang này ở khổ giấy thật."
        )
    return (max(1, round(across * dpi)), max(1, round(down * dpi))), dpi


def _drawn(path: Path, size: tuple[int, int], limits: ScanLimits, *, strict: bool) -> Pixels | None:
    """The page, or ``None`` when poppler gave up or fell over."""
    files = convert_from_path(
        path,
        output_folder=path.parent,
        output_file="page",
        single_file=True,
        paths_only=True,
        first_page=1,
        last_page=1,
        use_cropbox=True,
        size=size,
        timeout=limits.seconds,  # type: ignore[arg-type]  # seconds, passed on to Popen.communicate
        strict=strict,
    )
    if not files:
        return None
    with Image.open(str(files[0]), formats=("PPM",)) as image:
        return rgb_pixels(image)
