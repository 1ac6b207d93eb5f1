"""What does the second copy of a ledger add? Books drawn twice, read once each: accepted with one copy, and with two.

    make bench-double     python -m benchmarks.context.bench_double [--books 3] [--pages 6] [--seed N] [--kept FOLDER]

Pens are those that nothing is trained or fitted on. The copy is in another hand, or in the same hand again, as one
clerk kept both. Both say the same, on paper and in ink of their own. What is read stays under ``--kept``: empty it when
the reader or the drawing changes.
"""

from __future__ import annotations

import argparse
import os
from collections import Counter
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.context.book_scores import is_right
from benchmarks.context.double_ledgers import LedgerScore, draw_ledgers
from benchmarks.figures import BENCH_OUT, percent, report_figures, say, share
from benchmarks.handwriting.books import TEST_PENS, schemas_and_engines

SEED = 73_101


def main() -> None:
    chosen = _arguments()
    os.environ.update({"OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1"})
    schemas, _ = schemas_and_engines()
    counts: dict[str, Counter[str]] = {"other": Counter(), "same": Counter()}
    ledgers = draw_ledgers(
        chosen.kept, schemas, TEST_PENS, seed=chosen.seed, books=chosen.books, pages=chosen.pages
    )
    for ledger in ledgers:
        counts["same" if ledger.same_hand else "other"] += count(LedgerScore.read(ledger, schemas))
        say(f"đã đọc {ledger.copy.name}")
    figures = {hand: figures_of(counted) for hand, counted in counts.items()}
    _show(figures)
    report_figures(
        "double", {"seed": chosen.seed, "books": chosen.books, "pages_a_book": chosen.pages, **figures}
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--books", type=int, default=3)
    parser.add_argument("--pages", type=int, default=6, help="pages a book")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--kept", type=Path, default=BENCH_OUT / "double", help="folder of the books")
    return parser.parse_args()


def count(score: LedgerScore) -> Counter[str]:
    """Count entries, pairs, and the accepted and wrong values of a book with one copy and with two."""
    read = [page for page in score.pages if page]
    copied = [page.ref for page in score.copied if page]
    order = {page.ref: place for place, page in enumerate(read)}
    counted = Counter(
        entries=sum(len(page.entries) for page in read),
        pairs=len(score.copy.pairs),
        wrong_pairs=sum(
            order[own] != copied.index(other) for (own, _), (other, _) in score.copy.pairs.items()
        ),
    )
    for name, alone in (("one", True), ("two", False)):
        for _, _, reading, outcome in score.outcomes(score.weighed(alone=alone)):
            counted[f"{name}/fields"] += 1
            counted[f"{name}/accepted"] += reading.accepted
            counted[f"{name}/wrong"] += reading.accepted and not is_right(outcome)
    return counted


def figures_of(counted: Counter[str]) -> dict[str, Any]:
    return {
        "paired": share(counted["pairs"], counted["entries"]),
        "wrong_pairs": counted["wrong_pairs"],
        **{
            name: {
                "fields": counted[f"{name}/fields"],
                "accepted": share(counted[f"{name}/accepted"], counted[f"{name}/fields"]),
                "wrong": counted[f"{name}/wrong"],
            }
            for name in ("one", "two")
        },
    }


def _show(figures: dict[str, Any]) -> None:
    table = Table(
        "Bản lưu kép", "ghép được", "ghép sai", "nhận, một quyển", "nhận, hai quyển", "sai: một", "hai"
    )
    for hand, figure in figures.items():
        one, two = figure["one"], figure["two"]
        table.add_row(
            "cùng nét chữ" if hand == "same" else "nét chữ khác", percent(figure["paired"]),
            str(figure["wrong_pairs"]), percent(one["accepted"]), percent(two["accepted"]), str(one["wrong"]),
            str(two["wrong"]),
        )  # fmt: skip
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
