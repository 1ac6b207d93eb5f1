"""How well are the hands of people read, on pages where every value is their ink?

    make bench-pens LINES=FOLDER       python -m benchmarks.handwriting.bench_pens --lines FOLDER …

Words and figures are cut out of a folder of real pen lines (``lines.tsv``), a writer a book, and put together as names,
real places, dates and numbers on the six forms, with leaders, labels, show-through and seals. Labels of such lines tell
neither case nor punctuation, so names and places are compared without. Figures that a writer left out are of the MNIST
collection (``scripts/training-figures.sh``). Blanks that no ink was found for stay empty; what is read there is counted
as invented. ``--models`` reads the same pages with networks of another folder, several times where it is given several
times; words are always cut with those that are installed.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from rapidfuzz.distance import Levenshtein
from rich.console import Console

from benchmarks.figures import report_figures, say
from benchmarks.handwriting.books import (
    HandBook,
    HandOutcome,
    ReadHandBook,
    drawn_and_read,
    fields_of,
    read_books,
    schemas_and_engines,
)
from benchmarks.handwriting.pen_figures import MNIST
from benchmarks.handwriting.pen_picture import draw_picture, specimen_ink
from benchmarks.handwriting.pens import book_of_ink, real_ink_books
from benchmarks.handwriting.reading_cache import with_memory
from benchmarks.handwriting.real_lines import FOLDED, plain
from benchmarks.handwriting.scores import FieldFigures, field_figures, figures_by
from benchmarks.handwriting.tables import show_fields, show_left_out, show_wrong
from pipeline.base.errors import SetupError
from pipeline.base.model import FieldStatus
from pipeline.training.evaluation import FieldOutcome

SEED = 94_001
PAGES = 3

WANTED = {"name": 0.93, "date": 0.95, "id_number": 0.96, "entry_number": 0.96, "place": 0.70}
"""Least share of fields read rightly, by kind."""


@dataclass(frozen=True)
class FoldedOutcome(FieldOutcome):
    """A field whose truth has neither case nor punctuation."""

    @cached_property
    def exact(self) -> bool:
        if not self.truth or self.predicted.status is not FieldStatus.READ:
            return not self.truth and self.predicted.status is FieldStatus.BLANK
        return plain(self.truth) == plain(self.predicted.text)

    @cached_property
    def edits(self) -> int:
        return Levenshtein.distance(plain(self.predicted.text), plain(self.truth))

    @property
    def characters(self) -> int:
        return len(plain(self.truth))


def main() -> None:
    chosen = _arguments()
    os.environ.update({"OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1"})
    if chosen.lines is None and chosen.picture:
        ink = specimen_ink(chosen.figures)
        draw_picture([book_of_ink(ink, number, 0, chosen.seed) for number in range(3)], chosen.picture)
        return
    if chosen.lines is None:
        say("không đo: cần dòng viết tay thật, make bench-pens LINES=THƯ_MỤC (thư mục có lines.tsv)")
        return
    try:
        books = list(
            real_ink_books(
                chosen.lines, chosen.writer, pages=chosen.pages, seed=chosen.seed, mnist=chosen.figures
            )
        )
    except SetupError as error:
        raise SystemExit(str(error)) from None
    if chosen.picture:
        draw_picture(books, chosen.picture)
        return
    console = Console(width=150)
    figures = {}
    for models in chosen.models or [None]:
        name = models.name if models else "installed"
        read = _read(books, models, chosen)
        figures[name] = _measured(read, name, chosen, console)
    first = next(iter(figures.values()))
    others = {"other_models": figures} if len(figures) > 1 else {}
    report_figures("pens", {"seed": chosen.seed, "lines": chosen.lines.name, **first, **others})


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=Path, help="folder with lines.tsv")
    parser.add_argument("--writer", action="append", help="only these writers")
    parser.add_argument("--pages", type=int, default=PAGES, help="pages a writer")
    parser.add_argument("--figures", type=Path, default=MNIST, help="folder of the MNIST collection")
    parser.add_argument(
        "--models", type=Path, action="append", help="read with the models of this folder; may be repeated"
    )
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), help="books at a time")
    parser.add_argument(
        "--kept", type=Path, default=Path("bench-out/pens"), help="folder of what was read in print"
    )
    parser.add_argument(
        "--wrong", action="store_true", help="print each value read wrongly (synthetic people)"
    )
    parser.add_argument(
        "--picture",
        type=Path,
        help="only draw crops of the pages into this picture; without --lines of pages written with pen fonts",
    )
    return parser.parse_args()


def _read(books: Sequence[HandBook], models: Path | None, chosen: argparse.Namespace) -> list[ReadHandBook]:
    read = []
    work = partial(read_with, models=models, kept=chosen.kept)
    for number, book in enumerate(read_books(books, chosen.jobs, work), start=1):
        if number % 10 == 0 or number == len(books):
            say(f"đã đọc trang {number}/{len(books)}")
        read.append(book)
    return sorted(read, key=lambda book: book.book.name)


def read_with(book: HandBook, models: Path | None, kept: Path) -> ReadHandBook:
    """The book read with the networks of a folder; its print is remembered."""
    engines = with_memory(schemas_and_engines(models)[1], kept / "print")
    return drawn_and_read(book, engines, models)


def _measured(
    read: Sequence[ReadHandBook], name: str, chosen: argparse.Namespace, console: Console
) -> dict[str, Any]:
    fields = scored(fields_of(read, schemas_and_engines()[0]))
    every, by_kind = field_figures(fields), figures_by(fields, lambda field: field.group)
    by_writer = figures_by(fields, lambda field: field.entry.hand)
    by_form = figures_by(fields, lambda field: field.entry.form)
    title = f"Nét bút thật ({chosen.lines.name}), mô hình {name}"
    show_fields(f"{title}, theo kiểu", "Kiểu", {**by_kind, "tất cả": every}, console, WANTED)
    show_fields("Theo người viết", "Người viết", by_writer, console, WANTED)
    show_fields("Theo mẫu sổ", "Mẫu", by_form, console, WANTED)
    show_left_out(every, console)
    if chosen.wrong:
        show_wrong(fields, console)
    return {
        "pages": sum(book.pages for book in read),
        "writers": len(by_writer),
        "failures": sum(len(book.failures) for book in read),
        **every.as_dict(),
        "kinds": _told(by_kind),
        "by_writer": _told(by_writer),
        "forms": _told(by_form),
    }


def _told(groups: Mapping[str, FieldFigures]) -> dict[str, Any]:
    return {name: group.as_dict() for name, group in groups.items()}


def scored(fields: Sequence[HandOutcome]) -> list[HandOutcome]:
    """Return the fields; fields with labels of real lines are compared without case and punctuation."""
    return [
        replace(field, outcome=folded_outcome(field.outcome)) if field.outcome.kind in FOLDED else field
        for field in fields
    ]


def folded_outcome(outcome: FieldOutcome) -> FoldedOutcome:
    return FoldedOutcome(
        outcome.column,
        outcome.truth,
        outcome.predicted,
        outcome.spec,
        outcome.entry,
        outcome.book,
        outcome.form,
    )


if __name__ == "__main__":
    main()
