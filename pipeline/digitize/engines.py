"""The recognition engines of a page, built from the installed models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.base.model import Crop
from pipeline.layout.imaging.ink.print_or_hand import PrintOrHandModel
from pipeline.layout.imaging.scan_quality import PageGate
from pipeline.recognition.ocr import Engines
from pipeline.recognition.ocr.digits import DigitReader
from pipeline.recognition.ocr.handwriting import HandwritingReader, language_data
from pipeline.recognition.ocr.models import (
    WEIGHTS,
    ModelCard,
    OnnxNetwork,
    load_network,
    read_card,
    read_cards,
)
from pipeline.recognition.ocr.tesseract import TesseractLines, TesseractPage, load_language

HAND_NETWORK, HAND_WORDS, FIELD_SHARES = "ctc-line", "word-runs", "field-shares"
"""The engine names on the cards of the handwriting networks, of their word list and of the shares of values."""


@dataclass(frozen=True)
class LineShapes:
    """Classifier of print and handwriting by the shape of a line (``pipeline.layout.imaging.ink.print_or_hand``)."""

    model: PrintOrHandModel

    @property
    def fingerprint(self) -> str:
        return self.model.fingerprint

    def print_chances(self, crops: Sequence[Crop]) -> tuple[float, ...]:
        """Return for each crop the probability, 0..1, that it is print."""
        return tuple(self.model.print_chance(crop.pixels, crop.dpi) for crop in crops)


def default_engines(models: Path | None = None, learned: Path | None = None) -> Engines:
    """Return the engines whose models are installed.

    They are Tesseract for labels and print, a second reader for figures, the classifier of print and handwriting, the
    page-quality gate, and, if at least one of its networks is installed, the handwriting reader with the same reader of
    figures.

    Args:
        models: The folder of the models; by default the bundled one.
        learned: The folder of further trained networks; each replaces its parent network.

    Raises:
        SetupError: A model's card is missing. A missing Tesseract shows only at the first page.
    """
    reader = read_card("tesseract-vie", models)
    shapes = read_card("print-or-hand", models)
    gate = read_card("page-gate", models)
    model = PrintOrHandModel(shapes.weights, shapes.mean, shapes.spread, shapes.fingerprint)
    return Engines(
        labels=TesseractPage(reader.language),
        print=TesseractLines(reader.language),
        digits=DigitReader(),
        writing=LineShapes(model),
        hand=_hand(models, learned),
        gate=PageGate(gate.weights, gate.fingerprint),
    )


def load_default_engines() -> None:
    """Load the networks, words and data of the bundled engines, so that forked processes share them.

    Raises:
        SetupError: A model, or Tesseract, is missing.
    """
    engines = default_engines()
    if isinstance(engines.hand, HandwritingReader):
        for network in engines.hand.networks:
            if isinstance(network, OnnxNetwork):
                network.load()
        if engines.hand.words is not None:
            engines.hand.words.language.prepare()
    DigitReader().load()
    load_language(read_card("tesseract-vie").language)


def _hand(models: Path | None, learned: Path | None) -> HandwritingReader | None:
    installed = read_cards(models)
    further = {parent_sha256(card): card for card in read_cards(learned)} if learned is not None else {}
    networks = []
    for card in installed:
        if card.engine == HAND_NETWORK:
            taught = further.get(dict(card.files).get(WEIGHTS, "none"))
            networks.append(load_network(card, models) if taught is None else load_network(taught, learned))
    shares = next((card for card in installed if card.engine == FIELD_SHARES), None)
    words = [language_data(card, models, shares) for card in installed if card.engine == HAND_WORDS]
    return (
        HandwritingReader(tuple(networks), words[0] if words else None, DigitReader()) if networks else None
    )


def parent_sha256(card: ModelCard) -> str:
    """Return the SHA-256 of the parent weights that a network's card names, ``""`` without a parent."""
    return card.history[-1].from_sha256 if card.history else ""
