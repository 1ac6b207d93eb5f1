"""Bounds how much surer a value is that the rest of its book bears out (``calibration.confirmation.SAID_ELSEWHERE``).

    python -m benchmarks.fitting.fit_confirmation [--fonts FOLDER] [--books N] [--pages N] [--seed N] [--kept FOLDER]

Books are drawn as offices keep them, in pens of calibration (``fit_calibration``, also for ``--fonts``), and read by
what ships, on one processor. Of the handwritten values of the second pass it is counted how many are confirmed, of
right ones and of wrong ones, by kind. Right ones in proportion, over the greatest proportion of wrong ones that the
counts allow (one time in ten more), is how many times likelier right ones are to be confirmed. Beside them stand the
values that other ink touches and that are sure enough otherwise. What is read is kept under ``--kept``.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.context.book_scores import ScoredBook, is_right, read_pages
from benchmarks.context.read_books import read_page, told_page
from benchmarks.figures import BENCH_OUT, percent, report_figures, say, share
from benchmarks.handwriting.books import CALIBRATION_PENS, schemas_and_engines
from benchmarks.handwriting.calibration_pens import calibration_pens
from pipeline.base.model import FieldStatus, PageResult, Severity, Writing
from pipeline.books.book_context.kept_page import pack_page, unpack_page
from pipeline.books.book_context.second_pass import second_pass
from pipeline.declarations.ledger import load_ledger
from pipeline.declarations.schema import Schemas
from pipeline.digitize import DigitizeOptions
from pipeline.recognition.calibration import upper_bound
from pipeline.settings import Settings
from pipeline.training.evaluation import load_truth
from pipeline.training.synthetic_pages import OfficeOptions, ReprintOptions, SynthOptions, write_book

SEED = 71_101
FORMS = (
    "birth-2006",
    "marriage-2006",
    "death-2006",
    "birth-2016",
    "birth-2006",
    "marriage-2006",
    "death-2006",
)
REPRINTED = frozenset({5})
"""Which of the books are on another printer's sheets, by number."""


@dataclass(frozen=True)
class Outcome:
    """A handwritten value: its kind, whether it is right, confirmed, only touched by other ink."""

    kind: str
    right: bool
    confirmed: bool
    touched: bool


def main() -> None:
    chosen = _arguments()
    os.environ.update({"OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1"})
    schemas, _ = schemas_and_engines()
    fields: list[Outcome] = []
    pages = 0
    for number in range(chosen.books):
        folder = draw_book(number, chosen, schemas)
        read = read_book(folder)
        pages += len(read)
        fields += outcomes(folder, read, schemas)
        say(f"đã đọc sổ {number + 1}/{chosen.books}")
    figures = figures_of(fields)
    _show(figures)
    report_figures("fit-confirmation", {"seed": chosen.seed, "pages": pages, **figures})


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--fonts", type=Path, help="folder of the joined pens of calibration")
    parser.add_argument("--books", type=int, default=len(FORMS))
    parser.add_argument("--pages", type=int, default=20, help="pages a book")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--kept", type=Path, default=BENCH_OUT / "confirmation", help="folder of the books")
    return parser.parse_args()


def draw_book(number: int, chosen: argparse.Namespace, schemas: Schemas) -> Path:
    """Return the folder of a book, drawn where it is not there yet."""
    form = FORMS[number % len(FORMS)]
    folder: Path = chosen.kept / f"{chosen.seed}-{chosen.pages}" / f"{number:03d}-{form}"
    if not (folder / "truth.json").is_file():
        more = calibration_pens(chosen.fonts, chosen.kept / "pens")
        options = SynthOptions(
            seed=chosen.seed + number, entries=chosen.pages, pens=(*CALIBRATION_PENS, *(pen.family for pen in more)),
            more_pens=more, container="jpeg", dpi=200, scanner="mild", cover=False, notes=0.3,
            first_number=1 + 37 * number, office=OfficeOptions(),
            reprint=ReprintOptions() if number in REPRINTED else None,
        )  # fmt: skip
        write_book(folder, schemas.form(form), schemas, options)
    return folder


def read_book(folder: Path) -> list[PageResult | None]:
    """Return the pages of a book as the first pass reads them; ``None`` for a page that fails."""
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    return [_read_page(folder, page["scan"], page["page_no"]) for page in truth["_pages"]]


def _read_page(folder: Path, scan: str, page_no: int) -> PageResult | None:
    kept = folder / "read" / f"{scan}-{page_no}"
    if not kept.is_file():
        page, _ = read_page((folder, scan, page_no))
        kept.parent.mkdir(exist_ok=True)
        kept.write_bytes(b"" if page is None else pack_page(page, ""))
    packed = kept.read_bytes()
    return unpack_page(packed).result if packed else None


def outcomes(folder: Path, pages: Sequence[PageResult | None], schemas: Schemas) -> Iterator[Outcome]:
    """Yield the handwritten values of a book after the second pass, but officers that it proposes itself.

    Args:
        folder: The book with its truth.
        pages: What the first pass read of its pages, in their order; None for a page that failed.
    """
    ledger = load_ledger(folder)
    form = schemas.form(ledger.form)
    record = schemas.record(form.record)
    options = DigitizeOptions(routing=Settings().run_context(folder).options.routing)
    passed = second_pass([page for page in pages if page], {}, form, ledger, schemas, options)
    weighed = [None if page is None else passed.weighed(page) for page in pages]
    shown = [told_page(page, 0.0) for page in weighed]
    scored = ScoredBook(
        folder.name, form, record, load_truth(folder / "truth.json"), read_pages(shown), False
    )
    for entry in scored.entries:
        page = weighed[entry.truth.page or 0]
        of_page = (
            next((candidate for candidate in page.entries if candidate.row == (entry.truth.row or 0)), None)
            if page
            else None
        )
        if page is None or of_page is None:
            continue
        confirmed = passed.confirmed.of((page.ref, of_page.row), of_page.readings)
        readings = {reading.field: reading for reading in of_page.readings}
        for spec in record.fields:
            reading, outcome = readings.get(spec.name), entry.outcome(spec) if spec.column else None
            if reading is None or outcome is None or reading.status is not FieldStatus.READ:
                continue
            codes = {
                finding.code
                for finding in of_page.findings
                if spec.name in finding.fields and finding.severity is not Severity.INFO
            }
            touches = {candidate.code for candidate in of_page.findings if spec.name in candidate.fields} & {
                "INK-TOUCHES"
            }
            if reading.writing is not Writing.HAND or "SIGNER-BOOK" in codes:
                continue
            names = confirmed.inks if spec.value_kind.recurs_in_ink else confirmed.values
            yield Outcome(
                spec.kind, is_right(outcome), spec.name in names, bool(touches) and codes <= {"INK-TOUCHES"}
            )


def figures_of(fields: Sequence[Outcome]) -> dict[str, Any]:
    """Return for each kind, and for places and texts together, how many right and wrong values are confirmed."""
    groups = {
        kind: [outcome for outcome in fields if outcome.kind == kind]
        for kind in ("choice", "name", "place", "text")
    }
    groups["place, text"] = [*groups["place"], *groups["text"]]
    figures: dict[str, Any] = {name: _group(some) for name, some in groups.items()}
    touched = [outcome for outcome in fields if outcome.touched]
    figures["touched"] = {
        "right": sum(outcome.right for outcome in touched),
        "wrong": sum(not outcome.right for outcome in touched),
        "wrong_confirmed": sum(outcome.confirmed and not outcome.right for outcome in touched),
    }
    return figures


def _group(some: Sequence[Outcome]) -> dict[str, Any]:
    right, wrong = (
        [outcome for outcome in some if outcome.right],
        [outcome for outcome in some if not outcome.right],
    )
    confirmed = share(sum(outcome.confirmed for outcome in right), len(right))
    mistaken = sum(outcome.confirmed for outcome in wrong)
    most = upper_bound(len(wrong), mistaken) if wrong else 1.0
    return {
        "right": len(right), "right_confirmed": confirmed, "wrong": len(wrong), "wrong_confirmed": mistaken,
        "odds": None if confirmed is None else confirmed / most,
    }  # fmt: skip


def _show(figures: dict[str, Any]) -> None:
    table = Table("Loại", "đúng", "… được xác nhận", "sai", "… được xác nhận", "ít nhất bằng mấy lần")
    for name, figure in figures.items():
        if name != "touched":
            odds = "–" if figure["odds"] is None else f"{figure['odds']:.1f}"
            table.add_row(
                name, str(figure["right"]), percent(figure["right_confirmed"]), str(figure["wrong"]),
                str(figure["wrong_confirmed"]), odds,
            )  # fmt: skip
    Console(width=120).print(table)
    Console(width=120).print(f"Mực khác chạm vào, ngoài ra đủ chắc: {figures['touched']}", markup=False)


if __name__ == "__main__":
    main()
