"""Finding the form's printed labels among the words an engine read, however badly."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from pipeline.model import Box, Word
from pipeline.schema import Label
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
