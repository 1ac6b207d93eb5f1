"""Reading crops: the line reader first, then a second witness for every figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.model import Crop, LineReading, Pixels, Word
from pipeline.ocr import Engines

NUMERIC_KINDS = frozenset({"date", "entry_number", "id_number", "number", "volume"})
"""Kinds whose values are figures and signs alone, as a rule."""

SURE = 0.80
"""From this confidence on the second witness's figures stand in the text; where the readers differ, a person looks."""

DOUBT = 0.5
"""The most confidence that a text has on which the two readers differ."""


@dataclass(frozen=True, slots=True)
class _Question:
    """What the second witness is asked: the figures of one word of a line, or of the whole line (``word`` None)."""

    line: int
    word: int | None
    crop: Crop


def line_readings(crops: Sequence[Crop], engines: Engines) -> tuple[LineReading, ...]:
    """One reading a crop. Figures are read twice: what both read alike is trusted, what they read otherwise is not."""
    readings = list(engines.print.read(crops))
    if engines.numerals is None:
        return tuple(readings)
    questions = [q for number, crop in enumerate(crops) for q in _questions(number, crop, readings[number])]
    answers = engines.numerals.read([question.crop for question in questions])
    for question, answer in zip(questions, answers, strict=True):
        before = readings[question.line]
        readings[question.line] = (
            _whole(before, answer) if question.word is None else _word(before, question.word, answer)
        )
    return tuple(readings)


def _questions(number: int, crop: Crop, reading: LineReading) -> list[_Question]:
    if crop.kind in NUMERIC_KINDS:
        return [_Question(number, None, crop)]
    return [
        _Question(number, at, Crop(_part(crop, word), crop.dpi, "number"))
        for at, word in enumerate(reading.words)
        if _is_figures(word.text)
    ]


def _is_figures(text: str) -> bool:
    return sum(c.isdigit() for c in text) * 2 >= len(text.strip(".,;:()")) > 0


def _part(crop: Crop, word: Word) -> Pixels:
    box = word.box.grown(4, 6).within(crop.pixels.shape[1], crop.pixels.shape[0])
    return crop.pixels[round(box.top) : round(box.bottom), round(box.left) : round(box.right)]


def _plain(text: str) -> str:
    return text.replace("⁄", "/").replace(" ", "").strip(".,;:-_ ")


def _agreed(first: str, first_confidence: float, second: LineReading) -> tuple[str, float]:
    """The text and confidence that follow from both readings of the same figures."""
    if _plain(first) == _plain(second.text):
        return first.replace("⁄", "/").strip("_ "), max(first_confidence, second.confidence)
    if second.confidence >= SURE:
        return second.text, min(DOUBT, second.confidence)
    return first, min(DOUBT, first_confidence)


def _whole(reading: LineReading, answer: LineReading) -> LineReading:
    if any(c.isalpha() for c in reading.text) and answer.confidence < SURE:
        return reading
    text, confidence = _agreed(reading.text, reading.confidence, answer)
    return replace(reading, text=text, confidence=confidence, engine=f"{reading.engine}+{answer.engine}")


def _word(reading: LineReading, at: int, answer: LineReading) -> LineReading:
    word = reading.words[at]
    core = word.text.strip(".,;:()")
    before, _, behind = word.text.partition(core)
    text, confidence = _agreed(core, word.confidence, answer)
    words = list(reading.words)
    words[at] = replace(word, text=f"{before}{text.strip('.,;:')}{behind}", confidence=confidence)
    return replace(
        reading,
        text=" ".join(word.text for word in words),
        confidence=min(word.confidence for word in words),
        engine=f"{reading.engine}+{answer.engine}" if "+" not in reading.engine else reading.engine,
        words=tuple(words),
    )
