"""The engines a page is read with, put together from the models that are installed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.imaging.writing import WritingModel
from pipeline.model import Crop
from pipeline.ocr import Engines
from pipeline.ocr.models import card
from pipeline.ocr.numerals import Numerals
from pipeline.ocr.tesseract import TesseractLines, TesseractPage


@dataclass(frozen=True)
class LineShapes:
    """Tells type from handwriting by the shape of a line (``pipeline.imaging.writing``)."""

    model: WritingModel

    @property
    def fingerprint(self) -> str:
        return self.model.fingerprint

    def print_chances(self, crops: Sequence[Crop]) -> tuple[float, ...]:
        """For each crop the chance 0..1 that it is type."""
        return tuple(self.model.print_chance(crop.pixels, crop.dpi) for crop in crops)


def default_engines(models: Path | None = None) -> Engines:
    """Tesseract for labels and typed values, a second reader for figures, line shapes to tell type from handwriting;
    no reader of handwriting yet.

    Raises ``SetupError`` when a model's card is missing; whether Tesseract is there shows at the first page.
    """
    reader = card("tesseract-vie", models)
    shapes = card("print-or-hand", models)
    model = WritingModel(shapes.weights, shapes.mean, shapes.spread, shapes.fingerprint)
    return Engines(
        labels=TesseractPage(reader.language),
        print=TesseractLines(reader.language),
        numerals=Numerals(),
        writing=LineShapes(model),
    )
