"""Fits the weights of ``ocr_models/print-or-hand`` and writes its card.

    python -m benchmarks.fitting.fit_print_or_hand [--fonts FOLDER] [--hand FOLDER] [--hand-test FOLDER] [--write]

Typed and handwritten lines come from drawn books, cut by the very steps that read a page; the hands are those that
networks learn from (``--fonts`` adds those of ``scripts/training-fonts.sh``), and it is measured on the pens of the
tests. ``--hand`` adds photographs of real handwritten lines
(``*.jpg``, the first four letters of a name being the writer; writers kept for calibration are left out);
``--hand-test`` measures on other writers. Prints the shares called typed, line by line and page by page (median of a
page's or a writer's lines).
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.books.drawn_books import draw, reading_context
from benchmarks.handwriting.books import TEST_PENS, TRAINING_PENS
from benchmarks.handwriting.training_pens import training_pens
from benchmarks.no_readers import NullReader
from pipeline.base.model import Crop
from pipeline.declarations.ledger import load_ledger
from pipeline.digitize import digitize_page
from pipeline.digitize.recognize import TYPED_PAGE
from pipeline.layout.imaging.ink.binarization import normalize_illumination
from pipeline.layout.imaging.ink.print_or_hand import (
    PrintOrHandModel,
    expand_features,
    line_features,
    resample_to_model_dpi,
)
from pipeline.scans.intake import list_scans, page_count, page_of
from pipeline.training.dataset import CALIBRATION_WRITERS
from pipeline.training.synthetic_pages import SynthOptions
from pipeline.training.synthetic_pages.pen_fonts import PENS, PenFont
from pipeline.training.synthetic_pages.synthesis_options import ScannerLevel, WritingStyle

Shapes = NDArray[np.float64]
CARD = Path(__file__).resolve().parents[2] / "ocr_models" / "print-or-hand" / "model.toml"
SEED = 51001
LEVELS_DRAWN: tuple[ScannerLevel, ...] = ("mild", "normal", "normal", "hard")
FORMS = ("birth-2006", "marriage-2016", "death-2006", "birth-2016")


@dataclass
class Collector:
    """Takes the place of the judge of writing and keeps what it is asked about."""

    pages: list[Shapes] = field(default_factory=list)
    fingerprint: str = "collector"

    def print_chances(self, crops: Sequence[Crop]) -> tuple[float, ...]:
        shapes = [
            shape
            for crop in crops
            if (shape := line_features(resample_to_model_dpi(crop.pixels, crop.dpi))) is not None
        ]
        if shapes:
            self.pages.append(np.array(shapes))
        return (0.0,) * len(crops)


def drawn_pages(writing: WritingStyle, pens: tuple[PenFont, ...], dpi: int, seed: int) -> list[Shapes]:
    """Return the line shapes (lines, 7) of a drawn page per form, an array a page; handwriting by these pens."""
    collector = Collector()
    with tempfile.TemporaryDirectory() as folder:
        context = reading_context(Path(folder) / "workspace")
        engines = replace(context.make_engines(), writing=collector, print=NullReader(), digits=None)
        for number, name in enumerate(FORMS):
            form = context.schemas.form(name)
            level = LEVELS_DRAWN[number % 4]
            options = SynthOptions(
                seed=seed + number,
                writing=writing,
                pens=tuple(pen.family for pen in pens),
                more_pens=pens,
                dpi=dpi,
                cover=False,
                scanner=level,
            )
            book = draw(Path(folder) / name, form, context.schemas, 1, options)
            ledger = load_ledger(book)
            for scan in list_scans(book):
                for page_no in range(1, page_count(scan, context.limits) + 1):
                    page = page_of(scan, page_no, context.limits)
                    digitize_page(page, form, ledger, context.schemas, engines, context.options)
    return collector.pages


def of_package(families: Sequence[str]) -> tuple[PenFont, ...]:
    """Return the pens of the package with these names."""
    return tuple(pen for pen in PENS if pen.family in families)


def many_books(writing: WritingStyle, books: int, seed: int, pens: tuple[PenFont, ...]) -> list[Shapes]:
    """Pages of that many books a form, each by another of those hands or machine, at 300 and 200 dpi in turn. Raises
    ``ValueError`` for handwriting without pens: it would be drawn with all of the package."""
    if writing == "hand" and not pens:
        raise ValueError("no pens")
    return [
        page
        for book in range(books)
        for page in drawn_pages(writing, pens, (300, 200)[book % 2], seed + 10 * book)
    ]


def real_writers(folder: Path) -> Iterator[tuple[str, Shapes]]:
    """Return the line shapes of photographed lines without cell borders, an array a writer."""
    writers: dict[str, list[Shapes]] = defaultdict(list)
    for path in sorted(folder.glob("*.jpg")):
        grey = normalize_illumination(np.asarray(Image.open(path).convert("L")))
        ink = (grey < 190).astype(np.uint8)
        level = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, max(40, ink.shape[1] // 8)), np.uint8))
        upright = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((int(ink.shape[0] * 0.75), 1), np.uint8))
        grey = np.where(cv2.dilate(np.maximum(level, upright), np.ones((5, 5), np.uint8)) > 0, 255, grey)
        shape = line_features(np.asarray(grey, np.uint8))
        if shape is not None:
            writers[path.name[:4]].append(shape)
    for writer, shapes in writers.items():
        yield writer, np.array(shapes)


def fitted(typed: Shapes, hand: Shapes, real: Shapes, ridge: float = 1e-4) -> PrintOrHandModel:
    """Logistic regression by Newton's method with a ridge; type weighs a half, drawn hands 0.38, real ones 0.12."""
    groups = [(typed, 1.0, 0.5), (hand, 0.0, 0.38 if len(real) else 0.5), (real, 0.0, 0.12)]
    shapes = np.vstack([group for group, _, _ in groups if len(group)])
    labels = np.concatenate([np.full(len(group), label) for group, label, _ in groups])
    weight = np.concatenate([np.full(len(group), share / max(1, len(group))) for group, _, share in groups])
    mean, spread = shapes.mean(axis=0), shapes.std(axis=0)
    terms = expand_features(shapes, mean, spread)
    weights = np.zeros(terms.shape[1])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-(terms @ weights)))
        slope = terms.T @ ((chance - labels) * weight) + ridge * weights
        bend = (terms * (weight * chance * (1 - chance))[:, None]).T @ terms + ridge * np.eye(len(weights))
        weights -= np.linalg.solve(bend, slope)
    return PrintOrHandModel(tuple(weights), tuple(mean), tuple(spread))


def called_typed(model: PrintOrHandModel, groups: Sequence[Shapes]) -> dict[str, float]:
    """Share of lines and of groups (pages, writers) that the model calls typed."""
    lines = np.concatenate([model.chances(group) for group in groups])
    pages = [float(np.median(model.chances(group))) for group in groups]
    return {
        "lines": round(float((lines > 0.5).mean()), 4),
        "pages": round(float(np.mean([p >= TYPED_PAGE for p in pages])), 4),
        "highest_page": round(max(pages), 3),
        "lowest_page": round(min(pages), 3),
        "groups": len(groups),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hand", type=Path, help="folder of photographed handwritten lines to train with")
    parser.add_argument("--hand-test", type=Path, help="folder of lines of other writers to measure on")
    parser.add_argument("--fonts", type=Path, metavar="FOLDER", help="more pens that networks learn from")
    parser.add_argument("--pages", type=int, default=3, help="half the number of drawn books a form")
    parser.add_argument("--write", action="store_true", help=f"write {CARD.name}")
    chosen = parser.parse_args()
    typed = many_books("typed", 2 * chosen.pages, SEED, ())
    more = training_pens(chosen.fonts)
    hand = many_books(
        "hand", 2 * chosen.pages + 2 + len(more) // 2, SEED + 1000, (*of_package(TRAINING_PENS), *more)
    )
    known = real_writers(chosen.hand) if chosen.hand else ()
    real = [shapes for writer, shapes in known if writer not in CALIBRATION_WRITERS]
    nothing = np.zeros((0, typed[0].shape[1]))
    model = fitted(np.vstack(typed), np.vstack(hand), np.vstack(real) if real else nothing)
    figures = {
        "typed_drawn": called_typed(model, many_books("typed", chosen.pages + 1, SEED + 3000, ())),
        "hand_drawn": called_typed(
            model, many_books("hand", chosen.pages + 1, SEED + 2000, of_package(TEST_PENS))
        ),
    }
    if chosen.hand_test:
        figures["hand_real"] = called_typed(model, [shapes for _, shapes in real_writers(chosen.hand_test)])
    if chosen.write:
        write_card(model, figures, len(TRAINING_PENS) + len(more), len(real))
    print(json.dumps(figures))


def write_card(
    model: PrintOrHandModel, figures: dict[str, dict[str, float]], pens: int, writers: int
) -> None:
    """The model's card, its weights included."""

    def row(values: Sequence[float]) -> str:
        return "[" + ", ".join(f"{value:.5f}" for value in values) + "]"

    drawn = (
        f"Lines of drawn typed books and of books handwritten with {pens} pens that networks learn from"
        " (benchmarks/fitting/fit_print_or_hand.py)"
    )
    real = (
        f", and photographed lines of {writers} writers of the Kalapa 2023 Vietnamese handwriting challenge"
        " (no licence stated; no picture of them is in the project)"
        if writers
        else ""
    )
    measured = "; ".join(
        f"{name}: {f['lines']:.1%} of lines, {f['pages']:.1%} of {f['groups']} pages or writers called typed"
        f" (medians {f['lowest_page']} to {f['highest_page']})"
        for name, f in figures.items()
    )
    limits = (
        "Says how a line was made, not what it says. A single line is often judged wrongly; a page is judged by all"
        " of its lines. Very regular hand printing comes near to type."
    )
    CARD.write_text(
        f'''# Tells typed lines from handwritten ones by their shape.
# Written by benchmarks/fitting/fit_print_or_hand.py.
name = "print-or-hand"
engine = "line-shape"
reads = []
files = []
licence = "Apache-2.0"
training_data = "{drawn}{real}."
measured = "{measured}"
limits = "{limits}"
weights = {row(model.weights)}
mean = {row(model.mean)}
spread = {row(model.spread)}
''',
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
