"""Data entry: pages as a person finds them who adds what the machine did not offer, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.base.model import Box, Matrix, PageRef
from pipeline.registry.books.model import PagePosition

Corners = tuple[tuple[float, float], ...]
"""Four points (x, y) in pixels of a page as scanned: a region that a person drew, whatever becomes of the page."""


def corners_of(box: Box, matrix: Matrix | None) -> Corners:
    """Return the corners on the page as scanned of a box on the page as shown.

    Args:
        box: The box that was drawn.
        matrix: From the page as scanned to the page as shown; None where it is shown as scanned.
    """
    points = ((box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom))
    return points if matrix is None else _through(np.asarray(np.linalg.inv(matrix), np.float64), points)


def box_around(corners: Corners, matrix: Matrix | None) -> Box:
    """Return the box around a drawn region on the page as it is rectified now.

    Args:
        corners: The region.
        matrix: From the page as scanned to the rectified page; None where nothing was read on it.
    """
    points = corners if matrix is None else _through(matrix, corners)
    across, down = zip(*points, strict=True)
    return Box(min(across), min(down), max(across), max(down))


def _through(matrix: Matrix, points: Corners) -> Corners:
    mapped = np.column_stack([np.asarray(points, float), np.ones(len(points))]) @ matrix.T
    return tuple((float(x / w), float(y / w)) for x, y, w in mapped)


@dataclass(frozen=True, slots=True)
class EntryOnPage:
    """An entry of a page as a person finds it who looks whether all are there.

    Attributes:
        entry_id: The entry.
        row: Its row; typed entries begin at ``FIRST_TYPED_ROW``.
        number: Its number in force, ``""`` where none is.
        typed: A person added it.
        waiting: How many of its fields wait for people.
        box: Where it stands on the page as shown; None where nobody knows.
    """

    entry_id: int
    row: int
    number: str
    typed: bool
    waiting: int
    box: Box | None


@dataclass(frozen=True, slots=True)
class BookPageState:
    """A page of a book, read or not.

    Attributes:
        book_id: The book.
        book: The name of its folder.
        record: The kind of event that the book registers.
        ref: Scan and page number.
        scan: The name of the scan's file.
        place: Where it lies in the book.
        state: As in ``PageKind``; ``failed`` or ``unread`` where nothing was read.
        failure: Why nothing could be read; ``""`` where something was or nobody has tried.
        entries: How many entries of it stand.
        page_id: The page in the registry; None where it has none yet.
    """

    book_id: int
    book: str
    record: str
    ref: PageRef
    scan: str
    place: PagePosition
    state: str
    failure: str
    entries: int
    page_id: int | None


FAILED, UNREAD = "failed", "unread"


@dataclass(frozen=True, slots=True)
class AddedEntries:
    """What came of adding entries or fields.

    Attributes:
        entries: The ids of the entries.
        leased: The tasks that the person has in hand by it; the others wait for anybody.
    """

    entries: tuple[int, ...]
    leased: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AddedColumn:
    """What came of adding a field to all entries of a book.

    Attributes:
        entries: How many entries got it.
        at_work: How many were left as they are, as somebody has their task in hand.
    """

    entries: int
    at_work: int
