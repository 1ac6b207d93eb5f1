"""The books that are checked: as offices keep them, in drawn pens or each in the ink of a single writer; read once."""

from __future__ import annotations

import argparse
import resource
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import BENCH_OUT, say
from benchmarks.fitting.fit_confirmation import read_book
from benchmarks.handwriting.books import TEST_PENS
from benchmarks.handwriting.pen_figures import MNIST
from benchmarks.handwriting.pens import ink_of_writers
from benchmarks.learning.simulated_reviewer import BookOnPaper
from pipeline.declarations.schema import Schemas
from pipeline.training.synthetic_pages import OfficeOptions, SynthOptions, WriterInk, write_book

SEED = 97_501
FORMS = ("birth-2006", "marriage-2006", "death-2006", "birth-2016", "marriage-2016", "death-2016")
"""The forms of books in real ink, in turn."""


@dataclass(frozen=True)
class LearningBook:
    """A book that is checked.

    Attributes:
        hand: The writer whose ink it is written with; ``""`` for drawn pens.
        paper: The book, as it was read.
        seconds: Seconds of the processor that reading took; 0 where all of it was kept.
    """

    hand: str
    paper: BookOnPaper
    seconds: float

    @property
    def name(self) -> str:
        return self.paper.folder.name


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add which books are checked."""
    parser.add_argument("--pages", type=int, default=60, help="pages of a book")
    parser.add_argument("--pen-pages", type=int, help="pages of a book in real ink, where these are others")
    parser.add_argument(
        "--book", action="append", help="the form of a book in drawn pens; several times: several"
    )
    parser.add_argument("--lines", type=Path, help="folder of real pen lines (lines.tsv): books in their ink")
    parser.add_argument("--writer", action="append", help="a writer of these, a book each; by default six")
    parser.add_argument("--figures", type=Path, default=MNIST, help="folder of the MNIST collection")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--kept", type=Path, default=BENCH_OUT / "learning", help="folder of the books")


def learning_books(chosen: argparse.Namespace, schemas: Schemas) -> Iterator[LearningBook]:
    """Yield the books, those in drawn pens first.

    Args:
        chosen: What ``arguments`` added.
    """
    for number, form in enumerate(chosen.book or ["birth-2006"]):
        yield _book(chosen, schemas, form, chosen.seed + number)
    if chosen.lines is None:
        return
    writers = chosen.writer or sorted(set(_writers(chosen.lines)))[: len(FORMS)]
    for number, ink in enumerate(ink_of_writers(chosen.lines, writers, chosen.figures).values()):
        yield _book(chosen, schemas, FORMS[number % len(FORMS)], chosen.seed + 100 + number, ink)


def _writers(lines: Path) -> Iterator[str]:
    for row in (lines / "lines.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        yield row.partition("_")[0]


def _book(
    chosen: argparse.Namespace, schemas: Schemas, form: str, seed: int, ink: WriterInk | None = None
) -> LearningBook:
    """Return a book, drawn and read where that is not kept."""
    hand = ink.writer if ink else ""
    pages = chosen.pen_pages or chosen.pages if ink else chosen.pages
    folder: Path = chosen.kept / "-".join(filter(None, (form, str(pages), str(seed), hand)))
    used = _processor()
    if not (folder / "truth.json").is_file():
        options = SynthOptions(
            seed=seed, entries=pages, pens=TEST_PENS, container="jpeg", dpi=200, scanner="mild",
            cover=False, notes=0.0 if ink else 0.3, office=OfficeOptions(),
        )  # fmt: skip
        write_book(folder, schemas.form(form), schemas, options, strokes=ink)
    paper = BookOnPaper(folder, read_book(folder), schemas, is_folded=ink is not None)
    say(f"đã đọc sổ {folder.name}: {len(paper.read)}/{len(paper.pages)} trang")
    return LearningBook(hand, paper, _processor() - used)


def _processor() -> float:
    both = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in both)
