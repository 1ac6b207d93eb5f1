"""The reader of handwriting: several small CTC networks see every line, and one decoding combines them.

A line that leans far is seen twice. A network gives, for every step along a line, the probability of every letter.
The text of the line follows from the emissions of all networks together and from the prior of its field
(``pipeline.recognition.decoding``).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Protocol
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from pipeline.base.errors import SetupError
from pipeline.base.model import Crop, LineReading, NearUnits, Pixels
from pipeline.base.model.adapted_reader import ADAPTER_MARK, HAND
from pipeline.recognition.decoding import (
    Emission,
    Language,
    Prior,
    RightContextPrior,
    decode_field,
    pack_emissions,
    prior_after,
    prior_before,
    prior_for,
    read_language,
    shows_figures,
)
from pipeline.recognition.ocr.line_image import (
    HEIGHT,
    STRIDE,
    WIDEST,
    LineImage,
    estimate_slant,
    line_image,
    shear_upright,
)
from pipeline.recognition.ocr.models import REINSTALL, LineNetwork, ModelCard, default_folder

BATCH_COLUMNS = 3200
"""Columns of a batch, padding included: enough to keep the network busy, few enough to stay in the cache."""

PADDING = 1.15
"""How many times as wide as itself a line may become by padding. The width follows from the line alone: a network sees
the padding too, and no line may be read otherwise because of its neighbours."""

LEANING = 0.2
"""The slant from which a line is read a second time: most hands lean less, and gain nothing by it."""

LARGER = 1.12
"""How many times as large the second image is: leaning hands have long strokes and small letters."""

VERSION = "11"
"""To be raised whenever the same networks and words could read a line otherwise than before."""


@dataclass(frozen=True)
class LanguageData:
    """The folder of the word models, loaded once in each process."""

    folder: Path
    fingerprint: str

    @property
    def language(self) -> Language:
        """The models. Raises ``SetupError`` when a file is missing or damaged."""
        return _language(self.folder)


def language_data(card: ModelCard, models: Path | None = None) -> LanguageData:
    """Return the word models that a card describes."""
    return LanguageData((models or default_folder()) / card.name, card.fingerprint)


@cache
def _language(folder: Path) -> Language:
    with _report_damage(folder):
        return read_language(folder)


@contextmanager
def _report_damage(folder: Path) -> Iterator[None]:
    """Raise ``SetupError`` where word data is missing or damaged."""
    try:
        yield
    except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
        raise SetupError(f"Không đọc được dữ liệu {folder} ({type(error).__name__}). {REINSTALL}") from None


class FigureReader(Protocol):
    """Sees figures and their signs alone. ``fingerprint`` changes whenever it could see a line otherwise."""

    @property
    def name(self) -> str: ...

    @property
    def fingerprint(self) -> str: ...

    def emissions(self, lines: Sequence[Pixels]) -> tuple[Emission, ...]:
        """Return what is seen of each line, in order."""
        ...


@dataclass(frozen=True)
class HandwritingReader:
    """Recognizes handwritten lines. The confidence is the posterior of the best hypothesis.

    Attributes:
        networks: The CTC networks that see every line.
        words: The word models. Without them lists, dates and numbers still have their grammar; names and places are
            read letter by letter.
        figures: Sees the lines of figures as well.
        adapter: Fingerprint of the adapter that its networks read with (``pipeline.recognition.ocr.adapters``); ``""``
            for none.
        parent: Fingerprint of the reader without that adapter.
    """

    networks: tuple[LineNetwork, ...]
    words: LanguageData | None = None
    figures: FigureReader | None = None
    adapter: str = ""
    parent: str = ""

    @property
    def name(self) -> str:
        """What readings name; with an adapter also that, by its book and version."""
        return HAND + "".join(f".{part}" for part in self.adapter.split(".")[1:3])

    @property
    def fingerprint(self) -> str:
        """Changes with the networks, the words and ``VERSION``; with an adapter that of the parent, marked."""
        if self.adapter:
            return f"{self.parent}{ADAPTER_MARK}{self.adapter}"
        parts = [network.fingerprint for network in self.networks]
        parts += [self.words.fingerprint] if self.words else []
        parts += [self.figures.fingerprint] if self.figures else []
        return "-".join((HAND, *parts, VERSION))

    def prior(
        self,
        kind: str,
        part: str = "",
        terms: tuple[str, ...] = (),
        usual: tuple[str, ...] = (),
        year: int = 0,
        near: NearUnits | None = None,
    ) -> Prior:
        """Return the prior of a field, as ``decoding.prior_for``. Raises ``SetupError``."""
        if self.words is None:
            return prior_for(kind, part, terms, usual=usual, year=year, near=near)
        language = self.words.language
        with _report_damage(self.words.folder):
            return prior_for(kind, part, terms, language, usual=usual, year=year, near=near)

    def read(self, crops: Sequence[Crop]) -> tuple[LineReading, ...]:
        """Return one reading for each crop, in order.

        A crop without ink has no text. One whose likeliest text is empty has none either, but keeps its hypotheses. A
        line that follows another is decoded with the words of that one as left context; the other is decoded once more
        with right context where one of its hypotheses fits that better.

        Raises:
            SetupError: A network or word model is missing or damaged.
        """
        seen = self.emissions([crop.pixels for crop in crops])
        figures = self._figures(crops, seen)
        read: list[LineReading] = []
        prior = Prior()
        for number, (crop, emissions) in enumerate(zip(crops, seen, strict=True)):
            before, prior = prior, self._prior_of(crop)
            if not crop.follows or not read:
                read.append(self._line(crop, emissions, prior, figures.get(number)))
                continue
            prior = prior_after(prior, read[-1].text)
            reading = self._line(crop, emissions, prior, figures.get(number))
            ahead = prior_before(before, reading.text)
            if ahead is not None and _fits_better(read[-1], ahead):
                last = number - 1
                read[-1] = self._line(crops[last], seen[last], ahead, figures.get(last))
            read.append(reading)
        return tuple(read)

    def _figures(self, crops: Sequence[Crop], seen: Sequence[Sequence[Emission]]) -> Mapping[int, Emission]:
        """Return what the reader of figures sees, by the number of each line of figures."""
        asked = [number for number, crop in enumerate(crops) if shows_figures(seen[number], crop.kind)]
        if self.figures is None or not asked:
            return {}
        answers = self.figures.emissions([crops[number].pixels for number in asked])
        return dict(zip(asked, answers, strict=True))

    def _line(
        self, crop: Crop, emissions: Sequence[Emission], prior: Prior, figures: Emission | None
    ) -> LineReading:
        if not emissions:
            return LineReading("", 0.0, self.name)
        name = f"{self.name}+{self.figures.name}" if self.figures and figures is not None else self.name
        found = decode_field(emissions, prior, crop.kind, figures=figures)
        best = found.hypotheses[0]
        packed = pack_emissions(emissions)
        if not best.text:
            return LineReading("", 0.0, name, hypotheses=found.hypotheses, emissions=packed)
        evidence = None if found.proposed else replace(found.evidence, ink=contrast(crop.pixels))
        return LineReading(
            best.text, best.chance, name, hypotheses=found.hypotheses, evidence=evidence, emissions=packed
        )

    def _prior_of(self, crop: Crop) -> Prior:
        return self.prior(crop.kind, crop.part, crop.terms, crop.usual, crop.year, crop.near)

    def emissions(self, lines: Sequence[Pixels]) -> tuple[tuple[Emission, ...], ...]:
        """Return the emissions of each grey line by every network.

        A line that leans far is seen once more, sheared upright. There are no emissions without ink, or where a network
        returned no probabilities.
        """
        looks = [_looks(line_image(pixels)) for pixels in lines]
        seen = iter(self._seen([picture for pictures in looks for picture in pictures]))
        by_line = [[emission for _ in pictures for emission in next(seen)] for pictures in looks]
        return tuple(tuple(found) if all(map(_is_chances, found)) else () for found in by_line)

    def _seen(self, pictures: Sequence[LineImage]) -> Sequence[Sequence[Emission]]:
        """Return the emission of every network for each picture."""
        seen: list[list[Emission]] = [[] for _ in pictures]
        for batch in _batches(pictures):
            stacked = _stacked([pictures[number] for number in batch])
            for network in self.networks:
                chances = network.log_chances(stacked)
                for place, number in enumerate(batch):
                    steps = -(-pictures[number].shape[1] // STRIDE)
                    seen[number].append(Emission(chances[place, :steps], network.letters))
        return seen


def _looks(picture: LineImage) -> tuple[LineImage, ...]:
    """Return the picture and, where its writing leans far, the same half upright and larger."""
    lean = estimate_slant(picture)
    if abs(lean) < LEANING:
        return (picture,)
    upright = shear_upright(picture, lean / 2, LARGER)
    return (picture, upright) if upright.shape[1] <= WIDEST else (picture,)


def contrast(pixels: Pixels) -> float:
    """Return how dark the ink of a line is against its paper, 0..1: the 2nd against the 75th percentile of grey."""
    share = np.cumsum(np.bincount(pixels.ravel(), minlength=256)) / pixels.size
    ink, paper = np.searchsorted(share, (0.02, 0.75))
    return float(max(0, paper - ink) / 255)


CONTEXT_GAIN = 0.5
"""The gain (nats) with right context from which another hypothesis has a line decoded again."""


def _fits_better(reading: LineReading, ahead: RightContextPrior) -> bool:
    if not reading.text:
        return False
    least = ahead.continuation(reading.text) + CONTEXT_GAIN
    return any(ahead.continuation(other.text) > least for other in reading.hypotheses if other.text)


def _is_chances(emission: Emission) -> bool:
    return bool(np.isfinite(emission.log_chances.max(axis=1)).all())


@cache
def _widths() -> tuple[int, ...]:
    """Return the widths that lines are padded to, whole steps, from the narrowest to the widest."""
    widths = [STRIDE]
    while widths[-1] < WIDEST:
        widths.append(min(WIDEST, max(widths[-1] + STRIDE, int(widths[-1] * PADDING) // STRIDE * STRIDE)))
    return tuple(widths)


def _filled_width(picture: LineImage) -> int:
    return _widths()[bisect_left(_widths(), picture.shape[1])]


def _batches(pictures: Sequence[LineImage]) -> Iterator[list[int]]:
    """Yield the numbers of the lines with ink in groups that are padded to one width."""
    groups: dict[int, list[int]] = {}
    for number, picture in enumerate(pictures):
        if picture.any():
            groups.setdefault(_filled_width(picture), []).append(number)
    for width, numbers in sorted(groups.items()):
        most = max(1, BATCH_COLUMNS // width)
        yield from (numbers[start : start + most] for start in range(0, len(numbers), most))


def _stacked(pictures: Sequence[LineImage]) -> NDArray[np.float32]:
    """Return (lines, 1, HEIGHT, width): the pictures of one group, padded with paper to its width."""
    width = max(map(_filled_width, pictures))
    lines = np.zeros((len(pictures), 1, HEIGHT, width), np.float32)
    for place, picture in enumerate(pictures):
        lines[place, 0, :, : picture.shape[1]] = picture
    return lines
