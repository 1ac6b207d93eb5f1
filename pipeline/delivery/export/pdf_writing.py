"""The PDF of an entry: one picture a page with an invisible text layer, PDF/A-2b, written with pikepdf.

It follows ISO 19005-2: an sRGB output intent, XMP metadata with part and conformance, embedded fonts, no encryption, no
actions. The metadata hold the file name and no person's name.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream
from PIL import ImageCms

import pipeline
from pipeline.delivery.export.package_values import TextSpan

FONT_FILE = Path(__file__).parent / "data" / "glyphless.ttf"
ADVANCE = 0.5
"""Width of every glyph, as a share of the font size."""

ASCENT = 0.8
LANGUAGE = "vi-VN"
SRGB = "sRGB IEC61966-2.1"


@dataclass(frozen=True, slots=True)
class PicturePage:
    """A page of a PDF.

    Attributes:
        size: Width and height of the picture in pixels.
        texts: The text layer, in pixels of the picture.
    """

    jpeg: bytes
    size: tuple[int, int]
    dpi: float
    texts: tuple[TextSpan, ...] = ()


def entry_pdf(pages: Sequence[PicturePage], title: str, made_at: datetime) -> bytes:
    """Return pages as a PDF/A-2b file; the same pages, title and time give the same bytes."""
    with pikepdf.new() as pdf:
        letters = _Letters.of(text.text for page in pages for text in page.texts)
        font = _font(pdf, letters)
        for page in pages:
            _add_page(pdf, page, font, letters)
        root = pdf.Root
        root.Lang = LANGUAGE
        root.OutputIntents = Array([_output_intent(pdf)])
        _write_metadata(pdf, title, made_at)
        file = io.BytesIO()
        pdf.save(file, deterministic_id=True, min_version="1.7")
    return file.getvalue()


def _add_page(pdf: Pdf, page: PicturePage, font: Object, letters: _Letters) -> None:
    width, height = (72 * side / page.dpi for side in page.size)
    image = Stream(pdf, page.jpeg)
    image.stream_dict = Dictionary(
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=page.size[0],
        Height=page.size[1],
        ColorSpace=Name.DeviceRGB,
        BitsPerComponent=8,
        Filter=Name.DCTDecode,
    )
    lines = [f"q {width:.3f} 0 0 {height:.3f} 0 0 cm /Im0 Do Q"]
    lines += [
        _text_operators(text, page, height, letters)
        for text in page.texts
        if text.box.area > 0 and text.text.strip()
    ]
    pdf_page = Dictionary(
        Type=Name.Page,
        MediaBox=Array([0, 0, round(width, 3), round(height, 3)]),
        Contents=Stream(pdf, "\n".join(lines).encode("ascii")),
        Resources=Dictionary(XObject=Dictionary(Im0=image), Font=Dictionary(F0=font)),
    )
    pdf.pages.append(pikepdf.Page(pdf_page))


def _text_operators(text: TextSpan, page: PicturePage, height: float, letters: _Letters) -> str:
    """Return the operators that lay a text over its box: invisible (rendering mode 3), as wide as the box."""
    scale = 72 / page.dpi
    size = max(1.0, text.box.height * scale)
    codes = letters.codes(text.text)
    stretch = 100 * text.box.width * scale / (ADVANCE * size * (len(codes) // 4))
    left, base = text.box.left * scale, height - (text.box.top + ASCENT * text.box.height) * scale
    return f"BT 3 Tr /F0 {size:.2f} Tf {max(1.0, stretch):.2f} Tz 1 0 0 1 {left:.2f} {base:.2f} Tm <{codes}> Tj ET"


@dataclass(frozen=True, slots=True)
class _Letters:
    """The letters of a file, numbered from 1."""

    numbers: dict[str, int]

    @classmethod
    def of(cls, texts: Iterable[str]) -> _Letters:
        used = sorted({letter for text in texts for letter in text})
        return cls({letter: number for number, letter in enumerate(used, start=1)})

    def codes(self, text: str) -> str:
        """Return the codes of a text in hex, two bytes a letter."""
        return "".join(f"{self.numbers[letter]:04X}" for letter in text)

    @property
    def to_unicode(self) -> bytes:
        """The CMap from codes to text (PDF 32000-1, 9.10.3)."""
        pairs = [
            f"<{n:04X}> <{letter.encode('utf-16-be').hex().upper()}>" for letter, n in self.numbers.items()
        ]
        blocks = []
        for start in range(0, len(pairs), 100):  # a block holds at most 100 pairs
            block_pairs = pairs[start : start + 100]
            blocks.append(f"{len(block_pairs)} beginbfchar\n" + "\n".join(block_pairs) + "\nendbfchar")
        body = "\n".join(blocks)
        return (
            "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
            "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
            f"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n{body}\n"
            "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
        ).encode("ascii")


def _font(pdf: Pdf, letters: _Letters) -> Object:
    """Return a composite font that shows every letter as the empty glyph of ``FONT_FILE``."""
    data = FONT_FILE.read_bytes()
    file = Stream(pdf, data, Length1=len(data))
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=Name("/AAAAAA+Glyphless"),
        Flags=4,
        FontBBox=Array([0, -200, 500, 800]),
        ItalicAngle=0,
        Ascent=800,
        Descent=-200,
        CapHeight=800,
        StemV=80,
        FontFile2=file,
    )
    glyphs = b"\x00\x00" + b"\x00\x01" * len(letters.numbers)
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=Name("/AAAAAA+Glyphless"),
        CIDSystemInfo=Dictionary(Registry="Adobe", Ordering="Identity", Supplement=0),
        FontDescriptor=pdf.make_indirect(descriptor),
        DW=round(1000 * ADVANCE),
        CIDToGIDMap=Stream(pdf, glyphs),
    )
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=Name("/AAAAAA+Glyphless"),
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(descendant)]),
            ToUnicode=Stream(pdf, letters.to_unicode),
        )
    )


def _output_intent(pdf: Pdf) -> Dictionary:
    profile = Stream(pdf, srgb_profile(), N=3)
    return Dictionary(
        Type=Name.OutputIntent,
        S=Name.GTS_PDFA1,
        OutputConditionIdentifier=SRGB,
        Info=SRGB,
        DestOutputProfile=profile,
    )


@cache
def srgb_profile() -> bytes:
    """Return the ICC profile of sRGB from Little CMS, without its creation time."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = (2024).to_bytes(2, "big") + bytes([0, 1, 0, 1, 0, 0, 0, 0, 0, 0])
    return bytes(profile)


def _write_metadata(pdf: Pdf, title: str, made_at: datetime) -> None:
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
        metadata["pdfaid:part"] = "2"
        metadata["pdfaid:conformance"] = "B"
        metadata["dc:title"] = title
        metadata["xmp:CreateDate"] = made_at.astimezone(UTC).replace(microsecond=0).isoformat()
        metadata["xmp:CreatorTool"] = f"hotich {pipeline.__version__}"
