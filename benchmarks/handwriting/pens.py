"""Books in which all writing is real ink of a single person, cut out of that person's lines."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.handwriting.books import HandBook, schemas_and_engines
from benchmarks.handwriting.ink_pieces import writers_ink
from benchmarks.handwriting.pen_figures import MNIST
from pipeline.base.errors import SetupError
from pipeline.recognition.ocr.handwriting import HandwritingReader
from pipeline.training.dataset import real_lines
from pipeline.training.synthetic_pages import SynthOptions, WriterInk
from pipeline.training.synthetic_pages.synthesis_options import ScannerLevel

PEN_FORMS = ("birth-2006", "marriage-2006", "death-2006", "birth-2016", "marriage-2016", "death-2016")
"""The forms that books of real ink are written on."""

LEVELS: Sequence[ScannerLevel] = ("normal", "normal", "hard")
"""How pages are scanned, in turn."""

COARSE = 11.0
"""Spread of a line's ink in pixels below which a writer's photographs are too small for a page of 300 dpi."""


def real_ink_books(
    lines: Path, writers: Collection[str] | None, *, pages: int, seed: int, mnist: Path = MNIST
) -> Iterator[HandBook]:
    """Return books of a page each, ``pages`` a writer, over all forms in turn; more pages add books and change none.

    Args:
        lines: Folder with ``lines.tsv``.
        writers: Whose lines are cut; None means all writers of the folder.
        pages: Pages a writer.
        seed: Decides everything that is left to chance.
        mnist: Folder of figures for the figures that a writer left out.

    Raises:
        SetupError: Something is missing: the lines, the networks, the figures, or lines of one of the writers.
    """
    for number, ink in enumerate(ink_of_writers(lines, writers, mnist).values()):
        for page in range(pages):
            yield book_of_ink(ink, number, page, seed)


def ink_of_writers(lines: Path, writers: Collection[str] | None, mnist: Path = MNIST) -> dict[str, WriterInk]:
    """What was cut of each writer, always with the networks that are installed."""
    kept = [line for line in real_lines(lines) if writers is None or line.writer in writers]
    if writers is not None and (lacking := set(writers) - {line.writer for line in kept}):
        raise SetupError(f"{lines}: không có dòng nào của {', '.join(sorted(lacking))}.")
    engines = schemas_and_engines()[1]
    if not isinstance(engines.hand, HandwritingReader):
        raise SetupError("Chưa cài mô hình đọc chữ viết tay: không tìm được chữ trong dòng để cắt.")
    return dict(writers_ink(kept, engines.hand, engines.digits, mnist))


def book_of_ink(ink: WriterInk, number: int, page: int, seed: int) -> HandBook:
    """One page of writer ``number``."""
    rng = np.random.default_rng([seed, number, page])
    form = PEN_FORMS[(page + 3 * number + number // 2) % len(PEN_FORMS)]
    options = SynthOptions(
        seed=seed + 1000 * number + page, entries=1, cover=False, first_number=int(rng.integers(1, 400)),
        dpi=200 if ink.spread < COARSE or page % 2 else 300, scanner=LEVELS[(number + page) % len(LEVELS)],
        blank=0.0, no_father=0.0, struck=0.0, ditto=0.0, notes=0.0,
    )  # fmt: skip
    return HandBook(ink.writer, form, options, strokes=ink)
