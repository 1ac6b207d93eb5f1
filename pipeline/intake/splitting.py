"""Some pages of a scan as a scan of their own; the pages themselves are not changed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pikepdf
from PIL import Image, ImageOps

from pipeline.errors import BrokenScan
from pipeline.intake.filetype import FileType, scan_type, shown
from pipeline.intake.images import frame_of
from pipeline.intake.limits import ScanLimits
from pipeline.intake.pages import named_errors
from pipeline.intake.pdf_tree import open_pdf, page_slots


def split(source: Path, pages: Sequence[int], target: Path, limits: ScanLimits) -> None:
    """Write those pages (from 1) of a PDF to a new PDF, of a TIFF to a new TIFF without loss; the same pages give the
    same bytes. Raises ``ScanError`` where that cannot be done."""
    kind = scan_type(source, limits)
    with named_errors(source, None):
        if kind is FileType.PDF:
            _split_pdf(source, pages, target, limits)
        else:
            _split_tiff(source, pages, target, limits)


def _split_pdf(source: Path, pages: Sequence[int], target: Path, limits: ScanLimits) -> None:
    with open_pdf(source) as whole:
        promised = len(page_slots(whole, source, limits))
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
