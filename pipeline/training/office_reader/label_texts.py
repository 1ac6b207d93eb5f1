"""Possible texts of a decided value on its lines of ink, and the choice of the text that fits.

People key a value, not its ink: ``01/02/1990`` where ``1-2-1990`` is written. For days, numbers and times, every usual
spelling is tried; the label is the spelling with the least cost under the networks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import product

from pipeline.base.model import FieldReading
from pipeline.declarations.schema import Slot
from pipeline.registry.tasks.consensus import Decision
from pipeline.training.office_reader.line_fit import SeenLine, split_over
from pipeline.values.kinds import kinds_with

_FIGURE_KINDS = kinds_with(lambda kind: kind.is_figures)
"""Kinds of value whose digits are keyed differently than written."""

SEPARATORS = ("/", "-", ".")
MOST_FIGURES = 3
"""Largest number of numbers in a value for the trial of other spellings."""

LabelTexts = tuple[tuple[str, ...], ...]
"""The possible spellings of a value: the texts of its lines, or a single text to split."""


def label_texts(decision: Decision, reading: FieldReading, slot: Slot, kind: str, lines: int) -> LabelTexts:
    """Return the possible spellings of a decided value on its lines.

    Args:
        reading: The machine's reading: if its value is the same, its letters are those of the ink.
        slot: The blank.
        lines: Number of lines of ink.
    """
    text = " ".join(unicodedata.normalize("NFC", decision.text).split())
    parts = [piece.part for piece in slot.pieces if piece.part]
    if kind not in _FIGURE_KINDS and not parts:
        return ((text,),)
    numbers = re.findall(r"\d+", text)
    if parts and len(numbers) == lines == len(set(parts)):
        return tuple(product(*(tuple(_paddings(number)) for number in numbers)))
    ways = [text]
    if reading.canonical and reading.canonical == decision.canonical:
        ways.append(" ".join(unicodedata.normalize("NFC", reading.text).split()))
    figures_alone = re.fullmatch(r"\d+(?:[^\w\s]\d+)*", text) is not None
    if figures_alone and len(numbers) <= MOST_FIGURES:
        padded = product(*(tuple(_paddings(number)) for number in numbers))
        ways += [sign.join(written) for written in padded for sign in SEPARATORS]
    return tuple((way,) for way in dict.fromkeys(ways))


def line_texts(lines: Sequence[SeenLine], ways: LabelTexts) -> tuple[str, ...] | None:
    """Return the texts of lines in the best fitting spelling; ``None`` if no split is sure.

    Args:
        lines: The lines in reading order.
    """
    split = [way if len(way) == len(lines) else split_over(lines, way[0]) for way in ways]
    known = [texts for texts in split if texts is not None]
    if not known:
        return None
    return min(known, key=lambda texts: _cost(lines, texts))


def _cost(lines: Sequence[SeenLine], texts: Sequence[str]) -> float:
    return sum(line.cost_with_signs(text) for line, text in zip(lines, texts, strict=True))


def _paddings(number: str) -> Iterator[str]:
    """Yield the usual spellings of a number: with and without a leading zero, a year with two digits."""
    yield number
    if len(number) == 1:
        yield f"0{number}"
    elif len(number) == 2 and number[0] == "0":
        yield number[1]
    elif len(number) == 4:  # a year without its century
        yield number[2:]
