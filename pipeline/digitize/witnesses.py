"""A second engine as witness: every figure and every letter of print is read twice.

Agreement raises the confidence; disagreement sends the value to a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.base.model import Crop, LineReading, Pixels, Word
from pipeline.digitize.printed_numbers import with_hypotheses
from pipeline.recognition.ocr import Engines, OcrEngine
from pipeline.recognition.ocr.digits import COUNT_KINDS, FIGURES
from pipeline.values.kinds import NUMBER, kinds_with

_NUMERIC_KINDS = kinds_with(lambda kind: kind.is_figures and set(kind.signs) <= set(FIGURES))
"""Kinds whose values are figures and signs that the witness of figures knows."""

_NAMES = kinds_with(lambda kind: kind.is_name)

SURE_WITNESS = 0.80
"""Confidence from which the witness's figures replace the text; a disputed text still goes to a person."""

MAX_DISPUTED = 0.5
"""Largest confidence in a disputed text."""


@dataclass(frozen=True, slots=True)
class _Question:
    """A question to the witness: the figures of one word of a line, or of the whole line (``word`` None).

    ``beside``: the line with the ink close beside it.
    """

    line: int
    word: int | None
    crop: Crop
    beside: Crop | None = None


def read_print(crops: Sequence[Crop], engines: Engines) -> tuple[LineReading, ...]:
    """Return one reading a crop of print.

    The second engine of figures reads figures again, then the engine of handwriting reads lines with letters. Texts on
    which both agree are trusted, disputed texts are not.
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
    """Return the readings of print; the engine of handwriting confirms or doubts readings with letters.

    No text changes. Without such an engine no letter is confirmed.
    """
    asked = [number for number, reading in enumerate(first) if any(map(str.isalpha, reading.text))]
    if not asked:
        return tuple(first)
    readings = list(first)
    lines = [replace(crops[n], follows=crops[n].follows and n - 1 in asked) for n in asked]
    answers: Sequence[LineReading | None] = witness.read(lines) if witness else [None] * len(asked)
    for number, answer in zip(asked, answers, strict=True):
        readings[number] = _confirmed(readings[number], answer)
        if answer is not None and crops[number].kind in _NAMES:  # a stamp is read with those of other pages
            readings[number] = replace(readings[number], emissions=answer.emissions)
    return tuple(readings)


def _confirmed(reading: LineReading, answer: LineReading | None) -> LineReading:
    """Return the reading of print with the confidence that follows from the witness's answer.

    Every letter, sign and capital has to agree. The margin of the witness reduces the first engine's doubt; a reading
    that is disputed already stays in doubt.
    """
    if answer is None:
        return replace(reading, confidence=min(MAX_DISPUTED, reading.confidence))
    engine = f"{reading.engine}+{answer.engine}"
    if answer.text != reading.text or reading.confidence <= MAX_DISPUTED:
        return replace(reading, confidence=min(MAX_DISPUTED, reading.confidence), engine=engine)
    ahead = answer.evidence.margin if answer.evidence else 0.0
    return replace(reading, confidence=1 - (1 - reading.confidence) * (1 - ahead), engine=engine)


def _questions(number: int, crop: Crop, reading: LineReading) -> list[_Question]:
    if crop.kind in _NUMERIC_KINDS:
        beside = crop.beside if crop.kind in COUNT_KINDS else None
        return [_Question(number, None, crop, None if beside is None else Crop(beside, crop.dpi, crop.kind))]
    return [
        _Question(number, at, Crop(_part(crop, word), crop.dpi, NUMBER.name))
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
    """Return the text and the confidence from both readings of the same figures."""
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
    reconciled = replace(reading, text=text, confidence=confidence, engine=engine)
    return with_hypotheses(reconciled, kind, reading, answer, beside) if kind in COUNT_KINDS else reconciled


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
