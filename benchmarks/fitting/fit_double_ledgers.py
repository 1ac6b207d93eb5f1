"""Bounds how much surer a value is that the second copy of its ledger repeats (``confirmation.SAID_IN_COPY``).

    python -m benchmarks.fitting.fit_double_ledgers [--fonts FOLDER] [--books N] [--pages N] [--seed N] [--kept FOLDER]

Ledgers are drawn twice in pens of calibration (``double_ledgers``): by another hand, and by the same hand again, as
one clerk kept both copies. One network reads both, so its errors recur: of right and of wrong handwritten values it is
counted how many the copy repeats, and the ratio bounded from below as in ``fit_confirmation``. The worse of both hands
counts. What is read is kept under ``--kept``.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.context.book_scores import is_right
from benchmarks.context.double_ledgers import DoubleLedger, LedgerScore, draw_ledgers
from benchmarks.figures import BENCH_OUT, percent, report_figures, say, share
from benchmarks.handwriting.books import CALIBRATION_PENS, schemas_and_engines
from benchmarks.handwriting.calibration_pens import calibration_pens
from pipeline.base.model import FieldStatus, Writing
from pipeline.declarations.schema import Schemas
from pipeline.recognition.calibration import upper_bound

SEED = 72_101


@dataclass(frozen=True)
class CopiedOutcome:
    """A handwritten value: its group, whether it is right, and whether the copy repeats it, in the same hand or not."""

    group: str
    right: bool
    repeated: bool
    same_hand: bool


def main() -> None:
    chosen = _arguments()
    os.environ.update({"OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1"})
    schemas, _ = schemas_and_engines()
    more = calibration_pens(chosen.fonts, chosen.kept / "pens")
    pens = (*CALIBRATION_PENS, *(pen.family for pen in more))
    found: list[CopiedOutcome] = []
    ledgers = draw_ledgers(
        chosen.kept, schemas, pens, more, seed=chosen.seed, books=chosen.books, pages=chosen.pages
    )
    for ledger in ledgers:
        found += outcomes(ledger, schemas)
        say(f"đã đọc {ledger.copy.name}")
    figures = figures_of(found)
    _show(figures)
    report_figures("fit-double-ledgers", {"seed": chosen.seed, "books": chosen.books, **figures})


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--fonts", type=Path, help="folder of the joined pens of calibration")
    parser.add_argument("--books", type=int, default=6)
    parser.add_argument("--pages", type=int, default=10, help="pages a book")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--kept", type=Path, default=BENCH_OUT / "double-fit", help="folder of the books")
    return parser.parse_args()


def outcomes(ledger: DoubleLedger, schemas: Schemas) -> Iterator[CopiedOutcome]:
    """Yield the handwritten values of a book of which the paired entry of the copy has a reading, too."""
    score = LedgerScore.read(ledger, schemas)
    weighed = score.weighed(alone=True)
    for key, field, reading, outcome in score.outcomes(weighed):
        other = score.copy.entries.get(key, {}).get(field.name)
        if other is None or reading.writing is not Writing.HAND or reading.status is not FieldStatus.READ:
            continue
        same = field.name in score.repeated(key, weighed)
        group = "list" if field.value_kind.is_listed else field.kind
        yield CopiedOutcome(group, is_right(outcome), same, ledger.same_hand)


def figures_of(found: Sequence[CopiedOutcome]) -> dict[str, Any]:
    """Return for each group and hand how many right and wrong values the copy repeats, and the ratio's lower bound."""
    figures: dict[str, Any] = {}
    for hand, same_hand in (("other", False), ("same", True)):
        of_hand = [one for one in found if one.same_hand is same_hand]
        kinds = sorted({one.group for one in of_hand})
        groups = {kind: [one for one in of_hand if one.group == kind] for kind in kinds}
        groups["all but lists"] = [one for one in of_hand if one.group != "list"]
        figures[hand] = {name: _group(some) for name, some in groups.items()}
    return figures


def _group(some: Sequence[CopiedOutcome]) -> dict[str, Any]:
    right, wrong = [one for one in some if one.right], [one for one in some if not one.right]
    repeated, mistaken = sum(one.repeated for one in right), sum(one.repeated for one in wrong)
    rate = share(repeated, len(right))
    most = upper_bound(len(wrong), mistaken) if wrong else 1.0
    return {
        "right": len(right), "right_repeated": rate, "wrong": len(wrong), "wrong_repeated": mistaken,
        "odds": None if rate is None else rate / most,
    }  # fmt: skip


def _show(figures: dict[str, Any]) -> None:
    for hand, groups in figures.items():
        table = Table("Loại", "đúng", "… bản kia ghi vậy", "sai", "… bản kia ghi vậy", "ít nhất bằng mấy lần")
        for name, figure in groups.items():
            odds = "–" if figure["odds"] is None else f"{figure['odds']:.1f}"
            table.add_row(
                name, str(figure["right"]), percent(figure["right_repeated"]), str(figure["wrong"]),
                str(figure["wrong_repeated"]), odds,
            )  # fmt: skip
        Console(width=120).print("cùng nét chữ" if hand == "same" else "nét chữ khác", table)


if __name__ == "__main__":
    main()
