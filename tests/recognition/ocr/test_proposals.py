"""What the reader of handwriting only proposes has no evidence, so that nothing accepts it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.base.model import Crop
from pipeline.recognition.ocr.handwriting import HandwritingReader
from pipeline.recognition.ocr.line_image import STRIDE
from tests.recognition.decoding.written import LETTERS, written


@dataclass(frozen=True)
class Sees:
    """A network that sees the same text on every line, and ones as little as ``ones`` says."""

    text: str
    ones: float
    letters: str = LETTERS
    fingerprint: str = "sees-1"

    def log_chances(self, lines: NDArray[np.float32]) -> NDArray[np.float32]:
        doubts = {place: {"1": self.ones} for place, sign in enumerate(self.text) if sign == "/"}
        seen = written(self.text, doubts).log_chances
        steps = lines.shape[3] // STRIDE
        assert steps >= len(seen)
        nothing = np.full((len(lines), steps, 1 + len(LETTERS)), -20.0, np.float32)
        nothing[:, :, 0] = 0.0
        nothing[:, : len(seen)] = seen
        return nothing


@pytest.mark.parametrize(
    ("seen", "says", "proved"), [("3/10/2016", "3/10/2016", True), ("3/10/20/6", "3/10/2016", False)]
)
def test_a_stroke_taken_for_a_one_is_only_proposed(seen: str, says: str, proved: bool) -> None:
    grey = np.full((60, 900), 255, np.uint8)
    grey[20:40, 20:880:8] = 0
    (reading,) = HandwritingReader((Sees(seen, 0.001),)).read([Crop(grey, 300.0, "date")])
    assert reading.text == says
    assert (reading.evidence is not None) is proved
