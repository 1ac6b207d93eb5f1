"""Books as scanners deliver them: a PDF or a TIFF of many pages, or a folder of JPEG files."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import pikepdf
from PIL import Image

from pipeline.model import Pixels
from pipeline.synth.options import Container


def jpeg(pixels: Pixels, dpi: int, quality: int) -> bytes:
    """The page as a JPEG file (4:2:0) that states its resolution."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(
        buffer, "JPEG", quality=quality, dpi=(dpi, dpi), subsampling=2, optimize=True
    )
    return buffer.getvalue()


def deliver(
    folder: Path, stem: str, container: Container, pages: Sequence[bytes], dpi: int, quality: int
) -> list[tuple[str, int]]:
    """Write JPEG pages into ``folder``. Returns for each page the name of its file and its 1-based number in it."""
    folder.mkdir(parents=True, exist_ok=True)
    if container == "jpeg":
        names = [f"{stem}.{number:03}.jpg" for number in range(1, len(pages) + 1)]
        for name, page in zip(names, pages, strict=True):
            (folder / name).write_bytes(page)
        return [(name, 1) for name in names]
    name = f"{stem}.{'pdf' if container == 'pdf' else 'tif'}"
    if container == "pdf":
        _write_pdf(folder / name, pages, dpi)
    else:
        _write_tiff(folder / name, pages, dpi, quality)
    return [(name, number) for number in range(1, len(pages) + 1)]


def _write_pdf(path: Path, pages: Sequence[bytes], dpi: int) -> None:
    """One page an image, the JPEG bytes embedded as they are."""
    with pikepdf.new() as pdf:
        for page in pages:
            with Image.open(io.BytesIO(page)) as image:
                width, height = image.size
            picture = pikepdf.Stream(
                pdf, page, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=width, Height=height,
                ColorSpace=pikepdf.Name.DeviceRGB, BitsPerComponent=8, Filter=pikepdf.Name.DCTDecode,
            )  # fmt: skip
            points = width * 72 / dpi, height * 72 / dpi
            sheet = pdf.add_blank_page(page_size=points)
            sheet.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=picture))
            sheet.obj.Contents = pikepdf.Stream(pdf, b"q %.3f 0 0 %.3f 0 0 cm /Im0 Do Q" % points)
        pdf.save(path, deterministic_id=True)


def _write_tiff(path: Path, pages: Sequence[bytes], dpi: int, quality: int) -> None:
    """JPEG-compressed strips, as office scanners write them."""
    images = [Image.open(io.BytesIO(page)).convert("YCbCr") for page in pages]
    images[0].save(
        path,
        "TIFF",
        save_all=True,
        append_images=images[1:],
        compression="jpeg",
        quality=quality,
        dpi=(dpi, dpi),
    )
