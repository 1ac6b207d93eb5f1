"""Bounds how much surer a value is that people decided on two other pages (``calibration.DECIDED_ELSEWHERE``).

    python -m benchmarks.fitting.fit_decided_values [--fonts FOLDER] [--books N] [--pages N] [--seed N] [--kept FOLDER]

Books are drawn as offices keep them, in pens of calibration (``fit_confirmation``), and read by what ships, on one
processor. A simulated reviewer decides half of the entries of a book by what is on paper; of the values that wait in
the other half, and that a book repeats, it is counted how many are clear (``book_context.decided_values``), of right
ones and of wrong ones. Then the halves change places, so that every value counts once. Right ones in proportion, over
the greatest proportion of wrong ones that the counts allow (one time in ten more), is how many times likelier right
ones are to be clear. The table goes over the lead that the ink has to give; beside it stands how many values leave the
queue by what is in use, and how many of them are wrong. What is read is kept under ``--kept``.
"""

from __future__ import annotations

import argparse
import math
import os
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.figures import BENCH_OUT, report_figures, say, share
from benchmarks.fitting.fit_confirmation import draw_book, read_book
from benchmarks.handwriting.books import schemas_and_engines
from benchmarks.learning.simulated_reviewer import BookOnPaper
from pipeline.base.model import FieldStatus, PageResult
from pipeline.declarations.schema import Schemas
from pipeline.recognition.calibration import upper_bound

SEEDS = (75_101, 75_201)
LEADS = ((-math.inf, -math.inf), (-1.0, 4.0), (0.0, 0.0), (0.0, 2.0), (0.0, 4.0), (1.0, 4.0), (2.0, 4.0))
"""How much (nats) the ink has to speak for a value, against proposed and against known values."""


@dataclass(frozen=True)
class Outcome:
    """A waiting value that the book repeats.

    ``leads``: by how much the ink speaks for it where it is decided on two other pages, else None; ``leaves``: whether
    it leaves the queue by what is in use.
    """

    book: str
    field: str
    critical: bool
    right: bool
    leads: tuple[float, float] | None
    leaves: bool


def main() -> None:
    chosen = arguments(__doc__ or "")
    os.environ.update({"OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1"})
    schemas, _ = schemas_and_engines()
    fields: list[Outcome] = []
    pages = 0
    seeds = chosen.seed or list(SEEDS)
    for seed, number in product(seeds, range(chosen.books)):
        folder = draw_book(number, argparse.Namespace(**{**vars(chosen), "seed": seed}), schemas)
        read = read_book(folder)
        pages += len(read)
        fields += outcomes(folder, read, schemas, random.Random(seed + number))
        say(f"đã xem sổ {number + 1}/{chosen.books} của {seed}")
    figures = {"pages": pages, **figures_of(fields)}
    _show(figures)
    if chosen.wrong:
        for outcome in fields:
            if not outcome.right and outcome.leads is not None:
                say(f"{outcome.book} {outcome.field}: {outcome.leads[0]:.1f}, {outcome.leads[1]:.1f}")
    report_figures("fit-decided-values", {"seeds": seeds, **figures})


def arguments(about: str) -> argparse.Namespace:
    """Return which books are asked for; ``about``: what for."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fonts", type=Path, help="folder of the joined pens of calibration")
    parser.add_argument("--books", type=int, default=4)
    parser.add_argument("--pages", type=int, default=40, help="pages a book")
    parser.add_argument(
        "--seed", type=int, action="append", help="of the books; several: so many books of each"
    )
    parser.add_argument("--kept", type=Path, default=BENCH_OUT / "learning-fit", help="folder of the books")
    parser.add_argument(
        "--wrong", action="store_true", help="name the fields of wrong values, with their leads"
    )
    return parser.parse_args()


def outcomes(
    folder: Path, pages: Sequence[PageResult | None], schemas: Schemas, drawn: random.Random
) -> Iterator[Outcome]:
    """Yield the waiting values of a book that it repeats and that were read.

    Args:
        folder: The book with its truth.
        pages: What the first pass read of its pages; None for a page that failed.
        drawn: Draws which half is decided.
    """
    paper = BookOnPaper(folder, pages, schemas)
    keys = list(paper.entries)
    drawn.shuffle(keys)
    cut = len(keys) // 2
    for decided, asked in ((keys[:cut], keys[cut:]), (keys[cut:], keys[:cut])):
        answered = paper.answer(decided)
        known = answered.passed.decided
        if known is None:
            continue
        every = replace(known, least=(-math.inf, -math.inf))
        for key in asked:
            leaves = {cleared.reading.field for cleared in answered.clear(key)}
            clear = {
                value.reading.field: value
                for value in every.clear_values(key[0], paper.first[key], answered.weighed(key), frozenset())
            }
            for reading in answered.waiting_in_pools(key):
                if reading.status is not FieldStatus.READ:
                    continue
                cleared = clear.get(reading.field)
                yield Outcome(
                    folder.name,
                    reading.field,
                    paper.record.by_name[reading.field].critical,
                    paper.is_right(key, reading),
                    None if cleared is None else (cleared.lead, cleared.lead_of_known),
                    reading.field in leaves,
                )


def figures_of(fields: Sequence[Outcome]) -> dict[str, Any]:
    """Return how many right and wrong values are clear, by the lead, and how many leave the queue."""
    right, wrong = (
        [outcome for outcome in fields if outcome.right],
        [outcome for outcome in fields if not outcome.right],
    )
    leaves = [outcome for outcome in fields if outcome.leaves]
    return {
        "right": len(right),
        "wrong": len(wrong),
        "leads": [_clear(right, wrong, leads) for leads in LEADS],
        "leave": len(leaves),
        "leave_wrong": sum(not leaf.right for leaf in leaves),
        "leave_critical": sum(leaf.critical for leaf in leaves),
        "leave_most_wrong": upper_bound(len(leaves), sum(not leaf.right for leaf in leaves))
        if leaves
        else None,
    }


def _clear(
    right: Sequence[Outcome], wrong: Sequence[Outcome], leads: tuple[float, float]
) -> Mapping[str, Any]:
    def count(some: Sequence[Outcome]) -> int:
        return sum(
            outcome.leads is not None
            and all(has >= least for has, least in zip(outcome.leads, leads, strict=True))
            for outcome in some
        )

    clear, mistaken = count(right), count(wrong)
    given = share(clear, len(right))
    most = upper_bound(len(wrong), mistaken) if wrong else 1.0
    return {
        "lead": leads[0] if math.isfinite(leads[0]) else None,
        "lead_of_known": leads[1] if math.isfinite(leads[1]) else None,
        "right_clear": clear,
        "wrong_clear": mistaken,
        "odds": None if given is None else given / most,
    }


def _show(figures: Mapping[str, Any]) -> None:
    table = Table(
        "Mực hơn ít nhất (nat)", "… so với giá trị khác của sổ", "đúng, rõ", "sai, rõ", "ít nhất bằng mấy lần"
    )
    for lead in figures["leads"]:
        leads = ("–" if lead[name] is None else f"{lead[name]:.0f}" for name in ("lead", "lead_of_known"))
        odds = "–" if lead["odds"] is None else f"{lead['odds']:.1f}"
        table.add_row(*leads, str(lead["right_clear"]), str(lead["wrong_clear"]), odds)
    console = Console(width=120)
    console.print(table)
    console.print(
        f"{figures['right']} đúng, {figures['wrong']} sai; rời {figures['leave']}, sai {figures['leave_wrong']}",
        markup=False,
    )


if __name__ == "__main__":
    main()
