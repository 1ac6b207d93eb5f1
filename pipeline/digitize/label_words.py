"""Printed words of a label that were read with the value behind it, or before it, are cut from the reading.

A label that is longer than declared, or breaks elsewhere, reaches into the blank of its value::

    Nơi thường trú cuối cùng |trước khi chết: Thôn 3|   ->   Thôn 3
                             |Kinh  Quốc tịch:      |   ->   Kinh

Such a value always waits for a person, as its first or last letters may lie on the print.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from rapidfuzz.distance import Levenshtein

from pipeline.base.model import Hypothesis, LineReading
from pipeline.base.text.tones import folded, unaccented
from pipeline.declarations.schema import Form, Slot
from pipeline.digitize.regions import RecognizedField, RecognizedLine

ALIKE, ALIKE_WITHOUT_COLON = 0.75, 0.85
"""Least similarity of words with the words of a label, with and without its colon."""

FEWEST_LETTERS = 5
"""Least number of letters of label words; shorter words may be a value."""

SAME_LINE = 0.012
"""Largest distance of the baselines of a blank and of a label behind it, as a share of the frame's height."""


def without_label_words(field: RecognizedField, form: Form) -> RecognizedField:
    """Return the field without label words at the start of its first line or at the end of its lines.

    A field that loses words counts as cut short.
    """
    slot = field.region.slot
    before = [label.text for label in form.labels if label.slot == slot.name and label.text]
    lines = [
        _cut(_cut(line, _labels_behind(form, slot, line.line.piece), _without_end), before, _without_start)
        if number == 0
        else _cut(line, _labels_behind(form, slot, line.line.piece), _without_end)
        for number, line in enumerate(field.lines)
    ]
    if all(now is line for now, line in zip(lines, field.lines, strict=True)):
        return field
    return replace(field, region=replace(field.region, is_cut_short=True), lines=tuple(lines))


def _labels_behind(form: Form, slot: Slot, piece: int) -> list[str]:
    """Return the texts of the labels behind a blank's line."""
    if not slot.pieces:
        return []
    line = slot.pieces[piece]
    return [
        label.text
        for label in form.labels
        if label.text and abs(label.v - line.v) < SAME_LINE and label.u0 > line.u0
    ]


def _cut(line: RecognizedLine, labels: Sequence[str], shortened: Callable[[str, str], str]) -> RecognizedLine:
    """Return the line with its reading shortened by the first label that shortens it."""
    for label in labels:
        text = shortened(label, line.reading.text)
        if text != line.reading.text:
            return replace(line, reading=_shortened(line.reading, text, partial(shortened, label)))
    return line


def _shortened(reading: LineReading, text: str, shortened: Callable[[str], str]) -> LineReading:
    """Return a reading with another text; the chances of hypotheses with the same shortened text add up.

    The emissions are dropped, as they hold the label too.
    """
    chances: dict[str, float] = {}
    for hypothesis in reading.hypotheses:
        short = shortened(hypothesis.text)
        chances[short] = chances.get(short, 0.0) + hypothesis.chance
    hypotheses = tuple(Hypothesis(short, min(1.0, chance)) for short, chance in chances.items())
    return replace(reading, text=text, hypotheses=hypotheses, words=(), emissions=b"")


def _without_start(label: str, text: str) -> str:
    """Return a text without the last words of a label at its start."""
    words, of_label = text.split(), label.split()
    for count in range(min(len(words), len(of_label)), 0, -1):
        if _is_alike(words[:count], of_label[-count:]):
            return " ".join(words[count:])
    return text


def _without_end(label: str, text: str) -> str:
    """Return a text without a whole label at its end."""
    words, count = text.split(), len(label.split())
    is_label = count < len(words) and _is_alike(words[-count:], label.split())
    return " ".join(words[:-count]) if is_label else text


def _is_alike(words: Sequence[str], of_label: Sequence[str]) -> bool:
    read, printed = _plain(words), _plain(of_label)
    has_colon = words[-1].endswith(":")
    if len(printed) < FEWEST_LETTERS or (len(words) == 1 and not has_colon):
        return False
    return Levenshtein.normalized_similarity(read, printed) >= (ALIKE if has_colon else ALIKE_WITHOUT_COLON)


def _plain(words: Sequence[str]) -> str:
    return unaccented(folded(" ".join(words))).rstrip(":. ")
