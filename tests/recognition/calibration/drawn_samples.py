"""Fields whose chance of being right is known, because it was drawn: evidence is a noisy view of that chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Evidence
from pipeline.recognition.calibration import CalibrationFeatures, Sample

KINDS = {"choice:sex": 5.5, "date": 4.0, "entry_number": 4.2, "name": 2.5, "place": 1.7}
"""How easy each kind is: mean log odds."""

CRITICAL = frozenset({"date", "entry_number", "name"})


@dataclass(frozen=True)
class Drawn:
    """``chances`` are the true ones of ``samples``, in order."""

    samples: tuple[Sample, ...]
    chances: tuple[float, ...]


def drawn(count: int, seed: int, *, books: int = 8, harder: float = 0.0, name: str = "") -> Drawn:
    """``count`` fields of several books, six to an entry; ``harder`` takes log odds away, from evidence too."""
    random = np.random.default_rng(seed)
    kinds = [list(KINDS)[place] for place in random.integers(len(KINDS), size=count)]
    odds = np.array([KINDS[kind] - harder for kind in kinds]) + random.normal(0, 2, count)
    chances = _chance(odds)
    views = [_chance(steep * odds + random.normal(0, 1, count)) for steep in (1.4, 1.2, 1.0, 0.6, 1.1)]
    views.append((random.random(count) < 0.8).astype(float))
    letters = random.integers(2, 40, count)
    parses, doubted, right = random.random((3, count)) < np.array(
        [0.5 + chances / 2, (1 - chances) * 0.3, chances]
    )
    samples = tuple(
        Sample(
            CalibrationFeatures(
                kind=kinds[number],
                evidence=Evidence(*(float(view[number]) for view in views)),
                letters=int(letters[number]),
                lines=1,
                parses=bool(parses[number]),
                doubted=bool(doubted[number]),
                confirmed=False,
                neighbour_clarity=0.9,
            ),
            right=bool(right[number]),
            critical=kinds[number] in CRITICAL,
            book=f"{name}{number // 6 % books}",
            entry=f"{name}{seed}/{number // 6}",
        )
        for number in range(count)
    )
    return Drawn(samples, tuple(chances.tolist()))


def _chance(odds: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-odds)))
