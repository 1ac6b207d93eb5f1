"""What is asked of a specimen page, and what comes back: a straight page with its picture, and what is read on it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from pipeline.declarations.schema import Form, Rectangle
from pipeline.form_design.specimen import StraightPage

Side = Literal["", "left", "right"]
"""Which page of an open book; ``""``: the picture shows one."""


@dataclass(frozen=True, slots=True)
class SpecimenFile:
    """A page of a file that a browser sent.

    Attributes:
        path: The file.
        sha256: Of its bytes.
        size: Its length in bytes.
        page_no: The page in it, from 1.
        side: Which half of the picture.
    """

    path: Path
    sha256: str
    size: int
    page_no: int
    side: Side = ""


@dataclass(frozen=True, slots=True)
class StraightSpecimen:
    """A specimen made straight.

    Attributes:
        side: Which half of the picture it is.
        page: The straight page.
        picture: Its canvas in colour, as JPEG.
        size: Width and height of that picture.
    """

    side: Side
    page: StraightPage
    picture: bytes
    size: tuple[int, int]


@dataclass(frozen=True, slots=True)
class ReadField:
    """What a form reads on a specimen.

    Attributes:
        row: The row of a table, from 0.
        field: The field.
        text: What was read, as it stands there.
        value: What it was understood as.
        confidence: How sure that is, 0..1.
        boxes: Where it was cut out, as shares of the picture.
    """

    row: int
    field: str
    text: str
    value: str
    confidence: float
    boxes: tuple[Rectangle, ...]


@dataclass(frozen=True, slots=True)
class SpecimenReading:
    """What a form makes of a specimen.

    Attributes:
        kind: Whether the page was taken for the form (``entries``), for a cover, for blank, or for none of them.
        other: The id of another form that it was taken for; ``""``: none.
        fields: What was read.
        labels: Where the print of the form was found, as shares of the picture.
    """

    kind: str
    other: str
    fields: tuple[ReadField, ...]
    labels: tuple[Rectangle, ...]


class ReadsSpecimens(Protocol):
    """Opens specimens in a process of its own; raises a ``HotichError`` where it cannot, or not in time."""

    def straighten(
        self, asked: SpecimenFile, *, splits: bool, turn: int | None
    ) -> tuple[StraightSpecimen, ...]:
        """Return a page made straight, both pages of an open book where ``splits``; ``turn`` is tried first."""
        ...

    def read(self, asked: SpecimenFile, form: Form, place_code: str) -> SpecimenReading:
        """Return what a form reads on a page."""
        ...
