"""Finding the form's printed labels among the words an engine read, however badly.

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
"""A word that the engine is surer of than this is most likely print."""


LIKELY_PRINT = 0.3
"""A word behind print, as close as words are, is print when the engine is surer of it than this."""

ROUNDING = 1e-9
"""By how much a score may be off its true value."""

LONGER = 1.7
"""How many times as long as declared another wording may be."""

REWORDED = 0.5
"""The score of what is printed at a label's place in other words."""

REWORDED_WHOLE = 0.6
"""That of such words that end with a colon, as a label does."""


@dataclass(frozen=True, slots=True)
class LabelCandidate:
    """A place where a label of the form may be.

    Attributes:
        label: Number of the label.
        box: Box of the matched words in pixels.
        baseline: The y they are printed on.
        score: Similarity 0..1.
        loose: Whether the words run on into something else, so that the right edge says nothing.
        closed: Whether they end with a colon, or begin and end as the label does, so that the right edge is sure.
        glued: Whether more was read together with the label, so that something may be written right behind it.
        capitals: Whether it is printed in capitals that are declared as small letters, and so is wider.
        learnt: Whether its place and ends were learnt from other pages of the book, and so are this printing's.
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
    """Return letters and digits only, lower case, without diacritics: what survives bad reading of print."""
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
    """Return every place where a label may be, several for labels that are printed more than once.

    Lines are made of all words, and once more of the clear ones alone: what is read of tall handwriting joins lines,
    and comes between the words of a label.
    """
    lines = _folded_lines(tuple(words))
    found = (c for number, label in enumerate(labels) for c in _label_places(number, label.text, lines))
    return tuple(dict.fromkeys(found))


FoldedLine = tuple[tuple[Word, ...], str, tuple[int, ...]]
"""The words of a line, the same folded and joined, and where in that each begins, and the last one ends."""


@lru_cache(maxsize=2)
def _folded_lines(words: tuple[Word, ...]) -> tuple[FoldedLine, ...]:
    """Return the lines of words; every form is looked for on the same ones."""
    grouped = dict.fromkeys(
        (
            *group_text_lines(words),
            *group_text_lines([word for word in words if word.confidence > PRINT_CONFIDENCE]),
        )
    )
    folded = ((line, [fold_label(word.text) for word in line]) for line in grouped)
    return tuple((line, "".join(parts), (0, *accumulate(map(len, parts)))) for line, parts in folded)


def _label_places(number: int, text: str, lines: Iterable[FoldedLine]) -> Iterable[LabelCandidate]:
    """Yield the places of one label."""
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
                    continue  # too short, whatever its letters are
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
                    break  # with more words the same letters are compared
            if best:
                yield best


def print_at(
    place: tuple[float, float], wide: float, letter: float, words: Sequence[Word]
) -> tuple[Word, ...]:
    """Return the printed words that begin at a label's place: the label in other words.

    They go on to a colon, or as far as the label is declared to; figures are none of them.

    Args:
        place: Where the label would begin: x and the y of its baseline.
        wide: How wide it is declared, in pixels.
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
    found: list[Word] = []
    for word in level:
        start = x if not found else found[-1].box.right
        if not found and (word.confidence <= PRINT_CONFIDENCE or abs(word.box.left - start) > letter):
            continue
        if word.box.left > start + 0.7 * letter and found:
            break
        if any(c.isdigit() for c in word.text) or word.box.right > x + LONGER * wide + letter:
            break
        found.append(word)
        if _is_closed(word):
            return tuple(found)
    return tuple(word for word in found if word.box.right < x + 1.15 * wide + 0.5 * letter)


def _is_closed(word: Word) -> bool:
    return word.text.rstrip().endswith(":")


def reworded_candidate(label: int, words: Sequence[Word], *, whole: bool = False) -> LabelCandidate:
    """Return words as the place of a label that is declared in others; ``whole``: the label's own are among them."""
    closed = whole or _is_closed(words[-1])
    score = REWORDED_WHOLE if closed else REWORDED
    return LabelCandidate(label, _union_box(words), _baseline(words), score, False, closed)


def _union_box(words: Sequence[Word]) -> Box:
    box = words[0].box
    for word in words[1:]:
        box = box.union(word.box)
    return box


def _baseline(words: Sequence[Word]) -> float:
    """Return the median baseline: the bottom of words without descenders, a little above it for those with."""
    found = sorted(
        w.box.bottom - (0.2 * w.box.height if DESCENDERS & set(w.text.casefold().rstrip(",;")) else 0.0)
        for w in words
    )
    return found[len(found) // 2]


WORD_GAP = 0.12
"""How far apart the letters of a printed word are at most, in heights of a letter."""

MAX_EXTENSION = 2.0
"""How much longer than estimated a label may be, in heights of a letter."""


def extend_to_word_ends(
    labels: Sequence[PlacedLabel], form: Form, boxes: NDArray[np.int32], letter: float
) -> tuple[PlacedLabel, ...]:
    """Return the labels, those that announce no blank lengthened to the end of their last word.

    The width of a label before a blank is declared, that of any other is estimated; a letter left over would be taken
    for writing below it.

    Args:
        labels: Labels placed on the page, in the form's order.
        form: The form.
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
