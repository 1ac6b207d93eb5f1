"""The results of two facing pages as the one result of their picture: an entry a side, all places on one canvas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pipeline.imaging.geometry import warp
from pipeline.imaging.geometry.gutter import shared_homography
from pipeline.model import (
    LEFT_PAGE,
    RIGHT_PAGE,
    Box,
    EntryResult,
    FieldReading,
    Finding,
    Frame,
    Matrix,
    PageKind,
    PageRef,
    PageResult,
    Quality,
    Severity,
)

SPREAD = "PAGE-SPREAD"


def joined(
    ref: PageRef,
    size: tuple[int, int],
    sides: Sequence[tuple[PageResult, Matrix, Matrix]],
    form: str,
    turn: int,
) -> PageResult:
    """One result of two pages, left page first: of each its own result, the ``matrix`` (3, 3) from the whole picture
    of ``size`` (width, height) to the page's and the corners (4, 2) of its printed frame on the whole picture.
    ``turn``: how far the whole picture was turned clockwise to stand upright, in degrees.

    The entry of the left page is in row ``LEFT_PAGE``, that of the right page in ``RIGHT_PAGE``, also where the other
    page has none: an entry keeps its row whatever becomes of the page that faces it.
    """
    results = [result for result, _, _ in sides]
    matrix, canvas = _fitting(shared_homography([frame for _, _, frame in sides]), size)
    kinds = [result.kind for result in results]
    entries, labels, stamps = [], [], []
    for row, (result, part, _) in zip((LEFT_PAGE, RIGHT_PAGE), sides, strict=True):
        move = np.asarray(matrix @ np.linalg.inv(part) @ np.linalg.inv(result.matrix), np.float64)
        entries += [
            EntryResult(row, tuple(_moved_reading(one, move) for one in entry.readings), entry.findings)
            for entry in result.entries
        ]
        labels += [replace(label, box=_moved(label.box, move)) for label in result.labels]
        stamps += [replace(stamp, box=_moved(stamp.box, move)) for stamp in result.stamps]
    corners = warp.transform_points(matrix, np.vstack([frame for _, _, frame in sides]))
    seconds: Counter[str] = Counter()
    for result in results:
        seconds.update(result.timings)
    view = next((result.view for result in results if result.view is not None), None)
    return PageResult(
        ref,
        PageKind.ENTRIES if PageKind.ENTRIES in kinds else kinds[0],
        form,
        canvas,
        matrix,
        turn,
        float(np.mean([result.skew for result in results])),
        _worst([result.quality for result in results]),
        Frame(corners[[0, 5, 6, 3]]),
        tuple(labels),
        tuple(entries),
        (Finding(SPREAD, Severity.INFO), *_told_once(results)),
        dict(seconds),
        results[0].hand_reader,
        next((result.ink_print for result in results if result.ink_print), ""),
        tuple(stamps),
        view,
    )


def _fitting(matrix: Matrix, size: tuple[int, int]) -> tuple[Matrix, tuple[int, int]]:
    """The matrix moved so that all of the picture of that (width, height) lies on the canvas, and the canvas's size."""
    width, height = size
    outline = warp.transform_points(
        matrix, np.array([[0, 0], [width, 0], [width, height], [0, height]], float)
    )
    low, high = outline.min(axis=0), outline.max(axis=0)
    shift = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1.0]])
    across, down = np.ceil(high - low).astype(int)
    return np.asarray(shift @ matrix, np.float64), (int(across), int(down))


def _moved_reading(reading: FieldReading, move: Matrix) -> FieldReading:
    box = None if reading.box is None else _moved(reading.box, move)
    return replace(reading, box=box, lines=tuple(_moved(line, move) for line in reading.lines))


def _moved(box: Box, move: Matrix) -> Box:
    corners = np.array(
        [(box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom)], float
    )
    placed = warp.transform_points(move, corners)
    (left, top), (right, bottom) = placed.min(axis=0), placed.max(axis=0)
    return Box(float(left), float(top), float(right), float(bottom))


def _worst(found: Sequence[Quality]) -> Quality:
    """Of each measure that of the poorer page."""
    return Quality(
        sharpness=min(one.sharpness for one in found),
        contrast=min(one.contrast for one in found),
        dark_edges=max(one.dark_edges for one in found),
        dpi=min(one.dpi for one in found),
        edge=max(one.edge for one in found),
        shade=max(one.shade for one in found),
        finger=max(one.finger for one in found),
        fold=max(one.fold for one in found),
        cut=max(one.cut for one in found),
    )


def _told_once(results: Sequence[PageResult]) -> tuple[Finding, ...]:
    """What is found of either page, each code once."""
    found = {finding.code: finding for result in reversed(results) for finding in result.findings}
    return tuple(found.values())
