"""Fits how many days later entries follow one another (``OrderWeights.days`` of ``book_context/order_chain.py``).

    python -m benchmarks.fitting.fit_order_chain [--books N] [--seed N]

Books of every form are planned, not drawn, with as many entries as a year of a small and of a large commune has. The
scale is the likeliest one over all days between neighbouring entries. Planned books have no gap, no repeat and no step
back; it is counted that this is so. How rare these are on paper is an assumption of ADR 0050, not a measure.
"""

from __future__ import annotations

import argparse
from itertools import pairwise

import numpy as np

from benchmarks.figures import report_figures, say
from pipeline import schema
from pipeline.book_context.order_chain import step_chances
from pipeline.synth import SynthOptions
from pipeline.synth.book import plan_book
from pipeline.synth.cases import SyntheticCase

SEED = 61_050
ENTRIES = (20, 400)
"""Entries of a book, from a small commune's marriages to a large one's births."""

SCALES = np.geomspace(0.05, 60.0, 200)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--books", type=int, default=6, help="books of each form")
    parser.add_argument("--seed", type=int, default=SEED)
    chosen = parser.parse_args()
    pairs = [pair for cases in planned_books(chosen.books, chosen.seed) for pair in pairwise(cases)]
    waits = np.array([(later.registered_on - earlier.registered_on).days for earlier, later in pairs])
    irregular = sum(later.number != earlier.number + 1 for earlier, later in pairs)
    likelihoods = [float(np.log(step_chances(waits, scale)).sum()) for scale in SCALES]
    best = float(SCALES[int(np.argmax(likelihoods))])
    say(
        f"{len(pairs)} cặp mục, {irregular} cặp số không liền nhau; "
        f"trung vị {np.median(waits):.0f} ngày, thang {best:.2f}"
    )
    figures = {
        "pairs": len(pairs),
        "irregular": irregular,
        "median_days": float(np.median(waits)),
        "days": best,
    }
    report_figures("fit-order-chain", figures)


def planned_books(books: int, seed: int) -> list[list[SyntheticCase]]:
    """Return the cases of planned books in the order of their entries."""
    schemas = schema.load()
    found = []
    for form in sorted(schemas.forms.values(), key=lambda form: form.id):
        for number in range(0 if form.layout == "cover" else books):
            rng = np.random.default_rng([seed, number])
            entries = int(np.exp(rng.uniform(*np.log(ENTRIES))))
            plan = plan_book(form, schemas, SynthOptions(entries=entries, seed=seed + number))
            found.append([case for page in plan.cases for case in page])
    return found


if __name__ == "__main__":
    main()
