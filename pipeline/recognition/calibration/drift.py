"""Whether a book's readings look like those that were calibrated on. A chance and a bound hold only for such books.

Each chance is taken as its place among the chances of its own kind, so that a book of deaths can be compared with one
of marriages: were the book like the others, places would be even over 0..1 (Kolmogorov and Smirnov's test). Fields of
one book share one hand, so that books differ from one another more than chance would have it; how much, the books
calibrated on tell.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.base.text.numbers import with_comma
from pipeline.recognition.calibration.chance_model import Floats
from pipeline.recognition.calibration.features import CalibrationFeatures
from pipeline.recognition.calibration.hold import CHECKED, BookHold

FEWEST = 60
"""A book with fewer handwritten fields is not judged."""

QUANTILES = 41
ALPHA = 0.01
LEAST_USUAL = 0.1
FEW_BOOKS = 3
USUAL_OF_FEW = 0.2
"""The distance allowed when there were too few books to know."""

WATCHED = ("agreement", "support")
LEAST_SPREAD = 0.02
SPREADS = 4.0
"""How many standard deviations of books the evidence of a book may be off."""


@dataclass(frozen=True, slots=True)
class ReferenceDistribution:
    """What the handwritten fields looked like that were calibrated on.

    Attributes:
        quantiles: The probabilities by kind (``""``: all kinds) at even steps from 0 to 1.
        distance: The greatest distance of one book from the others, less what sampling alone gives.
        means: By kind the mean of each piece of evidence in ``WATCHED``.
        spreads: The standard deviation of whole books from those means.
    """

    quantiles: Mapping[str, tuple[float, ...]]
    distance: float
    means: Mapping[str, tuple[float, ...]]
    spreads: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class DriftAlarm:
    """A book unlike those calibrated on.

    Attributes:
        fields: How many handwritten fields it has.
        distance: The distance of its probabilities from those of the reference (Kolmogorov and Smirnov).
        allowed: The greatest distance that is usual.
        shifted: The pieces of evidence whose mean is off.
        lower: The machine is less sure of it than usual.
        unseen: How many of its handwritten values went into the registry without a person, where that was counted.
        hold: The critical values that are held back, where that was counted.
    """

    fields: int
    distance: float
    allowed: float
    shifted: tuple[str, ...]
    lower: bool
    unseen: int = 0
    hold: BookHold | None = None


def reference_distribution(
    features: Sequence[CalibrationFeatures], chances: Sequence[float], books: Sequence[str]
) -> ReferenceDistribution:
    """Return what the handwritten fields of several books look like; ``books`` names the book of each field."""
    sure, book = np.asarray(chances, dtype=np.float64), np.asarray(books)
    kinds = np.array([field.kind for field in features])
    watched = _watched(features)
    means = _means(watched, kinds)
    distances, gaps = [], []
    for name in dict.fromkeys(book.tolist()):
        own = book == name
        if own.sum() >= FEWEST and (~own).sum() >= FEWEST:
            places = _places(sure[own], kinds[own].tolist(), _quantiles(sure[~own], kinds[~own]))
            distances.append(_distance(places) - _by_chance(len(places)))
        if own.sum() >= FEWEST:
            gaps.append(_gap(watched[own], kinds[own].tolist(), means))
    few = len(distances) < FEW_BOOKS
    spreads = np.std(gaps, axis=0) if len(gaps) >= FEW_BOOKS else np.full(len(WATCHED), USUAL_OF_FEW / 3)
    return ReferenceDistribution(
        _quantiles(sure, kinds),
        USUAL_OF_FEW if few else max(LEAST_USUAL, *distances),
        means,
        tuple(float(value) for value in np.maximum(spreads, LEAST_SPREAD)),
    )


def drift_alarm(
    features: Sequence[CalibrationFeatures], chances: Sequence[float], usual: ReferenceDistribution
) -> DriftAlarm | None:
    """Return what is unusual about the handwritten fields of one book.

    Args:
        features: Its fields.
        chances: The calibrated probability of each.
        usual: What is usual.

    Returns:
        ``None`` when nothing is unusual, or when the book has fewer than ``FEWEST`` fields.
    """
    if len(features) < FEWEST:
        return None
    kinds = [field.kind for field in features]
    places = _places(np.asarray(chances, dtype=np.float64), kinds, usual.quantiles)
    distance = _distance(places)
    allowed = usual.distance + _by_chance(len(features))
    gaps = _gap(_watched(features), kinds, usual.means)
    shifted = tuple(
        name
        for name, gap, spread in zip(WATCHED, gaps, usual.spreads, strict=True)
        if abs(gap) > SPREADS * spread
    )
    if distance <= allowed and not shifted:
        return None
    return DriftAlarm(len(features), distance, allowed, shifted, bool(places.mean() < 0.5))


def _watched(features: Sequence[CalibrationFeatures]) -> Floats:
    """Return the watched evidence as (n, ``WATCHED``)."""
    rows = [[getattr(field.evidence, name) for name in WATCHED] for field in features]
    return np.array(rows, dtype=np.float64).reshape(-1, len(WATCHED))


def _means(watched: Floats, kinds: np.ndarray) -> dict[str, tuple[float, ...]]:
    return {
        kind: tuple(float(value) for value in watched[own].mean(axis=0))
        for kind, own in _groups(kinds).items()
    }


def _gap(watched: Floats, kinds: Sequence[str], means: Mapping[str, Sequence[float]]) -> Floats:
    """Return how far the fields are from the means of their kinds, on average."""
    known = [means.get(kind) or means[""] for kind in kinds]
    return np.asarray((watched - np.array(known)).mean(axis=0), dtype=np.float64)


def _groups(kinds: np.ndarray) -> dict[str, np.ndarray]:
    """Return masks of the fields of each kind that has enough of them, and under ``""`` of all."""
    groups = {kind: kinds == kind for kind in dict.fromkeys(kinds.tolist())}
    return {"": np.ones(len(kinds), dtype=bool)} | {
        kind: own for kind, own in groups.items() if own.sum() >= FEWEST
    }


def _quantiles(chances: Floats, kinds: np.ndarray) -> dict[str, tuple[float, ...]]:
    steps = np.linspace(0, 1, QUANTILES)
    return {
        kind: tuple(float(value) for value in np.quantile(chances[own], steps))
        for kind, own in _groups(kinds).items()
    }


def _places(chances: Floats, kinds: Sequence[str], quantiles: Mapping[str, Sequence[float]]) -> Floats:
    """Return the rank 0..1 of each probability among those of its kind."""
    steps = np.linspace(0, 1, QUANTILES)
    found = np.full(len(chances), 0.5)
    for kind in dict.fromkeys(kinds):
        own = np.array([other == kind for other in kinds])
        found[own] = np.interp(chances[own], quantiles.get(kind) or quantiles[""], steps)
    return found


def _by_chance(fields: int) -> float:
    """Return the distance that so many evenly drawn ranks pass with probability ``ALPHA`` only."""
    return math.sqrt(-math.log(ALPHA / 2) / (2 * fields))


def _distance(places: Floats) -> float:
    """Return the greatest gap between the share of ranks up to a point and that point."""
    ordered = np.sort(places)
    count = np.arange(1, len(ordered) + 1) / len(ordered)
    return float(max((count - ordered).max(), (ordered - count).max() + 1 / len(ordered)))


EVIDENCE = {"agreement": "các bộ đọc bất đồng với nhau khác thường", "support": "nhiều chữ lạ khác thường"}
NO_BOUND = "tỉ lệ sai cho phép không còn được bảo đảm cho các ô ấy."


def describe_drift(alarm: DriftAlarm, folder: str | Path, workspace: Path | None = None) -> tuple[str, ...]:
    """Return in one sentence each what is unusual, which unseen values that puts in doubt, and what to do.

    Args:
        alarm: What is unusual.
        folder: The folder of the book, for the command that is advised.
        workspace: The workspace, if it is not the default one.
    """
    return (
        drift_sentence(alarm),
        *hold_sentences(alarm.hold),
        *doubt_sentences(alarm.unseen),
        recalibration_advice(folder, workspace),
    )


def drift_sentence(alarm: DriftAlarm) -> str:
    """Return what is unusual, as a sentence."""
    return f"chữ viết trong sổ không giống những sổ đã dùng để hiệu chuẩn: {describe_unusual(alarm)}."


def describe_unusual(alarm: DriftAlarm) -> str:
    """Return in what the book is unusual."""
    way = "kém chắc hơn" if alarm.lower else "chắc hơn"
    distance, allowed = (with_comma(f"{value:.2f}") for value in (alarm.distance, alarm.allowed))
    parts = (
        [f"máy đọc {way} thường lệ (lệch {distance}, cho phép {allowed})"]
        if alarm.distance > alarm.allowed
        else []
    )
    return "; ".join([*parts, *(EVIDENCE[name] for name in alarm.shifted)])


def hold_sentences(hold: BookHold | None) -> tuple[str, ...]:
    """Return which values wait for a person, or why they no longer do; nothing where none would have been accepted."""
    if hold is None or not (hold.held or hold.checked):
        return ()
    seen = f"đã xem {hold.checked} ô, sai {hold.wrong}"
    if hold.is_over:
        return (f"ô quan trọng của sổ này không còn phải chờ: người rà soát {seen}.",)
    waiting = f"{hold.held} ô quan trọng của sổ này được giữ lại chờ người xem"
    release = (
        f"khi {CHECKED} ô như vậy đã được xem mà không sai quá mức cho phép, lượt chạy sau nhận các ô còn lại"
    )
    return (f"{waiting}; {release} (nay {seen}).",)


def doubt_sentences(unseen: int) -> tuple[str, ...]:
    """Return what no longer holds for the values that went in unseen; nothing where none did."""
    if not unseen:
        return ()
    return (f"{unseen} ô viết tay của sổ này đã vào sổ dữ liệu không qua người xem; {NO_BOUND}",)


def recalibration_advice(folder: str | Path, workspace: Path | None = None) -> str:
    """Return what people should do about it, with the command for that folder."""
    where = f" --workspace {workspace}" if workspace else ""
    return (
        "Hãy chọn chừng 100 sự kiện của sổ này, xem từng ô so với ảnh, ghi quyết định, "
        f"rồi chạy: hotich calibrate {folder}{where}"
    )
