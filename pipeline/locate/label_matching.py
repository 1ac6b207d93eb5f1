"""Finding the form's printed labels among the words an engine read, however badly."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from pipeline.model import Box, PlacedLabel, Word
from pipeline.schema import Form, Label
from pipeline.text.tones import unaccented

DESCENDERS = frozenset("gjpqy,;()ạặậẹệịọộợụựỵ/")


PRINTED = 0.6
"""A word the engine is surer of than this is most likely print."""


@dataclass(frozen=True, slots=True)
class LabelCandidate:
    """A place where label number ``label`` may stand: ``score`` 0..1 likeness, ``baseline`` in pixels;
    ``loose`` when the words run on into something else, so that the right edge says nothing."""

    label: int
    box: Box
    baseline: float
    score: float
    loose: bool


def fold_label(text: str) -> str:
    """Letters and digits only, lower case, without marks: what survives bad reading of print."""
    return "".join(c for c in unaccented(text) if c.isalnum() and c.isascii())


def group_text_lines(words: Sequence[Word]) -> tuple[tuple[Word, ...], ...]:
    """Words grouped into printed lines, left to right; a wide gap does not end a line."""
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
    """Every place where a label may stand, several for labels that are printed more than once. Lines are made of all
    words, and once more of the clear ones alone: what is read of tall handwriting joins lines, and stands between the
    words of a label."""
    grouped = dict.fromkeys(
        (*group_text_lines(words), *group_text_lines([word for word in words if word.confidence > PRINTED]))
    )
    lines = [(line, [fold_label(word.text) for word in line]) for line in grouped]
    found = (c for number, label in enumerate(labels) for c in _of_label(number, label.text, lines))
    return tuple(dict.fromkeys(found))


def _of_label(
    number: int, text: str, lines: Iterable[tuple[Sequence[Word], Sequence[str]]]
) -> Iterable[LabelCandidate]:
    """The places of one label; ``lines`` are the words of each line, and the same folded."""
    wanted = fold_label(text)
    if len(wanted) < 2:
        return
    least = 0.86 if len(wanted) <= 5 else 0.72
    count = len([t for t in text.replace("/", " ").split() if fold_label(t)])
    for line, parts in lines:
        for start in range(len(line)):
            best: LabelCandidate | None = None
            for size in range(max(1, count - 2), count + 2):
                if start + size > len(line):
                    break
                read = "".join(parts[start : start + size])
                loose = len(read) > len(wanted) + 1
                score = Levenshtein.normalized_similarity(read[: len(wanted) + 1] if loose else read, wanted)
                score -= 0.02 * loose
                if score >= least and (best is None or score > best.score):
                    chosen = line[start : start + size]
                    best = LabelCandidate(number, _around(chosen), _baseline(chosen), score, loose)
            if best:
                yield best


def _around(words: Sequence[Word]) -> Box:
    box = words[0].box
    for word in words[1:]:
        box = box.union(word.box)
    return box


def _baseline(words: Sequence[Word]) -> float:
    """Median baseline: the bottom of words without descenders, a little above it for those with."""
    found = sorted(
        w.box.bottom - (0.2 * w.box.height if DESCENDERS & set(w.text.casefold().rstrip(",;")) else 0.0)
        for w in words
    )
    return found[len(found) // 2]


WORD_GAP = 0.12
"""How far apart the letters of a printed word stand at most, in heights of a letter."""

MAX_EXTENSION = 2.0
"""How much longer than estimated a label may be."""


def extend_to_word_ends(
    labels: Sequence[PlacedLabel], form: Form, boxes: NDArray[np.int32], letter: float
) -> tuple[PlacedLabel, ...]:
    """The labels, those that announce no blank lengthened to the end of their last word: the width of a label before a
    blank is known, that of any other estimated, and a letter left over would be taken for writing below it."""
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
    for mark in np.flatnonzero(printed & (right > end))[np.argsort(left[printed & (right > end)])]:
        if left[mark] > end + WORD_GAP * letter:
            break
        end = max(end, right[mark])
    return Box(label.left, label.top, end, label.bottom)
