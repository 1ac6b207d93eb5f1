"""Braces of a table: a sign beside several rows of a column, by which one value holds for all these rows.

If exactly one covered row has writing, the rows below it are “như trên”, and a person decides what that repeats; in a
column without ditto marks they are not. All other covered rows are doubtful: the sign may be a long letter or stand
between two rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.digitize.regions import FieldRegion
from pipeline.layout.imaging.ink.connected_components import ConnectedComponents

COVERED = 0.6
"""Least share of a row's height along which a brace runs if it covers the row."""

SLIM = 0.4
"""Largest width of a brace, as a share of its height."""


@dataclass(frozen=True, slots=True)
class Brace:
    """A sign that covers rows of a column.

    Attributes:
        component: The number of its component on the page.
        rows: The first and the last covered row.
    """

    component: int
    column: int
    rows: tuple[int, int]


def find_braces(
    components: ConnectedComponents,
    column_of: NDArray[np.int64],
    bounds: NDArray[np.float64],
    rest: NDArray[np.bool_],
) -> tuple[Brace, ...]:
    """Return the signs that cover two or more rows of one column.

    Args:
        components: The ink of the page.
        column_of: (n,) the column of each component.
        bounds: (rows + 1, columns) the y at which each row begins in each column; the last line is the end.
        rest: (n,) whether each component is a remnant of a rule.
    """
    left, top, right, bottom = components.boxes.T.astype(float)
    shortest = float(np.diff(bounds, axis=0).min(initial=np.inf))
    tall = (bottom - top > 2 * COVERED * shortest) & (right - left < SLIM * (bottom - top)) & ~rest
    braces = []
    for number in np.flatnonzero(tall & (column_of >= 0) & (column_of < bounds.shape[1])):
        column = int(column_of[number])
        low, high = bounds[:-1, column], bounds[1:, column]
        along = np.minimum(high, bottom[number]) - np.maximum(low, top[number])
        covered = np.flatnonzero(along > COVERED * (high - low))
        if len(covered) > 1:
            braces.append(Brace(int(number), column, (int(covered[0]), int(covered[-1]))))
    return tuple(braces)


def with_braces(
    rows: Sequence[Sequence[FieldRegion]], braces: Sequence[Brace]
) -> list[tuple[FieldRegion, ...]]:
    """Return the regions of all rows, those beside braces marked as repeated, doubtful or touched."""
    marked = [list(row) for row in rows]
    for brace in braces:
        first, last = brace.rows
        places = [
            (number, at)
            for number in range(first, min(last + 1, len(marked)))
            for at, region in enumerate(marked[number])
            if region.slot.column == brace.column
        ]
        written = [number for number, at in places if marked[number][at].lines]
        for number, at in places:
            region = marked[number][at]
            if region.lines:
                marked[number][at] = replace(region, is_touched=True)
            else:
                repeats = len(written) == 1 and number > written[0] and region.slot.ditto
                marked[number][at] = replace(region, is_repeated=repeats, is_doubtful=not repeats)
    return [tuple(row) for row in marked]
