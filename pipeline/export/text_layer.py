"""The words of a field over the lines of ink they stand on."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pipeline.export.values import Text
from pipeline.model import Box


def texts_of(text: str, lines: Sequence[Box]) -> Iterator[Text]:
    """The text over its lines (at least one box). Of several lines each gets words as its width asks for: where they
    break on paper, nobody noted."""
    words = unicodedata.normalize("NFC", text).split()
    shown = [box for box in lines if box.width > 0 and box.height > 0]
    if not words or not shown:
        return
    if not _is_column(shown):
        whole = shown[0]
        for box in shown[1:]:
            whole = whole.union(box)
        shown = [whole]
    total, letters = sum(box.width for box in shown), sum(map(len, words))
    filled, taken, done = 0.0, 0, 0
    for at, box in enumerate(shown):
        filled += box.width / total
        first = taken
        last = at == len(shown) - 1
        while taken < len(words) and (last or done + len(words[taken]) / 2 <= filled * letters):
            done += len(words[taken])
            taken += 1
        if words[first:taken]:
            yield Text(" ".join(words[first:taken]), box)


def _is_column(lines: Sequence[Box]) -> bool:
    """Whether the lines stand under one another; parts of a date stand beside one another."""
    return all(above.centre[1] < below.top for above, below in pairwise(lines))
