"""Bounds how often a value is wrong that is clear by what people decided on other entries of its book.

    python -m benchmarks.fitting.fit_decided_values [--fonts FOLDER] [--books N] [--pages N] [--seed N] [--kept FOLDER]

Books are drawn as offices keep them, in pens of calibration (``fit_confirmation``), and read by what ships, on one
processor. A simulated reviewer decides half of the entries of a book, and of the other half it is counted how many
waiting values are clear (``book_context.decided_values``) and how many of those are wrong; then the other way round, so
that every value counts once. The table goes over the lead that the ink has to give (``decided_values.CLEAR``); beside
it stands what names cost that are like the decided ones by one mark and were planted among the decisions. What is read
is kept under ``--kept``.
"""

from __future__ import annotations

import argparse
import os
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.figures import BENCH_OUT, report_figures, say
from benchmarks.fitting.fit_confirmation import FORMS, draw_book, read_book
from benchmarks.handwriting.books import schemas_and_engines
from benchmarks.learning.simulated_reviewer import BookOnPaper
from pipeline.calibration import upper_bound
from pipeline.model import PageResult
from pipeline.schema import Schemas

SEED = 75_101
LEADS = (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0)
DECIDED = 0.5
"""The share of a book that is decided before the rest is asked about."""


@dataclass(frozen=True)
class Outcome:
    """A value that waits: its field, by how much the ink speaks for it, and whether it is right."""

    book: str
    field: str
    kind: str
    critical: bool
    lead: float
    right: bool


def main() -> None:
    chosen = _arguments()
    os.environ.update({"OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1"})
    schemas, _ = schemas_and_engines()
    found: list[Outcome] = []
    waiting = pages = 0
    for number in range(chosen.books):
        folder = draw_book(number, chosen, schemas)
        read = read_book(folder)
        pages += len(read)
        some, left = outcomes(folder, read, schemas, random.Random(chosen.seed + number))
        found += some
        waiting += left
        say(f"đã xem sổ {number + 1}/{chosen.books}")
    figures = {"pages": pages, "waiting": waiting, "leads": list(map(dict, _by_lead(found)))}
    _show(figures)
    if chosen.wrong:
        for one in found:
            if not one.right:
                say(f"{one.book} {one.field}: {one.lead:.1f}")
    report_figures("fit-decided-values", {"seed": chosen.seed, **figures})


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--fonts", type=Path, help="folder of the joined pens of calibration")
    parser.add_argument("--books", type=int, default=len(FORMS))
    parser.add_argument("--pages", type=int, default=40, help="pages a book")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--kept", type=Path, default=BENCH_OUT / "learning-fit", help="folder of the books")
    parser.add_argument(
        "--wrong", action="store_true", help="name the fields of wrong values, with their lead"
    )
    return parser.parse_args()


def outcomes(
    folder: Path, pages: Sequence[PageResult | None], schemas: Schemas, drawn: random.Random
) -> tuple[list[Outcome], int]:
    """Return the waiting values of a book that are clear whatever their lead, and how many wait in its pools.

    Args:
        folder: The book with its truth.
        pages: What the first pass read of its pages; None for a page that failed.
        schemas: All declarations.
        drawn: Draws which half is decided.
    """
    paper = BookOnPaper(folder, pages, schemas)
    keys = list(paper.entries)
    drawn.shuffle(keys)
    cut = round(DECIDED * len(keys))
    found: list[Outcome] = []
    waiting = 0
    for decided, asked in ((keys[:cut], keys[cut:]), (keys[cut:], keys[:cut])):
        answered = paper.answer(decided, least_lead=-1e9)
        for key in asked:
            waiting += sum(1 for _ in answered.waiting_in_pools(key))
            found += [
                Outcome(
                    folder.name,
                    one.reading.field,
                    paper.record.by_name[one.reading.field].kind,
                    paper.record.by_name[one.reading.field].critical,
                    one.lead,
                    paper.is_right(key, one.reading),
                )
                for one in answered.clear(key)
            ]
    return found, waiting


def _by_lead(found: Sequence[Outcome]) -> Iterator[Mapping[str, Any]]:
    for least in LEADS:
        some = [one for one in found if one.lead >= least]
        wrong = sum(not one.right for one in some)
        yield {
            "lead": least,
            "clear": len(some),
            "wrong": wrong,
            "most_wrong": upper_bound(len(some), wrong) if some else None,
            "critical": sum(one.critical for one in some),
            "critical_wrong": sum(one.critical and not one.right for one in some),
        }


def _show(figures: Mapping[str, Any]) -> None:
    table = Table("Mực hơn ít nhất (nat)", "rõ", "sai", "sai nhiều nhất", "trong đó trường trọng yếu", "sai")
    for told in figures["leads"]:
        most = "–" if told["most_wrong"] is None else f"{100 * told['most_wrong']:.2f} %"
        table.add_row(
            f"{told['lead']:.0f}", str(told["clear"]), str(told["wrong"]), most, str(told["critical"]),
            str(told["critical_wrong"]),
        )  # fmt: skip
    console = Console(width=120)
    console.print(table)
    console.print(
        f"{figures['waiting']} giá trị chờ trong các nhóm lặp lại, {figures['pages']} trang", markup=False
    )


if __name__ == "__main__":
    main()
