"""Bounds how often the letters of a stamp are like another name (``calibration.STAMPED_OTHERWISE``).

    python -m benchmarks.fitting.fit_stamped_names [--fonts FOLDER] [--books N] [--pages N] [--seed N] [--kept FOLDER]

The books are those of ``fit_decided_values``. What was read of their stamps is compared, marks and case aside, with the
name on paper and with the officers and registrars of all books that have another name. The first share says how many
stamps are named so; the second, as far as the counts allow (one time in ten more), how often one of a name that the
book does not know yet would be taken for one that it knows.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.figures import report_figures, say, share
from benchmarks.fitting.fit_confirmation import draw_book, read_book
from benchmarks.fitting.fit_decided_values import SEEDS, arguments
from benchmarks.handwriting.books import schemas_and_engines
from benchmarks.learning.simulated_reviewer import BookOnPaper
from pipeline.base.model import FieldStatus, Writing
from pipeline.books.book_context.decided_values import print_likeness
from pipeline.recognition.calibration import upper_bound

NAMES = ("registrar_name", "signer_name")
LEAST = (65.0, 70.0, 75.0, 80.0, 85.0, 90.0)
"""How like a name the letters have to be."""


@dataclass(frozen=True)
class Stamp:
    """What was read of a stamp, and the name on paper."""

    read: str
    name: str


def main() -> None:
    chosen = arguments(__doc__ or "")
    os.environ.update({"OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1"})
    schemas, _ = schemas_and_engines()
    stamps: list[Stamp] = []
    names: set[str] = set()
    seeds = chosen.seed or list(SEEDS)
    for seed, number in product(seeds, range(chosen.books)):
        folder = draw_book(number, argparse.Namespace(**{**vars(chosen), "seed": seed}), schemas)
        paper = BookOnPaper(folder, read_book(folder), schemas)
        names |= {text for key in paper.entries for name in NAMES if (text := paper.on_paper(key, name))}
        stamps += _stamps(paper)
        say(f"đã xem sổ {number + 1}/{chosen.books} của {seed}")
    figures = {"stamps": len(stamps), "likeness": figures_of(stamps, sorted(names))}
    _show(figures)
    report_figures("fit-stamped-names", {"seeds": seeds, **figures})


def _stamps(paper: BookOnPaper) -> Iterator[Stamp]:
    for key in paper.entries:
        for reading in paper.first[key].readings:
            name = paper.on_paper(key, reading.field) if reading.field in NAMES else None
            is_read = reading.status is FieldStatus.READ and reading.writing is Writing.PRINT
            if name and is_read and not reading.accepted:
                yield Stamp(reading.text, name)


def figures_of(stamps: Sequence[Stamp], names: Sequence[str]) -> list[dict[str, Any]]:
    """Return for each likeness how many stamps have that of their own name, and how many pairs that of another."""
    own = [print_likeness(stamp.read, stamp.name) for stamp in stamps]
    pairs = [
        print_likeness(stamp.read, other)
        for stamp in stamps
        for other in names
        if other.casefold() != stamp.name.casefold()
    ]
    return [
        {
            "least": least,
            "own": share(sum(likeness >= least for likeness in own), len(own)),
            "pairs": len(pairs),
            "others": sum(pair >= least for pair in pairs),
            "others_at_most": upper_bound(len(pairs), sum(likeness >= least for likeness in pairs))
            if pairs
            else None,
        }
        for least in LEAST
    ]


def _show(figures: dict[str, Any]) -> None:
    table = Table("Giống ít nhất", "tên của mình", "tên khác", "nhiều nhất")
    for row in figures["likeness"]:
        own = "–" if row["own"] is None else f"{100 * row['own']:.1f} %"
        most = "–" if row["others_at_most"] is None else f"{100 * row['others_at_most']:.3f} %"
        table.add_row(f"{row['least']:.0f}", own, f"{row['others']}/{row['pairs']}", most)
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
