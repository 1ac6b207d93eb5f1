"""How right are printed and typed values? On books set in Times and typewriter faces.

Wanted: ≥ 98 % of characters and ≥ 95 % of fields right.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.books.drawn_books import SEED, ReadBook, draw, entry_forms, read, reading_context
from benchmarks.figures import percent, report_figures, share
from pipeline.declarations.schema import Schemas
from pipeline.training.evaluation import Evaluation, Score, evaluate, prediction_of
from pipeline.training.synthetic_pages import SynthOptions

COLUMNS = (
    "Mẫu sổ",
    "Ô có chữ",
    "Ký tự đúng",
    "Ô đúng hẳn",
    "Ô đúng (bỏ dấu câu, hoa thường)",
    "Nhận ngay",
    "Sai trong đó",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=3, help="pages of entries a form and seed")
    parser.add_argument(
        "--seeds", type=int, default=2, help="books a form; they differ in face, ink and place"
    )
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--form", action="append", help="only these forms")
    parser.add_argument("--scanner", default="normal", choices=("none", "mild", "normal", "hard"))
    parser.add_argument(
        "--wrong", action="store_true", help="print each value read wrongly (synthetic people)"
    )
    chosen = parser.parse_args()
    console = Console(width=140)
    table = Table(*COLUMNS, title="Chữ in, chữ máy")
    forms: dict[str, list[Evaluation]] = {}
    with tempfile.TemporaryDirectory(prefix="hotich-bench-") as folder:
        context = reading_context(Path(folder) / "workspace")
        for form in entry_forms(context.schemas):
            if chosen.form and form.id not in chosen.form:
                continue
            for seed in range(chosen.seed, chosen.seed + chosen.seeds):
                options = SynthOptions(
                    seed=seed, writing="typed", scanner=chosen.scanner, cover=False, struck=0.0, ditto=0.0
                )
                book = read(
                    draw(Path(folder) / f"{form.id}-{seed}", form, context.schemas, chosen.pages, options),
                    context,
                )
                forms.setdefault(form.id, []).append(_evaluated(book, context.schemas))
                if chosen.wrong:
                    _name_wrong(book, context.schemas, console)
            table.add_row(form.id, *_cells(_figures([e.overall for e in forms[form.id]])))
    every = _figures([evaluation.overall for form in forms.values() for evaluation in form])
    table.add_row("Tất cả", *_cells(every), style="bold")
    console.print(table)
    console.print(_by_kind([evaluation for form in forms.values() for evaluation in form]))
    by_form = {name: _figures([e.overall for e in form]) for name, form in forms.items()}
    report_figures("typed", {"seed": chosen.seed, "scanner": chosen.scanner, **every, "forms": by_form})


def _evaluated(book: ReadBook, schemas: Schemas) -> Evaluation:
    record = schemas.record(book.form.record)
    return evaluate(book.truth, prediction_of(book.pages, record, book.ledger.year), record)


def _figures(scores: Sequence[Score]) -> dict[str, Any]:
    """Shares 0..1 over values that stand on paper; ``characters_right`` is 1 - CER."""
    rightly_blank = sum(score.blank_rightly for score in scores)
    written = sum(score.fields - score.blank_on_paper for score in scores)
    cer = share(sum(score.edits for score in scores), sum(score.characters for score in scores))
    accepted = sum(score.accepted for score in scores)
    return {
        "fields": written,
        "characters_right": None if cer is None else 1 - cer,
        "fields_exact": share(sum(score.exact for score in scores) - rightly_blank, written),
        "fields_alike": share(sum(score.alike for score in scores) - rightly_blank, written),
        "accepted": share(accepted, sum(score.fields for score in scores)),
        "accepted_error": share(sum(score.accepted_wrong for score in scores), accepted),
    }


def _cells(figures: dict[str, Any]) -> tuple[str, ...]:
    names = ("characters_right", "fields_exact", "fields_alike", "accepted", "accepted_error")
    return (str(figures["fields"]), *(percent(figures[name]) for name in names))


def _by_kind(evaluations: Sequence[Evaluation]) -> Table:
    table = Table("Kiểu", *COLUMNS[1:], title="Theo kiểu giá trị")
    for kind in sorted({kind for evaluation in evaluations for kind in evaluation.by_kind}):
        scores = [e.by_kind[kind] for e in evaluations if kind in e.by_kind]
        table.add_row(kind, *_cells(_figures(scores)))
    return table


def _name_wrong(book: ReadBook, schemas: Schemas, console: Console) -> None:
    """Each value that is not what stands on paper."""
    record = schemas.record(book.form.record)
    for entry in book.truth.entries:
        result = book.pages[entry.page] if entry.page is not None else None
        read_entry = next((e for e in result.entries if e.row == entry.row), None) if result else None
        readings = {reading.field: reading for reading in read_entry.readings} if read_entry else {}
        for column, text in entry.values.items():
            spec = record.by_column.get(column)
            reading = readings.get(spec.name) if spec else None
            if text and (reading is None or reading.text != text):
                value = (
                    "–"
                    if reading is None
                    else f"{reading.text!r} {reading.confidence:.2f} {reading.writing.value}"
                )
                console.print(f"  {book.form.id} {column}: {text!r} -> {value}", markup=False)


if __name__ == "__main__":
    main()
