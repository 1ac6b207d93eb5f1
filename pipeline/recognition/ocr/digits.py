"""A second reader of digits: the PP-OCRv6 recognizer of the ``rapidocr`` package, restricted to digits and signs.

It was trained apart from Tesseract and errs elsewhere: typewriters' dotted and slashed zeros, which Tesseract takes for
8, 9 or 6, it reads. It cannot write Vietnamese, so it is asked for numbers alone.
"""

from __future__ import annotations

from collections.abc import Sequence
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
from pipeline.recognition.decoding import Emission, decode_field, pack_emissions, prior_for

FIGURES = "0123456789/-.: "
HEIGHT = 48
WIDEST = 1200
BATCH = 8
MODEL = "PP-OCRv6_rec_small.onnx"

NUMBER_KINDS = frozenset({"entry_number", "number"})
"""Kinds of numbers that count the entries or the pages of a book: of these several hypotheses are weighed."""

UNSEEN = 1e-4
"""No figure is less likely than this at any step: the network knows no hands and is too sure of them."""


@cache
def model_path() -> Path:
    """Return the weights inside the installed package. Raises ``SetupError`` when it is missing."""
    found = util.find_spec("rapidocr")
    path = Path(found.origin).parent / "models" / MODEL if found and found.origin else None
    if path is None or not path.is_file():
        raise SetupError("Thiếu gói rapidocr (đọc chữ số). Hãy chạy lại: make setup.")
    return path


@cache
def _session() -> tuple[Any, str]:
    """Return the loaded network, one thread, and its letters (the place in the string + 1 is the class)."""
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
        """Return one reading for each crop, in order; numbers of pages and entries with hypotheses and emissions.

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
                readings[number] = _weighed(read, chances, kind) if kind in NUMBER_KINDS else read
        return tuple(readings)

    def load(self) -> None:
        """Load the network now. Raises ``SetupError`` when it is missing."""
        _session()

    def emissions(self, lines: Sequence[Pixels]) -> tuple[Emission, ...]:
        """Return what is seen of each line by itself: figures and their signs; the chances of all else are left out."""
        columns = _columns()
        seen = (_chances([_scaled(pixels)])[0][:, columns] for pixels in lines)
        return tuple(Emission(np.log(np.maximum(chances, UNSEEN)), FIGURES) for chances in seen)


def _weighed(read: LineReading, chances: NDArray[np.float32], kind: str) -> LineReading:
    """Return the reading of a printed number with its hypotheses; a letter beside it is no figure, but a blank."""
    if not read.text:
        return read
    seen = chances[:, _columns()].astype(np.float64)
    seen[:, 0] += np.maximum(0.0, 1.0 - seen.sum(axis=1))
    emission = Emission(np.log(np.maximum(seen, UNSEEN)).astype(np.float32), FIGURES)
    found = decode_field((emission,), prior_for(kind), kind)
    return replace(read, hypotheses=found.hypotheses, emissions=pack_emissions((emission,)))


@cache
def _columns() -> list[int]:
    """Return the columns of the network's classes: blank, then those of ``FIGURES``."""
    letters = _session()[1]
    return [0, *(letters.index(sign) + 1 for sign in FIGURES.strip()), len(letters)]


@cache
def _digest() -> str:
    return sha256_of_file(model_path())[:12]


def _scaled(pixels: Pixels) -> Pixels:
    width = min(WIDEST, max(16, round(pixels.shape[1] * HEIGHT / max(1, pixels.shape[0]))))
    return np.asarray(Image.fromarray(pixels).resize((width, HEIGHT), Image.Resampling.BILINEAR))


def _chances(pictures: Sequence[Pixels]) -> NDArray[np.float32]:
    """Return (pictures, steps, classes) from one run over pictures padded with paper to one width."""
    width = max(picture.shape[1] for picture in pictures)
    batch = np.ones((len(pictures), 3, HEIGHT, width), np.float32)
    for number, picture in enumerate(pictures):
        batch[number, :, :, : picture.shape[1]] = picture.astype(np.float32) / 127.5 - 1
    session, _ = _session()
    result: NDArray[np.float32] = session.run(None, {session.get_inputs()[0].name: batch})[0]
    return result


def _decoded(chances: NDArray[np.float32]) -> tuple[str, float]:
    """Decode greedily over the digits alone; the probability of a sign is that among all letters."""
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
