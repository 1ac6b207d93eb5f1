"""The printed and written words of a block of running text in reading order.

Lines are followed from word to word, so that a slightly rising or falling line stays whole. Readings of tall
handwriting, leader dots and specks are left out, as they hold no print.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from pipeline.base.model import Word
from pipeline.layout.locate.label_matching import PRINT_CONFIDENCE, fold_label

SAME_LINE = 0.55
"""Largest vertical distance of the middles of two words of a line, in heights of a printed word."""

WRITTEN_ON_LINE = 0.8
"""The same for a word that may be handwritten."""

LOWEST, TALLEST = 0.4, 2.2
"""Least and largest height of a word, in heights of a printed word."""

LINES_APART = 2.2
"""Assumed line distance of a text with a single line, in heights of a printed word."""


@dataclass(frozen=True, slots=True)
class RunningText:
    """Words in reading order.

    Attributes:
        lines: The number of each word's line, from the top.
        letter: Height of a printed word in pixels.
        spacing: Line distance in pixels.
    """

    words: tuple[Word, ...]
    lines: tuple[int, ...]
    letter: float
    spacing: float

    def only(self, keep: Callable[[Word], bool]) -> RunningText:
        """Return the text with only the words for which ``keep`` is true."""
        chosen = [number for number, word in enumerate(self.words) if keep(word)]
        return RunningText(
            tuple(self.words[number] for number in chosen),
            tuple(self.lines[number] for number in chosen),
            self.letter,
            self.spacing,
        )

    def line_middles(self, line: int) -> tuple[float, float]:
        """Return the least and the largest middle (y) of the words of a line, which may rise or fall a little."""
        middles = [
            word.box.centre[1] for word, number in zip(self.words, self.lines, strict=True) if number == line
        ]
        return min(middles), max(middles)


def running_text(words: Sequence[Word], left: float, right: float, letter: float) -> RunningText:
    """Return the words of a column in reading order.

    Args:
        words: All words of the page.
        left: The x at which the column begins.
        right: The x at which the column ends.
        letter: Approximate height of a printed word, used without a sure reading.
    """
    inside = [word for word in words if left <= word.box.centre[0] <= right and fold_label(word.text)]
    sure = [word.box.height for word in inside if word.confidence > PRINT_CONFIDENCE and len(word.text) > 2]
    height = median(sure) if sure else letter
    kept = [word for word in inside if LOWEST * height <= word.box.height <= TALLEST * height]
    lines: list[list[Word]] = []
    levels: list[float] = []
    for word in sorted(kept, key=lambda word: word.box.left):
        middle, is_print = word.box.centre[1], word.confidence > PRINT_CONFIDENCE
        apart, number = min(
            ((abs(level - middle), number) for number, level in enumerate(levels)), default=(float("inf"), -1)
        )
        if apart >= (SAME_LINE if is_print else WRITTEN_ON_LINE) * height:
            lines.append([word])
            levels.append(middle)
            continue
        lines[number].append(word)
        if is_print:  # handwriting would lead off the line
            levels[number] = middle
    lines.sort(key=lambda line: median(word.box.centre[1] for word in line))
    numbered = [(word, number) for number, line in enumerate(lines) for word in line]
    return RunningText(
        tuple(word for word, _ in numbered),
        tuple(number for _, number in numbered),
        height,
        _spacing(lines, height),
    )


def _spacing(lines: Sequence[Sequence[Word]], height: float) -> float:
    """Return the distance of lines with several surely read words."""
    middles = [
        median(word.box.centre[1] for word in line)
        for line in lines
        if sum(word.confidence > PRINT_CONFIDENCE for word in line) > 2
    ]
    steps = [after - before for before, after in pairwise(middles) if after - before > height]
    return median(steps) if steps else LINES_APART * height
