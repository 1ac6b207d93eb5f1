"""Find the form's printed labels among the words that an engine read, even badly.

A label is compared with every sequence of about as many words on a printed line, by edit distance of folded text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from pipeline.base.model import Box, PlacedLabel, Word
from pipeline.base.text.tones import unaccented
from pipeline.declarations.schema import Form, Label

DESCENDERS = frozenset("gjpqy,;()ạặậẹệịọộợụựỵ/")


PRINT_CONFIDENCE = 0.6
"""Least confidence in a word that is most likely print."""


LIKELY_PRINT = 0.3
"""Least confidence in a word close behind print that is print too."""

ROUNDING = 1e-9
"""Rounding error of a score."""

LONGER = 1.7
"""Largest length of another wording, in declared lengths."""

REWORDED = 0.5
"""Score of other words at a label's place."""

REWORDED_WHOLE = 0.6
"""Score of other words at a label's place that end with a colon, as labels do."""


@dataclass(frozen=True, slots=True)
class LabelCandidate:
    """A possible place of a label of the form.

    Attributes:
        box: The bounding box of the matched words in pixels.
        baseline: The y of their baseline.
        score: Similarity 0..1.
        loose: Whether the words continue into other text, so that the right edge is unknown.
        closed: Whether the words end with a colon, or begin and end as the label does, so that the right edge is sure.
        glued: Whether more text was read together with the label, so that writing may begin right behind it.
        capitals: Whether the label is printed in capitals but declared in small letters, and is therefore wider.
        learnt: Whether place and ends are learned from other pages of the book and belong to this printing.
    """

    label: int
    box: Box
    baseline: float
    score: float
    loose: bool
    closed: bool = False
    glued: bool = False
    capitals: bool = False
    learnt: bool = False


@lru_cache(maxsize=4096)
def fold_label(text: str) -> str:
    """Return the letters and digits in lower case without diacritics, which survive bad readings of print."""
    return "".join(c for c in unaccented(text) if c.isalnum() and c.isascii())


def group_text_lines(words: Sequence[Word]) -> tuple[tuple[Word, ...], ...]:
    """Return the words grouped into printed lines, left to right; a wide gap does not end a line."""
    lines: list[list[Word]] = []
    for word in sorted((w for w in words if fold_label(w.text)), key=lambda w: w.box.centre[1]):
        for line in lines:
            last = line[-1].box
            overlap = min(last.bottom, word.box.bottom) - max(last.top, word.box.top)
            if overlap > 0.5 * min(last.height, word.box.height):
                line.append(word)
                break
        else:
            lines.append([word])
    return tuple(tuple(sorted(line, key=lambda w: w.box.left)) for line in lines)


def find_label_candidates(labels: Sequence[Label], words: Sequence[Word]) -> tuple[LabelCandidate, ...]:
    """Return every possible place of a label, several for repeated labels.

    Lines are grouped from all words, and again from clear words alone: readings of tall handwriting join lines and
    interrupt labels.
    """
    lines = _folded_lines(tuple(words))
    candidates = (c for number, label in enumerate(labels) for c in _label_places(number, label.text, lines))
    return tuple(dict.fromkeys(candidates))


FoldedLine = tuple[tuple[Word, ...], str, tuple[int, ...]]
"""The words of a line, their folded and joined text, and the offset of each word in it, with the end."""


@lru_cache(maxsize=2)
def _folded_lines(words: tuple[Word, ...]) -> tuple[FoldedLine, ...]:
    """Return the folded lines of words, cached because all forms are matched with the same lines."""
    grouped = dict.fromkeys(
        (
            *group_text_lines(words),
            *group_text_lines([word for word in words if word.confidence > PRINT_CONFIDENCE]),
        )
    )
    folded = ((line, [fold_label(word.text) for word in line]) for line in grouped)
    return tuple((line, "".join(parts), (0, *accumulate(map(len, parts)))) for line, parts in folded)


def _label_places(number: int, text: str, lines: Iterable[FoldedLine]) -> Iterable[LabelCandidate]:
    wanted = fold_label(text)
    if len(wanted) < 2:
        return
    long = len(wanted)
    least = 0.86 if long <= 5 else 0.72
    count = len([t for t in text.replace("/", " ").split() if fold_label(t)])
    for line, joined, ends in lines:
        for start in range(len(line)):
            best: LabelCandidate | None = None
            for behind in range(start + max(1, count - 2), min(start + count + 1, len(line)) + 1):
                length = ends[behind] - ends[start]
                if length < (least - ROUNDING) * long:
                    continue  # too short for any letters
                read = joined[ends[start] : ends[behind]]
                glued = length > long and read.startswith(wanted)
                figures = glued and read[long:].isdigit()
                loose = length > long + 1 or figures
                score = Levenshtein.normalized_similarity(read[: long + 1] if loose else read, wanted)
                score -= 0.02 * loose
                if score >= least and (best is None or score > best.score):
                    chosen = line[start:behind]
                    closed = not loose and (
                        (read[:2] == wanted[:2] and read[-4:] == wanted[-4:]) or _is_closed(chosen[-1])
                    )
                    box, baseline = _union_box(chosen), _baseline(chosen)
                    capitals = not text.isupper() and all(word.text.isupper() for word in chosen)
                    best = LabelCandidate(number, box, baseline, score, loose, closed, glued, capitals)
                if length > long + 1:
                    break  # further words add no letters
            if best:
                yield best


def print_at(
    place: tuple[float, float], wide: float, letter: float, words: Sequence[Word]
) -> tuple[Word, ...]:
    """Return the printed words that begin at a label's place: the label in other words.

    They end at a colon or at the declared end of the label, and have no figures.

    Args:
        place: The beginning of the label: x, and y of its baseline.
        wide: The declared width of the label in pixels.
        letter: Height of the printed letters in pixels.
        words: The words that an engine read on the page.
    """
    x, y = place
    level = sorted(
        (
            word
            for word in words
            if word.confidence > LIKELY_PRINT and abs(_baseline([word]) - y) < 0.5 * letter
        ),
        key=lambda word: word.box.left,
    )
    printed: list[Word] = []
    for word in level:
        start = x if not printed else printed[-1].box.right
        if not printed and (word.confidence <= PRINT_CONFIDENCE or abs(word.box.left - start) > letter):
            continue
        if word.box.left > start + 0.7 * letter and printed:
            break
        if any(c.isdigit() for c in word.text) or word.box.right > x + LONGER * wide + letter:
            break
        printed.append(word)
        if _is_closed(word):
            return tuple(printed)
    return tuple(word for word in printed if word.box.right < x + 1.15 * wide + 0.5 * letter)


def _is_closed(word: Word) -> bool:
    return word.text.rstrip().endswith(":")


def reworded_candidate(label: int, words: Sequence[Word], *, whole: bool = False) -> LabelCandidate:
    """Return words as the place of a label declared in other words; ``whole``: they include the label's own."""
    closed = whole or _is_closed(words[-1])
    score = REWORDED_WHOLE if closed else REWORDED
    return LabelCandidate(label, _union_box(words), _baseline(words), score, False, closed)


def _union_box(words: Sequence[Word]) -> Box:
    box = words[0].box
    for word in words[1:]:
        box = box.union(word.box)
    return box


def _baseline(words: Sequence[Word]) -> float:
    """Return the median baseline: the bottom of words without descenders, a little above for words with them."""
    bottoms = sorted(
        w.box.bottom - (0.2 * w.box.height if DESCENDERS & set(w.text.casefold().rstrip(",;")) else 0.0)
        for w in words
    )
    return bottoms[len(bottoms) // 2]


WORD_GAP = 0.12
"""Largest gap between letters of a printed word, in heights of a letter."""

MAX_EXTENSION = 2.0
"""Largest excess of a label over its estimated length, in heights of a letter."""


def extend_to_word_ends(
    labels: Sequence[PlacedLabel], form: Form, boxes: NDArray[np.int32], letter: float
) -> tuple[PlacedLabel, ...]:
    """Return the labels; a label without a blank is lengthened to the end of its last word.

    The width of a label before a blank is declared; any other width is estimated, and a residual letter would count as
    writing below.

    Args:
        labels: The placed labels in the form's order.
        boxes: (n, 4) boxes of the page's components in pixels.
        letter: Height of the printed letters in pixels.
    """
    blanks = {(piece.v, piece.u0) for slot in form.slots for piece in slot.pieces}
    declared = [label for label in form.labels if label.text]
    return tuple(
        placed
        if (label.v, label.u1) in blanks
        else PlacedLabel(placed.text, _to_word_end(placed.box, boxes, letter), placed.score)
        for label, placed in zip(declared, labels, strict=True)
    )


def _to_word_end(label: Box, boxes: NDArray[np.int32], letter: float) -> Box:
    left, top, right, bottom = boxes.T.astype(float)
    baseline = label.bottom - 0.3 * letter
    printed = (top >= label.top - 0.1 * letter) & (top < baseline - 0.3 * letter)
    printed &= (bottom > baseline - 0.15 * letter) & (bottom < label.bottom + 0.1 * letter)
    printed &= (right - left < 1.2 * letter) & (right < label.right + MAX_EXTENSION * letter)
    end = label.right
    for component in np.flatnonzero(printed & (right > end))[np.argsort(left[printed & (right > end)])]:
        if left[component] > end + WORD_GAP * letter:
            break
        end = max(end, right[component])
    return Box(label.left, label.top, end, label.bottom)
