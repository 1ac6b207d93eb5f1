"""The truth of a book: the content of the paper, in ``truth.json`` beside its scans.

It maps Ministry columns to texts as written; ``""`` is blank on paper, an absent column is not scored, keys with a
leading ``_`` are notes. Synthetic books note the places of drawn items (``_pages``, ``_page``, ``_row``, ``_ink``,
``_by_hand``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.base.errors import SchemaError
from pipeline.base.files import FileRefused, parse_json, read_regular_file

MOST_BYTES = 64 << 20
"""Size limit; a book of a thousand pages with the place of every stroke takes a tenth."""

Quad = tuple[float, float, float, float, float, float, float, float]
"""x0, y0 … x3, y3 clockwise from the top-left corner, in pixels of the delivered image."""


@dataclass(frozen=True, slots=True)
class TrueLabel:
    """A printed label with its drawn place."""

    text: str
    quad: Quad


@dataclass(frozen=True, slots=True)
class TruePage:
    """A page of the book in the truth; ``scan``: file name, ``page_no``: from 1.

    ``seals`` are the round seals, as far as they are on the page.
    """

    scan: str
    page_no: int
    kind: str
    turn: int = 0
    skew: float = 0.0
    labels: tuple[TrueLabel, ...] = ()
    seals: tuple[Quad, ...] = ()


@dataclass(frozen=True, slots=True)
class TrueEntry:
    """A true entry.

    Attributes:
        values: Texts by Ministry column.
        page: Index into ``BookTruth.pages``.
        ink: Boxes of the ink by field.
        struck: Struck-through fields.
        by_hand: Handwritten fields, if noted.
        overflow: Boxes of ink beyond the blank, by field.
    """

    values: Mapping[str, str]
    page: int | None = None
    row: int | None = None
    ink: Mapping[str, tuple[Quad, ...]] = field(default_factory=dict)
    struck: tuple[str, ...] = ()
    by_hand: tuple[str, ...] = ()
    overflow: Mapping[str, tuple[Quad, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BookTruth:
    """The truth of a book.

    Attributes:
        kind: Name of the record.
        year: Year of the volume.
        pages: The pages, if noted.
    """

    kind: str
    year: int
    entries: tuple[TrueEntry, ...]
    pages: tuple[TruePage, ...] = ()


def load_truth(path: Path) -> BookTruth:
    """Return the truth in a file.

    Raises:
        SchemaError: The file is missing or malformed.
    """
    try:
        return truth_of(parse_json(read_regular_file(path, MOST_BYTES)))
    except FileRefused as error:
        raise SchemaError(f"{path}: {error.message}.") from None
    except OSError as error:
        raise SchemaError(f"Không mở được tệp đáp án {path} ({error.strerror}).") from None
    except ValueError as error:
        raise SchemaError(f"{path}: không phải JSON đúng ({error}).") from None
    except (KeyError, TypeError, AttributeError) as error:
        raise SchemaError(f"{path}: đáp án sai dạng ({type(error).__name__}: {error}).") from None


def truth_of(data: Mapping[str, Any]) -> BookTruth:
    """Return the truth in JSON data.

    Raises:
        KeyError: A key is missing.
        TypeError: A value has another type.
        ValueError: A value is impossible.
    """
    return BookTruth(
        kind=str(data["kind"]),
        year=int(data["year"]),
        entries=tuple(_entry(entry) for entry in data["entries"]),
        pages=tuple(_page(page) for page in data.get("_pages", ())),
    )


def _entry(data: Mapping[str, Any]) -> TrueEntry:
    values = {column: text for column, text in data.items() if not column.startswith("_")}
    if not all(isinstance(text, str) for text in values.values()):
        raise TypeError("every value of an entry is a text")
    ink, overflow = data.get("_ink", {}), data.get("_overflow", {})
    return TrueEntry(
        values=values,
        page=data.get("_page"),
        row=data.get("_row"),
        ink={name: tuple(_quad(quad) for quad in quads) for name, quads in ink.items()},
        struck=tuple(data.get("_struck", ())),
        by_hand=tuple(data.get("_by_hand", ())),
        overflow={name: tuple(_quad(quad) for quad in quads) for name, quads in overflow.items()},
    )


def _page(data: Mapping[str, Any]) -> TruePage:
    labels = tuple(TrueLabel(str(label["text"]), _quad(label["quad"])) for label in data.get("labels", ()))
    return TruePage(
        scan=str(data["scan"]),
        page_no=int(data["page_no"]),
        kind=str(data["kind"]),
        turn=int(data.get("turn", 0)),
        skew=float(data.get("skew", 0.0)),
        labels=labels,
        seals=tuple(_quad(quad) for quad in data.get("seals", ())),
    )


def _quad(numbers: list[float]) -> Quad:
    x0, y0, x1, y1, x2, y2, x3, y3 = (float(number) for number in numbers)
    return x0, y0, x1, y1, x2, y2, x3, y3
