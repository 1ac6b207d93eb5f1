"""Braces of a table: one sign beside several rows of a column, by which a value holds for all of them.

Only what is seen is said. Below the one row of the brace that has writing the others are “như trên”, and a person
decides what that repeats; not in a column without ditto marks. All else beside the brace is doubtful: it may be a long
letter, or stand between two rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.digitize.regions import FieldRegion
from pipeline.layout.imaging.ink.connected_components import ConnectedComponents

COVERED = 0.6
"""The least share of a row's height along which a brace must run for the row to be covered by it."""

SLIM = 0.4
"""The most width of a brace, as a share of its height."""


@dataclass(frozen=True, slots=True)
class Brace:
    """A sign that covers rows of a column.

    Attributes:
        component: Its number among the components of the page.
        column: The number of the column.
        rows: The first and the last row that it covers.
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
    """Return the signs that run along two rows or more within one column.

    Args:
        components: The ink of the page.
        column_of: (n,) the column of each component.
        bounds: (rows + 1, columns) the y at which each row begins in each column, and at which the last one ends.
        rest: (n,) which components are rests of rules.
    """
    left, top, right, bottom = components.boxes.T.astype(float)
    shortest = float(np.diff(bounds, axis=0).min(initial=np.inf))
    tall = (bottom - top > 2 * COVERED * shortest) & (right - left < SLIM * (bottom - top)) & ~rest
    found = []
    for number in np.flatnonzero(tall & (column_of >= 0) & (column_of < bounds.shape[1])):
        column = int(column_of[number])
        low, high = bounds[:-1, column], bounds[1:, column]
        along = np.minimum(high, bottom[number]) - np.maximum(low, top[number])
        covered = np.flatnonzero(along > COVERED * (high - low))
        if len(covered) > 1:
            found.append(Brace(int(number), column, (int(covered[0]), int(covered[-1]))))
    return tuple(found)


def with_braces(
    rows: Sequence[Sequence[FieldRegion]], braces: Sequence[Brace]
) -> list[tuple[FieldRegion, ...]]:
    """Return the regions of all rows with what braces say of them.

    Args:
        rows: The regions of each row.
        braces: The braces of the page.
    """
    told = [list(row) for row in rows]
    for brace in braces:
        first, last = brace.rows
        places = [
            (number, at)
            for number in range(first, min(last + 1, len(told)))
            for at, region in enumerate(told[number])
            if region.slot.column == brace.column
        ]
        written = [number for number, at in places if told[number][at].lines]
        for number, at in places:
            region = told[number][at]
            if region.lines:
                told[number][at] = replace(region, is_touched=True)
            else:
                repeats = len(written) == 1 and number > written[0] and region.slot.ditto
                told[number][at] = replace(region, is_repeated=repeats, is_doubtful=not repeats)
    return [tuple(row) for row in told]
