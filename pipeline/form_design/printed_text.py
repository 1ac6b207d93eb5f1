"""What is printed on specimen pages: words that stand at the same place on several of them, joined to labels.

Print repeats from page to page and no leader runs under it; writing differs, and the dots of its leader are seen under
and beside it on one page or another. Of a single page the engine's confidence must do::

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
"""How far, in letters, the same print may lie apart on two pages."""

ALIKE = 0.6
"""How much alike readings of the same word are at least."""

BEYOND = 0.35
"""How far outside the frame, in shares of its sides, print may belong to the form."""

SINGLE_CONFIDENCE = 0.72
"""From which confidence on a word of a single page is taken for print."""

ON_LEADER = 0.35
"""The share of a word under which a leader runs, from which on the word is written."""

WORD_GAP, PHRASE_GAP = 0.9, 1.6
"""How far apart, in letters, words of one label stand at most: inside a page's body, and where no leader is near."""


@dataclass(frozen=True, slots=True)
class PrintedWord:
    """A printed word in shares of the frame.

    Attributes:
        text: As most pages read it.
        u0: Its left end.
        u1: Its right end.
        v0: Its top.
        pages: On how many specimens it was read.
        confidence: The greatest confidence with which it was read.
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
        u0: Its left end.
        u1: Its right end.
        v: Its baseline.
    """

    text: str
    u0: float
    u1: float
    v: float
    top: float


@dataclass(frozen=True, slots=True)
class _Seen:
    page: int
    text: str
    folded: str
    u0: float
    u1: float
    v0: float
    baseline: float
    confidence: float


def find_printed_words(pages: Sequence[StraightPage], leaders: Sequence[Leader]) -> tuple[PrintedWord, ...]:
    """Return the words that are print, from top to bottom."""
    if not pages:
        return ()
    letter_u, letter_v = letter_shares(pages)
    groups: list[list[_Seen]] = []
    for word in sorted(_seen_words(pages), key=lambda one: -one.confidence):
        group = next((one for one in groups if _is_same(one[0], word, letter_u, letter_v)), None)
        if group is None:
            groups.append([word])
        else:
            group.append(word)
    needed = 1 if len(pages) == 1 else max(2, (len(pages) + 1) // 2)
    found = []
    for group in groups:
        best = _most_alike(group)
        alike = [one for one in group if _likeness(one.folded, best.folded) >= ALIKE]
        count = len({one.page for one in alike})
        if count < needed or (len(pages) == 1 and best.confidence < SINGLE_CONFIDENCE):
            continue
        u0, u1 = float(np.median([one.u0 for one in alike])), float(np.median([one.u1 for one in alike]))
        baseline = float(np.median([one.baseline for one in alike]))
        if leader_share(leaders, u0, u1, baseline, letter_v) > ON_LEADER:
            continue
        v0 = float(np.median([one.v0 for one in alike]))
        found.append(
            PrintedWord(best.text, u0, u1, v0, baseline, count, max(one.confidence for one in alike))
        )
    return tuple(sorted(found, key=lambda one: (one.baseline, one.u0)))


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
    """Return the labels that printed words make, line by line and from left to right.

    Words stay together across the usual gap between words; not over a vertical rule, and not over a leader.

    Args:
        letter: The height of a letter as shares of the frame's width and height.
        rules: The u of the vertical rules.
    """
    found = []
    for line in _lines(words, letter[1]):
        labels: list[list[PrintedWord]] = [[line[0]]]
        for before, word in pairwise(line):
            gap = word.u0 - before.u1
            between = (before.u1 + word.u0) / 2
            parted = any(before.u1 <= rule <= word.u0 for rule in rules) or any(
                abs(leader.v - word.baseline) < 0.4 * letter[1]
                and leader.u0 <= between <= leader.u1
                and gap > 0.3 * letter[0]
                for leader in leaders
            )
            ended = before.text.endswith(":") and gap > 0.6 * letter[0]
            if parted or ended or gap > WORD_GAP * letter[0]:
                labels.append([])
            labels[-1].append(word)
        found += [_label(label) for label in labels]
    return tuple(found)


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
    for word in sorted(words, key=lambda one: one.baseline):
        line = next(
            (one for one in reversed(lines) if abs(one[-1].baseline - word.baseline) < 0.4 * letter), None
        )
        if line is None:
            lines.append([word])
        else:
            line.append(word)
    return [sorted(line, key=lambda one: one.u0) for line in lines]


def _seen_words(pages: Sequence[StraightPage]) -> Iterable[_Seen]:
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
            yield _Seen(
                number,
                text,
                folded,
                page.u(box.left),
                page.u(box.right),
                page.v(box.top),
                page.v(bottom),
                word.confidence,
            )


def _is_same(one: _Seen, other: _Seen, letter_u: float, letter_v: float) -> bool:
    if abs(one.baseline - other.baseline) > NEAR * letter_v:
        return False
    overlap = min(one.u1, other.u1) - max(one.u0, other.u0)
    return (
        overlap > 0.5 * max(one.u1 - one.u0, other.u1 - other.u0)
        and abs(one.u0 - other.u0) < NEAR * letter_u * 1.5
    )


def _most_alike(group: Sequence[_Seen]) -> _Seen:
    """Return the reading that most others are like; of equals the surer one."""
    return max(
        group,
        key=lambda one: (
            sum(_likeness(one.folded, other.folded) * other.confidence for other in group),
            one.confidence,
        ),
    )


def _likeness(one: str, other: str) -> float:
    return float(Levenshtein.normalized_similarity(one, other))
