"""PDFs checked by other programs than their writer: poppler, and pikepdf as a reader."""

from __future__ import annotations

import io
import shutil
import subprocess
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image

from pipeline.base.model import Pixels

MADE = datetime(2026, 3, 1, tzinfo=UTC)
"""When the files were made."""


def text_of(path: Path) -> str:
    """Return the text that poppler extracts, in NFC, with single spaces."""
    process = subprocess.run(["pdftotext", "-enc", "UTF-8", str(path), "-"], capture_output=True, check=True)
    return unicodedata.normalize("NFC", " ".join(process.stdout.decode().split()))


def pictures_of(data: bytes) -> list[Pixels]:
    """The picture of each page."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pictures = []
        for page in pdf.pages:
            (image,) = page.Resources.XObject.values()
            assert isinstance(image, pikepdf.Stream)
            raw = pikepdf.PdfImage(image).as_pil_image()
            assert isinstance(raw, Image.Image)
            assert raw.mode == "RGB"
            pictures.append(np.asarray(raw))
        return pictures


verapdf = pytest.mark.skipif(shutil.which("verapdf") is None, reason="veraPDF is not on this machine")
"""For tests that ask veraPDF, the validator of PDF/A of the Open Preservation Foundation and the PDF Association."""


def assert_verapdf_agrees(path: Path) -> None:
    """veraPDF finds no rule of PDF/A-2b broken; its own words otherwise."""
    asked = ["verapdf", "--flavour", "2b", "--format", "text", "-v", str(path)]
    process = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stdout + process.stderr
    assert process.stdout.startswith("PASS"), process.stdout


def assert_pdf_a_2b(data: bytes) -> None:
    """The points of ISO 19005-2, level B, that a file of pictures and invisible text can break."""
    assert data.startswith(b"%PDF-1.7\n%"), "6.1.2: header"
    assert min(data[10:14]) > 127, "6.1.2: a comment of four bytes over 127"
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert not pdf.check_pdf_syntax()
        assert not pdf.is_encrypted
        assert len(pdf.trailer.ID) == 2, "6.1.3: file identifier"
        (intent,) = pdf.Root.OutputIntents
        assert intent.S == "/GTS_PDFA1"
        profile = bytes(intent.DestOutputProfile.read_bytes())
        assert profile[36:40] == b"acsp"
        assert profile[16:20] == b"RGB "
        assert profile[8] in (2, 4), "6.2.3: version of the profile"
        assert int.from_bytes(profile[:4], "big") == len(profile)
        metadata = pdf.open_metadata()
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "B")
        assert "/Filter" not in pdf.Root.Metadata, "6.6.2.1: XMP is not compressed"
        assert "/Info" not in pdf.trailer, "so nothing can differ from XMP"
        assert not {"/AA", "/OpenAction", "/AcroForm", "/Names"} & set(pdf.Root.keys()), "6.5, 6.4"
        for page in pdf.pages:
            assert "/Annots" not in page
            assert "/Group" not in page
            for image in page.Resources.XObject.values():
                assert image.ColorSpace == "/DeviceRGB"
                assert not image.get("/Interpolate", False), "6.2.8"
                assert not {"/SMask", "/Mask", "/Alternates", "/OPI"} & set(image.keys())
            _assert_fonts_embedded(page)
            _assert_only_a_picture_and_hidden_text(page)


def _assert_fonts_embedded(page: pikepdf.Page) -> None:
    for font in page.Resources.Font.values():
        (descendant,) = font.DescendantFonts
        assert font.Encoding == "/Identity-H"
        assert "/ToUnicode" in font
        assert "/FontFile2" in descendant.FontDescriptor, "6.2.11.4: embedded"
        assert isinstance(descendant.CIDToGIDMap, pikepdf.Object), "6.2.11.3.2"
        width = _advance(bytes(descendant.FontDescriptor.FontFile2.read_bytes()))
        assert width == descendant.DW, "6.2.11.5: widths as in the font"


def _assert_only_a_picture_and_hidden_text(page: pikepdf.Page) -> None:
    """6.2.2: no operator that PDF 1.7 does not know; 6.2.11.8: no letter shown by .notdef; 6.1.13: no string too long;
    and what is shown is the picture alone."""
    (font,) = page.Resources.Font.values()
    glyphs = bytes(font.DescendantFonts[0].CIDToGIDMap.read_bytes())
    mode = None
    for told in pikepdf.parse_content_stream(page):
        assert isinstance(told, pikepdf.ContentStreamInstruction), "the picture is an object of its own"
        operands, operator = told.operands, told.operator
        assert str(operator) in {"q", "Q", "cm", "Do", "BT", "ET", "Tr", "Tf", "Tz", "Tm", "Tj"}
        if str(operator) == "Tr":
            mode = int(operands[0])
        if str(operator) == "Tj":
            codes = bytes(operands[0])
            numbers = [int.from_bytes(codes[at : at + 2], "big") for at in range(0, len(codes), 2)]
            assert mode == 3, "invisible"
            assert len(codes) <= 32767
            assert all(int.from_bytes(glyphs[2 * n : 2 * n + 2], "big") == 1 for n in numbers)


def _advance(font: bytes) -> int:
    """The advance of glyph 1 in thousandths of an em."""
    tables = {}
    for at in range(int.from_bytes(font[4:6], "big")):
        row = font[12 + 16 * at : 28 + 16 * at]
        tables[row[:4]] = int.from_bytes(row[8:12], "big")
    per_em = int.from_bytes(font[tables[b"head"] + 18 : tables[b"head"] + 20], "big")
    widths = int.from_bytes(font[tables[b"hhea"] + 34 : tables[b"hhea"] + 36], "big")
    at = tables[b"hmtx"] + 4 * min(1, widths - 1)  # the last width is that of all glyphs behind it
    advance = int.from_bytes(font[at : at + 2], "big")
    return round(1000 * advance / per_em)
