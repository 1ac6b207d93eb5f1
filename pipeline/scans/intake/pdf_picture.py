"""Whether a page of a PDF is nothing but one picture, and how that picture lies on it.

Scanners write ``q W 0 0 H 0 0 cm /Im0 Do Q``, some with a clip to the page, some with invisible recognised text over
it. The instructions of the page are followed as far as it takes to tell; where anything else is painted the page is not
one picture and must be drawn. Matrices are those of PDF 1.7, 8.3.4: ``(a, b, c, d, e, f)`` takes ``(x, y)`` to
``(a x + c y + e, b x + d y + f)``, y upwards::

    d ^  +-------+        the unit square of the picture comes to lie where its
      |  | /Im0  |        matrix puts it; the page is then turned by /Rotate
      +--+-------+> a
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pikepdf

from pipeline.base.model import Box
from pipeline.scans.intake.images import PixelOrientation

Affine = tuple[float, float, float, float, float, float]
IDENTITY: Affine = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
EVERYWHERE = Box(-1e9, -1e9, 1e9, 1e9)
_POINTS_AN_INCH = 72


def visible_box(page: pikepdf.Page) -> Box:
    """The part of the page that is shown, in its own units, y up: ``top`` is the lower edge."""
    media, crop = _box(page.mediabox), _box(page.cropbox)
    shown = media.intersection(crop)
    return shown if shown.area > 0 else media


def quarter_turns(page: pikepdf.Page) -> int:
    """Clockwise quarter turns (0..3) that the page asks to be shown with."""
    rotate = page.obj.get("/Rotate", 0)
    degrees = rotate if isinstance(rotate, int) else 0
    return degrees // 90 % 4 if degrees % 90 == 0 else 0


def unit_inches(page: pikepdf.Page) -> float:
    """Inches of one unit of the page."""
    unit = float(page.obj.get("/UserUnit", 1))
    return (unit if unit > 0 else 1.0) / _POINTS_AN_INCH


def turn_of(matrix: Affine, quarters: int) -> PixelOrientation:
    """How pixels placed by ``matrix`` must be turned: from where their right and down point on the screen (y down)."""
    a, b, c, d, _, _ = matrix
    right, down = (a, -b), (-c, d)
    for _quarter in range(quarters):
        right, down = (-right[1], right[0]), (-down[1], down[0])
    if abs(right[0]) >= abs(right[1]):
        return PixelOrientation(flip_x=right[0] < 0, flip_y=down[1] < 0)
    return PixelOrientation(transposed=True, flip_x=right[1] < 0, flip_y=down[0] < 0)


def is_axis_aligned(matrix: Affine) -> bool:
    """Whether the matrix keeps to quarter turns and flips, and does not flatten."""
    a, b, c, d, _, _ = matrix
    size = max(abs(a), abs(b), abs(c), abs(d))
    straight = max(abs(b), abs(c)) <= 1e-3 * size and min(abs(a), abs(d)) > 0
    turned = max(abs(a), abs(d)) <= 1e-3 * size and min(abs(b), abs(c)) > 0
    return straight or turned


def matrix_product(first: Sequence[float], then: Affine) -> Affine:
    """The matrix that does ``first`` and ``then`` the other, as ``cm`` multiplies (PDF 1.7, 8.3.4)."""
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def place_rectangle(x: float, y: float, width: float, height: float, matrix: Affine) -> Box | None:
    """Where a rectangle comes to lie; ``None`` when the matrix makes it no upright rectangle."""
    if not is_axis_aligned(matrix):
        return None
    a, b, c, d, e, f = matrix
    (x0, y0), (x1, y1) = (
        (a * u + c * v + e, b * u + d * v + f) for u, v in ((x, y), (x + width, y + height))
    )
    return Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def contains(outer: Box, inner: Box) -> bool:
    """Whether no part of ``inner`` lies outside."""
    return outer.union(inner) == outer


def operand_numbers(operands: Sequence[Any], count: int) -> Sequence[float]:
    """Operands as floats; ``ValueError`` when there are not ``count`` of them."""
    values = [float(value) for value in operands]
    if len(values) != count:
        raise ValueError(f"{count} numbers expected")
    return values


def _box(corners: pikepdf.Object) -> Box:
    x0, y0, x1, y1 = (float(value) for value in corners)
    return Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


CONTENT_BYTES = 4_000_000  # longer instructions are no scan with a text layer
INVISIBLE_TEXT = 3

Instructions = Sequence[tuple[str, Sequence[Any]]]
_PAINTS_PATH = frozenset({"S", "s", "f", "F", "f*", "B", "B*", "b", "b*"})
_BUILDS_PATH = frozenset({"m", "l", "c", "v", "y"})
_SHOWS_TEXT = frozenset({"Tj", "TJ", "'", '"'})
_PAINTS_OTHERWISE = frozenset({"sh", "INLINE IMAGE", "BI"})


@dataclass(frozen=True, slots=True)
class GraphicsState:
    """What ``q`` saves of interest: the matrix, the clip (``None`` = no rectangle), how text shows, ``gs`` names."""

    matrix: Affine = IDENTITY
    clip: Box | None = EVERYWHERE
    text_mode: int = 0
    settings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PdfDrawing:
    """An XObject by its name in the page's resources, the state it was drawn in, and whether it hides marks."""

    name: str
    state: GraphicsState
    underneath: bool


class _MoreThanOnePicture(Exception):
    """The page holds marks next to or over its picture."""


def page_instructions(page: pikepdf.Page) -> Instructions:
    """Return what the page is painted with; nothing for a page that paints too much to be one picture.

    Raises:
        PdfError: The instructions cannot be decoded, so marks would be missing from the page.
    """
    contents = page.obj.get("/Contents")
    streams = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    size = sum(len(stream.read_bytes()) for stream in streams if isinstance(stream, pikepdf.Stream))
    if not 0 < size <= CONTENT_BYTES:
        return []
    try:
        return [(str(one.operator), list(one.operands)) for one in pikepdf.parse_content_stream(page)]
    except pikepdf.PdfError:
        return []


def find_only_drawing(instructions: Instructions) -> PdfDrawing | None:
    """The one XObject the page draws, if nothing else is seen; ``None`` otherwise. Senseless operands raise."""
    painter = _Painter()
    try:
        for operator, operands in instructions:
            painter.follow(operator, operands)
    except _MoreThanOnePicture:
        return None
    return painter.drawing


class _Painter:
    """Follows the instructions of one page, painting nothing."""

    def __init__(self) -> None:
        self.drawing: PdfDrawing | None = None
        self._state = GraphicsState()
        self._saved: list[GraphicsState] = []
        self._path: list[Box | None] = []  # rectangles; None for any other line
        self._clips = False
        self._marked = False

    def follow(self, operator: str, operands: Sequence[Any]) -> None:
        if operator in ("q", "Q"):
            self._save_or_restore(operator)
        elif operator in ("cm", "gs", "Tr"):
            self._set(operator, operands)
        elif operator in ("re", "W", "W*", "n") or operator in _BUILDS_PATH or operator in _PAINTS_PATH:
            self._draw_path(operator, operands)
        elif operator == "Do":
            self._draw(str(operands[0]))
        elif operator in ("BDC", "DP") and operands[0] == "/OC":
            raise _MoreThanOnePicture  # layers that may be switched off
        elif operator in _PAINTS_OTHERWISE or (
            operator in _SHOWS_TEXT and self._state.text_mode != INVISIBLE_TEXT
        ):
            self._mark()

    def _save_or_restore(self, operator: str) -> None:
        if operator == "q":
            self._saved.append(self._state)
        else:
            self._state = self._saved.pop() if self._saved else GraphicsState()

    def _set(self, operator: str, operands: Sequence[Any]) -> None:
        state = self._state
        if operator == "cm":
            self._state = replace(state, matrix=matrix_product(operand_numbers(operands, 6), state.matrix))
        elif operator == "gs":
            self._state = replace(state, settings=(*state.settings, str(operands[0])))
        else:
            self._state = replace(state, text_mode=int(operands[0]))

    def _draw_path(self, operator: str, operands: Sequence[Any]) -> None:
        if operator == "re":
            x, y, width, height = operand_numbers(operands, 4)
            self._path.append(place_rectangle(x, y, width, height, self._state.matrix))
        elif operator in _BUILDS_PATH:
            self._path.append(None)
        elif operator in ("W", "W*"):
            self._clips = True
        else:
            if operator in _PAINTS_PATH:
                self._mark()
            if self._clips:
                self._state = replace(self._state, clip=_clipped(self._state.clip, self._path))
            self._path, self._clips = [], False

    def _draw(self, name: str) -> None:
        if self.drawing is not None:
            raise _MoreThanOnePicture
        self.drawing = PdfDrawing(name, self._state, self._marked)

    def _mark(self) -> None:
        if self.drawing is not None:
            raise _MoreThanOnePicture
        self._marked = True


def _clipped(clip: Box | None, path: Sequence[Box | None]) -> Box | None:
    only = path[0] if len(path) == 1 else None
    return None if clip is None or only is None else clip.intersection(only)


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
    turn: PixelOrientation
    dpi: tuple[float, float]


def only_image(page: pikepdf.Page) -> PlacedImage | None:
    """Return the picture that is the whole page, upright or by quarter turns and flips; ``None`` for any other.

    Raises:
        PdfError: The page's instructions cannot be decoded.
    """
    instructions = page_instructions(page)
    try:
        drawing = find_only_drawing(instructions)
        if drawing is None or _has_visible_annotations(page):
            return None
        return _placed_image(page, drawing)
    except _SENSELESS:
        return None  # instructions that make no sense: poppler has its own way with them


def _placed_image(page: pikepdf.Page, drawing: PdfDrawing) -> PlacedImage | None:
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


def _fills_page(page: pikepdf.Page, drawing: PdfDrawing) -> bool:
    """Whether the picture covers the page, does not stick out of it, and is not clipped."""
    matrix, clip, page_box = drawing.state.matrix, drawing.state.clip, visible_box(page)
    placed = place_rectangle(0, 0, 1, 1, matrix)
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
