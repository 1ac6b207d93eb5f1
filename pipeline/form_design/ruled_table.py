"""The columns and rows of a table, from the rules of specimen pages.

::

    v = 0   +------------------+-------+        headings; where a rule stops short of the top, the columns
            |  Người vợ        |       |        beside it stand under one heading of a group
            +---------+--------+ Số    |
            | Họ tên  | Tuổi   |       |
    top     +---------+--------+-------+        from here on rows of one height
            |         |        |       |
    bottom  +---------+--------+-------+
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.form_design.design import DesignedColumn, DesignedTable
from pipeline.form_design.printed_text import PrintedWord, letter_shares
from pipeline.form_design.specimen import StraightPage

FEWEST_COLUMNS, FEWEST_ROWS = 4, 4
"""Smallest numbers of columns and of level rules on a page that counts as a table."""

SAME_RULE = 0.004
"""Largest distance of a rule on two pages, as a share of the frame's side."""

SEEN_INNER = 0.55
"""Smallest share of the frame's height along which an inner rule is visible."""

UNRULED_TOP, UNRULED_ROWS = 0.1, 20
"""Assumed top of unruled rows if no rule ends the heading, and their assumed number."""

HEADING = (0.02, 0.3)
"""Range, as shares of the frame's height, for the rule that ends the heading of unruled rows."""

LEAST_RULED = 0.5
"""Smallest share of the frame's height taken by ruled rows, since lines to write on look similar here and there."""

NARROWEST = 0.012
"""Smallest width of a column as a share of the frame: closer rules are a single rule, printed double."""

ROW_TOLERANCE = 0.12
"""Relative tolerance of row heights."""

Values = NDArray[np.float64]


def inner_rules(pages: Sequence[StraightPage]) -> tuple[float, ...]:
    """Return the u of the vertical rules inside the frame that most specimens show."""
    shared = _shared([np.array([page.u(x) for x in page.upright]) for page in pages])
    inside = [u for u in shared if 0.02 < u < 0.98]
    return tuple(
        u for u in inside if np.median([page.rule_share((u, 0.02), (u, 0.98)) for page in pages]) > SEEN_INNER
    )


def level_rules(pages: Sequence[StraightPage]) -> tuple[float, ...]:
    """Return the v of the horizontal rules inside the frame that most specimens show."""
    shared = _shared([np.array([page.v(y) for y in page.level]) for page in pages])
    return tuple(v for v in shared if 0.01 < v < 0.99)


def is_table(pages: Sequence[StraightPage]) -> bool:
    return len(inner_rules(pages)) + 1 >= FEWEST_COLUMNS and len(level_rules(pages)) >= FEWEST_ROWS


def find_table(pages: Sequence[StraightPage], words: Sequence[PrintedWord]) -> DesignedTable:
    edges = _single([0.0, *inner_rules(pages), 1.0])
    levels = level_rules(pages)
    top, bottom, rows = _rows(np.array([0.0, *levels, 1.0]))
    _, letter = letter_shares(pages)
    ruled = rows > 1 and bottom - top >= LEAST_RULED
    if not ruled:
        ends = [v for v in levels if HEADING[0] < v < HEADING[1]]
        top, bottom, rows = ends[0] if ends else UNRULED_TOP, 1.0, UNRULED_ROWS
    groups = _groups(pages, edges, top) if ruled else []
    columns = []
    for number, (left, right) in enumerate(pairwise(edges)):
        group = next((candidate for candidate in groups if candidate[0] <= number < candidate[1]), None)
        split = group[2] if group else 0.0
        heading = _text(words, left, right, split, top, letter)
        above = _text(words, edges[group[0]], edges[group[1]], 0.0, split, letter) if group else ""
        columns.append(
            DesignedColumn(
                key=f"t{number + 1}",
                heading=heading[:300],
                group=above[:300] or (f"Nhóm {groups.index(group) + 1}" if group else ""),
                width=round(right - left, 5),
                proposed=True,
            )
        )
    remainder = 1.0 - sum(column.width for column in columns)
    columns[-1] = columns[-1].model_copy(update={"width": round(columns[-1].width + remainder, 5)})
    return DesignedTable(
        rows=rows, top=round(top, 4), bottom=round(bottom, 4), ruled=ruled, columns=tuple(columns)
    )


def _shared(lists: Sequence[Values]) -> list[float]:
    """Return the positions seen on at least half of the pages, ascending."""
    positions = np.sort(np.concatenate(lists)) if lists else np.empty(0)
    if not len(positions):
        return []
    parts = np.split(positions, np.flatnonzero(np.diff(positions) > SAME_RULE) + 1)
    needed = max(1, (len(lists) + 1) // 2)
    return [float(np.median(part)) for part in parts if len(part) >= needed]


def _single(edges: Sequence[float]) -> list[float]:
    """Return the edges of columns; double rules are merged in their middle, rules at the frame into its side."""
    merged = [edges[0]]
    for edge in edges[1:-1]:
        if edge - edges[0] < NARROWEST or edges[-1] - edge < NARROWEST:
            continue
        if edge - merged[-1] < NARROWEST:
            merged[-1] = (merged[-1] + edge) / 2
        else:
            merged.append(edge)
    return [*merged, edges[-1]]


def _rows(levels: Values) -> tuple[float, float, int]:
    """Return where the longest run of equally high rows begins and ends, and the number of rows."""
    best = (float(levels[0]), float(levels[-1]), 1)
    for first in range(len(levels) - 1):
        for second in range(first + 1, len(levels)):
            high = levels[second] - levels[first]
            if high < 0.015:
                continue
            last, count = second, 1
            while last + 1 < len(levels):
                ahead = levels[last + 1 :] - levels[last]
                fits = np.flatnonzero(np.abs(ahead - high) < ROW_TOLERANCE * high)
                if not len(fits):
                    break
                last, count = last + 1 + int(fits[0]), count + 1
            reach = levels[last] - levels[first]
            if count > best[2] or (count == best[2] and reach > best[1] - best[0]):
                best = float(levels[first]), float(levels[last]), count
            break
    return best


def _groups(
    pages: Sequence[StraightPage], edges: Sequence[float], top: float
) -> list[tuple[int, int, float]]:
    """Return the groups of columns: first column, column after the last, and the v of the rule below the heading."""
    reaching = [
        number in (0, len(edges) - 1)
        or float(np.median([page.rule_share((u, 0.02 * top), (u, 0.25 * top)) for page in pages])) > 0.5
        for number, u in enumerate(edges)
    ]
    whole = [number for number, is_whole in enumerate(reaching) if is_whole]
    groups = []
    for first, last in pairwise(whole):
        if last - first > 1:
            groups.append((first, last, _rule_below(pages, edges[first], edges[last], top)))
    return groups


def _rule_below(pages: Sequence[StraightPage], left: float, right: float, top: float) -> float:
    """Return the v of the level rule between the heading of a group and its columns' headings."""
    margin = 0.04 * (right - left)
    if top < 0.02:
        return 0.36 * top
    candidates = np.linspace(0.12 * top, 0.8 * top, 60)
    seen = [
        float(np.median([page.rule_share((left + margin, v), (right - margin, v)) for page in pages]))
        for v in candidates
    ]
    best = int(np.argmax(seen))
    if seen[best] < 0.5:
        return 0.36 * top
    near = [
        v
        for v, share in zip(candidates, seen, strict=True)
        if share > 0.9 * seen[best] and abs(v - candidates[best]) < 0.1 * top
    ]
    return float(np.median(near))


def _text(
    words: Sequence[PrintedWord], left: float, right: float, top: float, bottom: float, letter: float
) -> str:
    """Return the print in a rectangle, line by line, without column numbers."""
    inside = [
        word
        for word in words
        if left <= (word.u0 + word.u1) / 2 <= right and top <= (word.v0 + word.baseline) / 2 <= bottom
    ]
    lines: list[list[PrintedWord]] = []
    for word in sorted(inside, key=lambda word: word.baseline):
        if lines and abs(lines[-1][0].baseline - word.baseline) < 0.35 * letter:
            lines[-1].append(word)
        else:
            lines.append([word])
    texts = [" ".join(word.text for word in sorted(line, key=lambda word: word.u0)) for line in lines]
    return " ".join(text for text in texts if not text.strip("()[] .").isdigit())
