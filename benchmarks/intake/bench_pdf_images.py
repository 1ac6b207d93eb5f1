"""Compares the pictures that intake takes out of PDF pages with those that pypdfium2 takes out (ADR 0040).

Three sets: a drawn page in every encoding a scanner uses, whole and with half of its stream missing; the pages of
``samples/``; with ``--hostile FOLDER`` (or ``HOTICH_HOSTILE``) the first pages of hostile files.
"""

from __future__ import annotations

import argparse
import io
import multiprocessing
import multiprocessing.connection
import os
import sys
import tempfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
from PIL import Image

from benchmarks.figures import report_figures, say
from benchmarks.intake.made_scans import add_page, encoded, full_page, image_stream, picture
from pipeline.base.errors import HotichError, ScanError
from pipeline.base.model import Pixels
from pipeline.scans.intake import page_count_isolated, page_of_isolated, scan_file

SIZE = (900, 1300)
SECONDS = 60
PAGES_TRIED = 3
Name = pikepdf.Name
Encode = Callable[[pikepdf.Stream], None]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=Path, default=Path("samples"))
    parser.add_argument("--hostile", type=Path, default=os.environ.get("HOTICH_HOSTILE"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        made = dict(drawn_pages(Path(folder)))
        figures: dict[str, object] = {name: outcome(path, 1) for name, path in made.items()}
    figures["samples"] = Counter(
        outcome(path, number)
        for path in sorted(options.samples.rglob("*.pdf"))
        for number in range(1, page_count_isolated(scan_file(path)) + 1)
    )
    if options.hostile:
        figures["hostile"] = Counter(hostile_outcomes(Path(options.hostile)))
    report_figures("pdf-images", figures)


def hostile_outcomes(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*.pdf")):
        try:
            pages = page_count_isolated(scan_file(path))
        except HotichError:
            continue
        for number in range(1, min(pages, PAGES_TRIED) + 1):
            result = outcome(path, number)
            say(f"{path.name} page {number}: {result}")
            yield result


def outcome(path: Path, page_no: int) -> str:
    """Return what both made of a page, in words."""
    theirs = isolated(path, page_no)
    try:
        ours = page_of_isolated(scan_file(path), page_no).pixels
    except ScanError as error:
        return f"intake refuses ({error.code}), pypdfium2 " + (
            "gives pixels" if isinstance(theirs, np.ndarray) else theirs
        )
    if not isinstance(theirs, np.ndarray):
        return f"intake gives pixels, pypdfium2 {theirs}"
    if ours.shape != theirs.shape:
        return "both give pixels, of different size"
    return "same pixels" if np.array_equal(ours, theirs) else "both give pixels, different ones"


def isolated(path: Path, page_no: int) -> Pixels | str:
    """Return what pypdfium2 makes of a page in a process that may die."""
    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(target=_send, args=(sender, path, page_no))
    process.start()
    sender.close()
    try:
        answer: Pixels | str = receiver.recv() if receiver.poll(SECONDS) else "hangs"
    except EOFError:
        answer = "dies"
    process.kill()
    process.join()
    return answer


def _send(sender: multiprocessing.connection.Connection, path: Path, page_no: int) -> None:
    sys.stderr = open(os.devnull, "w")  # noqa: SIM115, PTH123
    sender.send(by_pdfium(path, page_no))


def by_pdfium(path: Path, page_no: int) -> Pixels | str:
    """Return the bitmap of a page's only picture, else the page drawn at 300 dpi, else what was raised."""
    import pypdfium2
    from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

    try:
        page = pypdfium2.PdfDocument(path)[page_no - 1]
        pictures = list(page.get_objects(filter=[FPDF_PAGEOBJ_IMAGE]))
        bitmap = pictures[0].get_bitmap(render=False) if len(pictures) == 1 else page.render(scale=300 / 72)
        return np.asarray(bitmap.to_pil().convert("RGB"))
    except Exception as error:  # noqa: BLE001  # whatever it raises
        return f"refuses ({type(error).__name__})"


# --- a page in every encoding ---------------------------------------------------------------------------------------


def drawn_pages(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield name and file of a page in each encoding, whole and with half of its stream."""
    for name, encode in encodings().items():
        for cut in (False, True):
            with pikepdf.new() as document:
                stream = image_stream(document, paper())
                encode(stream)
                if cut:
                    data = stream.read_raw_bytes()
                    code: Any = stream.get("/Filter")
                    parameters: Any = stream.get("/DecodeParms")
                    stream.write(data[: len(data) // 2], filter=code, decode_parms=parameters)
                add_page(document, stream, full_page())
                path = folder / f"{name}{' cut' if cut else ''}.pdf"
                document.save(path)
            yield path.stem, path


def paper() -> Pixels:
    """Return a page with the noise of paper."""
    width, height = SIZE
    noise = np.random.default_rng(3).normal(0, 6, (height, width, 3))
    return (picture(width, height) + noise).clip(0, 255).astype(np.uint8)


def encodings() -> dict[str, Encode]:
    colour = paper()
    grey = np.asarray(Image.fromarray(colour).convert("L"))
    bits = Image.fromarray(grey).convert("1")
    few = Image.fromarray(colour).quantize(64)
    palette = [Name.Indexed, Name.DeviceRGB, 63, pikepdf.String(bytes((few.getpalette() or [])[:192]))]
    return {
        "flate rgb": _flate(colour.tobytes()),
        "flate grey": _flate(grey.tobytes(), ColorSpace=Name.DeviceGray),
        "flate 16 bit": _flate(
            (grey.astype(">u2") * 257).astype(">u2").tobytes(),
            ColorSpace=Name.DeviceGray,
            BitsPerComponent=16,
        ),
        "flate 1 bit": _flate(bits.tobytes(), ColorSpace=Name.DeviceGray, BitsPerComponent=1),
        "flate palette": _flate(few.tobytes(), ColorSpace=pikepdf.Array(palette)),
        "jpeg 4:2:0": _coded(encoded(colour, "JPEG", quality=85), Name.DCTDecode),
        "jpeg 4:4:4": _coded(encoded(colour, "JPEG", quality=85, subsampling=0), Name.DCTDecode),
        "jpeg progressive": _coded(encoded(colour, "JPEG", quality=85, progressive=True), Name.DCTDecode),
        "jpeg grey": _coded(encoded(grey, "JPEG", quality=85), Name.DCTDecode, ColorSpace=Name.DeviceGray),
        "jpx rgb": _coded(encoded(colour, "JPEG2000"), Name.JPXDecode),
        "jpx grey": _coded(encoded(grey, "JPEG2000"), Name.JPXDecode, ColorSpace=Name.DeviceGray),
        "ccitt group 4": _fax(bits, "group4", -1),
        "ccitt group 3": _fax(bits, "group3", 0),
    }


def _flate(data: bytes, **keys: Any) -> Encode:
    return _coded(zlib.compress(data), Name.FlateDecode, **keys)


def _coded(
    data: bytes, code: pikepdf.Name, parameters: pikepdf.Dictionary | None = None, **keys: Any
) -> Encode:
    def encode(stream: pikepdf.Stream) -> None:
        for key, value in keys.items():
            stream[f"/{key}"] = value
        stream.write(data, filter=code, decode_parms=parameters)

    return encode


def _fax(bits: Image.Image, compression: str, k: int) -> Encode:
    buffer = io.BytesIO()
    bits.save(buffer, "TIFF", compression=compression, tiffinfo={278: bits.height})
    with Image.open(buffer) as stored:
        tags = stored.tag_v2  # type: ignore[attr-defined]
        strip = buffer.getvalue()[tags[273][0] : tags[273][0] + tags[279][0]]
        parameters = pikepdf.Dictionary(K=k, Columns=bits.width, Rows=bits.height, BlackIs1=tags[262] == 1)
    return _coded(strip, Name.CCITTFaxDecode, parameters, ColorSpace=Name.DeviceGray, BitsPerComponent=1)


if __name__ == "__main__":
    main()
