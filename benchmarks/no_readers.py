"""Engines that look at a page and read none of its values: for measurements of everything before recognition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.base.model import Crop, LineReading
from pipeline.recognition.ocr import Engines


@dataclass(frozen=True)
class NullReader:
    """A reader that reads nothing."""

    name: str = "unread"
    fingerprint: str = "unread"

    def read(self, crops: Sequence[Crop]) -> tuple[LineReading, ...]:
        return (LineReading("", 0.0, self.name),) * len(crops)


def without_readers(engines: Engines) -> Engines:
    """The engines with their reader of labels and their gate, and nobody who reads values."""
    return Engines(engines.labels, NullReader(), gate=engines.gate)
