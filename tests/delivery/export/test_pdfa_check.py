"""Each rule of PDF/A-2b that the check knows, broken once."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String
from PIL import Image

from pipeline.base.model import Box
from pipeline.delivery.export.compression import encode_jpeg
from pipeline.delivery.export.package_values import TextSpan
from pipeline.delivery.export.pdf_writing import PicturePage, entry_pdf
from pipeline.delivery.export.pdfa_check import RULES, pdfa_flaws
from tests.delivery.export.pdfs import MADE

JPEG = encode_jpeg(Image.new("RGB", (310, 438), (240, 235, 220)), 50)
WHOLE = entry_pdf(
    [PicturePage(JPEG, (310, 438), 75.0, (TextSpan("Sổ hộ tịch", Box(5, 5, 200, 30)),))], "KS.1", MADE
)

LZW = bytes.fromhex("800b6050220c0c8501")
"""The example of PDF 32000-1, 7.4.4.2."""


def _image(pdf: Pdf) -> pikepdf.Object:
    return pdf.pages[0].Resources.XObject.Im0


def _add(**keys: Any) -> Callable[[Pdf], None]:
    """Return a change that adds an object of its own to the page."""
    return lambda pdf: pdf.pages[0].obj.__setitem__("/PieceInfo", pdf.make_indirect(Dictionary(**keys)))


def _in_root(key: str, value: pikepdf.Object) -> Callable[[Pdf], None]:
    return lambda pdf: pdf.Root.__setitem__(key, value)


def _metadata(before: bytes, after: bytes) -> Callable[[Pdf], None]:
    def change(pdf: Pdf) -> None:
        text = pdf.Root.Metadata.read_bytes()
        assert before in text
        pdf.Root.Metadata.write(text.replace(before, after))

    return change


BROKEN: dict[str, Callable[[Pdf], None]] = {
    "6.1.5": lambda pdf: pdf.trailer.__setitem__(
        "/Info", pdf.make_indirect(Dictionary(Title=String("khác")))
    ),
    "6.1.7": lambda pdf: pdf.Root.__setitem__(
        "/X", pdf.make_indirect(Stream(pdf, LZW, Filter=Name.LZWDecode))
    ),
    "6.1.12": _in_root("/Perms", Dictionary(Other=1)),
    "6.1.13": lambda pdf: pdf.pages[0].obj.__setitem__("/MediaBox", Array([0, 0, 2, 2])),
    "6.2.2": lambda pdf: pdf.pages[0].obj.__setitem__("/Contents", Stream(pdf, b"q zz Q")),
    "6.2.3": lambda pdf: pdf.Root.__delitem__("/OutputIntents"),
    "6.2.4": lambda pdf: _image(pdf).__setitem__("/ColorSpace", Name.DeviceCMYK),
    "6.2.5": _add(Type=Name.ExtGState, TR=Name.Identity),
    "6.2.8": lambda pdf: _image(pdf).__setitem__("/Interpolate", True),
    "6.2.9": lambda pdf: _image(pdf).__setitem__("/Subtype", Name.PS),
    "6.2.10": _add(Type=Name.ExtGState, BM=Name.Strange),
    "6.2.11": lambda pdf: pdf.pages[0].Resources.Font.F0.DescendantFonts[0].__delitem__("/FontDescriptor"),
    "6.3": lambda pdf: pdf.pages[0].obj.__setitem__(
        "/Annots", Array([Dictionary(Type=Name.Annot, Subtype=Name.Text, F=4, Rect=Array([0, 0, 9, 9]))])
    ),
    "6.4": _in_root("/AcroForm", Dictionary(Fields=Array(), NeedAppearances=True)),
    "6.5": _in_root("/OpenAction", Dictionary(S=Name.JavaScript, JS=String("x"))),
    "6.6.2": lambda pdf: pdf.Root.__delitem__("/Metadata"),
    "6.6.4": _metadata(b'ns/id/">2<', b'ns/id/">1<'),
    "6.8": _add(Type=Name.Filespec, EF=Dictionary()),
}


@pytest.mark.parametrize("clause", BROKEN)
def test_a_broken_rule_is_named(clause: str) -> None:
    with pikepdf.open(io.BytesIO(WHOLE)) as pdf:
        BROKEN[clause](pdf)
        file = io.BytesIO()
        pdf.save(
            file,
            deterministic_id=True,
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
            compress_streams=False,
        )
    assert clause in {flaw.clause for flaw in pdfa_flaws(file.getvalue())}


def test_the_frame_of_a_file_is_checked_and_no_rule_is_left_untried() -> None:
    assert not pdfa_flaws(WHOLE)
    tries = {
        "6.1.2": WHOLE.replace(b"%PDF-1.7\n%", b"%PDF-1.7\n ", 1),
        "6.1.3": WHOLE + b"more",
        "6.1.4": WHOLE.replace(b"endobj", b"endobk"),
    }
    for clause, data in tries.items():
        assert clause in {flaw.clause for flaw in pdfa_flaws(data)}, clause
    assert tries.keys() | BROKEN.keys() == RULES.keys()
    assert all(flaw.sentence for flaw in pdfa_flaws(b"no file"))


def test_a_file_with_other_objects_than_it_needs_is_told_and_stops_nothing() -> None:
    with pikepdf.open(io.BytesIO(WHOLE)) as pdf:
        plain = io.BytesIO()
        pdf.save(plain, qdf=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    chance = random.Random(5)
    for _ in range(1000):
        data = bytearray(plain.getvalue())
        for _ in range(chance.choice((1, 2, 6, 30))):
            at = chance.randrange(len(data))
            data[at : at + chance.randrange(8)] = chance.choice(
                (b"/X", b"<<", b">>", b"[", b"null", b" 0 R", b"9")
            )
        assert {flaw.clause for flaw in pdfa_flaws(bytes(data))} <= RULES.keys()
