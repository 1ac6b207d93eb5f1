"""The same frame on all specimens: where outermost rules differ between pages, the shared rules decide.

Show-through or the edge of the facing page may look like another rule outside the frame, and a faded side may be
missed. Among the few outermost rules of each page, the frame is the pair for which most other rules stand where those
of the other pages do::

    page 1   |    |  |     |        |          page 2   : |    |  |     |        |      the rule : is not shared
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Box
from pipeline.form_design.specimen import StraightPage
from pipeline.layout.locate.label_matching import fold_label

OUTER = 4
"""Number of outermost rules on a side that may be the frame's."""

NEAR = 0.004
"""Largest distance of a rule on two pages, as a share of the frame's side."""

LEAST = 0.6
"""Smallest share of the originally found frame that another frame must cover."""

FEWEST_RULES = 8
"""Smallest number of rules of a page that decides the frames of others: the grid of a table."""

LEAST_GAIN = 3.0
"""Smallest gain in matching rules for a frame to replace the found frame."""

STILL = 0.012
"""Largest offset of print between two pages, as a share of the frame's side, before a frame is doubted."""

CLEAR, FEWEST_WORDS = 0.7, 6
"""Smallest confidence of a word that locates a page, and the smallest number of such words."""

Values = NDArray[np.float64]
Ends = tuple[float, float]


def align_pages(pages: Sequence[StraightPage]) -> tuple[StraightPage, ...]:
    """Return the specimens, each with the frame by which its rules agree best with the others'."""
    if len(pages) < 2:
        return tuple(pages)
    across = _agreed(
        [page.upright for page in pages], [(page.frame.left, page.frame.right) for page in pages]
    )
    down = _agreed([page.level for page in pages], [(page.frame.top, page.frame.bottom) for page in pages])
    framed = [
        replace(page, frame=Box(x[0], y[0], x[1], y[1]))
        for page, x, y in zip(pages, across, down, strict=True)
    ]
    return _by_words(framed)


def _by_words(pages: Sequence[StraightPage]) -> tuple[StraightPage, ...]:
    """Return the specimens, with pages moved whose print is offset from that of most others.

    A page without a frame has the rectangle around its print instead, and only its words locate it.
    """
    maps = [[_map_of(own, other) for other in pages] for own in pages]
    agreeing = [sum(mapping is not None and _is_still(*mapping) for mapping in row) for row in maps]
    reference = int(
        np.argmax([count + 0.5 * page.has_frame for count, page in zip(agreeing, pages, strict=True)])
    )
    aligned = []
    for page, mapping in zip(pages, maps[reference], strict=True):
        if mapping is None or _is_still(*mapping):
            aligned.append(page)
            continue
        (grow_u, shift_u), (grow_v, shift_v) = mapping
        frame = Box(page.x(shift_u), page.y(shift_v), page.x(shift_u + grow_u), page.y(shift_v + grow_v))
        aligned.append(replace(page, frame=frame))
    return tuple(aligned)


def _is_still(across: Ends, down: Ends) -> bool:
    return all(abs(at) < STILL and abs(grow + at - 1) < STILL for grow, at in (across, down))


def _map_of(page: StraightPage, other: StraightPage) -> tuple[Ends, Ends] | None:
    """Return the map from a page's frame to another's: scale and shift of u, and of v; None: unknown."""
    words, others = _known_words(page), _known_words(other)
    common = [text for text in words if text in others]
    if len(common) < FEWEST_WORDS:
        return None
    lines = []
    for axis in (0, 1):
        here = np.array([words[text][axis] for text in common])
        there = np.array([others[text][axis] for text in common])
        line = _robust_line(here, there)
        if line is None:
            return None
        lines.append(line)
    return lines[0], lines[1]


def _known_words(page: StraightPage) -> dict[str, tuple[float, float]]:
    """Return the positions of clear words that occur once on a page."""
    places: dict[str, list[tuple[float, float]]] = {}
    for word in page.words:
        text = fold_label(word.text)
        if len(text) > 2 and word.confidence > CLEAR:
            places.setdefault(text, []).append((page.u(word.box.left), page.v(word.box.top)))
    return {text: at[0] for text, at in places.items() if len(at) == 1}


def _robust_line(here: Values, there: Values) -> Ends | None:
    """Return scale and shift of the line on which most pairs of positions agree."""
    first, second = np.triu_indices(len(here), 1)
    apart = here[second] - here[first]
    far = np.abs(apart) > 0.15
    if far.sum() < FEWEST_WORDS:
        return None
    grow = float(np.median((there[second] - there[first])[far] / apart[far]))
    shift = float(np.median(there - grow * here))
    agreeing = np.abs(there - grow * here - shift) < 3 * NEAR
    if agreeing.sum() < FEWEST_WORDS or not 0.5 < grow < 2:
        return None
    grown, at = np.polyfit(here[agreeing], there[agreeing], 1)
    return float(grown), float(at)


def _agreed(rules: Sequence[Values], ends: Sequence[Ends]) -> list[Ends]:
    """Return the ends of each page's frame along an axis."""
    best: tuple[float, list[Ends]] | None = None
    for own, reference in zip(rules, ends, strict=True):
        shares = _shares(own, reference)
        if len(shares) < FEWEST_RULES:
            continue
        chosen, merit = [], 0.0
        for other, original in zip(rules, ends, strict=True):
            before = _agreement(_shares(other, original), shares)
            better = max(_choices(other, original), key=lambda pick: _agreement(_shares(other, pick), shares))
            after = _agreement(_shares(other, better), shares)
            is_moved = after >= before + LEAST_GAIN
            chosen.append(better if is_moved else original)
            merit += after if is_moved else before
        if best is None or merit > best[0]:
            best = merit, chosen
    return list(ends) if best is None else best[1]


def _choices(rules: Values, original: Ends) -> list[Ends]:
    """Return the possible ends of a frame, the originally found ends first."""
    wide = original[1] - original[0]
    lows = [original[0], *(float(at) for at in rules[:OUTER])]
    highs = [original[1], *(float(at) for at in rules[-OUTER:])]
    pairs = [(low, high) for low in lows for high in highs if high - low >= LEAST * wide]
    return list(dict.fromkeys(pairs)) or [original]


def _shares(rules: Values, ends: Ends) -> Values:
    shares = (rules - ends[0]) / (ends[1] - ends[0])
    return np.asarray(shares[(shares > -0.01) & (shares < 1.01)], np.float64)


def _agreement(shares: Values, others: Values) -> float:
    """Return a score: the number of matching rules less a penalty for the others."""
    if not len(shares) or not len(others):
        return 0.0
    off = np.abs(shares[:, None] - others).min(axis=1)
    matched = off < NEAR
    return float(
        matched.sum() - 0.3 * (~matched).sum() - 0.2 * (off[matched] / NEAR).sum() / max(1, matched.sum())
    )
