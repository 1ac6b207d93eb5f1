"""The same frame on all specimens: where one page shows another outermost rule, the rules that pages share decide.

What shows through, or the edge of the facing page, may look like one more rule outside the frame, and a faded side be
missed. Among the few outermost rules of each page those are its frame by which most of its other rules stand where
those of the other pages do::

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
"""How many of the outermost rules of a side may be the frame's."""

NEAR = 0.004
"""How far, as a share of the frame's side, a rule may stand from where another page has it."""

LEAST = 0.6
"""How much of the frame as it was found another one must take."""

FEWEST_RULES = 8
"""How many rules a page has at least by which the frames of others are decided: the grid of a table, in short."""

LEAST_GAIN = 3.0
"""How many more rules must stand in their places by another frame than by the one that was found."""

STILL = 0.012
"""How far, as a share of the frame's side, print may lie off another page's before a frame is doubted."""

CLEAR, FEWEST_WORDS = 0.7, 6
"""From which confidence on a word says where a page lies, and how many of them must."""

Values = NDArray[np.float64]
Ends = tuple[float, float]


def align_pages(pages: Sequence[StraightPage]) -> tuple[StraightPage, ...]:
    """Return the specimens, each with the frame by which its rules agree with the others'."""
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
    """Return the specimens, those moved whose print stands elsewhere in their frame than that of most others.

    A page without a frame has a rectangle around its print in place of one, and only its words say where it lies.
    """
    maps = [[_map_of(own, other) for other in pages] for own in pages]
    agreeing = [sum(one is not None and _is_still(*one) for one in row) for row in maps]
    reference = int(
        np.argmax([count + 0.5 * page.has_frame for count, page in zip(agreeing, pages, strict=True)])
    )
    moved = []
    for page, one in zip(pages, maps[reference], strict=True):
        if one is None or _is_still(*one):
            moved.append(page)
            continue
        (grow_u, shift_u), (grow_v, shift_v) = one
        frame = Box(page.x(shift_u), page.y(shift_v), page.x(shift_u + grow_u), page.y(shift_v + grow_v))
        moved.append(replace(page, frame=frame))
    return tuple(moved)


def _is_still(across: Ends, down: Ends) -> bool:
    return all(abs(at) < STILL and abs(grow + at - 1) < STILL for grow, at in (across, down))


def _map_of(page: StraightPage, other: StraightPage) -> tuple[Ends, Ends] | None:
    """Return how places in a page's frame lie in that of another: growth and shift of u, and of v; None: not told."""
    words, others = _known_words(page), _known_words(other)
    common = [text for text in words if text in others]
    if len(common) < FEWEST_WORDS:
        return None
    found = []
    for axis in (0, 1):
        here = np.array([words[text][axis] for text in common])
        there = np.array([others[text][axis] for text in common])
        line = _robust_line(here, there)
        if line is None:
            return None
        found.append(line)
    return found[0], found[1]


def _known_words(page: StraightPage) -> dict[str, tuple[float, float]]:
    """Return where the clear words are that stand once on a page."""
    places: dict[str, list[tuple[float, float]]] = {}
    for word in page.words:
        text = fold_label(word.text)
        if len(text) > 2 and word.confidence > CLEAR:
            places.setdefault(text, []).append((page.u(word.box.left), page.v(word.box.top)))
    return {text: found[0] for text, found in places.items() if len(found) == 1}


def _robust_line(here: Values, there: Values) -> Ends | None:
    """Return growth and shift of the line that most pairs of places agree with."""
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
    """Return the ends of the frame of each page, along one direction."""
    best: tuple[float, list[Ends]] | None = None
    for own, reference in zip(rules, ends, strict=True):
        shares = _shares(own, reference)
        if len(shares) < FEWEST_RULES:
            continue
        chosen, merit = [], 0.0
        for other, found in zip(rules, ends, strict=True):
            before = _agreement(_shares(other, found), shares)
            better = max(_choices(other, found), key=lambda one: _agreement(_shares(other, one), shares))
            after = _agreement(_shares(other, better), shares)
            is_moved = after >= before + LEAST_GAIN
            chosen.append(better if is_moved else found)
            merit += after if is_moved else before
        if best is None or merit > best[0]:
            best = merit, chosen
    return list(ends) if best is None else best[1]


def _choices(rules: Values, found: Ends) -> list[Ends]:
    """Return the ends that a frame may have, those that were found first."""
    wide = found[1] - found[0]
    lows = [found[0], *(float(at) for at in rules[:OUTER])]
    highs = [found[1], *(float(at) for at in rules[-OUTER:])]
    pairs = [(low, high) for low in lows for high in highs if high - low >= LEAST * wide]
    return list(dict.fromkeys(pairs)) or [found]


def _shares(rules: Values, ends: Ends) -> Values:
    shares = (rules - ends[0]) / (ends[1] - ends[0])
    return np.asarray(shares[(shares > -0.01) & (shares < 1.01)], np.float64)


def _agreement(shares: Values, others: Values) -> float:
    """Return how many rules stand where the others do, less a part of those that do not."""
    if not len(shares) or not len(others):
        return 0.0
    off = np.abs(shares[:, None] - others).min(axis=1)
    matched = off < NEAR
    return float(
        matched.sum() - 0.3 * (~matched).sum() - 0.2 * (off[matched] / NEAR).sum() / max(1, matched.sum())
    )
