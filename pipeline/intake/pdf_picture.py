"""Whether a page of a PDF is nothing but one picture, and how that picture lies on it.

Scanners write ``q W 0 0 H 0 0 cm /Im0 Do Q``, some with a clip to the page, some with invisible recognised text over
it. Where anything else is painted the page is not one picture and must be drawn.
"""

from __future__ import annotations

from dataclasses import dataclass

import pikepdf

from pipeline.intake.pdf_content import Drawing, instructions_of, only_drawing
from pipeline.intake.pdf_geometry import (
    contains,
    is_axis_aligned,
    placed_rectangle,
    quarter_turns,
    turn_of,
    unit_inches,
    visible_box,
)
from pipeline.intake.rgb import Turn

FULL_PAGE = 0.8  # share of the visible page that the picture covers at least; the rest is bare paper
ALL_OF_PAGE = 0.98  # … and when something was painted underneath it
OVERHANG = 0.02  # share of the page's sides by which the picture may stick out
CLIP_SLACK = 1.0  # units by which a clip may cut into the picture
_HIDDEN = 0b10  # annotation flag (PDF 1.7, table 165)
_SENSELESS = (pikepdf.PdfError, ArithmeticError, AttributeError, IndexError, KeyError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class PlacedImage:
    """The only picture of a page: ``turn`` sets its pixels upright; ``dpi`` along its stored columns and rows."""

    image: pikepdf.Stream
    turn: Turn
    dpi: tuple[float, float]


def only_image(page: pikepdf.Page) -> PlacedImage | None:
    """The picture that is the whole page, upright or by quarter turns and flips; ``None`` for any other page.

    Raises ``PdfError`` when the page's instructions cannot be decoded.
    """
    instructions = instructions_of(page)
    try:
        drawing = only_drawing(instructions)
        if drawing is None or _has_visible_annotations(page):
            return None
        return _placed_image(page, drawing)
    except _SENSELESS:
        return None  # instructions that make no sense: poppler has its own way with them


def _placed_image(page: pikepdf.Page, drawing: Drawing) -> PlacedImage | None:
    image = page.obj["/Resources"]["/XObject"].get(drawing.name)
    if not isinstance(image, pikepdf.Stream) or image.get("/Subtype") != "/Image" or not _is_plain(image):
        return None
    if not _fills_page(page, drawing) or not all(_is_opaque(page, name) for name in drawing.state.settings):
        return None
    a, b, c, d, _, _ = drawing.state.matrix
    inch = unit_inches(page)
    across, down = (a * a + b * b) ** 0.5 * inch, (c * c + d * d) ** 0.5 * inch
    dpi = (int(image["/Width"]) / across, int(image["/Height"]) / down)
    return PlacedImage(image, turn_of(drawing.state.matrix, quarter_turns(page)), dpi)


def _fills_page(page: pikepdf.Page, drawing: Drawing) -> bool:
    """Whether the picture covers the page, does not stick out of it, and is not clipped."""
    matrix, clip, page_box = drawing.state.matrix, drawing.state.clip, visible_box(page)
    placed = placed_rectangle(0, 0, 1, 1, matrix)
    if clip is None or placed is None or not is_axis_aligned(matrix):
        return False
    seen = placed.intersection(page_box)
    covers = seen.area >= (ALL_OF_PAGE if drawing.underneath else FULL_PAGE) * page_box.area
    allowed = page_box.grown(OVERHANG * page_box.width, OVERHANG * page_box.height)
    return covers and contains(allowed, placed) and contains(clip.grown(CLIP_SLACK, CLIP_SLACK), seen)


def _is_plain(image: pikepdf.Stream) -> bool:
    """Whether the picture's own pixels are what is seen: opaque, grey or RGB or palette, nothing remapped."""
    if image.get("/ImageMask") or any(key in image for key in ("/SMask", "/Mask", "/OC", "/SMaskInData")):
        return False
    described = pikepdf.PdfImage(image)
    try:
        mode, filters = described.mode, described.filters
    except NotImplementedError:  # pikepdf's word for a colour space it does not know
        return False
    if mode not in ("1", "L", "P", "RGB", "I;16"):
        return False
    if "/CCITTFaxDecode" in filters and "/DecodeParms" not in image:
        return False
    decode = [float(value) for value in image.get("/Decode", [])]
    remapped = decode not in ([], [0.0, 1.0], [0.0, 1.0] * 3)
    return not (remapped and (described.indexed or "/DCTDecode" in filters or "/JPXDecode" in filters))


def _is_opaque(page: pikepdf.Page, setting: str) -> bool:
    """Whether the graphics state of that name paints plainly over what was there."""
    state = page.obj["/Resources"]["/ExtGState"][setting]
    solid = all(float(state.get(key, 1)) >= 1 for key in ("/ca", "/CA"))
    unmasked = state.get("/SMask", "/None") == "/None"
    return solid and unmasked and state.get("/BM", "/Normal") in ("/Normal", "/Compatible")


def _has_visible_annotations(page: pikepdf.Page) -> bool:
    annotations = page.obj.get("/Annots")
    if not isinstance(annotations, pikepdf.Array):
        return False
    return any(
        isinstance(one, pikepdf.Dictionary)
        and "/AP" in one
        and int(one.get("/F", 0)) & _HIDDEN == 0
        and one.get("/Subtype") not in ("/Link", "/Popup")
        for one in annotations
    )
