"""Do the boxes of fields hold their ink, and no letters of labels, on damaged books of every form?

    python -m benchmarks.imaging.field_boxes [--pages N] [--form NAME] [--curl MM] [--missed] [--pictures FOLDER]

Wanted: ≥ 98 % of fields hold their ink; ≥ 99 % hold no letters of a label. A label's letters are inside where a line's
box reaches half a letter or more into the label's box and the field's own ink does not.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.books.drawn_books import entry_forms
from benchmarks.figures import mean, percent, report_figures, say
from benchmarks.imaging.damaged_books import CURL_MM, DamagedPage, damaged_pages
from benchmarks.no_readers import without_readers
from benchmarks.reading.box_coverage import HELD, straightened
from pipeline.base.model import Box, Ledger, PageImage, PageRef, PageResult
from pipeline.declarations import schema
from pipeline.declarations.schema import Schemas
from pipeline.digitize import Engines, default_engines, digitize_page
from pipeline.layout.imaging.overlay import draw_overlay
from pipeline.layout.imaging.page_pictures import write_picture

SEED = 94_201


@dataclass(frozen=True)
class FieldBox:
    """One field of an entry: whether its boxes hold ``held`` all of its ink, and whether a ``label`` reaches in."""

    place: str
    field: str
    held: bool
    label: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=4)
    parser.add_argument("--form", action="append")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--curl", type=float, default=CURL_MM)
    parser.add_argument("--missed", action="store_true")
    parser.add_argument("--pictures", type=Path)
    chosen = parser.parse_args()
    figures = measure_boxes(
        chosen.pages,
        chosen.seed,
        chosen.form or (),
        chosen.curl,
        missed=chosen.missed,
        pictures=chosen.pictures,
    )
    report_figures("imaging-boxes", figures)


def measure_boxes(
    pages: int, seed: int = SEED, only: Sequence[str] = (), curl_mm: float = CURL_MM, *, missed: bool = False,
    pictures: Path | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The table on the screen, and its figures. ``only``: these forms; ``missed`` names each field that is not held;
    ``pictures``: where overlays of such pages go."""
    schemas, engines = schema.load(), without_readers(default_engines())
    console = Console(width=120)
    table = Table(
        "Mẫu sổ", "Trang", "Ô", "Ô giữ đủ mực", "Không lẫn chữ nhãn", "CPU s/trang", title="Ô trên sổ hư hại"
    )
    every: list[FieldBox] = []
    forms: dict[str, Any] = {}
    for number, form in enumerate(entry_forms(schemas)):
        if only and form.id not in only:
            continue
        boxes: list[FieldBox] = []
        seconds = 0.0
        for page_no, page in enumerate(
            damaged_pages(form, schemas, pages, seed + number, curl_mm=curl_mm), start=1
        ):
            before = time.process_time()
            image = PageImage(PageRef("0" * 64, page_no), page.pixels, 0)
            result = read(image, page, schemas, engines)
            seconds += time.process_time() - before
            on_page = list(field_boxes(page, result, f"{form.id} {page_no}"))
            boxes += on_page
            if missed:
                for field_box in on_page:
                    if not field_box.held or field_box.label:
                        say(
                            f"  {field_box.place} {field_box.field}: giữ đủ {field_box.held}, nhãn «{field_box.label}»"
                        )
            if pictures and not all(field_box.held and not field_box.label for field_box in on_page):
                write_picture(pictures / f"{form.id}-{page_no}.png", draw_overlay(image, result, schemas))
        figures = _figures(boxes)
        forms[form.id] = figures
        cells = (percent(figures["held"]), percent(figures["without_label"]), f"{seconds / pages:.2f}")
        table.add_row(form.id, str(pages), str(len(boxes)), *cells)
        every += boxes
    figures = _figures(every)
    table.add_row(
        "Tất cả", "", str(len(every)), percent(figures["held"]), percent(figures["without_label"]), ""
    )
    console.print(table)
    return {**figures, "forms": forms}


def read(image: PageImage, page: DamagedPage, schemas: Schemas, engines: Engines) -> PageResult:
    ledger = Ledger(page.form.id, "", "", f"01/{page.year}")
    return digitize_page(image, page.form, ledger, schemas, engines)


def field_boxes(page: DamagedPage, result: PageResult, place: str) -> Iterator[FieldBox]:
    """Every field with drawn ink that is not struck out."""
    labels = [
        (text, straightened(page.quad(box), result.matrix)) for text, box in page.drawing.page.sheet.labels
    ]
    boxes = {
        (entry.row, reading.field): reading.lines or ((reading.box,) if reading.box else ())
        for entry in result.entries
        for reading in entry.readings
    }
    inks: dict[tuple[int, str], list[Box]] = {}
    struck: dict[tuple[int, str], list[Box]] = {}
    for ink in page.drawing.page.sheet.inks:
        for name in filter(None, ink.fields):
            box = straightened(page.quad(ink.box), result.matrix)
            (struck if ink.struck else inks).setdefault((ink.row, name), []).append(box)
    for (row, name), drawn in inks.items():
        lines = boxes.get((row, name), ())
        held = all(covered(ink, lines) >= HELD for ink in drawn)
        # the stroke through a value runs on beyond its ends
        own = [*drawn, *(box.grown(0.3 * box.height, 0) for box in struck.get((row, name), ()))]
        reached = next(
            (text for text, label in labels if _reaches(lines, label) and not _reaches(own, label)), ""
        )
        yield FieldBox(f"{place} hàng {row}", name, held, reached)


def covered(ink: Box, boxes: tuple[Box, ...]) -> float:
    """The share of the ink's box that lies in the boxes of its field (which hardly overlap)."""
    parts = (ink.intersection(box) for box in boxes)
    area = sum(part.area for part in parts if part.width > 0 and part.height > 0)
    return min(1.0, area / ink.area) if ink.area else 1.0


def _reaches(boxes: tuple[Box, ...] | list[Box], label: Box) -> bool:
    """Return whether a box takes in half a letter of the label or more."""
    for box in boxes:
        part = box.intersection(label)
        if part.width > 0.35 * label.height and part.height > 0.5 * label.height:
            return True
    return False


def _figures(boxes: list[FieldBox]) -> dict[str, Any]:
    return {
        "fields": len(boxes),
        "held": mean([field_box.held for field_box in boxes]),
        "without_label": mean([not field_box.label for field_box in boxes]),
    }


if __name__ == "__main__":
    main()
