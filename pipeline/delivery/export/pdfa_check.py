"""Check of PDF/A-2b for files of page pictures, text and signature fields.

It holds the rules of ISO 19005-2, level B, that such a file can break, and is stricter where that is simpler: every
font is embedded, every picture is RGB or grey. It reads no font program and no pixels; veraPDF does.
"""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

RULES: Mapping[str, str] = {
    "6.1.2": "đầu tệp không phải %PDF-1.x với một dòng ghi chú bốn byte lớn hơn 127",
    "6.1.3": "cuối tệp thiếu mã tệp (ID), có mật khẩu, hoặc có byte thừa sau %%EOF",
    "6.1.4": "cấu trúc tệp có lỗi",
    "6.1.5": "thông tin tệp (Info) khác siêu dữ liệu XMP",
    "6.1.7": "có dữ liệu nằm ngoài tệp, hoặc cách nén bị cấm (LZW, Crypt)",
    "6.1.12": "có quyền hạn ngoài chữ ký",
    "6.1.13": "vượt giới hạn: chữ quá dài, trang quá to hay quá nhỏ",
    "6.2.2": "nội dung trang có lệnh lạ",
    "6.2.3": "thiếu hồ sơ màu của tệp (OutputIntent), hoặc hồ sơ không dùng được",
    "6.2.4": "màu của ảnh không theo hồ sơ màu của tệp",
    "6.2.5": "trạng thái đồ họa có hàm chuyển",
    "6.2.8": "ảnh có bản thay thế hoặc nội suy",
    "6.2.9": "có đối tượng PostScript hoặc tham chiếu tệp ngoài",
    "6.2.10": "độ trong suốt không có hệ màu để pha",
    "6.2.11": "phông chữ không nhúng trong tệp, hoặc bảng mã không dùng được",
    "6.3": "chú thích bị ẩn, không in được, hoặc không có hình",
    "6.4": "biểu mẫu có XFA, hành động, hoặc hình phải vẽ lại",
    "6.5": "có hành động hoặc JavaScript",
    "6.6.2": "siêu dữ liệu XMP thiếu, bị nén, hoặc có thuộc tính ngoài chuẩn",
    "6.6.4": "siêu dữ liệu không ghi PDF/A-2b",
    "6.8": "có tệp đính kèm",
}
"""What a file with a flaw has, by the clause of ISO 19005-2."""

FILTERS = frozenset(
    {"/ASCIIHexDecode", "/ASCII85Decode", "/FlateDecode", "/RunLengthDecode", "/CCITTFaxDecode", "/DCTDecode"}
)
"""Filters that the check knows; JPEG 2000 and JBIG2 are allowed by the standard under rules not checked here."""

SCHEMAS = frozenset({
    "http://purl.org/dc/elements/1.1/", "http://ns.adobe.com/xap/1.0/", "http://ns.adobe.com/xap/1.0/mm/",
    "http://ns.adobe.com/xap/1.0/rights/", "http://ns.adobe.com/pdf/1.3/", "http://www.aiim.org/pdfa/ns/id/",
})  # fmt: skip
"""Predefined schemas of XMP; another schema needs a description of its own."""

PDFAID, DC, XMP, PDF = (
    f"{{{uri}}}" for uri in (
        "http://www.aiim.org/pdfa/ns/id/", "http://purl.org/dc/elements/1.1/", "http://ns.adobe.com/xap/1.0/",
        "http://ns.adobe.com/pdf/1.3/",
    )
)  # fmt: skip
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
INFO_IN_XMP: Mapping[str, str] = {
    "/Title": f"{DC}title", "/Author": f"{DC}creator", "/Subject": f"{DC}description", "/Keywords": f"{PDF}Keywords",
    "/Creator": f"{XMP}CreatorTool", "/Producer": f"{PDF}Producer", "/CreationDate": f"{XMP}CreateDate",
    "/ModDate": f"{XMP}ModifyDate",
}  # fmt: skip
"""The XMP property of each entry of the document information."""

OPERATORS = frozenset(
    (  # noqa: SIM905
        "b B b* B* BDC BI BMC BT BX c cm CS cs d d0 d1 Do DP EI EMC ET EX f F f* G g gs h i ID j J K k l M m MP n q Q "
        "re RG rg ri s S SC sc SCN scn sh T* Tc Td TD Tf Tj TJ TL Tm Tr Ts Tw Tz v w W W* y ' \""
    ).split()
)
LONGEST_STRING = 32767
PAGE_SIDES = (3, 14400)
PRINTED, HIDDEN = 1 << 2, 1 << 0 | 1 << 1 | 1 << 5 | 1 << 8
"""Flags of annotations: Print; and Invisible, Hidden, NoView, ToggleNoView."""

ANNOTATIONS = frozenset(
    (  # noqa: SIM905
        "/Text /Link /FreeText /Line /Square /Circle /Polygon /PolyLine /Highlight /Underline /Squiggly /StrikeOut "
        "/Stamp /Caret /Ink /Popup /Widget /PrinterMark /TrapNet /Watermark /Redact"
    ).split()
)
ACTIONS = frozenset({"/GoTo", "/GoToR", "/GoToE", "/Thread", "/URI", "/Named", "/SubmitForm"})
BLEND_MODES = frozenset(
    (  # noqa: SIM905
        "/Normal /Compatible /Multiply /Screen /Overlay /Darken /Lighten /ColorDodge /ColorBurn /HardLight /SoftLight "
        "/Difference /Exclusion /Hue /Saturation /Color /Luminosity"
    ).split()
)


@dataclass(frozen=True, slots=True)
class PdfaFlaw:
    """A broken rule: the ``clause`` of ISO 19005-2."""

    clause: str

    @property
    def sentence(self) -> str:
        return f"ISO 19005-2, {self.clause}: {RULES[self.clause]}"


BROKEN = (pikepdf.PdfError, TypeError, ValueError, AttributeError, KeyError, RecursionError, ET.ParseError)
"""What pikepdf and the check raise where a file has another object than it needs there."""


def pdfa_flaws(data: bytes) -> tuple[PdfaFlaw, ...]:
    """Return the broken rules of PDF/A-2b of a file, each once, in the order of the standard.

    A file that cannot be read to its end breaks the rules of its structure.
    """
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            broken = set(_header(data)) | set(_file(pdf))
            for node in _dictionaries(pdf):
                broken |= set(_dictionary(node))
            metadata = _metadata(pdf)
            broken |= set(_xmp(metadata)) | set(_info(pdf, metadata)) | set(_colours(pdf))
            for page in pdf.pages:
                broken |= set(_page(page))
    except BROKEN:
        broken = {"6.1.3" if b"/Encrypt" in data[-4096:] else "6.1.4"}
    return tuple(PdfaFlaw(clause) for clause in RULES if clause in broken)


def _header(data: bytes) -> Iterator[str]:
    if not re.match(rb"%PDF-1\.[0-7](\r\n|\r|\n)%[\x80-\xff]{4}", data):
        yield "6.1.2"
    if not re.search(rb"%%EOF(\r\n|\r|\n)?\Z", data[-16:]):
        yield "6.1.3"


def _file(pdf: Pdf) -> Iterator[str]:
    root = pdf.Root
    if pdf.is_encrypted or len(pdf.trailer.get("/ID", Array())) != 2:
        yield "6.1.3"
    if pdf.check_pdf_syntax():
        yield "6.1.4"
    if set(root.get("/Perms", Dictionary()).keys()) - {"/DocMDP", "/UR3"}:
        yield "6.1.12"
    form = root.get("/AcroForm", Dictionary())
    if (
        "/XFA" in form
        or bool(form.get("/NeedAppearances", False))
        or bool(root.get("/NeedsRendering", False))
    ):
        yield "6.4"
    names = root.get("/Names", Dictionary())
    if "/JavaScript" in names or "/AA" in root:
        yield "6.5"
    if "/EmbeddedFiles" in names or "/AF" in root:
        yield "6.8"


def _dictionaries(pdf: Pdf) -> Iterator[Object]:
    """Yield every dictionary and stream of a file, however deep."""
    waiting: list[Any] = [*pdf.objects, pdf.trailer]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Dictionary | Stream):
            yield node
            children = [node.get(str(key)) for key in node]
        else:
            children = list(node) if isinstance(node, Array) else []
        waiting += [child for child in children if isinstance(child, Object) and not child.is_indirect]


def _dictionary(node: Object) -> Iterator[str]:
    """Yield the broken rules of one dictionary, by its kind."""
    keys, subtype = set(node.keys()), node.get("/Subtype")
    if isinstance(node, Stream):
        yield from _stream(node, keys)
    if subtype == "/PS" or (subtype == "/Form" and {"/PS", "/OPI", "/Ref"} & keys):
        yield "6.2.9"
    if node.get("/Type") == "/ExtGState":
        if {"/TR", "/HTP"} & keys or node.get("/TR2", Name.Default) != "/Default":
            yield "6.2.5"
        if str(node.get("/BM", Name.Normal)) not in BLEND_MODES:
            yield "6.2.10"
    if node.get("/Type") == "/Font":
        yield from _font(node)
    if "/EF" in keys:
        yield "6.8"
    if {"/JS", "/AA"} & keys or not all(map(_is_allowed, (node.get("/A"), node.get("/OpenAction")))):
        yield "6.5"
    if subtype == "/Widget" and "/A" in keys:
        yield "6.4"


def _stream(stream: Stream, keys: set[str]) -> Iterator[str]:
    filters = stream.get("/Filter", Array())
    named = {str(one) for one in filters} if isinstance(filters, Array) else {str(filters)}
    if named - FILTERS or {"/F", "/FFilter", "/FDecodeParms"} & keys:
        yield "6.1.7"
    if {"/Alternates", "/OPI"} & keys or bool(stream.get("/Interpolate", False)):
        yield "6.2.8"


def _is_allowed(action: Object | None) -> bool:
    return not isinstance(action, Dictionary) or "/S" not in action or str(action.S) in ACTIONS


def _font(font: Object) -> Iterator[str]:
    subtype = font.get("/Subtype")
    if subtype == "/Type0":
        if str(font.get("/Encoding")) not in ("/Identity-H", "/Identity-V") or "/ToUnicode" not in font:
            yield "6.2.11"
        return
    if subtype != "/Type3":
        descriptor = font.get("/FontDescriptor", Dictionary())
        if not {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor.keys()):
            yield "6.2.11"
    if subtype == "/CIDFontType2":
        mapped = font.get("/CIDToGIDMap")
        if not isinstance(mapped, Stream) and mapped != "/Identity":
            yield "6.2.11"


def _metadata(pdf: Pdf) -> ET.Element | None:
    stream = pdf.Root.get("/Metadata")
    if not isinstance(stream, Stream) or "/Filter" in stream:
        return None
    text = stream.read_bytes()
    packet = re.match(rb"\s*<\?xpacket begin=[^>]*\?>", text)
    if (packet and re.search(rb"\b(bytes|encoding)=", packet[0])) or b"<!" in text:
        return None
    try:
        return ET.fromstring(text)
    except ET.ParseError:
        return None


def _properties(metadata: ET.Element) -> dict[str, str]:
    """Return the properties of XMP by qualified name, the first text of an array."""
    found: dict[str, str] = {}
    for description in metadata.iter(f"{_RDF}Description"):
        found |= {key: value for key, value in description.attrib.items() if not key.startswith(_RDF)}
        found |= {child.tag: "".join(child.itertext()).strip() for child in description}
    return found


def _xmp(metadata: ET.Element | None) -> Iterator[str]:
    if metadata is None:
        yield from ("6.6.2", "6.6.4")
        return
    properties = _properties(metadata)
    if {key[1:].split("}")[0] for key in properties} - SCHEMAS:
        yield "6.6.2"
    if properties.get(f"{PDFAID}part") != "2" or properties.get(f"{PDFAID}conformance") not in (
        "B",
        "U",
        "A",
    ):
        yield "6.6.4"


def _info(pdf: Pdf, metadata: ET.Element | None) -> Iterator[str]:
    info = pdf.trailer.get("/Info")
    properties = {} if metadata is None else _properties(metadata)
    if info is None:
        return
    for key, name in INFO_IN_XMP.items():
        if key in info and _comparable(key, str(info[key])) != _comparable(key, properties.get(name, "")):
            yield "6.1.5"


def _comparable(key: str, text: str) -> str:
    """Return a text as it can be compared: of a time, its digits to the second."""
    return re.sub(r"\D", "", text)[:14] if key.endswith("Date") else text


def _colours(pdf: Pdf) -> Iterator[str]:
    """Yield what is wrong with the output intent, the colours of pictures, and groups without a blending space."""
    intents = [one for one in pdf.Root.get("/OutputIntents", Array()) if one.get("/S") == "/GTS_PDFA1"]
    profile = intents[0].get("/DestOutputProfile") if len(intents) == 1 else None
    icc = profile.read_bytes() if isinstance(profile, Stream) else b""
    sound = len(icc) >= 128 and icc[36:40] == b"acsp" and icc[8] in (2, 4) and icc[16:20] == b"RGB "
    if not sound or int.from_bytes(icc[:4], "big") != len(icc) or profile is None or profile.get("/N") != 3:
        yield "6.2.3"
    images = [one for one in pdf.objects if isinstance(one, Stream) and one.get("/Subtype") == "/Image"]
    if any(image.get("/ColorSpace") not in ("/DeviceRGB", "/DeviceGray") or not sound for image in images):
        yield "6.2.4"
    for page in pdf.pages:
        group = page.obj.get("/Group")
        if group is not None and "/CS" not in group and not sound:
            yield "6.2.10"


def _page(page: pikepdf.Page) -> Iterator[str]:
    sides = [float(page.mediabox[at + 2]) - float(page.mediabox[at]) for at in (0, 1)]
    if not all(PAGE_SIDES[0] <= side <= PAGE_SIDES[1] for side in sides):
        yield "6.1.13"
    try:
        instructions = pikepdf.parse_content_stream(page)
    except pikepdf.PdfError:
        yield "6.2.2"
        instructions = []
    for told in instructions:
        if isinstance(told, pikepdf.ContentStreamInlineImage):
            continue
        if str(told.operator) not in OPERATORS:
            yield "6.2.2"
        if any(isinstance(one, pikepdf.String) and len(bytes(one)) > LONGEST_STRING for one in told.operands):
            yield "6.1.13"
    for annotation in page.obj.get("/Annots", Array()):
        yield from _annotation(annotation)


def _annotation(annotation: Object) -> Iterator[str]:
    subtype, flags = str(annotation.get("/Subtype")), int(annotation.get("/F", 0))
    if subtype not in ANNOTATIONS or (subtype != "/Popup" and (not flags & PRINTED or flags & HIDDEN)):
        yield "6.3"
    left, bottom, right, top = (float(side) for side in annotation.get("/Rect", Array([0, 0, 0, 0])))
    appearance = annotation.get("/AP")
    if appearance is None and subtype not in ("/Popup", "/Link") and left != right and bottom != top:
        yield "6.3"
    if appearance is not None and set(appearance.keys()) != {"/N"}:
        yield "6.3"
