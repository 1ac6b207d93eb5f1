"""Print of specimen pages: words at the same place on several pages, joined to labels.

Print repeats from page to page and no leader runs under it; writing differs, and its leader shows under or beside it
on some page. For a single page, the engine's confidence decides::

    page 1   Họ tên: ..An....        the same word at the same place: print
    page 2   Họ tên: ..Bình..        another word there: writing
    page 3   Dân tộc: ..Kinh..       the same word, but on a leader: writing
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from rapidfuzz.distance import Levenshtein

from pipeline.form_design.leaders import Leader, leader_share
from pipeline.form_design.specimen import StraightPage
from pipeline.layout.locate.label_matching import DESCENDERS, fold_label

NEAR = 0.6
"""Largest distance, in letter heights, of the same print on two pages."""

ALIKE = 0.6
"""Smallest similarity of readings of the same word."""

BEYOND = 0.35
"""Largest distance outside the frame, in shares of its sides, of print of the form."""

SINGLE_CONFIDENCE = 0.72
"""Smallest confidence of a printed word if there is a single page."""

FAMILIAR_CONFIDENCE = 0.3
"""The same for a word that declared forms print."""

MOST_PAGES = 0.75
"""Smallest share of the pages with an unfamiliar word, since a place or a name may stand on half of them."""

ON_LEADER = 0.35
"""Share of a word over a leader from which the word counts as written."""

WORD_GAP = 0.9
"""Largest gap between words of a label, in letter heights."""


@dataclass(frozen=True, slots=True)
class PrintedWord:
    """A printed word in shares of the frame.

    Attributes:
        text: The reading of most pages.
        u0: The left end.
        u1: The right end.
        v0: The top.
        pages: Number of specimens with this word.
        confidence: The highest confidence of its readings.
    """

    text: str
    u0: float
    u1: float
    v0: float
    baseline: float
    pages: int
    confidence: float


@dataclass(frozen=True, slots=True)
class PrintedLabel:
    """Printed words side by side, in shares of the frame.

    Attributes:
        u0: The left end.
        u1: The right end.
        v: The baseline.
    """

    text: str
    u0: float
    u1: float
    v: float
    top: float


@dataclass(frozen=True, slots=True)
class _WordReading:
    page: int
    text: str
    folded: str
    u0: float
    u1: float
    v0: float
    baseline: float
    confidence: float


def find_printed_words(
    pages: Sequence[StraightPage], leaders: Sequence[Leader], familiar: frozenset[str] = frozenset()
) -> tuple[PrintedWord, ...]:
    """Return the printed words, top to bottom.

    Args:
        familiar: The letters of words that declared forms print.
    """
    if not pages:
        return ()
    letter_u, letter_v = letter_shares(pages)
    groups: list[list[_WordReading]] = []
    for word in sorted(_word_readings(pages), key=lambda reading: -reading.confidence):
        group = next((other for other in groups if _is_same(other[0], word, letter_u, letter_v)), None)
        if group is None:
            groups.append([word])
        else:
            group.append(word)
    needed = 1 if len(pages) == 1 else max(2, (len(pages) + 1) // 2)
    printed = []
    for group in groups:
        best = _most_alike(group)
        similar = [reading for reading in group if _likeness(reading.folded, best.folded) >= ALIKE]
        count = len({reading.page for reading in similar})
        is_familiar = best.folded in familiar
        if is_familiar and len(pages) == 2 and best.confidence >= SINGLE_CONFIDENCE:
            count = 2  # a clear word of other forms, which the engine missed on the other page
        if count < (needed if is_familiar or not familiar else max(needed, MOST_PAGES * len(pages))):
            continue
        if len(pages) == 1 and best.confidence < (FAMILIAR_CONFIDENCE if is_familiar else SINGLE_CONFIDENCE):
            continue
        u0, u1 = (
            float(np.median([reading.u0 for reading in similar])),
            float(np.median([reading.u1 for reading in similar])),
        )
        baseline = float(np.median([reading.baseline for reading in similar]))
        if leader_share(leaders, u0, u1, baseline, letter_v) > ON_LEADER:
            continue
        v0 = float(np.median([reading.v0 for reading in similar]))
        printed.append(
            PrintedWord(
                best.text, u0, u1, v0, baseline, count, max(reading.confidence for reading in similar)
            )
        )
    return tuple(sorted(printed, key=lambda word: (word.baseline, word.u0)))


def letter_shares(pages: Sequence[StraightPage]) -> tuple[float, float]:
    """Return the height of a printed letter as a share of the frame's width and of its height."""
    return (
        float(np.median([page.letter / page.frame.width for page in pages])),
        float(np.median([page.letter / page.frame.height for page in pages])),
    )


def join_labels(
    words: Sequence[PrintedWord],
    letter: tuple[float, float],
    leaders: Sequence[Leader],
    rules: Sequence[float] = (),
) -> tuple[PrintedLabel, ...]:
    """Return the labels formed by printed words, line by line and from left to right.

    Words are joined across the usual word gap, but not across a vertical rule or a leader.

    Args:
        letter: The height of a letter as shares of the frame's width and height.
        rules: The u of the vertical rules.
    """
    all_labels = []
    for line in _lines(words, letter[1]):
        labels: list[list[PrintedWord]] = [[line[0]]]
        for before, word in pairwise(line):
            gap = word.u0 - before.u1
            between = (before.u1 + word.u0) / 2
            is_separated = any(before.u1 <= rule <= word.u0 for rule in rules) or any(
                abs(leader.v - word.baseline) < 0.4 * letter[1]
                and leader.u0 <= between <= leader.u1
                and gap > 0.3 * letter[0]
                for leader in leaders
            )
            is_ended = before.text.endswith(":") and gap > 0.6 * letter[0]
            if is_separated or is_ended or gap > WORD_GAP * letter[0]:
                labels.append([])
            labels[-1].append(word)
        all_labels += [_label(label) for label in labels]
    return tuple(all_labels)


def _label(words: Sequence[PrintedWord]) -> PrintedLabel:
    return PrintedLabel(
        " ".join(word.text for word in words),
        words[0].u0,
        words[-1].u1,
        float(np.median([word.baseline for word in words])),
        float(np.median([word.v0 for word in words])),
    )


def _lines(words: Sequence[PrintedWord], letter: float) -> Iterable[list[PrintedWord]]:
    lines: list[list[PrintedWord]] = []
    for word in sorted(words, key=lambda word: word.baseline):
        line = next(
            (line for line in reversed(lines) if abs(line[-1].baseline - word.baseline) < 0.4 * letter),
            None,
        )
        if line is None:
            lines.append([word])
        else:
            line.append(word)
    return [sorted(line, key=lambda word: word.u0) for line in lines]


def _word_readings(pages: Sequence[StraightPage]) -> Iterable[_WordReading]:
    for number, page in enumerate(pages):
        for word in page.words:
            text = word.text.strip("|[]{}_~`'\"“”‘’.…·-—")
            if word.text.rstrip().endswith((".:", ":")):
                text = word.text.strip("|[]{}_~`'\"“”‘’…·-—").rstrip(".:… ") + ":"
            folded = fold_label(text)
            if not folded or word.box.height > 2.2 * page.letter or word.box.width < 2:
                continue
            box = word.box
            if not (-BEYOND < page.u(box.left) < page.u(box.right) < 1 + BEYOND):
                continue
            if not -BEYOND < page.v(box.bottom) < 1 + BEYOND:
                continue
            bottom = box.bottom - (0.22 * page.letter if DESCENDERS & set(text.rstrip(":").lower()) else 0.0)
            yield _WordReading(
                number,
                text,
                folded,
                page.u(box.left),
                page.u(box.right),
                page.v(box.top),
                page.v(bottom),
                word.confidence,
            )


def _is_same(reading: _WordReading, other: _WordReading, letter_u: float, letter_v: float) -> bool:
    if abs(reading.baseline - other.baseline) > NEAR * letter_v:
        return False
    overlap = min(reading.u1, other.u1) - max(reading.u0, other.u0)
    return (
        overlap > 0.5 * max(reading.u1 - reading.u0, other.u1 - other.u0)
        and abs(reading.u0 - other.u0) < NEAR * letter_u * 1.5
    )


def _most_alike(group: Sequence[_WordReading]) -> _WordReading:
    """Return the reading most similar to the others; among equals the most confident."""
    return max(
        group,
        key=lambda reading: (
            sum(_likeness(reading.folded, other.folded) * other.confidence for other in group),
            reading.confidence,
        ),
    )


def _likeness(text: str, other: str) -> float:
    return float(Levenshtein.normalized_similarity(text, other))
