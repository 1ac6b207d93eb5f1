"""Pages of TIFF, JPEG, PNG, BMP and WebP files, decoded by Pillow, as RGB pixels the right way up.

Pixels are converted in bands, so that a page is never held three times.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image

from pipeline.base.errors import BrokenScan, OversizedScan, UnknownFileType
from pipeline.base.model import Pixels
from pipeline.scans.intake.filetype import FileType, shown
from pipeline.scans.intake.limits import ScanLimits

BAND_PIXELS = 4_000_000

JPEG_REDUCTIONS = (8, 4, 2)
"""The parts of its size at which a JPEG can be decoded (ITU-T T.81: blocks of 8 × 8), the smallest first."""


@dataclass(frozen=True, slots=True)
class PixelOrientation:
    """How a stored picture must be turned to be seen; flips are along the *stored* axes, before ``transposed``."""

    transposed: bool = False
    flip_x: bool = False
    flip_y: bool = False


UPRIGHT = PixelOrientation()

# EXIF 2.3, tag 274: where the stored first row and first column are seen.
EXIF_ORIENTATIONS = {
    1: UPRIGHT,
    2: PixelOrientation(flip_x=True),
    3: PixelOrientation(flip_x=True, flip_y=True),
    4: PixelOrientation(flip_y=True),
    5: PixelOrientation(transposed=True),
    6: PixelOrientation(transposed=True, flip_y=True),
    7: PixelOrientation(transposed=True, flip_x=True, flip_y=True),
    8: PixelOrientation(transposed=True, flip_x=True),
}


def rgb_pixels(image: Image.Image, turn: PixelOrientation = UPRIGHT) -> Pixels:
    """Return the RGB pixels (h, w, 3) of a Pillow image of any mode.

    Samples of 16 bits are scaled to 8, and transparent pixels lie on white paper.

    Raises:
        UnknownFileType: The samples have 32 bits, whose white point no file states.
    """
    width, height = image.size
    page: Pixels = np.empty((width, height, 3) if turn.transposed else (height, width, 3), dtype=np.uint8)
    stored = page.transpose(1, 0, 2) if turn.transposed else page
    if turn.flip_x:
        stored = stored[:, ::-1]
    if turn.flip_y:
        stored = stored[::-1]
    rows = max(1, BAND_PIXELS // max(1, width))
    for top in range(0, height, rows):
        bottom = min(height, top + rows)
        whole = bottom - top == height
        stored[top:bottom] = _rgb_band(image if whole else image.crop((0, top, width, bottom)))
    return page


def _rgb_band(band: Image.Image) -> Pixels:
    if band.mode.startswith("I;16"):
        grey = (np.asarray(band).astype(np.uint32) * 255 + 32_767) // 65_535
        return np.repeat(grey.astype(np.uint8)[:, :, None], 3, axis=2)
    if band.mode in ("I", "F"):
        raise UnknownFileType("Ảnh có điểm ảnh 32 bit, không rõ đâu là trắng. Hãy quét lại ở 8 bit mỗi màu.")
    if band.mode == "La":
        band = band.convert("LA")
    if band.has_transparency_data:
        paper = Image.new("RGBA", band.size, "white")
        band = Image.alpha_composite(paper, band.convert("RGBA"))
    return np.asarray(band if band.mode == "RGB" else band.convert("RGB"))


PAPER_INCHES = (1.0, 28.0)  # sides of paper that is believed: a book of A2 measures 16.5 × 23.4 in
MADE_UP_DPI = (72.0, 96.0)
LEAST_DPI = 50.0  # coarser than any scanner
SQUARE_WITHIN = (
    1.1  # dpi of the two axes may differ by this factor before the page is stretched (fax: 204 x 98)
)
_SUBFILE_TYPE = 254
_NOT_A_PAGE = 0b101  # thumbnail or transparency mask (TIFF 6.0, NewSubfileType)


def image_page_count(path: Path, kind: FileType, limits: ScanLimits) -> int:
    """Pages of an image file: 1 but for TIFF. Where the chain of pages breaks off, the break counts as a page."""
    with Image.open(path, formats=(kind.value,)) as image:
        return len(_page_frames(path, image, limits.max_pages)) if kind is FileType.TIFF else 1


def image_page(
    path: Path, kind: FileType, page_no: int, limits: ScanLimits, coarsest_dpi: float = 0.0
) -> tuple[Pixels, float, int]:
    """Return the pixels and the dpi of one page, with its orientation honoured, and how far it was reduced.

    Args:
        path: The file.
        kind: Its format.
        page_no: The page's number, from 1.
        limits: Bounds on the page.
        coarsest_dpi: As in ``reduce_jpeg``.

    Raises:
        ScanError: The page cannot be decoded; Pillow may raise any other error too.
    """
    frame = frame_of(path, page_no, limits) if kind is FileType.TIFF else 0
    with Image.open(path, formats=(kind.value,)) as image:
        if frame:
            image.seek(frame)
        check_pixels(shown(path), page_no, image.size, limits)
        dpi = file_dpi(image)
        reduction = reduce_jpeg(image, dpi, coarsest_dpi)
        image.load()  # before EXIF is asked for: that may load too, and a second load of a broken file succeeds
        turn = UPRIGHT if kind is FileType.TIFF else _exif_turn(image)  # Pillow turns TIFF itself
        pixels, one_dpi = square_pixels(image, turn, (dpi[0] / reduction, dpi[1] / reduction), limits)
        return pixels, one_dpi, reduction


def reduce_jpeg(image: Image.Image, dpi: tuple[float, float], coarsest_dpi: float) -> int:
    """Have a JPEG that is not loaded yet decoded at a part of its size, and return how many times smaller it will be.

    The decoder then computes fewer pixels, each the mean of a square of the full picture but for fine detail. All of
    the file is read as before, so damage shows as it does at full size.

    Args:
        image: The picture, of any format; one that is no JPEG keeps its size.
        dpi: Its dots per inch across and down; (0, 0), where they are unknown, keeps its size too.
        coarsest_dpi: The least dots per inch that are wanted; 0: all that there are.
    """
    wanted = int(min(dpi) / coarsest_dpi + 1e-6) if coarsest_dpi > 0 else 1
    factor = next((factor for factor in JPEG_REDUCTIONS if factor <= wanted), 1)
    if factor == 1:
        return 1
    width, height = image.size
    image.draft(image.mode, (max(1, width // factor), max(1, height // factor)))
    return round(max(width, height) / max(image.size))


def check_pixels(name: str, page_no: int, size: tuple[int, int], limits: ScanLimits) -> None:
    """Raise before anything is decoded: ``OversizedScan`` for too many pixels, ``BrokenScan`` for none."""
    width, height = size
    if width <= 0 or height <= 0:
        raise BrokenScan(f"Trang {page_no} của «{name}» không có điểm ảnh nào. Hãy quét lại trang này.")
    if width * height > limits.max_pixels:
        raise OversizedScan(
            f"Trang {page_no} của «{name}» có {width} × {height} điểm ảnh, vượt giới hạn "
            f"{limits.max_pixels / 1e6:.0f} triệu. Hãy quét lại ở 300 dpi."
        )


def file_dpi(image: Image.Image) -> tuple[float, float]:
    """Dots per inch of the stored columns and rows as the file states them; ``(0, 0)`` when it does not."""
    try:
        x, y = (float(value) for value in image.info.get("dpi", (0, 0)))
    except (TypeError, ValueError, ArithmeticError):
        return 0.0, 0.0
    return believed_dpi((x, y), image.size)


def believed_dpi(dpi: tuple[float, float], size: tuple[int, int]) -> tuple[float, float]:
    """Return ``dpi`` if a scanner may have written it, else ``(0, 0)``.

    Programs that do not know it write 72 or 96, and a dpi that gives paper of a size no book has was made up.

    Args:
        dpi: The dots per inch across and down, as the file says.
        size: The width and height in pixels.
    """
    known = all(
        LEAST_DPI <= one < math.inf
        and PAPER_INCHES[0] <= pixels / one <= PAPER_INCHES[1]
        and not any(abs(one - made_up) < 0.5 for made_up in MADE_UP_DPI)
        for one, pixels in zip(dpi, size, strict=True)
    )
    return dpi if known else (0.0, 0.0)


def square_pixels(
    image: Image.Image, turn: PixelOrientation, dpi: tuple[float, float], limits: ScanLimits
) -> tuple[Pixels, float]:
    """Pixels and one dpi for both axes; a page scanned coarser one way (fax) is stretched to proportion."""
    x, y = dpi
    if x <= 0 or y <= 0 or max(x, y) <= SQUARE_WITHIN * min(x, y):
        return rgb_pixels(image, turn), (x + y) / 2
    finer = max(x, y)
    size = (round(image.width * finer / x), round(image.height * finer / y))
    if size[0] * size[1] > limits.max_pixels:
        return rgb_pixels(image, turn), 0.0
    grey = image.convert("L") if image.mode == "1" else image
    return rgb_pixels(grey.resize(size, Image.Resampling.BICUBIC if grey.mode != "P" else None), turn), finer


def _exif_turn(image: Image.Image) -> PixelOrientation:
    try:
        return EXIF_ORIENTATIONS.get(image.getexif().get(ExifTags.Base.Orientation, 1), UPRIGHT)
    except Exception:  # EXIF is written by anybody; a flaw in it never costs the page
        return UPRIGHT


def frame_of(path: Path, page_no: int, limits: ScanLimits) -> int:
    """The frame that holds a page. Asked of the file opened for this alone: Pillow stays on a frame that failed."""
    with Image.open(path, formats=(FileType.TIFF.value,)) as image:
        frame = _page_frames(path, image, limits.max_pages)[page_no - 1]
    if frame is None:
        raise BrokenScan(f"«{shown(path)}» bị cắt cụt từ trang {page_no}. Hãy quét lại từ trang này.")
    return frame


def _page_frames(path: Path, image: Image.Image, max_pages: int) -> tuple[int | None, ...]:
    """Frame numbers of the pages in a TIFF, thumbnails left out; ``None`` last if the chain breaks off."""
    frames: list[int | None] = []
    index = 0
    while True:
        try:
            image.seek(index)
        except EOFError:
            break
        except Exception:  # an IFD that points nowhere or holds nonsense: the page is there, but lost
            frames.append(None)
            break
        if not _subfile_type(image) & _NOT_A_PAGE:
            frames.append(index)
        index += 1
        if len(frames) > max_pages or index > 2 * max_pages:
            raise OversizedScan(f"«{shown(path)}» có hơn {max_pages} trang. Hãy tách tệp thành nhiều phần.")
    return tuple(frames) or (0,)


def _subfile_type(image: Image.Image) -> int:
    tags = getattr(image, "tag_v2", {})
    value = tags.get(_SUBFILE_TYPE, 0)
    return value if isinstance(value, int) else 0
