"""The printed and written words of a block of running text in the order in which one reads them.

Lines are followed from word to word, so that a line that rises or falls a little across the block stays one. What was
read of tall handwriting, of leader dots and of specks is left out: nothing printed is looked for in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from pipeline.base.model import Word
from pipeline.layout.locate.label_matching import PRINT_CONFIDENCE, fold_label

SAME_LINE = 0.55
"""How far apart in height the middles of two words of one line are at most, in heights of a printed word."""

WRITTEN_ON_LINE = 0.8
"""The same where the word may be written."""

LOWEST, TALLEST = 0.4, 2.2
"""How high a word is at least and at most, in heights of a printed word."""

LINES_APART = 2.2
"""How far apart lines are where only one is seen, in heights of a printed word."""


@dataclass(frozen=True, slots=True)
class RunningText:
    """Words in reading order.

    Attributes:
        words: The words.
        lines: For each word the number of its line, from the top.
        letter: Height of a printed word in pixels.
        spacing: From one line to the next in pixels.
    """

    words: tuple[Word, ...]
    lines: tuple[int, ...]
    letter: float
    spacing: float

    def only(self, keep: Callable[[Word], bool]) -> RunningText:
        """Return the text with the words alone that are to be kept."""
        chosen = [number for number, word in enumerate(self.words) if keep(word)]
        return RunningText(
            tuple(self.words[number] for number in chosen),
            tuple(self.lines[number] for number in chosen),
            self.letter,
            self.spacing,
        )

    def line_middles(self, line: int) -> tuple[float, float]:
        """Return the highest and the lowest middle (y) of the words of a line, which may rise or fall a little."""
        middles = [
            word.box.centre[1] for word, number in zip(self.words, self.lines, strict=True) if number == line
        ]
        return min(middles), max(middles)


def running_text(words: Sequence[Word], left: float, right: float, letter: float) -> RunningText:
    """Return the words of a column in reading order.

    Args:
        words: All words of the page.
        left: Where the column begins, in pixels.
        right: Where it ends.
        letter: About how high a printed word is, where none is read surely.
    """
    inside = [word for word in words if left <= word.box.centre[0] <= right and fold_label(word.text)]
    sure = [word.box.height for word in inside if word.confidence > PRINT_CONFIDENCE and len(word.text) > 2]
    height = median(sure) if sure else letter
    kept = [word for word in inside if LOWEST * height <= word.box.height <= TALLEST * height]
    lines: list[list[Word]] = []
    levels: list[float] = []
    for word in sorted(kept, key=lambda one: one.box.left):
        middle, is_print = word.box.centre[1], word.confidence > PRINT_CONFIDENCE
        apart, number = min(
            ((abs(level - middle), number) for number, level in enumerate(levels)), default=(float("inf"), -1)
        )
        if apart >= (SAME_LINE if is_print else WRITTEN_ON_LINE) * height:
            lines.append([word])
            levels.append(middle)
            continue
        lines[number].append(word)
        if is_print:  # handwriting leads off the line
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
    """Return how far apart lines are that bear several words that were surely read."""
    middles = [
        median(word.box.centre[1] for word in line)
        for line in lines
        if sum(word.confidence > PRINT_CONFIDENCE for word in line) > 2
    ]
    steps = [after - before for before, after in pairwise(middles) if after - before > height]
    return median(steps) if steps else LINES_APART * height
