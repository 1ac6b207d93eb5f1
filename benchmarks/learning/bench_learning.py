"""How many values of a book wait for a person after 0, 5, 10, 20 and 40 entries were checked?

    make bench-learning     python -m benchmarks.learning.bench_learning [--pages 60] [--book FORM] [--seed N] …

A book is drawn as offices keep them, in pens that nothing is trained or fitted with, and read once by what ships; both
stay in ``bench-out/learning``. A simulated reviewer then checks its entries in the order in which the desk hands them
out: those from which the machine learns most first (``book_context.teaching_entries``), or from the first page to the
last. One reviewer is perfect, one errs in 0.4 of a thousand values, and once in the first ten entries at least. After
each step the book is weighed as beside the desk (``batch.clear_pass``). Told is how many values wait on an entry that
nobody has checked yet, how many of them in pools that a book repeats, how many are clear on the entries that are left,
and how many of those are wrong.
"""

from __future__ import annotations

import argparse
import os
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.figures import BENCH_OUT, report_figures, say
from benchmarks.fitting.fit_confirmation import read_book
from benchmarks.handwriting.books import TEST_PENS, schemas_and_engines
from benchmarks.learning.simulated_reviewer import BookOnPaper, EntryKey
from pipeline.book_context.teaching_entries import teaching_entries
from pipeline.calibration import upper_bound
from pipeline.schema import Schemas
from pipeline.synth import OfficeOptions, SynthOptions, write_book

SEED = 97_501
STEPS = (0, 5, 10, 20, 40)
ERRORS = 0.0004
"""The share of values that the reviewer who errs decides wrongly."""

ORDERS = {"teaching": "học nhanh trước", "paper": "theo trang"}
REVIEWERS = {"perfect": (0.0, "không sai"), "erring": (ERRORS, "sai 0,4 ‰")}


def main() -> None:
    chosen = _arguments()
    os.environ.update({"OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1"})
    schemas, _ = schemas_and_engines()
    paper = BookOnPaper(_drawn(chosen, schemas), (), schemas)
    paper = BookOnPaper(paper.folder, read_book(paper.folder), schemas)
    figures: dict[str, Any] = {}
    for order, order_words in ORDERS.items():
        keys = ordered(paper, order)
        for name, (rate, words) in REVIEWERS.items():
            say(f"đối chiếu theo thứ tự “{order_words}”, người {words}")
            figures[f"{order}-{name}"] = steps_of(paper, keys, rate, random.Random(chosen.seed))
    setting = {"seed": chosen.seed, "pages": chosen.pages, "form": chosen.book, "entries": len(paper.entries)}
    _show(figures)
    report_figures("learning", {**setting, **figures})


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--book", default="birth-2006", help="the form of the book")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--kept", type=Path, default=BENCH_OUT / "learning", help="folder of the book")
    return parser.parse_args()


def _drawn(chosen: argparse.Namespace, schemas: Schemas) -> Path:
    """Return the folder of the book, drawn where it is not there yet."""
    folder: Path = chosen.kept / f"{chosen.book}-{chosen.pages}-{chosen.seed}"
    if not (folder / "truth.json").is_file():
        options = SynthOptions(
            seed=chosen.seed, entries=chosen.pages, pens=TEST_PENS, container="jpeg", dpi=200, scanner="mild",
            cover=False, notes=0.3, office=OfficeOptions(),
        )  # fmt: skip
        write_book(folder, schemas.form(chosen.book), schemas, options)
    return folder


def ordered(paper: BookOnPaper, order: str) -> list[EntryKey]:
    """Return the entries of a book in the order in which the desk hands them out."""
    keys = list(paper.entries)
    if order == "paper":
        return keys
    answered = paper.answer([])
    pages = [answered.weighed_page(page.ref) for page in paper.read]
    first = [key for key in teaching_entries(pages, paper.record) if key in paper.entries]
    return [*first, *(key for key in keys if key not in set(first))]


def steps_of(
    paper: BookOnPaper, keys: Sequence[EntryKey], rate: float, drawn: random.Random
) -> list[Mapping[str, Any]]:
    """Return what waits, and what left the queue, after each number of checked entries.

    Args:
        paper: The book.
        keys: Its entries in the order in which they are checked.
        rate: The share of values that the reviewer decides wrongly.
        drawn: Draws the mistakes.
    """
    mistakes = paper.mistakes(keys, rate, drawn)
    told: list[Mapping[str, Any]] = []
    for step in STEPS:
        decided, left = keys[:step], keys[step:]
        answered = paper.answer(decided, mistakes)
        waiting = sum(len(list(answered.waiting(key))) for key in left)
        clear = [(key, one) for key in left for one in answered.clear(key)]
        repeated = sum(
            one.field not in {known.reading.field for known in answered.clear(key)}
            for key in left
            for one in answered.waiting_in_pools(key)
        )
        wrong = sum(not paper.is_right(key, one.reading) for key, one in clear)
        accepted = [
            (key, reading) for key in left for reading in answered.weighed(key).readings if reading.accepted
        ]
        told.append(
            {
                "checked": step,
                "left": len(left),
                "waiting_an_entry": waiting / len(left) if left else None,
                "waiting_repeated": repeated / len(left) if left else None,
                "clear": len(clear),
                "clear_wrong": wrong,
                "clear_most_wrong": upper_bound(len(clear), wrong) if clear else None,
                "accepted": len(accepted),
                "accepted_wrong": sum(not paper.is_right(key, reading) for key, reading in accepted),
                "mistakes": sum(name[:2] in set(decided) for name in mistakes),
            }
        )
    return told


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}".replace(".", ",")


def _show(figures: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    table = Table(
        "Thứ tự, người", "Đã đối chiếu", "Ô chờ một mục", "lặp lại", "Ô đã rõ", "sai", "Máy nhận", "sai"
    )
    for name, steps in figures.items():
        order, reviewer = name.split("-")
        for told in steps:
            waits, repeated = told["waiting_an_entry"], told["waiting_repeated"]
            table.add_row(
                f"{ORDERS[order]}, {REVIEWERS[reviewer][1]}" if not told["checked"] else "",
                str(told["checked"]), _number(waits), _number(repeated),
                str(told["clear"]), str(told["clear_wrong"]), str(told["accepted"]), str(told["accepted_wrong"]),
            )  # fmt: skip
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
