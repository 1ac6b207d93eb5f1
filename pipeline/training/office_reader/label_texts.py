"""The texts that a decided value may have on its lines of ink, and which of them is there.

People key a value, not its ink: ``01/02/1990`` where ``1-2-1990`` is written. Of a day, a number or a time every usual
writing is tried, and that which costs the networks least is the label.
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

FIGURES = frozenset({"date", "time", "entry_number", "number", "volume", "id_number"})
"""Kinds of value whose figures people key otherwise than they are written."""

SEPARATORS = ("/", "-", ".")
MOST_FIGURES = 3
"""Numbers in a value beyond which its figures are taken as they were keyed."""

LabelTexts = tuple[tuple[str, ...], ...]
"""The ways in which a value may be written: of each the texts of its lines, or one text that is to be split."""


def label_texts(decision: Decision, reading: FieldReading, slot: Slot, kind: str, lines: int) -> LabelTexts:
    """Return the ways in which a decided value may stand on its lines.

    Args:
        decision: What people decided.
        reading: What the machine read there: where it is the same value, its letters are those of the ink.
        slot: The blank.
        kind: Kind of value.
        lines: How many lines of ink there are.
    """
    text = " ".join(unicodedata.normalize("NFC", decision.text).split())
    parts = [piece.part for piece in slot.pieces if piece.part]
    if kind not in FIGURES and not parts:
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
    """Return the texts of lines in that of these ways which fits them best; None where a split is not sure.

    Args:
        lines: The lines, in reading order.
        ways: From ``label_texts``.
    """
    split = [way if len(way) == len(lines) else split_over(lines, way[0]) for way in ways]
    known = [texts for texts in split if texts is not None]
    if not known:
        return None
    return min(known, key=lambda texts: _cost(lines, texts))


def _cost(lines: Sequence[SeenLine], texts: Sequence[str]) -> float:
    return sum(line.cost_with_signs(text) for line, text in zip(lines, texts, strict=True))


def _paddings(number: str) -> Iterator[str]:
    """Yield a number as it may be written: with and without a zero before a single figure, a year in two figures."""
    yield number
    if len(number) == 1:
        yield f"0{number}"
    elif len(number) == 2 and number[0] == "0":
        yield number[1]
    elif len(number) == 4:  # a year of which the century is not written
        yield number[2:]
