"""The reader of handwriting: several small networks look at every line, at one that leans far twice, and one decoding
weighs what they see.

A network gives, for every step along a line, the chance of every letter. What the line says follows from the chances
of all networks together and from what the kind of field may hold (``pipeline.decoding``).
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Protocol
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from pipeline.decoding import (
    Emission,
    Followed,
    Language,
    Prior,
    continued,
    decoded_by_kind,
    followed,
    free_prior,
    prior_for,
    read_language,
)
from pipeline.errors import SetupError
from pipeline.model import Crop, LineReading, Pixels
from pipeline.ocr.line_picture import HEIGHT, STRIDE, WIDEST, Ink, line_picture
from pipeline.ocr.models import ModelCard, default_folder
from pipeline.ocr.slant import slant_of, straightened

BATCH_COLUMNS = 3200
"""Columns of a batch, padding included: enough to keep the network busy, little enough to stay in the cache."""

PADDING = 1.15
"""How many times as wide as itself a line may become by the paper behind it. How wide follows from the line alone: a
network looks at that paper too, and no line may be read otherwise because of its neighbours."""

LEANING = 0.2
"""A slant from which a line is looked at a second time: most hands lean less, and gain nothing by it."""

LARGER = 1.12
"""How many times as large the second look is: leaning hands have long strokes, and small letters beside them."""

WEIGHTS = "model.onnx"

VERSION = "10"
"""Raise it whenever the same networks and words could read the same line otherwise than before."""


class LineNetwork(Protocol):
    """A network that reads pictures of lines. Column 0 of what it gives is "no letter", column i + 1 ``letters[i]``."""

    @property
    def letters(self) -> str: ...

    @property
    def fingerprint(self) -> str: ...

    def log_chances(self, lines: NDArray[np.float32]) -> NDArray[np.float32]:
        """(lines, steps, 1 + letters) from pictures (lines, 1, HEIGHT, width); a step is ``STRIDE`` columns."""
        ...


@dataclass(frozen=True)
class OnnxNetwork:
    """A network in a file, run on one thread; it is loaded at the first line and once a process."""

    name: str
    path: Path
    sha256: str
    letters: str
    fingerprint: str

    def log_chances(self, lines: NDArray[np.float32]) -> NDArray[np.float32]:
        """See ``LineNetwork``. Raises ``SetupError`` when the file is missing or damaged."""
        session = _session(self.path, self.sha256)
        result: NDArray[np.float32] = session.run(None, {session.get_inputs()[0].name: lines})[0]
        if result.shape != (len(lines), lines.shape[3] // STRIDE, 1 + len(self.letters)):
            raise SetupError(f"{self.path}: tệp không khớp với bảng chữ trong model.toml. {REINSTALL}")
        return result


REINSTALL = "Hãy cài lại mô hình này (make setup, hoặc chép lại thư mục ocr_models)."


def network_of(card: ModelCard, models: Path | None = None) -> OnnxNetwork:
    """The network that a card describes. Raises ``SetupError`` when the card is not that of one."""
    files = dict(card.files)
    if WEIGHTS not in files or not card.letters:
        raise SetupError(f"Mô hình “{card.name}” không có {WEIGHTS} hoặc bảng chữ. {REINSTALL}")
    path = (models or default_folder()) / card.name / WEIGHTS
    return OnnxNetwork(card.name, path, files[WEIGHTS], card.letters, card.fingerprint)


@cache
def _session(path: Path, sha256: str) -> Any:
    import onnxruntime

    try:
        weights = path.read_bytes()
    except OSError as error:
        raise SetupError(f"Không đọc được mô hình {path} ({error.strerror or error}). {REINSTALL}") from None
    if hashlib.sha256(weights).hexdigest() != sha256:
        raise SetupError(f"Mô hình {path} bị hỏng: không khớp với model.toml. {REINSTALL}")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.enable_mem_pattern = False  # lines come in many widths
    try:
        return onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        if not type(error).__module__.startswith("onnxruntime"):
            raise
        raise SetupError(f"Mô hình {path} không chạy được ({type(error).__name__}). {REINSTALL}") from None


@dataclass(frozen=True)
class Words:
    """The folder of what is known of words, loaded once a process."""

    folder: Path
    fingerprint: str

    @property
    def language(self) -> Language:
        """Raises ``SetupError`` when a file is missing or damaged."""
        return _language(self.folder)


def words_of(card: ModelCard, models: Path | None = None) -> Words:
    """The words that a card describes."""
    return Words((models or default_folder()) / card.name, card.fingerprint)


@cache
def _language(folder: Path) -> Language:
    with _told_when_damaged(folder):
        return read_language(folder)


@contextmanager
def _told_when_damaged(folder: Path) -> Iterator[None]:
    """Raises ``SetupError`` where word data is missing or damaged."""
    try:
        yield
    except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
        raise SetupError(f"Không đọc được dữ liệu {folder} ({type(error).__name__}). {REINSTALL}") from None


@dataclass(frozen=True)
class HandReader:
    """Reads handwritten lines; the confidence is the chance of the best hypothesis among those weighed. Without
    ``words`` lists, dates and numbers are still known for what they are, names and places are read letter by letter."""

    networks: tuple[LineNetwork, ...]
    words: Words | None = None

    @property
    def name(self) -> str:
        return "hand"

    @property
    def fingerprint(self) -> str:
        """Changes with the networks, the words and the way of weighing them."""
        parts = [network.fingerprint for network in self.networks]
        parts += [self.words.fingerprint] if self.words else []
        return "-".join((self.name, *parts, VERSION))

    def prior(
        self,
        kind: str,
        part: str = "",
        terms: tuple[str, ...] = (),
        usual: tuple[str, ...] = (),
        year: int = 0,
    ) -> Prior:
        """What is known of a field before its ink is seen. Raises ``SetupError``."""
        if self.words is None:
            return prior_for(kind, part, terms, usual=usual, year=year)
        language = self.words.language
        with _told_when_damaged(self.words.folder):
            return prior_for(kind, part, terms, language, usual=usual, year=year)

    def read(self, crops: Sequence[Crop]) -> tuple[LineReading, ...]:
        """One reading a crop, in order; one without ink has no text, and neither has one whose likeliest text is none:
        that one still says what else may stand there. A line that follows another is weighed behind its words, and the
        other once more before these, where another of its readings goes better with them (these stay as they are then).
        Raises ``SetupError``."""
        seen = self.emissions([crop.pixels for crop in crops])
        read: list[LineReading] = []
        prior = free_prior()
        for number, (crop, emissions) in enumerate(zip(crops, seen, strict=True)):
            before, prior = prior, self._prior_of(crop)
            if not crop.follows or not read:
                read.append(_line(self.name, crop, emissions, prior))
                continue
            prior = continued(prior, read[-1].text)
            reading = _line(self.name, crop, emissions, prior)
            ahead = followed(before, reading.text)
            if ahead is not None and _goes_better(read[-1], ahead):
                read[-1] = _line(self.name, crops[number - 1], seen[number - 1], ahead)
            read.append(reading)
        return tuple(read)

    def _prior_of(self, crop: Crop) -> Prior:
        return self.prior(crop.kind, crop.part, crop.terms, crop.usual, crop.year)

    def emissions(self, lines: Sequence[Pixels]) -> tuple[tuple[Emission, ...], ...]:
        """What every network sees on each grey line, and then what each sees on it where it leans far and is set more
        upright; nothing where there is no ink, or where a network's answer is no chances."""
        looks = [_looks(line_picture(pixels)) for pixels in lines]
        seen = iter(self._seen([picture for pictures in looks for picture in pictures]))
        told = [[said for _ in pictures for said in next(seen)] for pictures in looks]
        return tuple(tuple(said) if all(map(_is_chances, said)) else () for said in told)

    def _seen(self, pictures: Sequence[Ink]) -> Sequence[Sequence[Emission]]:
        """What every network sees on each picture."""
        seen: list[list[Emission]] = [[] for _ in pictures]
        for batch in _batches(pictures):
            stacked = _stacked([pictures[number] for number in batch])
            for network in self.networks:
                chances = network.log_chances(stacked)
                for place, number in enumerate(batch):
                    steps = -(-pictures[number].shape[1] // STRIDE)
                    seen[number].append(Emission(chances[place, :steps], network.letters))
        return seen


def _looks(picture: Ink) -> tuple[Ink, ...]:
    """The picture and, where its writing leans far, the same half upright and larger."""
    lean = slant_of(picture)
    if abs(lean) < LEANING:
        return (picture,)
    upright = straightened(picture, lean / 2, LARGER)
    return (picture, upright) if upright.shape[1] <= WIDEST else (picture,)


def _line(name: str, crop: Crop, emissions: Sequence[Emission], prior: Prior) -> LineReading:
    if not emissions:
        return LineReading("", 0.0, name)
    found = decoded_by_kind(emissions, prior, crop.kind)
    best = found.hypotheses[0]
    if not best.text:
        return LineReading("", 0.0, name, hypotheses=found.hypotheses)
    evidence = None if found.proposed else replace(found.evidence, ink=contrast(crop.pixels))
    return LineReading(best.text, best.chance, name, hypotheses=found.hypotheses, evidence=evidence)


def contrast(pixels: Pixels) -> float:
    """How dark the ink of a line stands on its paper, 0..1: its darkest pixels (one in fifty) beside the paper's
    middling ones."""
    share = np.cumsum(np.bincount(pixels.ravel(), minlength=256)) / pixels.size
    ink, paper = np.searchsorted(share, (0.02, 0.75))
    return float(max(0, paper - ink) / 255)


GOES_BETTER = 0.5
"""By how much (log) another reading of a line goes better with the next line for it to be weighed again."""


def _goes_better(reading: LineReading, ahead: Followed) -> bool:
    if not reading.text:
        return False
    said = ahead.going_on(reading.text)
    return any(ahead.going_on(one.text) > said + GOES_BETTER for one in reading.hypotheses if one.text)


def _is_chances(emission: Emission) -> bool:
    return bool(np.isfinite(emission.log_chances.max(axis=1)).all())


@cache
def _widths() -> tuple[int, ...]:
    """The widths that lines are filled up to, whole steps, from the narrowest to the widest."""
    widths = [STRIDE]
    while widths[-1] < WIDEST:
        widths.append(min(WIDEST, max(widths[-1] + STRIDE, int(widths[-1] * PADDING) // STRIDE * STRIDE)))
    return tuple(widths)


def _filled_width(picture: Ink) -> int:
    return _widths()[bisect_left(_widths(), picture.shape[1])]


def _batches(pictures: Sequence[Ink]) -> Iterator[list[int]]:
    """The numbers of the lines with ink in groups that are filled up to one width."""
    groups: dict[int, list[int]] = {}
    for number, picture in enumerate(pictures):
        if picture.any():
            groups.setdefault(_filled_width(picture), []).append(number)
    for width, numbers in sorted(groups.items()):
        most = max(1, BATCH_COLUMNS // width)
        yield from (numbers[start : start + most] for start in range(0, len(numbers), most))


def _stacked(pictures: Sequence[Ink]) -> NDArray[np.float32]:
    """(lines, 1, HEIGHT, width): pictures of one group, filled up with paper to its width."""
    width = max(map(_filled_width, pictures))
    lines = np.zeros((len(pictures), 1, HEIGHT, width), np.float32)
    for place, picture in enumerate(pictures):
        lines[place, 0, :, : picture.shape[1]] = picture
    return lines
