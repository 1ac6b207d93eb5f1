"""One line to learn from."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.model import Pixels


@dataclass(frozen=True, slots=True)
class TrainingLine:
    """``grey``: (h, w) picture of one handwritten line, 255 = paper; ``text``: what stands on it, NFC."""

    grey: Pixels
    text: str
