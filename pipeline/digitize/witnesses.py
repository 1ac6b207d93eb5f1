"""A second engine as witness: every figure and every letter of print is read twice.

Engines that read alike raise each other's confidence; where they differ, a person looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.base.model import Crop, LineReading, Pixels, Word
from pipeline.digitize.printed_numbers import is_number, with_hypotheses
from pipeline.recognition.ocr import Engines, OcrEngine

NUMERIC_KINDS = frozenset({"date", "entry_number", "id_number", "number", "volume"})
"""Kinds whose values are figures and signs alone, as a rule."""

SURE_WITNESS = 0.80
"""From this confidence on the second witness's figures are the text; where the readers differ, a person looks."""

MAX_DISPUTED = 0.5
"""The most confidence that a text has on which the two readers differ."""


@dataclass(frozen=True, slots=True)
class _Question:
    """The question to the witness: the figures of one word of a line, or of the whole line (``word`` None).

    ``beside``: that line once more, with the ink that stands close beside it.
    """

    line: int
    word: int | None
    crop: Crop
    beside: Crop | None = None


def read_print(crops: Sequence[Crop], engines: Engines) -> tuple[LineReading, ...]:
    """Return one reading a crop of print.

    Figures are read again by the second engine of figures, then lines with letters by the engine of handwriting: what
    both read alike is trusted, what they read otherwise is not.
    """
    readings = engines.print.read(crops)
    if engines.digits is not None:
        readings = _with_figures(crops, readings, engines.digits)
    return _with_letters(crops, readings, engines.hand)


def _with_figures(
    crops: Sequence[Crop], first: Sequence[LineReading], witness: OcrEngine
) -> tuple[LineReading, ...]:
    readings = list(first)
    questions = [q for number, crop in enumerate(crops) for q in _questions(number, crop, readings[number])]
    wider = [question.beside for question in questions if question.beside is not None]
    answers = iter(witness.read([*(question.crop for question in questions), *wider]))
    pairs = [(question, next(answers)) for question in questions]
    for question, answer in pairs:
        before = readings[question.line]
        beside = next(answers) if question.beside is not None else None
        readings[question.line] = (
            _with_line_answer(before, question.crop.kind, answer, beside)
            if question.word is None
            else _with_word_answer(before, question.word, answer)
        )
    return tuple(readings)


def _with_letters(
    crops: Sequence[Crop], first: Sequence[LineReading], witness: OcrEngine | None
) -> tuple[LineReading, ...]:
    """Return the readings of print, those with letters confirmed or doubted by the engine of handwriting.

    It changes no text; without such an engine no letter is confirmed.
    """
    asked = [number for number, reading in enumerate(first) if any(map(str.isalpha, reading.text))]
    if not asked:
        return tuple(first)
    readings = list(first)
    lines = [replace(crops[n], follows=crops[n].follows and n - 1 in asked) for n in asked]
    answers: Sequence[LineReading | None] = witness.read(lines) if witness else [None] * len(asked)
    for number, answer in zip(asked, answers, strict=True):
        readings[number] = _confirmed(readings[number], answer)
    return tuple(readings)


def _confirmed(reading: LineReading, answer: LineReading | None) -> LineReading:
    """Return the reading of print with the confidence that follows from the witness's answer.

    Every letter, sign and capital has to be alike. The surer the witness is that there is no other text, the less is
    left of the first engine's doubt; what is disputed already stays in doubt.
    """
    if answer is None:
        return replace(reading, confidence=min(MAX_DISPUTED, reading.confidence))
    engine = f"{reading.engine}+{answer.engine}"
    if answer.text != reading.text or reading.confidence <= MAX_DISPUTED:
        return replace(reading, confidence=min(MAX_DISPUTED, reading.confidence), engine=engine)
    ahead = answer.evidence.margin if answer.evidence else 0.0
    return replace(reading, confidence=1 - (1 - reading.confidence) * (1 - ahead), engine=engine)


def _questions(number: int, crop: Crop, reading: LineReading) -> list[_Question]:
    if crop.kind in NUMERIC_KINDS:
        beside = crop.beside if is_number(crop.kind) else None
        return [_Question(number, None, crop, None if beside is None else Crop(beside, crop.dpi, crop.kind))]
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


def _reconciled(first: str, first_confidence: float, second: LineReading) -> tuple[str, float]:
    """Return the text and confidence that follow from both readings of the same figures."""
    if _plain(first) == _plain(second.text):
        return first.replace("⁄", "/").strip("_ "), max(first_confidence, second.confidence)
    if second.confidence >= SURE_WITNESS:
        return second.text, min(MAX_DISPUTED, second.confidence)
    return first, min(MAX_DISPUTED, first_confidence)


def _with_line_answer(
    reading: LineReading, kind: str, answer: LineReading, beside: LineReading | None
) -> LineReading:
    if any(c.isalpha() for c in reading.text) and answer.confidence < SURE_WITNESS:
        return reading
    text, confidence = _reconciled(reading.text, reading.confidence, answer)
    engine = f"{reading.engine}+{answer.engine}"
    told = replace(reading, text=text, confidence=confidence, engine=engine)
    return with_hypotheses(told, kind, reading, answer, beside) if is_number(kind) else told


def _with_word_answer(reading: LineReading, at: int, answer: LineReading) -> LineReading:
    word = reading.words[at]
    core = word.text.strip(".,;:()")
    before, _, behind = word.text.partition(core)
    text, confidence = _reconciled(core, word.confidence, answer)
    words = list(reading.words)
    words[at] = replace(word, text=f"{before}{text.strip('.,;:')}{behind}", confidence=confidence)
    return replace(
        reading,
        text=" ".join(word.text for word in words),
        confidence=min(word.confidence for word in words),
        engine=f"{reading.engine}+{answer.engine}" if "+" not in reading.engine else reading.engine,
        words=tuple(words),
    )
