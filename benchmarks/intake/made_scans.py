"""Scan files for tests and measurements of intake: sound files, and every kind of hostile file."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pikepdf
from PIL import Image

from pipeline.base.model import Pixels

A4_POINTS = (595.0, 842.0)


def picture(width: int = 60, height: int = 90) -> Pixels:
    """A page on which no turn or flip looks like another: red top-left corner, blue stripe below, grey ramp."""
    ramp = np.linspace(60, 240, width).astype(np.uint8)
    pixels = np.repeat(np.repeat(ramp[None, :, None], height, axis=0), 3, axis=2)
    pixels[: height // 3, : width // 3] = (255, 0, 0)
    pixels[-height // 6 :, :] = (0, 0, 255)
    return np.ascontiguousarray(pixels)


def encoded(pixels: Pixels, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind, **options)
    return buffer.getvalue()


def image_stream(pdf: pikepdf.Pdf, pixels: Pixels) -> pikepdf.Stream:
    """An uncompressed RGB picture as an XObject."""
    height, width, _ = pixels.shape
    return pikepdf.Stream(
        pdf,
        pixels.tobytes(),
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=width,
        Height=height,
        ColorSpace=pikepdf.Name.DeviceRGB,
        BitsPerComponent=8,
    )


def add_page(
    pdf: pikepdf.Pdf,
    image: pikepdf.Stream | None,
    content: str,
    size: tuple[float, float] = A4_POINTS,
    rotate: int = 0,
) -> pikepdf.Page:
    """Return a page with that picture as ``/Im0`` and these instructions."""
    pdf.add_blank_page(page_size=size)
    added = pdf.pages[-1]
    if image is not None:
        added.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=image))
    added.obj.Contents = pikepdf.Stream(pdf, content.encode())
    added.obj.Rotate = rotate
    return added


def full_page(size: tuple[float, float] = A4_POINTS) -> str:
    return f"q {size[0]} 0 0 {size[1]} 0 0 cm /Im0 Do Q"


def scanned_pdf(path: Path, pages: int = 1, **save: object) -> Path:
    """Return a file as a scanner writes it: a picture a page, each a little wider than the picture before."""
    with pikepdf.new() as pdf:
        for number in range(pages):
            add_page(pdf, image_stream(pdf, picture(60 + number)), full_page())
        pdf.save(path, **save)  # type: ignore[arg-type]
    return path


def multipage_tiff(path: Path, pages: int = 3, compression: str | None = None) -> Path:
    frames = [Image.fromarray(picture(60 + number)) for number in range(pages)]
    frames[0].save(
        path, "TIFF", save_all=True, append_images=frames[1:], dpi=(300, 300), compression=compression
    )
    return path


# --- hostile files ------------------------------------------------------------------------------------------------


def _cut(data: bytes, share: float) -> bytes:
    return data[: int(len(data) * share)]


def cut_pdf(path: Path) -> None:
    scanned_pdf(path)
    path.write_bytes(_cut(path.read_bytes(), 0.6))


def cut_jpeg(path: Path) -> None:
    path.write_bytes(_cut(encoded(picture(600, 900), "JPEG"), 0.5))


def cut_png(path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (200, 200, 3), dtype=np.uint8)
    path.write_bytes(_cut(encoded(noise, "PNG"), 0.5))


def cut_tiff(path: Path) -> None:
    multipage_tiff(path)
    path.write_bytes(_cut(path.read_bytes(), 0.2))


def no_bytes(path: Path) -> None:
    path.write_bytes(b"")


def text_named_pdf(path: Path) -> None:
    path.write_text("Đây không phải là bản quét.\n" * 40)


def header_alone(path: Path) -> None:
    path.write_bytes(b"%PDF-1.7\n")


def encrypted_pdf(path: Path) -> None:
    scanned_pdf(path, encryption=pikepdf.Encryption(owner="chu", user="khach"))


def pdf_without_pages(path: Path) -> None:
    with pikepdf.new() as pdf:
        pdf.save(path)


def poster_pdf(path: Path) -> None:
    """A page of 5 x 5 metres that must be drawn."""
    with pikepdf.new() as pdf:
        add_page(pdf, None, "0 0 100 100 re f", size=(14_400.0, 14_400.0))
        pdf.save(path)


def png_bomb(path: Path) -> None:
    """40,000 x 40,000 white pixels in a few hundred kilobytes."""
    header = struct.pack(">IIBBBBB", 40_000, 40_000, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(5_001) * 40_000, 9)
    chunks = ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(map(_png_chunk, chunks)))


def _png_chunk(chunk: tuple[bytes, bytes]) -> bytes:
    name, data = chunk
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def flate_bomb_pdf(path: Path) -> None:
    """Return a picture of a small declared size whose stream inflates to 1 GB."""
    squeezer = zlib.compressobj(9)
    zeros = bytes(1 << 20)
    data = b"".join(squeezer.compress(zeros) for _ in range(1_000)) + squeezer.flush()
    with pikepdf.new() as pdf:
        image = image_stream(pdf, picture())
        image.write(data, filter=pikepdf.Name.FlateDecode)
        add_page(pdf, image, full_page())
        pdf.save(path)


def cyclic_page_tree(path: Path) -> None:
    raw_pdf(
        path,
        b"<< /Type /Pages /Count 9 /Kids [4 0 R] >>",
        b"<< /Type /Pages /Parent 2 0 R /Count 9 /Kids [2 0 R] >>",
    )


def deep_page_tree(path: Path) -> None:
    """Return a tree of 5,000 nodes, each below the other."""
    nodes = [f"<< /Type /Pages /Count 1 /Kids [{number} 0 R] >>".encode() for number in range(4, 5_004)]
    raw_pdf(path, *nodes, b"<< /Type /Page /MediaBox [0 0 200 200] >>", skip=3)


def deep_arrays(path: Path) -> None:
    """Instructions inside 100,000 nested arrays: a parser that calls itself runs out of stack."""
    with pikepdf.new() as pdf:
        add_page(pdf, None, "[" * 100_000 + "]" * 100_000 + " TJ")
        pdf.save(path)


def content_that_calls_itself(path: Path) -> None:
    with pikepdf.new() as pdf:
        form = pdf.make_stream(
            b"/Fm0 Do", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 9, 9]
        )
        form.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Fm0=form))
        page = add_page(pdf, None, "/Fm0 Do")
        page.obj.Resources = form.Resources
        pdf.save(path)


def raw_pdf(path: Path, *objects: bytes, skip: int = 3) -> None:
    """A PDF by hand: the catalog is object 1, then come the objects given: 2, 4, 5 ... (``skip`` stays free)."""
    numbered = {1: b"<< /Type /Catalog /Pages 2 0 R >>"}
    numbers = (number for number in range(2, len(objects) + 3) if number != skip)
    numbered.update(zip(numbers, objects, strict=False))
    data, offsets = b"%PDF-1.4\n", dict[int, int]()
    for number, body in numbered.items():
        offsets[number] = len(data)
        data += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(data)
    data += f"xref\n0 {len(objects) + 3}\n0000000000 65535 f \n".encode()
    for number in range(1, len(objects) + 3):
        data += f"{offsets.get(number, 0):010} 00000 {'n' if number in offsets else 'f'} \n".encode()
    data += f"trailer\n<< /Root 1 0 R /Size {len(objects) + 3} >>\nstartxref\n{start}\n%%EOF\n".encode()
    path.write_bytes(data)


def tiff_whose_chain_loops(path: Path) -> None:
    multipage_tiff(path, pages=1)
    data = bytearray(path.read_bytes())
    first = struct.unpack_from("<I", data, 4)[0]
    entries = struct.unpack_from("<H", data, first)[0]
    struct.pack_into("<I", data, first + 2 + 12 * entries, first)
    path.write_bytes(data)


def tiff_of_huge_claim(path: Path) -> None:
    """Says 60,000 x 60,000 pixels and holds none."""
    tags = (
        (256, 4, 1, 60_000),
        (257, 4, 1, 60_000),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 1, 8),
    )
    body = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    path.write_bytes(b"II*\0" + struct.pack("<IH", 8, len(tags)) + body + struct.pack("<I", 0))


HOSTILE: tuple[tuple[str, Callable[[Path], None], frozenset[str]], ...] = (
    # name in the folder, how it is made, the codes that name it rightly ("page": the file is sound enough)
    ("cut.pdf", cut_pdf, frozenset({"broken"})),
    ("cut.jpg", cut_jpeg, frozenset({"broken"})),
    ("cut.png", cut_png, frozenset({"broken"})),
    ("cut.tif", cut_tiff, frozenset({"broken"})),
    ("nothing.tif", no_bytes, frozenset({"empty"})),
    ("text.pdf", text_named_pdf, frozenset({"unknown-type"})),
    ("header.pdf", header_alone, frozenset({"broken"})),
    ("locked.pdf", encrypted_pdf, frozenset({"encrypted"})),
    ("pageless.pdf", pdf_without_pages, frozenset({"empty"})),
    ("poster.pdf", poster_pdf, frozenset({"oversized"})),
    ("bomb.png", png_bomb, frozenset({"oversized"})),
    ("bomb.pdf", flate_bomb_pdf, frozenset({"memory", "broken"})),
    ("cycle.pdf", cyclic_page_tree, frozenset({"broken"})),
    ("deep.pdf", deep_page_tree, frozenset({"broken", "oversized", "page", "crash"})),
    ("nested.pdf", deep_arrays, frozenset({"broken", "page", "crash"})),
    ("recursive.pdf", content_that_calls_itself, frozenset({"broken", "page", "crash"})),
    ("loop.tif", tiff_whose_chain_loops, frozenset({"page"})),
    ("claim.tif", tiff_of_huge_claim, frozenset({"oversized", "broken"})),
)
