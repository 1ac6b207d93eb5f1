"""Pictures of what the machine saw on a page."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from pipeline.errors import StorageError
from pipeline.imaging.overlay import draw_overlay, rectified_page
from pipeline.model import Box, PageImage, PageResult, Pixels
from pipeline.schema import Schemas


def write_pictures(
    folder: Path, stem: str, page: PageImage, result: PageResult, schemas: Schemas
) -> tuple[Path, ...]:
    """The overlay of the page and every line that was cut for reading, as PNG files of ``folder``."""
    start = f"{stem}-{page.ref.page_no:03}"
    written = [write_picture(folder / f"{start}-overlay.png", draw_overlay(page, result, schemas))]
    if result.frame is None:
        return tuple(written)
    straight = rectified_page(page, result)
    for entry in result.entries:
        for reading in entry.readings:
            for number, box in enumerate(reading.lines, start=1):
                name = f"{start}-{entry.row:02}-{reading.field}-{number}.png"
                written.append(write_picture(folder / "crops" / name, cut(straight, box)))
    return tuple(written)


def write_picture(path: Path, pixels: Pixels) -> Path:
    """Write one picture; raises ``StorageError`` when the disk does not take it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path)
    except OSError as error:
        raise StorageError(
            f"Không ghi được {path}: {error.strerror or error}. Hãy chọn thư mục khác."
        ) from None
    return path


def cut(pixels: Pixels, box: Box, margin: float = 6) -> Pixels:
    """What lies in the box and so many pixels around it; at least one pixel of the picture."""
    height, width = pixels.shape[:2]
    inside = box.grown(margin, margin).within(width - 1, height - 1)
    rows = slice(int(inside.top), max(int(inside.bottom), int(inside.top)) + 1)
    columns = slice(int(inside.left), max(int(inside.right), int(inside.left)) + 1)
    return pixels[rows, columns]
