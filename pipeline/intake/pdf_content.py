"""Reads the instructions a page of a PDF is painted with, as far as it takes to tell that it is one picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pikepdf

from pipeline.intake.pdf_geometry import EVERYWHERE, IDENTITY, Affine, numbers, placed_rectangle, product
from pipeline.model import Box

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
class Drawing:
    """An XObject by its name in the page's resources, the state it was drawn in, and whether it hides marks."""

    name: str
    state: GraphicsState
    underneath: bool


class _MoreThanOnePicture(Exception):
    """The page holds marks beside or over its picture."""


def instructions_of(page: pikepdf.Page) -> Instructions:
    """What the page is painted with; nothing for a page that paints too much to be one picture.

    Raises ``PdfError`` when the instructions cannot be decoded: marks would be missing from the page.
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


def only_drawing(instructions: Instructions) -> Drawing | None:
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
        self.drawing: Drawing | None = None
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
            self._state = replace(state, matrix=product(numbers(operands, 6), state.matrix))
        elif operator == "gs":
            self._state = replace(state, settings=(*state.settings, str(operands[0])))
        else:
            self._state = replace(state, text_mode=int(operands[0]))

    def _draw_path(self, operator: str, operands: Sequence[Any]) -> None:
        if operator == "re":
            x, y, width, height = numbers(operands, 4)
            self._path.append(placed_rectangle(x, y, width, height, self._state.matrix))
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
        self.drawing = Drawing(name, self._state, self._marked)

    def _mark(self) -> None:
        if self.drawing is not None:
            raise _MoreThanOnePicture
        self._marked = True


def _clipped(clip: Box | None, path: Sequence[Box | None]) -> Box | None:
    only = path[0] if len(path) == 1 else None
    return None if clip is None or only is None else clip.intersection(only)
