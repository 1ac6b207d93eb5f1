"""Pages of PDF files: the embedded picture as it is where a page is nothing else, else drawn by poppler.

The page tree is walked here, so that a lost page keeps its number.
"""

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

from pipeline.base.errors import BrokenScan, EmptyScan, OversizedScan, ScanTimeout, SetupError
from pipeline.base.model import Pixels
from pipeline.scans.intake.filetype import shown
from pipeline.scans.intake.images import believed_dpi, check_pixels, reduce_jpeg, rgb_pixels, square_pixels
from pipeline.scans.intake.limits import ScanLimits
from pipeline.scans.intake.pdf_picture import PlacedImage, only_image, unit_inches, visible_box

# What a page may take over from the nodes above it (PDF 1.7, table 30), and what of it bears on how it looks.
INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
_PAGE_KEYS = frozenset({"/Contents", "/MediaBox", "/Resources"})


def open_pdf(path: Path) -> pikepdf.Pdf:
    """The PDF, repaired as far as qpdf can; not memory-mapped, for a file cut off under a map kills the process."""
    return pikepdf.open(
        path,
        access_mode=pikepdf.AccessMode.stream,
        suppress_warnings=True,
        inherit_page_attributes=False,  # it would mend the tree and so drop lost pages unseen
    )


def page_objects(pdf: pikepdf.Pdf, path: Path, limits: ScanLimits) -> tuple[pikepdf.Object | None, ...]:
    """Return an item for each page in reading order.

    An item is ``None`` where the page tree promises a page and there is none. Loops in the tree end.

    Raises:
        EmptyScan: There is no page.
        OversizedScan: There are more than ``limits.max_pages``.
    """
    slots: list[pikepdf.Object | None] = []
    seen: set[tuple[int, int]] = set()
    todo = [pdf.Root.get("/Pages")]
    while todo:
        node = todo.pop()
        if not isinstance(node, pikepdf.Dictionary):
            slots.append(None)
        elif "/Kids" not in node:
            slots.append(node if _is_page(node) else None)
        elif node.is_indirect and node.objgen in seen:
            slots.append(None)
        else:
            seen.add(node.objgen)
            kids = node["/Kids"]
            todo.extend(reversed(list(kids)) if isinstance(kids, pikepdf.Array) else [None])
        if len(slots) > limits.max_pages:
            raise OversizedScan(
                f"«{shown(path)}» có hơn {limits.max_pages} trang. Hãy tách tệp thành nhiều phần."
            )
        if len(seen) > 2 * limits.max_pages:
            raise BrokenScan(f"Cây trang của «{shown(path)}» bị hỏng. Hãy xuất lại PDF từ máy quét.")
    if not slots:
        raise EmptyScan(f"«{shown(path)}» không có trang nào. Hãy xuất lại PDF từ máy quét.")
    return tuple(slots)


def page_at(pdf: pikepdf.Pdf, path: Path, page_no: int, limits: ScanLimits) -> pikepdf.Page:
    """Return a page with everything it inherits.

    Raises:
        BrokenScan: The file has lost it.
    """
    slots = page_objects(pdf, path, limits)
    if not 1 <= page_no <= len(slots):
        raise BrokenScan(f"«{shown(path)}» không có trang {page_no}.")
    page = slots[page_no - 1]
    if page is None:
        raise BrokenScan(f"Trang {page_no} của «{shown(path)}» đã mất trong tệp. Hãy quét lại trang này.")
    for key in INHERITED:
        if key not in page:
            value = _inherited(page, key)
            if value is not None:
                page[key] = value
    return pikepdf.Page(page)


def _is_page(node: pikepdf.Object) -> bool:
    return node.get("/Type") == "/Page" or any(key in node for key in _PAGE_KEYS)


def _inherited(page: pikepdf.Object, key: str) -> pikepdf.Object | None:
    node = page.get("/Parent")
    seen: set[tuple[int, int]] = set()
    while isinstance(node, pikepdf.Dictionary) and node.objgen not in seen:
        if key in node:
            return node[key]
        seen.add(node.objgen)
        node = node.get("/Parent")
    return None


DRAW_DPI = 300.0
LEAST_DPI = 150.0  # a page that must be drawn coarser than this to keep within max_pixels is refused
MOST_DPI = 1200.0


def draw_page(
    page: pikepdf.Page, name: str, page_no: int, limits: ScanLimits, dpi: float
) -> tuple[Pixels, float]:
    """Return the pixels and dpi of a page as poppler draws it.

    The page is first written out alone, so that poppler never sees the rest of a damaged file and cannot
    count its pages otherwise than we do.

    Args:
        page: The page.
        name: The name of the scan, for messages.
        page_no: The page's number, from 1.
        limits: Bounds on the page.
        dpi: How finely to draw it, as far as ``limits.max_pixels`` allows.

    Raises:
        ScanError: Poppler cannot draw it.
        SetupError: Poppler is not installed.
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


# Raised over sound pictures that pikepdf cannot take out: JBIG2 without its decoder, odd colour spaces.
_NOT_TAKEN_OUT = (pikepdf.UnsupportedImageTypeError, pikepdf.DependencyError, NotImplementedError)


def pdf_page_count(path: Path, limits: ScanLimits) -> int:
    """Pages the PDF promises, lost ones counted."""
    with open_pdf(path) as pdf:
        return len(page_objects(pdf, path, limits))


def pdf_page(
    path: Path, page_no: int, limits: ScanLimits, coarsest_dpi: float = 0.0
) -> tuple[Pixels, float, int]:
    """Pixels and dpi of one page, and how far it was reduced, as ``image_page`` returns them.

    A damaged picture is an error; it is not drawn half white instead.
    """
    with open_pdf(path) as pdf:
        page = page_at(pdf, path, page_no, limits)
        placed = only_image(page)
        if placed is None:
            return *draw_page(page, shown(path), page_no, limits, DRAW_DPI), 1
        try:
            return _picture(placed, shown(path), page_no, limits, coarsest_dpi)
        except _NOT_TAKEN_OUT:
            return *draw_page(page, shown(path), page_no, limits, max(placed.dpi)), 1


def _picture(
    placed: PlacedImage, name: str, page_no: int, limits: ScanLimits, coarsest_dpi: float
) -> tuple[Pixels, float, int]:
    described = pikepdf.PdfImage(placed.image)
    check_pixels(name, page_no, described.size, limits)
    with described.as_pil_image() as image:
        check_pixels(name, page_no, image.size, limits)  # a JPEG may be larger than the PDF says
        dpi = believed_dpi(placed.dpi, image.size)
        reduction = reduce_jpeg(image, dpi, coarsest_dpi)
        image.load()
        pixels, one_dpi = square_pixels(image, placed.turn, (dpi[0] / reduction, dpi[1] / reduction), limits)
        return pixels, one_dpi, reduction
