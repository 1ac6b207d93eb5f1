"""The reader of handwriting: several small CTC networks read every line, and a joint decoding combines them.

A strongly slanted line is read in two versions. For every step along a line, a network gives the probability of every
letter. The text of the line follows from the emissions of all networks and the prior of its field
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
    STRIDE,
    WIDEST,
    LineImage,
    estimate_slant,
    line_images,
    shear_upright,
)
from pipeline.recognition.ocr.models import REINSTALL, LineNetwork, ModelCard, default_folder
from pipeline.recognition.ocr.unread_ink import has_unread_ink

BATCH_COLUMNS = 3200
"""Columns of a batch with padding: enough to keep the network busy, few enough to stay in the cache."""

PADDING = 1.15
"""Largest ratio of a line's padded width to its own width. The padded width depends on the line alone: a network sees
the padding too, and a line's reading must not depend on its neighbours."""

LEANING = 0.2
"""The slant from which a line is read twice: most hands lean less and gain nothing."""

LARGER = 1.12
"""Scale of the second image: leaning hands have long strokes and small letters."""

VERSION = "12"
"""Raise this whenever the same networks and words could read a line differently than before."""


@dataclass(frozen=True)
class LanguageData:
    """The folder of the word models and that of the shares of values, loaded once per process."""

    folder: Path
    fingerprint: str
    shares: Path | None = None

    @property
    def language(self) -> Language:
        """The models. Raises ``SetupError`` when a file is missing or damaged."""
        return _language(self.folder, self.shares)


def language_data(
    card: ModelCard, models: Path | None = None, shares: ModelCard | None = None
) -> LanguageData:
    """Return the word models of a model card, with the shares of another card."""
    home = models or default_folder()
    if shares is None:
        return LanguageData(home / card.name, card.fingerprint)
    return LanguageData(home / card.name, f"{card.fingerprint}-{shares.fingerprint}", home / shares.name)


@cache
def _language(folder: Path, shares: Path | None) -> Language:
    with _report_damage(folder):
        return read_language(folder, shares)


@contextmanager
def _report_damage(folder: Path) -> Iterator[None]:
    """Raise ``SetupError`` where word data is missing or damaged."""
    try:
        yield
    except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
        raise SetupError(f"Không đọc được dữ liệu {folder} ({type(error).__name__}). {REINSTALL}") from None


class FigureReader(Protocol):
    """Recognizes only figures and their signs. ``fingerprint`` changes whenever its output for a line could change."""

    @property
    def name(self) -> str: ...

    @property
    def fingerprint(self) -> str: ...

    def emissions(self, lines: Sequence[Pixels]) -> tuple[Emission, ...]:
        """Return the emission of each line, in order."""
        ...


@dataclass(frozen=True)
class HandwritingReader:
    """Recognizes handwritten lines. The confidence is the posterior of the best hypothesis.

    Attributes:
        networks: The CTC networks that read every line.
        words: The word models. Without them lists, dates and numbers still have their grammar; names and places are
            read letter by letter.
        figures: An additional reader of lines with figures.
        adapter: Fingerprint of its adapter (``pipeline.recognition.ocr.adapters``); ``""`` without an adapter.
        parent: Fingerprint of the reader without the adapter.
    """

    networks: tuple[LineNetwork, ...]
    words: LanguageData | None = None
    figures: FigureReader | None = None
    adapter: str = ""
    parent: str = ""

    @property
    def name(self) -> str:
        """The reader's name in readings; with an adapter also its book and version."""
        return HAND + "".join(f".{part}" for part in self.adapter.split(".")[1:3])

    @property
    def fingerprint(self) -> str:
        """Changes with the networks, the word models, the figure reader and ``VERSION``.

        With an adapter: the fingerprint of the reader without it, ``ADAPTER_MARK`` and the adapter's fingerprint.
        """
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
        expects: str = "",
    ) -> Prior:
        """Return the prior of a field, as ``decoding.prior_for``. Raises ``SetupError``."""
        if self.words is None:
            return prior_for(kind, part, terms, usual=usual, year=year, near=near, expects=expects)
        language = self.words.language
        with _report_damage(self.words.folder):
            return prior_for(kind, part, terms, language, usual=usual, year=year, near=near, expects=expects)

    def read(self, crops: Sequence[Crop]) -> tuple[LineReading, ...]:
        """Return a reading for each crop, in order.

        A crop without ink has no text. A crop whose likeliest text is empty has no text either, but keeps its
        hypotheses. A line that follows another line is decoded with the other's words as left context; the other line
        is decoded again with right context if that favours another hypothesis.

        Raises:
            SetupError: A network or word model is missing or damaged.
        """
        pictures = self._pictures([crop.pixels for crop in crops])
        line_emissions = self._emissions(pictures)
        figures = self._figures(crops, line_emissions)
        read: list[LineReading] = []
        prior = Prior()

        def line(number: int, prior: Prior) -> LineReading:
            emissions, picture = line_emissions[number], pictures[number]
            return self._line(crops[number], picture, emissions, prior, figures.get(number))

        for number, crop in enumerate(crops):
            before, prior = prior, self._prior_of(crop)
            if not crop.follows or not read:
                read.append(line(number, prior))
                continue
            prior = prior_after(prior, read[-1].text)
            reading = line(number, prior)
            ahead = prior_before(before, reading.text)
            if ahead is not None and _fits_better(read[-1], ahead):
                read[-1] = line(number - 1, ahead)
            read.append(reading)
        return tuple(read)

    def _figures(
        self, crops: Sequence[Crop], line_emissions: Sequence[Sequence[Emission]]
    ) -> Mapping[int, Emission]:
        """Return the figure reader's emission for each line of figures, by line number."""
        figure_lines = [
            number for number, crop in enumerate(crops) if shows_figures(line_emissions[number], crop.kind)
        ]
        if self.figures is None or not figure_lines:
            return {}
        answers = self.figures.emissions([crops[number].pixels for number in figure_lines])
        return dict(zip(figure_lines, answers, strict=True))

    def _line(
        self,
        crop: Crop,
        pictures: Mapping[int, LineImage],
        emissions: Sequence[Emission],
        prior: Prior,
        figures: Emission | None,
    ) -> LineReading:
        if not emissions:
            return LineReading("", 0.0, self.name)
        name = f"{self.name}+{self.figures.name}" if self.figures and figures is not None else self.name
        decoded = decode_field(emissions, prior, crop.kind, figures=figures)
        best = decoded.hypotheses[0]
        packed = pack_emissions(emissions)
        if not best.text:
            return LineReading("", 0.0, name, hypotheses=decoded.hypotheses, emissions=packed)
        evidence = None if decoded.proposed else replace(decoded.evidence, ink=contrast(crop.pixels))
        return LineReading(
            best.text,
            best.chance,
            name,
            hypotheses=decoded.hypotheses,
            evidence=evidence,
            emissions=packed,
            has_unread_ink=has_unread_ink(pictures[self.networks[0].height], emissions, best.text),
        )

    def _prior_of(self, crop: Crop) -> Prior:
        return self.prior(crop.kind, crop.part, crop.terms, crop.usual, crop.year, crop.near, crop.expects)

    def emissions(self, lines: Sequence[Pixels]) -> tuple[tuple[Emission, ...], ...]:
        """Return the emissions of each grey line by every network.

        A strongly slanted line is read again, sheared upright. The result is empty without ink, or where a network
        returned no probabilities.
        """
        return self._emissions(self._pictures(lines))

    def _pictures(self, lines: Sequence[Pixels]) -> Sequence[Mapping[int, LineImage]]:
        """Return the picture of each line by the networks' heights, the lowest first."""
        heights = sorted({network.height for network in self.networks})
        return [line_images(pixels, heights) for pixels in lines]

    def _emissions(self, lines: Sequence[Mapping[int, LineImage]]) -> tuple[tuple[Emission, ...], ...]:
        by_line: list[list[Emission]] = [[] for _ in lines]
        for height in sorted({network.height for network in self.networks}):
            looks = [_versions(pictures[height]) for pictures in lines]
            by_picture = iter(
                self._picture_emissions([look for pictures in looks for look in pictures], height)
            )
            for emissions, pictures in zip(by_line, looks, strict=True):
                emissions += [emission for _ in pictures for emission in next(by_picture)]
        return tuple(tuple(emissions) if all(map(_is_chances, emissions)) else () for emissions in by_line)

    def _picture_emissions(self, pictures: Sequence[LineImage], height: int) -> Sequence[Sequence[Emission]]:
        """Return the emission of every network with a given input height for each picture."""
        emissions: list[list[Emission]] = [[] for _ in pictures]
        networks = [network for network in self.networks if network.height == height]
        for batch in _batches(pictures):
            stacked = _stacked([pictures[number] for number in batch])
            for network in networks:
                chances = network.log_chances(stacked)
                for place, number in enumerate(batch):
                    steps = -(-pictures[number].shape[1] // STRIDE)
                    emissions[number].append(Emission(chances[place, :steps], network.letters))
        return emissions


def _versions(picture: LineImage) -> tuple[LineImage, ...]:
    """Return the picture, and for strongly slanted writing also a picture half upright and larger."""
    lean = estimate_slant(picture)
    if abs(lean) < LEANING:
        return (picture,)
    upright = shear_upright(picture, lean / 2, LARGER)
    return (picture, upright) if upright.shape[1] <= WIDEST else (picture,)


def contrast(pixels: Pixels) -> float:
    """Return the contrast of a line's ink and paper, 0..1: the 2nd against the 75th percentile of grey."""
    share = np.cumsum(np.bincount(pixels.ravel(), minlength=256)) / pixels.size
    ink, paper = np.searchsorted(share, (0.02, 0.75))
    return float(max(0, paper - ink) / 255)


CONTEXT_GAIN = 0.5
"""The gain (nats) of another hypothesis with right context that makes a line be decoded again."""


def _fits_better(reading: LineReading, ahead: RightContextPrior) -> bool:
    if not reading.text:
        return False
    least = ahead.continuation(reading.text) + CONTEXT_GAIN
    return any(ahead.continuation(other.text) > least for other in reading.hypotheses if other.text)


def _is_chances(emission: Emission) -> bool:
    return bool(np.isfinite(emission.log_chances.max(axis=1)).all())


@cache
def _widths() -> tuple[int, ...]:
    """Return the padded widths of lines, in whole steps, from the narrowest to the widest."""
    widths = [STRIDE]
    while widths[-1] < WIDEST:
        widths.append(min(WIDEST, max(widths[-1] + STRIDE, int(widths[-1] * PADDING) // STRIDE * STRIDE)))
    return tuple(widths)


def _filled_width(picture: LineImage) -> int:
    return _widths()[bisect_left(_widths(), picture.shape[1])]


def _batches(pictures: Sequence[LineImage]) -> Iterator[list[int]]:
    """Yield the numbers of the lines with ink in groups of the same padded width."""
    groups: dict[int, list[int]] = {}
    for number, picture in enumerate(pictures):
        if picture.any():
            groups.setdefault(_filled_width(picture), []).append(number)
    for width, numbers in sorted(groups.items()):
        most = max(1, BATCH_COLUMNS // width)
        yield from (numbers[start : start + most] for start in range(0, len(numbers), most))


def _stacked(pictures: Sequence[LineImage]) -> NDArray[np.float32]:
    """Return (lines, 1, height, width): the pictures of a group, padded with paper to its width."""
    width = max(map(_filled_width, pictures))
    lines = np.zeros((len(pictures), 1, len(pictures[0]), width), np.float32)
    for place, picture in enumerate(pictures):
        lines[place, 0, :, : picture.shape[1]] = picture
    return lines
