"""Requests and results for specimen pages: a rectified page with its picture, and the readings on it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from pipeline.declarations.schema import Form, Rectangle
from pipeline.form_design.specimen import StraightPage

Side = Literal["", "left", "right"]
"""The page of an open book; ``""``: the picture shows a single page."""


@dataclass(frozen=True, slots=True)
class SpecimenFile:
    """A page of an uploaded file.

    Attributes:
        sha256: The SHA-256 of the file.
        size: The length of the file in bytes.
        page_no: The page in the file, from 1.
        side: The half of the picture.
    """

    path: Path
    sha256: str
    size: int
    page_no: int
    side: Side = ""


@dataclass(frozen=True, slots=True)
class StraightSpecimen:
    """A rectified specimen.

    Attributes:
        side: The half of the picture.
        picture: The canvas in colour, as JPEG.
        size: Width and height of this picture.
    """

    side: Side
    page: StraightPage
    picture: bytes
    size: tuple[int, int]


@dataclass(frozen=True, slots=True)
class ReadField:
    """A field read on a specimen.

    Attributes:
        row: The row of a table, from 0.
        value: The parsed value.
        confidence: The confidence, 0..1.
        boxes: The boxes of its ink, as shares of the picture.
    """

    row: int
    field: str
    text: str
    value: str
    confidence: float
    boxes: tuple[Rectangle, ...]


@dataclass(frozen=True, slots=True)
class SpecimenReading:
    """The result of reading a specimen with a form.

    Attributes:
        kind: Whether the page matched the form (``entries``), or is a cover, blank, or unknown.
        other: The id of another form that matched; ``""``: none.
        labels: Boxes of the form's print, as shares of the picture.
    """

    kind: str
    other: str
    fields: tuple[ReadField, ...]
    labels: tuple[Rectangle, ...]


class ReadsSpecimens(Protocol):
    """Opens specimens in a separate process; raises a ``HotichError`` on failure or timeout."""

    def straighten(
        self, specimen: SpecimenFile, *, splits: bool, turn: int | None
    ) -> tuple[StraightSpecimen, ...]:
        """Return a rectified page, or both pages of an open book where ``splits``; ``turn`` is tried first."""
        ...

    def read(self, specimen: SpecimenFile, form: Form, place_code: str) -> SpecimenReading: ...
