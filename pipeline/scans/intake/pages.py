"""Pages of a scan, whatever its format: how many there are, one of them as pixels, some of them as a scan of their own.

Nothing is decoded but bytes that have the SHA-256 of the scan (``pipeline.scans.intake.verified``).

Decoding happens in this process; a caller that cannot afford a decoder's crash or endless loop either runs in
a worker bound by ``limit_this_process`` and watched by the clock, or asks ``pipeline.scans.intake.isolated``.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pikepdf
from PIL import Image, ImageOps

from pipeline.base.errors import BrokenScan, EncryptedScan, HotichError, OversizedScan, ScanOutOfMemory
from pipeline.base.logs import scan_id
from pipeline.base.model import PageImage, PageRef
from pipeline.scans.intake.filetype import FileType, scan_type, shown
from pipeline.scans.intake.folder import ScanFile
from pipeline.scans.intake.images import frame_of, image_page, image_page_count
from pipeline.scans.intake.limits import DEFAULT_LIMITS, ScanLimits
from pipeline.scans.intake.pdf import open_pdf, page_objects, pdf_page, pdf_page_count
from pipeline.scans.intake.verified import verified_copy

log = logging.getLogger(__name__)


def page_count(scan: ScanFile, limits: ScanLimits = DEFAULT_LIMITS) -> int:
    """Return how many pages a scan has, broken ones included.

    Args:
        scan: The scan.
        limits: Bounds on the scan.

    Raises:
        AlteredScan: Its bytes are not those that its SHA-256 names.
        ScanError: The scan cannot be opened.
    """
    scan_type(scan.path, limits)
    with named_errors(scan.path, None), verified_copy(scan, limits) as path:
        kind = scan_type(path, limits)
        if kind is FileType.PDF:
            return pdf_page_count(path, limits)
        return image_page_count(path, kind, limits)


def page_of(
    scan: ScanFile, page_no: int, limits: ScanLimits = DEFAULT_LIMITS, coarsest_dpi: float = 0.0
) -> PageImage:
    """Return one page of a scan as RGB pixels.

    A page of a PDF that is one embedded image gives that image as it is; poppler draws any other.

    Args:
        scan: The scan.
        page_no: The page's number, from 1.
        limits: Bounds on the scan and the page.
        coarsest_dpi: For who needs no more dots per inch than these: a JPEG that has twice as many or more is decoded
            at a half, a quarter or an eighth of its size, never coarser; 0: every pixel.

    Raises:
        AlteredScan: The bytes of the scan are not those that its SHA-256 names.
        ScanError: This page cannot be decoded; the others may be.
    """
    scan_type(scan.path, limits)
    with named_errors(scan.path, page_no), verified_copy(scan, limits) as path:
        kind = scan_type(path, limits)
        if kind is FileType.PDF:
            pixels, dpi, reduction = pdf_page(path, page_no, limits, coarsest_dpi)
        elif page_no > 1 and page_no > image_page_count(path, kind, limits):
            raise BrokenScan(f"«{shown(path)}» không có trang {page_no}.")
        else:
            pixels, dpi, reduction = image_page(path, kind, page_no, limits, coarsest_dpi)
    height, width, _ = pixels.shape
    log.debug(
        "Scan %s page %d decoded: %s, %d x %d pixels, %.0f dpi",
        scan_id(scan.sha256),
        page_no,
        kind,
        width,
        height,
        dpi,
    )
    return PageImage(PageRef(scan.sha256, page_no), pixels, dpi, reduction)


@contextmanager
def named_errors(path: Path, page_no: int | None) -> Iterator[None]:
    """The border to the decoders: what they raise over bad bytes leaves as a ``ScanError`` with advice."""
    what = f"Tệp «{shown(path)}»" if page_no is None else f"Trang {page_no} của «{shown(path)}»"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except HotichError:
        raise
    except MemoryError:
        raise ScanOutOfMemory(f"{what} cần quá nhiều bộ nhớ để giải mã. Hãy quét lại ở 300 dpi.") from None
    except Image.DecompressionBombError:
        raise OversizedScan(f"{what} có quá nhiều điểm ảnh. Hãy quét lại ở 300 dpi.") from None
    except pikepdf.PasswordError:
        raise EncryptedScan(
            f"{what} bị khoá bằng mật khẩu. Hãy gỡ mật khẩu hoặc xuất lại PDF không khoá."
        ) from None
    except (
        Exception
    ) as error:  # decoders raise anything at all: struct.error, SyntaxError, KeyError, RecursionError
        again = (
            "Hãy chép lại tệp từ máy quét hoặc quét lại." if page_no is None else "Hãy quét lại trang này."
        )
        raise BrokenScan(f"{what} bị hỏng hoặc bị cắt cụt, không giải mã được. {again}") from error


def split(scan: ScanFile, pages: Sequence[int], target: Path, limits: ScanLimits) -> None:
    """Write some pages of a PDF to a new PDF, of a TIFF to a new TIFF, without loss.

    The same pages give the same bytes.

    Args:
        scan: The scan.
        pages: The numbers of the pages, from 1.
        target: The file to write.
        limits: Bounds on the scan.

    Raises:
        AlteredScan: Its bytes are not those that its SHA-256 names.
        ScanError: The pages cannot be taken out.
    """
    with named_errors(scan.path, None), verified_copy(scan, limits) as source:
        kind = scan_type(source, limits)
        if kind is FileType.PDF:
            _split_pdf(source, pages, target, limits)
        else:
            _split_tiff(source, pages, target, limits)


def _split_pdf(source: Path, pages: Sequence[int], target: Path, limits: ScanLimits) -> None:
    with open_pdf(source) as whole:
        promised = len(page_objects(whole, source, limits))
    with pikepdf.open(source, access_mode=pikepdf.AccessMode.stream, suppress_warnings=True) as whole:
        if len(whole.pages) != promised:
            raise BrokenScan(f"«{shown(source)}» mất trang nên không tách được. Hãy quét lại tệp này.")
        with pikepdf.new() as part:
            part.pages.extend(whole.pages[number - 1] for number in pages)
            part.save(target, deterministic_id=True)


def _split_tiff(source: Path, pages: Sequence[int], target: Path, limits: ScanLimits) -> None:
    with Image.open(source) as image:
        frames, dpi = [], image.info.get("dpi")
        for number in pages:
            image.seek(frame_of(source, number, limits) if getattr(image, "n_frames", 1) > 1 else 0)
            frames.append(ImageOps.exif_transpose(image))
        packed = "group4" if all(frame.mode == "1" for frame in frames) else "tiff_deflate"
        rest = {} if dpi is None else {"dpi": dpi}
        frames[0].save(target, "TIFF", save_all=True, append_images=frames[1:], compression=packed, **rest)
