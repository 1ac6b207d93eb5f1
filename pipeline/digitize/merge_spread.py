"""Merge the results of two facing pages into the one result of their picture.

Each side has its own entry; all places lie on one canvas.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pipeline.base.model import (
    LEFT_PAGE,
    LEFT_ROWS,
    RIGHT_PAGE,
    RIGHT_ROWS,
    Box,
    FieldReading,
    Finding,
    Frame,
    Matrix,
    PageKind,
    PageResult,
    Quality,
    Severity,
)
from pipeline.digitize.normalize import NormalizedImage, around, corners_of
from pipeline.digitize.sheets import DetectedSheets
from pipeline.layout.imaging.geometry import warp
from pipeline.layout.imaging.geometry.gutter import shared_homography

SPREAD = "PAGE-SPREAD"
"""The finding of a picture that was read as two facing pages."""


def merge_spread(
    results: Sequence[PageResult],
    detected: DetectedSheets,
    picture: NormalizedImage,
    form: str,
    *,
    is_table: bool,
) -> PageResult:
    """Merge the results of two facing pages into one.

    The entry of the left page is in row ``LEFT_PAGE``, that of the right page in ``RIGHT_PAGE``, those of tables from
    ``LEFT_ROWS`` and ``RIGHT_ROWS`` on, also where the other page has none: an entry keeps its row whatever becomes of
    the page that faces it.

    Args:
        results: The result of each page, left page first.
        detected: The two sheets of the picture.
        picture: The whole picture.
        form: The form that the pages are of.
        is_table: Whether it is a table.
    """
    frames = [sheet.frame for sheet in detected.sheets if sheet.frame is not None]
    assert len(frames) == 2
    matrix, canvas = _fitting(shared_homography(frames), picture.size)
    kinds = [result.kind for result in results]
    entries, labels, stamps = [], [], []
    first_rows = (LEFT_ROWS, RIGHT_ROWS) if is_table else (LEFT_PAGE, RIGHT_PAGE)
    for first, sheet, result in zip(first_rows, detected.sheets, results, strict=True):
        move = np.asarray(matrix @ np.linalg.inv(sheet.matrix) @ np.linalg.inv(result.matrix), np.float64)
        entries += [
            replace(
                entry,
                row=first + entry.row,
                readings=tuple(_moved_reading(one, move) for one in entry.readings),
            )
            for entry in result.entries
        ]
        labels += [replace(label, box=_moved(label.box, move)) for label in result.labels]
        stamps += [replace(stamp, box=_moved(stamp.box, move)) for stamp in result.stamps]
    corners = warp.transform_points(matrix, np.vstack(frames))
    seconds: Counter[str] = Counter()
    for result in results:
        seconds.update(result.timings)
    return PageResult(
        ref=picture.page.ref,
        kind=PageKind.ENTRIES if PageKind.ENTRIES in kinds else kinds[0],
        form=form,
        size=canvas,
        matrix=matrix,
        turn=detected.turn,
        skew=float(np.mean([result.skew for result in results])),
        quality=_worst([result.quality for result in results]),
        frame=Frame(corners[[0, 5, 6, 3]]),
        labels=tuple(labels),
        entries=tuple(entries),
        findings=(Finding(SPREAD, Severity.INFO), *_each_code_once(results)),
        timings=dict(seconds),
        hand_reader=results[0].hand_reader,
        ink_print=next((result.ink_print for result in results if result.ink_print), ""),
        stamps=tuple(stamps),
        view=next((result.view for result in results if result.view is not None), None),
    )


def _fitting(matrix: Matrix, size: tuple[int, int]) -> tuple[Matrix, tuple[int, int]]:
    """Return the matrix moved so that the whole picture lies on the canvas, and the canvas's size.

    Sizes are (width, height) in pixels.
    """
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
    return around(warp.transform_points(move, corners_of(box)))


def _worst(found: Sequence[Quality]) -> Quality:
    """Return the poorer page's value of each measure."""
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


def _each_code_once(results: Sequence[PageResult]) -> tuple[Finding, ...]:
    """Return the findings of both pages, each code once."""
    found = {finding.code: finding for result in reversed(results) for finding in result.findings}
    return tuple(found.values())
