"""Does the plate that a book teaches pay? The same damaged pages placed with it and without.

    python -m benchmarks.imaging.learned_template [--teach N] [--pages N] [--form NAME] [--curl MM]

The first pages of a book teach its plate; the further ones are read twice. Wanted: boxes and labels no worse, less CPU.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.figures import mean, percent, report_figures, say
from benchmarks.imaging.damaged_books import DamagedPage, damaged_pages
from benchmarks.imaging.field_boxes import FieldBox, field_boxes
from benchmarks.no_readers import without_readers
from pipeline.base.model import Ledger, PageImage, PageRef, PageResult, TemplateView
from pipeline.declarations import schema
from pipeline.declarations.schema import Schemas
from pipeline.digitize import DigitizeOptions, Engines, default_engines, digitize_page
from pipeline.digitize.rectify import template_geometry
from pipeline.layout.imaging.form_template import learn_template

SEED = 95_201


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--teach", type=int, default=7)
    parser.add_argument("--pages", type=int, default=4)
    parser.add_argument("--form", action="append")
    parser.add_argument("--curl", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=SEED)
    chosen = parser.parse_args()
    figures = measure_template(chosen.pages, chosen.seed, chosen.form or (), chosen.teach, chosen.curl)
    report_figures("imaging-plate", figures)


def measure_template(
    pages: int, seed: int = SEED, only: Sequence[str] = (), teach: int = 7, curl_mm: float = 1.0
) -> dict[str, Any]:
    """The table on the screen, and its figures; ``teach`` pages make the plate, ``pages`` more are read twice."""
    schemas, engines = schema.load(), without_readers(default_engines())
    table = Table(
        "Mẫu sổ",
        "Cách",
        "Ô",
        "Giữ đủ mực",
        "Không lẫn chữ nhãn",
        "Theo bản in",
        "CPU s/trang",
        title="Bản in của quyển",
    )
    figures: dict[str, Any] = {}
    for number, form in enumerate(form for form in schemas.forms.values() if form.layout == "page"):
        if only and form.id not in only:
            continue
        drawn = list(damaged_pages(form, schemas, teach + pages, seed + number, curl_mm=curl_mm))
        views: list[TemplateView] = []
        for page in drawn[:teach]:
            result, _ = _read(page, schemas, engines, teach=True)
            views += [result.view] if result.view is not None else []
        template = learn_template(views, template_geometry(form))
        say(f"{form.id}: bản in từ {len(views)} trang")
        figures[form.id] = {
            way: _measured(drawn[teach:], schemas, replace(engines, template=known), table, form.id, way)
            for way, known in (("không", None), ("có", template))
        }
    Console(width=120).print(table)
    return {"teach": teach, "curl_mm": curl_mm, "forms": figures}


def _measured(
    pages: list[DamagedPage], schemas: Schemas, engines: Engines, table: Table, form: str, way: str
) -> dict[str, Any]:
    boxes: list[FieldBox] = []
    seconds, by_plate = 0.0, 0
    for page_no, page in enumerate(pages, start=1):
        result, spent = _read(page, schemas, engines)
        seconds += spent
        by_plate += "labels" not in result.timings
        boxes += field_boxes(page, result, f"{form} {page_no}")
    held, clean = (
        mean([field_box.held for field_box in boxes]),
        mean([not field_box.label for field_box in boxes]),
    )
    a_page = seconds / max(1, len(pages))
    table.add_row(
        form, way, str(len(boxes)), percent(held), percent(clean), f"{by_plate}/{len(pages)}", f"{a_page:.2f}"
    )
    return {
        "fields": len(boxes),
        "held": held,
        "without_label": clean,
        "by_plate": by_plate,
        "cpu_s": round(a_page, 2),
    }


def _read(
    page: DamagedPage, schemas: Schemas, engines: Engines, *, teach: bool = False
) -> tuple[PageResult, float]:
    """The result, and the CPU seconds of this process and of the programs it runs."""
    ledger = Ledger(page.form.id, "", "", f"01/{page.year}")
    image = PageImage(PageRef("0" * 64, 1), page.pixels, 0)
    options = DigitizeOptions(teach=teach)
    result = digitize_page(image, page.form, ledger, schemas, engines, options)
    return result, sum(result.timings.values())


if __name__ == "__main__":
    main()
