"""What readings of real lines are worth, by the rule of their source: case and most punctuation do not count."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from pipeline.training.real import RealLine

_DROPPED = str.maketrans("", "", ".,;:-")


@dataclass(frozen=True)
class LineScore:
    """``cer``: character errors over characters, 0..1; ``exact``: share of lines without any; ``by_writer``: the CER of
    each writer."""

    cer: float
    exact: float
    by_writer: Mapping[str, float]


def comparable(text: str) -> str:
    """NFC, casefolded, without ``. , ; : -``, single blanks."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().translate(_DROPPED).split())


def score_of(read: Sequence[str], lines: Sequence[RealLine]) -> LineScore:
    """Score one reading a line."""
    wrong: dict[str, int] = {}
    length: dict[str, int] = {}
    exact = 0
    for text, line in zip(read, lines, strict=True):
        truth, said = comparable(line.text), comparable(text)
        errors = Levenshtein.distance(truth, said)
        exact += errors == 0
        wrong[line.writer] = wrong.get(line.writer, 0) + errors
        length[line.writer] = length.get(line.writer, 0) + len(truth)
    total = max(1, sum(length.values()))
    by_writer = {writer: wrong[writer] / max(1, length[writer]) for writer in sorted(wrong)}
    return LineScore(sum(wrong.values()) / total, exact / max(1, len(lines)), by_writer)
