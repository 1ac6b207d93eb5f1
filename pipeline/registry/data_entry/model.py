"""Data entry: pages and entries as shown to a person who adds to them, and the results of adding."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.base.model import Box, Matrix, PageRef
from pipeline.registry.books.model import PagePosition

Corners = tuple[tuple[float, float], ...]
"""Four points (x, y) in pixels of a page as scanned: a drawn region that outlives changes of the rectification."""


def corners_of(box: Box, matrix: Matrix | None) -> Corners:
    """Return the corners on the page as scanned of a box on the page as shown.

    Args:
        matrix: From the page as scanned to the page as shown; None if it is shown as scanned.
    """
    points = ((box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom))
    return points if matrix is None else _through(np.asarray(np.linalg.inv(matrix), np.float64), points)


def box_around(corners: Corners, matrix: Matrix | None) -> Box:
    """Return the box around a drawn region on the page as it is rectified now.

    Args:
        matrix: From the page as scanned to the rectified page; None if the page was not read.
    """
    points = corners if matrix is None else _through(matrix, corners)
    across, down = zip(*points, strict=True)
    return Box(min(across), min(down), max(across), max(down))


def _through(matrix: Matrix, points: Corners) -> Corners:
    mapped = np.column_stack([np.asarray(points, float), np.ones(len(points))]) @ matrix.T
    return tuple((float(x / w), float(y / w)) for x, y, w in mapped)


@dataclass(frozen=True, slots=True)
class EntryOnPage:
    """An entry of a page, for a person who checks that all entries are present.

    Attributes:
        row: Typed entries begin at ``FIRST_TYPED_ROW``.
        number: Effective number; ``""`` if there is none.
        typed: Whether a person added it.
        waiting: Number of fields that wait for people.
        box: Its area on the page as shown, if known.
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
        scan: File name of the scan.
        place: Position in the book.
        state: As in ``PageKind``; ``failed`` or ``unread`` if the page was not read.
        failure: Message of the failure; ``""`` if the page was read or not tried.
        page_id: None until the registry knows the page.
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
    """The result of adding entries or fields.

    Attributes:
        entries: Ids of the entries.
        leased: Ids of the tasks leased to the person; the other tasks wait for anybody.
    """

    entries: tuple[int, ...]
    leased: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AddedColumn:
    """The result of adding a field to all entries of a book, in numbers of entries.

    Attributes:
        at_work: Entries left alone because their task is leased.
    """

    entries: int
    at_work: int
