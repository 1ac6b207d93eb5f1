"""Do the field boxes hold their ink, are blanks called blank, do pages get upright? On books skewed up to ±4°.

Wanted: ≥ 99 % of field boxes hold their ink, no crash, blank precision and recall ≥ 0.99, every quarter turn undone.
A blank is a place on the form without ink: of the fields that share a place with ink (number, day and place of an
identity paper) it is for reading, not for seeing, to say which were not written.
A table is placed by its rules, not its labels.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.books.drawn_books import SEED, ReadBook, draw, entry_forms, read, reading_context
from benchmarks.figures import mean, percent, report_figures, share
from benchmarks.reading.box_coverage import InkCoverage, LabelError, box_figures, ink_coverages, label_errors
from pipeline.base.model import FieldStatus
from pipeline.declarations.schema import RecordSpec, Schemas
from pipeline.training.synthetic_pages import SynthOptions

COLUMNS = (
    "Mẫu sổ",
    "Ô giữ đủ mực",
    "Dòng giữ đủ mực",
    "Nhãn đặt được",
    "Lỗi",
    "Trống: chuẩn",
    "Trống: đủ",
    "Dựng đứng",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=5, help="pages of entries a form, skewed")
    parser.add_argument(
        "--turned", type=int, default=2, help="pages of entries a form, turned by 90, 180 or 270°"
    )
    parser.add_argument("--form", action="append", help="only these forms")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument(
        "--missed", action="store_true", help="name each field whose ink is not held or whose blank is wrong"
    )
    chosen = parser.parse_args()
    console = Console(width=140)
    table = Table(*COLUMNS, title="Bố cục trang, nghiêng tới ±4°")
    total: list[Measured] = []
    with tempfile.TemporaryDirectory(prefix="hotich-bench-") as folder:
        context = reading_context(Path(folder) / "workspace")
        forms = [form for form in entry_forms(context.schemas) if not chosen.form or form.id in chosen.form]
        for form in forms:
            books = []
            for name, pages, turned in (("skewed", chosen.pages, 0.0), ("turned", chosen.turned, 1.0)):
                options = SynthOptions(seed=chosen.seed, skew=4.0, turned=turned, cover=False)
                if pages:
                    path = draw(Path(folder) / f"{form.id}-{name}", form, context.schemas, pages, options)
                    books.append(read(path, context))
            measured = Measured(books, context.schemas)
            table.add_row(form.id, *measured.cells())
            total.append(measured)
            if chosen.missed:
                measured.name_missed(context.schemas, console)
    every = Measured([book for measured in total for book in measured.books], context.schemas)
    table.add_row("Tất cả", *every.cells(), style="bold")
    console.print(table)
    forms_figures = {form.id: measured.figures() for form, measured in zip(forms, total, strict=True)}
    report_figures("layout", {"seed": chosen.seed, **every.figures(), "forms": forms_figures})


@dataclass(frozen=True)
class Blank:
    """A place of an entry: whether the truth (``told``) and the machine (``seen``) call it blank."""

    where: str
    told: bool
    seen: bool


def blanks_of(book: ReadBook, record: RecordSpec) -> list[Blank]:
    """The places of a book that are blank on paper or called so."""
    blanks = []
    for entry in book.truth.entries:
        result = book.pages[entry.page] if entry.page is not None else None
        row = next((e for e in result.entries if e.row == entry.row), None) if result else None
        for reading in row.readings if row else ():
            text = entry.values.get(record.by_name[reading.field].column)
            shared = text == "" and reading.field in entry.ink
            if text is None or shared or reading.engine == "ledger":
                continue
            is_blank, seen = text == "", reading.status is FieldStatus.BLANK
            if is_blank or seen:
                blanks.append(Blank(f"trang {entry.page} hàng {entry.row} {reading.field}", is_blank, seen))
    return blanks


class Measured:
    """The figures of some books together."""

    def __init__(self, books: Sequence[ReadBook], schemas: Schemas) -> None:
        self.books = books
        self.coverages: list[InkCoverage] = []
        self.errors: list[LabelError] = []
        self.blanks: list[Blank] = []
        self.upright: list[bool] = []
        for book in books:
            record = schemas.record(book.form.record)
            self.coverages += ink_coverages(book.truth, book.pages)
            if book.form.table is None:
                self.errors += label_errors(book.truth, book.pages)
            self.blanks += blanks_of(book, record)
            self.upright += [
                result is not None and (result.turn + page.turn) % 360 == 0
                for page, result in zip(book.truth.pages, book.pages, strict=True)
                if page.turn
            ]

    def figures(self) -> dict[str, Any]:
        """Shares 0..1; ``failed`` counts pages without a result."""
        held: dict[tuple[int, int, int, str], bool] = {}
        at = 0
        for number, book in enumerate(self.books):
            lines = len(ink_coverages(book.truth, book.pages))
            for c in self.coverages[at : at + lines]:
                key = (number, c.page, c.row, c.field)
                held[key] = held.get(key, True) and c.held
            at += lines
        rightly = sum(blank.told and blank.seen for blank in self.blanks)
        boxes = box_figures(self.coverages, self.errors)
        return {
            "pages": sum(len(book.pages) for book in self.books),
            "fields": len(held),
            "fields_held": mean(list(held.values())),
            "lines_held": boxes["lines_held"],
            "labels_placed": boxes["labels_placed"],
            "label_across_worst": boxes["label_across_worst"],
            "failed": sum(failure is not None for book in self.books for failure in book.failures),
            "blank_precision": share(rightly, sum(blank.seen for blank in self.blanks)),
            "blank_recall": share(rightly, sum(blank.told for blank in self.blanks)),
            "turned_pages": len(self.upright),
            "upright": mean(self.upright),
        }

    def cells(self) -> tuple[str, ...]:
        """The figures as a row of the table."""
        f = self.figures()
        shares = [percent(f[name]) for name in ("fields_held", "lines_held", "labels_placed")]
        blanks = [percent(f[name]) for name in ("blank_precision", "blank_recall", "upright")]
        return (*shares, str(f["failed"]), *blanks)

    def name_missed(self, schemas: Schemas, console: Console) -> None:
        """Each line of ink that is not held, with the share that is, and each field wrongly (not) called blank."""
        for book in self.books:
            form, record = book.form.id, schemas.record(book.form.record)
            for c in ink_coverages(book.truth, book.pages):
                if not c.held:
                    place = f"{form} trang {c.page} (xoay {book.truth.pages[c.page].turn}) hàng {c.row}"
                    console.print(f"  mực ngoài ô: {place} {c.field}: {c.coverage:.2f}", markup=False)
            for blank in blanks_of(book, record):
                if blank.told is not blank.seen:
                    what = "gọi nhầm là trống" if blank.seen else "không gọi là trống"
                    console.print(f"  {what}: {form} {blank.where}", markup=False)


if __name__ == "__main__":
    main()
