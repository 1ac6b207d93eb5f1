"""The ink of a signer's blank as one line: how well texts fit it that the networks did not read there.

A signature across a name makes of some letters others, which the networks are sure of. So what a step says against a
letter is bounded here, case and signs do not count, and where a line ends a word may go on::

    lines      PCT. Đỗ Thị Bí / ch Diệu          steps |████████|·|█████|   ·: the end of a line, space or nothing
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.recognition.decoding import Emission, score_texts
from pipeline.recognition.decoding.forced_alignment import align_classes

LEAST_SEEN = 0.02
"""No letter is less likely than this at any step."""


def folded(text: str) -> str:
    """Return the words of a text in small letters without signs: what the ink is asked for."""
    return " ".join(re.findall(r"[^\W_]+", text.lower()))


def joined_emissions(lines: Sequence[Sequence[Emission]]) -> list[Emission]:
    """Return the emissions of several lines as those of one.

    A step that may be a space stands between two lines. A line with fewer emissions than another lends them again.

    Args:
        lines: The emissions of each line, all of the same letters.
    """
    if len(lines) == 1:
        return list(lines[0])
    letters = lines[0][0].letters
    between = np.full((1, 1 + len(letters)), -20.0, np.float32)
    between[0, [0, 1 + letters.index(" ")]] = np.log(0.5)
    joined = []
    for place in range(max(map(len, lines))):
        parts: list[NDArray[np.float32]] = []
        for line in lines:
            parts += [between] if parts else []
            parts.append(line[place % len(line)].log_chances)
        joined.append(Emission(np.concatenate(parts), letters))
    return joined


class SignerInk:
    """The ink of a signer's blank.

    Args:
        lines: What the networks saw of each of its lines, from above.
        alphabet: All letters that it will be asked for.
    """

    def __init__(self, lines: Sequence[Sequence[Emission]], alphabet: str) -> None:
        known = {letter.lower() for letter in lines[0][0].letters}
        self._letters = "".join(sorted(set(folded(alphabet)) & known | {" "}))
        self._emissions = [self._bounded(one) for one in joined_emissions(lines)]
        sizes = [len(line[0].log_chances) for line in lines]
        self._ends = np.cumsum([size + 1 for size in sizes]) - 1

    def knows(self, text: str) -> bool:
        """Return whether the networks know all letters of a text."""
        return set(folded(text)) <= set(self._letters)

    def scores(self, texts: Sequence[str]) -> list[float]:
        """Return the log probability of each text, of its letters alone."""
        return score_texts(self._emissions, [folded(text) for text in texts])

    def best_path(self, text: str) -> float:
        """Return the log probability of the best path through a text.

        The sum over all paths, as in ``scores``, prefers short texts where nothing is seen: there are more ways to put
        few letters on many steps.
        """
        classes = [1 + self._letters.index(letter) for letter in folded(text)]
        return -float(np.mean([align_classes(one.log_chances, classes)[1] for one in self._emissions[:2]]))

    def seen(self, text: str) -> Mapping[str, float]:
        """Return how much of each word of a text is seen, 0..1: the mean probability of its letters."""
        chances = [chance for chance, _ in self._places(text)]
        found: dict[str, float] = {}
        for word in folded(text).split():
            own, chances = chances[: len(word)], chances[len(word) :]
            found[word] = max(found.get(word, 0.0), float(np.mean(own or [0.0])))
        return found

    def parted(self, text: str) -> tuple[str, ...]:
        """Return a text parted into the lines of the blank, each word where most of its letters stand."""
        lines: list[list[str]] = [[] for _ in self._ends]
        places = [line for _, line in self._places(text)]
        used = 0
        least = 0
        for word in text.split():
            size = len(folded(word).replace(" ", ""))
            on = sorted(places[used : used + size])
            used += size
            least = max(least, on[len(on) // 2] if on else least)
            lines[least].append(word)
        return tuple(map(" ".join, lines))

    def _bounded(self, emission: Emission) -> Emission:
        chances = np.exp(emission.log_chances)
        found = np.zeros((len(chances), 1 + len(self._letters)), np.float32)
        found[:, 0] = chances[:, 0]
        for column, letter in enumerate(emission.letters, start=1):
            at = self._letters.find(letter.lower())
            if at >= 0:
                found[:, 1 + at] += chances[:, column]
            elif not letter.isalnum():
                found[:, 0] += chances[:, column]
        return Emission(np.log(found * (1.0 - LEAST_SEEN) + LEAST_SEEN), self._letters)

    def _places(self, text: str) -> list[tuple[float, int]]:
        """Return for each letter of a text, spaces aside, how clear it is and on which line it stands."""
        wanted = folded(text)
        log_chances = self._emissions[0].log_chances
        if not wanted or not set(wanted) <= set(self._letters) or len(log_chances) < len(wanted):
            return []
        classes = [1 + self._letters.index(letter) for letter in wanted]
        starts, _ = align_classes(log_chances, classes)
        ends = [*starts[1:], len(log_chances)]
        return [
            (
                float(np.exp(log_chances[start : max(end, start + 1), column].max())),
                min(int(np.searchsorted(self._ends, start)), len(self._ends) - 1),
            )
            for letter, column, start, end in zip(wanted, classes, starts, ends, strict=True)
            if letter != " "
        ]
