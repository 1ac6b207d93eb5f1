"""A second reader of digits: the PP-OCRv6 recognizer of the ``rapidocr`` package, restricted to digits and signs.

Its training is independent of Tesseract's and so are its errors: it reads typewriters' dotted and slashed zeros, which
Tesseract takes for 8, 9 or 6. It cannot write Vietnamese, so it reads only numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import metadata, util
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.base.errors import SetupError
from pipeline.base.files import sha256_of_file
from pipeline.base.model import Crop, LineReading, Pixels
from pipeline.base.text.tones import unaccented
from pipeline.recognition.decoding import Emission, decode_field, pack_emissions, prior_for
from pipeline.values.kinds import kinds_with

FIGURES = "0123456789/-.: "
HEIGHT = 48
WIDEST = 1200
BATCH = 8
MODEL = "PP-OCRv6_rec_small.onnx"

COUNT_KINDS = kinds_with(lambda kind: kind.is_count)
"""Kinds of numbers that count the entries or pages of a book; several hypotheses for them are compared."""

TONELESS = 0.5
"""Share of a letter's probability for each letter that differs in marks alone. A belief: which of them the line has is
left to the networks of handwriting and to the language."""

SKIPPED = 0.3
"""Share of a blank for a letter that the network does not know: it reads ``Thị Mẫu`` as ``Th Mu``. A belief too."""

UNSEEN = 1e-4
"""Lower bound of a figure's probability at any step: the network knows no handwriting and is overconfident."""


@cache
def model_path() -> Path:
    """Return the weights inside the installed package. Raises ``SetupError`` when it is missing."""
    package = util.find_spec("rapidocr")
    path = Path(package.origin).parent / "models" / MODEL if package and package.origin else None
    if path is None or not path.is_file():
        raise SetupError("Thiếu gói rapidocr (đọc chữ số). Hãy chạy lại: make setup.")
    return path


@cache
def _session() -> tuple[Any, str]:
    """Return the loaded single-thread network and its letters (the position in the string + 1 is the class)."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(model_path()), options, providers=["CPUExecutionProvider"])
    letters = session.get_modelmeta().custom_metadata_map["character"].splitlines()
    return session, "".join(letter[:1] or " " for letter in letters) + " "


@dataclass(frozen=True)
class DigitReader:
    """Recognizes digits and the signs between them. Confidence: the least certain sign, against all letters."""

    @property
    def name(self) -> str:
        return "ppocr-v6"

    @property
    def fingerprint(self) -> str:
        return f"ppocr-v6-{metadata.version('rapidocr')}-{_digest()}"

    def read(self, crops: Sequence[Crop]) -> tuple[LineReading, ...]:
        """Return a reading for each crop, in order; page and entry numbers have hypotheses and emissions.

        Raises:
            SetupError: The network is missing.
        """
        pictures = [_scaled(crop.pixels) for crop in crops]
        readings: list[LineReading] = [LineReading("", 0.0, self.name)] * len(crops)
        order = sorted(range(len(crops)), key=lambda number: pictures[number].shape[1])
        for start in range(0, len(order), BATCH):
            chosen = order[start : start + BATCH]
            for number, chances in zip(chosen, _chances([pictures[n] for n in chosen]), strict=True):
                read = LineReading(*_decoded(chances), self.name)
                kind = crops[number].kind
                readings[number] = _weighed(read, chances, kind) if kind in COUNT_KINDS else read
        return tuple(readings)

    def load(self) -> None:
        """Load the network now. Raises ``SetupError`` when it is missing."""
        _session()

    def emissions(self, lines: Sequence[Pixels]) -> tuple[Emission, ...]:
        """Return the emissions of each line: figures and their signs only; all other probabilities are left out."""
        columns = _columns()
        figure_chances = (_chances([_scaled(pixels)])[0][:, columns] for pixels in lines)
        return tuple(Emission(np.log(np.maximum(chances, UNSEEN)), FIGURES) for chances in figure_chances)


def letters_seen(line: Pixels, letters: str) -> Emission:
    """Return what the network sees of a printed line, as an emission of other letters.

    The network hardly knows the tones of Vietnamese. A letter gets what the network gives it, and ``TONELESS`` of what
    it gives all letters that differ in marks alone. Letters outside its alphabet (``ị``, ``ử``), which it reads as such
    a letter or skips, get ``SKIPPED`` of a blank.

    Args:
        line: The picture of the line (255 = paper).
        letters: The letters of the emission.
    """
    chances = _chances([_scaled(line)])[0].astype(np.float64)
    known, by_shape = _columns_of_letters()
    seen = np.full((len(chances), 1 + len(letters)), UNSEEN)
    seen[:, 0] = chances[:, 0]
    for column, letter in enumerate(letters, start=1):
        own = chances[:, known[letter]] if letter in known else 0.0
        alike = chances[:, by_shape.get(_shape(letter), [])].sum(axis=1)
        skipped = 0.0 if letter in known else SKIPPED * chances[:, 0]
        seen[:, column] = own + TONELESS * (alike - own) + skipped
    return Emission(np.log(np.maximum(seen, UNSEEN)).astype(np.float32), letters)


@cache
def _columns_of_letters() -> tuple[Mapping[str, int], Mapping[str, list[int]]]:
    """Return the column of each letter of the network, and the columns of the letters of each shape."""
    known = {letter: column for column, letter in enumerate(_session()[1], start=1)}
    by_shape: dict[str, list[int]] = {}
    for letter, column in known.items():
        by_shape.setdefault(_shape(letter), []).append(column)
    return known, by_shape


def _shape(letter: str) -> str:
    """Return a letter without marks, in its case."""
    bare = unaccented(letter)
    return bare.upper() if letter.isupper() else bare


def _weighed(read: LineReading, chances: NDArray[np.float32], kind: str) -> LineReading:
    """Return the reading of a printed number with its hypotheses; a letter beside the number becomes a blank."""
    if not read.text:
        return read
    figure_chances = chances[:, _columns()].astype(np.float64)
    figure_chances[:, 0] += np.maximum(0.0, 1.0 - figure_chances.sum(axis=1))
    emission = Emission(np.log(np.maximum(figure_chances, UNSEEN)).astype(np.float32), FIGURES)
    decoded = decode_field((emission,), prior_for(kind), kind)
    return replace(read, hypotheses=decoded.hypotheses, emissions=pack_emissions((emission,)))


@cache
def _columns() -> list[int]:
    """Return the columns of the network's classes: blank, then ``FIGURES``."""
    letters = _session()[1]
    return [0, *(letters.index(sign) + 1 for sign in FIGURES.strip()), len(letters)]


@cache
def _digest() -> str:
    return sha256_of_file(model_path())[:12]


def _scaled(pixels: Pixels) -> Pixels:
    width = min(WIDEST, max(16, round(pixels.shape[1] * HEIGHT / max(1, pixels.shape[0]))))
    return np.asarray(Image.fromarray(pixels).resize((width, HEIGHT), Image.Resampling.BILINEAR))


def _chances(pictures: Sequence[Pixels]) -> NDArray[np.float32]:
    """Return (pictures, steps, classes) from a single run over pictures padded with paper to a common width."""
    width = max(picture.shape[1] for picture in pictures)
    batch = np.ones((len(pictures), 3, HEIGHT, width), np.float32)
    for number, picture in enumerate(pictures):
        batch[number, :, :, : picture.shape[1]] = picture.astype(np.float32) / 127.5 - 1
    session, _ = _session()
    result: NDArray[np.float32] = session.run(None, {session.get_inputs()[0].name: batch})[0]
    return result


def _decoded(chances: NDArray[np.float32]) -> tuple[str, float]:
    """Decode greedily over the digits alone; the probability of a sign is relative to all letters."""
    letters, allowed = _session()[1], _columns()
    part = chances[:, allowed]
    best = part.argmax(axis=1)
    overall = chances.argmax(axis=1)
    text, confidence, before = "", 1.0, 0
    for step, at in enumerate(best):
        if at and at != before:
            text += letters[allowed[at] - 1]
            confidence = min(confidence, float(part[step, at]))
        if overall[step] not in allowed:
            confidence = min(confidence, 1 - float(chances[step, overall[step]]))
        before = int(at)
    return text.strip(), confidence if text.strip() else 0.0
