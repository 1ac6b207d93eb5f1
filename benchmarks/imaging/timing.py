"""CPU time a page takes before anything is recognised, on drawn 300-dpi pages: the stages but for the readers'.

Reading the labels counts as recognition; it falls away on the pages that the book's template places.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.books.drawn_books import draw, reading_context
from benchmarks.figures import say
from pipeline.declarations.ledger import load_ledger
from pipeline.scans.intake import list_scans, page_count, page_of
from pipeline.training.synthetic_pages import SynthOptions

FORMS = ("birth-2006", "birth-table")
READING = ("labels", "recognise", "hand", "rules")
"""Stages that are not counted."""


def measure_timing(seed: int, pages: int) -> dict[str, Any]:
    """CPU seconds a page by form and stage; prints them as a table."""
    figures: dict[str, Any] = {}
    table = Table("Mẫu sổ", "Trang", "Giây CPU trước khi đọc", "Từng khâu", title="Thời gian trước khi đọc")
    with tempfile.TemporaryDirectory(prefix="hotich-bench-") as folder:
        context = reading_context(Path(folder) / "workspace")
        engines = context.make_engines()
        for name in FORMS:
            form = context.schemas.form(name)
            book = draw(
                Path(folder) / name, form, context.schemas, pages, SynthOptions(seed=seed, cover=False)
            )
            ledger, spent, seen = load_ledger(book), Counter[str](), 0
            for scan in list_scans(book):
                for number in range(1, page_count(scan) + 1):
                    say(f"thời gian: {name} trang {number}")
                    result = context.read_page(
                        page_of(scan, number), form, ledger, context.schemas, engines, context.options
                    )
                    for stage, seconds in result.timings.items():
                        spent[stage] += seconds  # type: ignore[assignment]  # a Counter adds floats as well
                    seen += 1
            stages = {stage: seconds / seen for stage, seconds in spent.items() if stage not in READING}
            figures[name] = {"pages": seen, "cpu_seconds": sum(stages.values()), "stages": stages}
            shown = ", ".join(f"{stage} {seconds:.2f}" for stage, seconds in stages.items())
            table.add_row(name, str(seen), f"{sum(stages.values()):.2f}", shown)
    Console(width=110).print(table)
    return figures
