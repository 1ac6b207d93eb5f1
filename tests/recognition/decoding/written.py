"""Emissions made from a text, for tests: what a network would say of a line somebody wrote."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pipeline.recognition.decoding import Emission

LETTERS = (
    " 0123456789aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệfghiìíỉĩịjklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvwxyỳýỷỹỵz"
    "AÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬBCDĐEÈÉẺẼẸÊỀẾỂỄỆFGHIÌÍỈĨỊJKLMNOÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢPQRSTUÙÚỦŨỤƯỪỨỬỮỰVWXYỲÝỶỸỴZ/-.,():;'"
)


def written(
    text: str,
    doubts: Mapping[int, Mapping[str, float]] | None = None,
    certainty: float = 0.98,
    pace: int = 5,
    seed: int = 0,
) -> Emission:
    """A line that says ``text``. ``doubts``: for the letter at a place the chances of others (``""``: no letter), which
    are taken from its own; ``pace``: steps a letter."""
    rng = np.random.default_rng(seed)
    width = 1 + len(LETTERS)
    chances = rng.dirichlet(np.full(width, 0.02), size=max(pace * len(text), 1)) * 1e-3
    chances[:, 0] += 1.0
    for place, letter in enumerate(text):
        row = chances[place * pace + int(rng.integers(0, pace - 1))]
        row[0] = 1.0 - certainty
        others = dict((doubts or {}).get(place, {}))
        row[0] += others.pop("", 0.0)
        for other, chance in others.items():
            row[1 + LETTERS.index(other)] += chance
        row[1 + LETTERS.index(letter)] += max(1.0 - row.sum(), 1e-6)
    chances /= chances.sum(axis=1, keepdims=True)
    return Emission(np.log(np.maximum(chances, 1e-12)).astype(np.float32), LETTERS)
