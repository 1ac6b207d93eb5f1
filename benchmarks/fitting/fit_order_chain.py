"""Fits how entries of a book follow one another (``OrderWeights`` of ``book_context/order_chain.py``).

    python -m benchmarks.fitting.fit_order_chain [--books N] [--seed N]

Books as offices keep them are planned, not drawn, on every form, with as many entries as a year of a small and of a
large commune has: numbers are left out, pages are missing, some books begin anew. The share of gaps and of new
beginnings is counted; the scales of gaps and of days are the likeliest ones. Planned books have no number twice and no
page out of its place: how rare these are on paper is an assumption of ADR 0050, not a measure.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from benchmarks.figures import report_figures, say
from pipeline.books.book_context.order_chain import step_chances
from pipeline.declarations import schema
from pipeline.training.synthetic_pages import SynthOptions
from pipeline.training.synthetic_pages.book import plan_book
from pipeline.training.synthetic_pages.cases import SyntheticCase
from pipeline.training.synthetic_pages.synthesis_options import OfficeOptions

SEED = 61_050
ENTRIES = (20, 400)
"""Entries of a book, from the marriages of a small commune to the births of a large commune."""

SCALES = np.geomspace(0.05, 60.0, 200)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--books", type=int, default=6, help="books of each form")
    parser.add_argument("--seed", type=int, default=SEED)
    chosen = parser.parse_args()
    pairs = [pair for cases in planned_books(chosen.books, chosen.seed) for pair in pairwise(cases)]
    days = [(later.registered_on - earlier.registered_on).days for earlier, later in pairs]
    steps = [later.number - earlier.number for earlier, later in pairs]
    figures = {
        "pairs": len(pairs),
        "gap": sum(step > 1 for step in steps) / len(steps),
        "gap_length": likeliest_scale([step - 2 for step in steps if step > 1]),
        "restart_within": sum(step < 0 for step in steps) / len(steps),
        "repeat": sum(step == 0 for step in steps) / len(steps),
        "days": likeliest_scale(days),
    }
    for name, value in figures.items():
        say(f"{name}: {value:.4g}")
    report_figures("fit-order-chain", figures)


def likeliest_scale(steps: Sequence[int]) -> float:
    """Return the scale of ``step_chances`` that makes the steps likeliest."""
    seen = np.array(steps)
    likelihoods = [float(np.log(step_chances(seen, scale)).sum()) for scale in SCALES]
    return float(SCALES[int(np.argmax(likelihoods))])


def planned_books(books: int, seed: int) -> list[list[SyntheticCase]]:
    """Return the cases of planned books in the order of their entries."""
    schemas = schema.load()
    planned = []
    for form in sorted(schemas.forms.values(), key=lambda form: form.id):
        for number in range(0 if form.layout == "cover" else books):
            rng = np.random.default_rng([seed, number])
            entries = int(np.exp(rng.uniform(*np.log(ENTRIES))))
            plan = plan_book(
                form, schemas, SynthOptions(entries=entries, seed=seed + number, office=OfficeOptions())
            )
            planned.append([case for page in plan.cases for case in page])
    return planned


if __name__ == "__main__":
    main()
