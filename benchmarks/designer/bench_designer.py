"""Forms designed by a scripted person in a real browser: what it takes, and whether the boxes hold new pages' ink.

    python -m benchmarks.designer.bench_designer [--pages N] [--specimens N] [--every] [--only TEXT] [--seed N]
    python -m benchmarks.designer.bench_designer --proposals [--only TEXT] [--seed N]

For each layout a book is drawn; its first pages are the specimens, the others nobody looks at. A person designs the
form from the specimens (``benchmarks.designer.person``), saves it, and the other pages are cut by the saved file.
Wanted: ≥ 97 % of the fields written on them are held by the boxes. ``--proposals`` measures instead what the machine
proposes by itself for every declared form while it is unknown (``benchmarks.designer.proposed_fields``).
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from PIL import Image
from rich.console import Console
from rich.table import Table

from benchmarks.designer.layouts import Layout, layouts
from benchmarks.designer.person import Designer
from benchmarks.designer.proposed_fields import measure_proposals, proposal_summary
from benchmarks.designer.served import served_designer, supervisor_at
from benchmarks.figures import percent, report_figures, say, share
from benchmarks.imaging.field_boxes import covered
from benchmarks.no_readers import without_readers
from benchmarks.reading.box_coverage import HELD, straightened
from pipeline.base.model import Box, Ledger, PageImage, PageRef
from pipeline.declarations import schema
from pipeline.declarations.schema import Form, Schemas, load_form
from pipeline.digitize import Engines, default_engines, digitize_page
from pipeline.scans.workspace import Workspace
from pipeline.training.evaluation.truth import Quad
from pipeline.training.synthetic_pages import SCANNER_LEVELS, SyntheticPage, SynthOptions, draw_book
from pipeline.training.synthetic_pages.scanning import quad

SEED = 20_260
WANTED = 0.97


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=30)
    parser.add_argument("--specimens", type=int, default=5)
    parser.add_argument("--every", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--proposals", action="store_true")
    chosen = parser.parse_args()
    schemas, engines = schema.load(), without_readers(default_engines())
    if chosen.proposals:
        figures = proposal_summary(measure_proposals(schemas, engines, chosen.seed, chosen.only))
        return report_figures("designer-proposals", figures)
    table = Table(
        "Mẫu", "Máy, phút", "Tay, phút", "Bấm chuột", "Phím", "Ô xem", "Ô giữ đủ mực", title="Thiết kế mẫu"
    )
    by_form: dict[str, Any] = {}
    for layout in layouts(schemas, chosen.seed, every=chosen.every):
        if chosen.only not in layout.name:
            continue
        figures = measure(layout, schemas, engines, chosen.specimens, chosen.pages, chosen.seed)
        by_form[layout.name] = figures
        say(f"{layout.name}: {figures}")
        table.add_row(
            layout.name,
            f"{figures['machine_minutes']:.1f}",
            f"{figures['hand_minutes']:.1f}",
            str(figures["clicks"]),
            str(figures["keys"]),
            str(figures["looks"]),
            f"{percent(figures['held'])} của {figures['fields']}",
        )
    Console(width=120).print(table)
    return report_figures("designer", summary(by_form))


def summary(by_form: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the figures of all forms together, of the worst form, and of each form."""
    fields = sum(figures["fields"] for figures in by_form.values())
    held = sum(figures["held"] * figures["fields"] for figures in by_form.values())
    return {
        "fields": fields,
        "held": share(held, fields),
        "designed": len(by_form),
        "well_held": sum(figures["held"] >= WANTED for figures in by_form.values()),
        "least_held": min((figures["held"] for figures in by_form.values()), default=None),
        "most_hand_minutes": max((figures["hand_minutes"] for figures in by_form.values()), default=None),
        "most_clicks": max((figures["clicks"] for figures in by_form.values()), default=None),
        "wanted": WANTED,
        "forms": by_form,
    }


def measure(
    layout: Layout, schemas: Schemas, engines: Engines, specimens: int, pages: int, seed: int
) -> dict[str, Any]:
    """Return the effort of designing a form, and how well the form cuts pages outside the specimens."""
    drawn = _draw(layout.form, schemas, specimens + pages, seed)
    with tempfile.TemporaryDirectory(prefix="hotich-designer-") as root:
        files = [
            _file(Path(root) / f"trang-{n}.jpg", page) for n, page in enumerate(drawn[:specimens], start=1)
        ]
        began = time.perf_counter()
        with (
            served_designer(Path(root) / "work", schemas, layout.hidden) as url,
            supervisor_at(url) as screen,
        ):
            person = Designer(screen, layout.form, schemas.record(layout.form.record))
            person.begin(url, layout.form.title)
            person.send(files)
            waited = time.perf_counter() - began
            person.design()
            if left := person.flaws():
                say(f"{layout.name}: {left}")
            person.save(url)
        (file,) = Workspace(Path(root) / "work").own_forms.glob("*.toml")
        form = load_form(file, schemas)
    say(f"{layout.name}: designed, {person.effort}")
    worst = [
        share_held
        for number, page in enumerate(drawn[specimens:])
        for share_held in _held(page, form, schemas, engines, number)
    ]
    held = [whole for _, whole in worst]
    return {
        "machine_minutes": round(waited / 60, 2),
        "hand_minutes": round(person.effort.seconds / 60, 2),
        "clicks": person.effort.clicks,
        "keys": person.effort.keys,
        "looks": person.effort.looks,
        "pages": len(drawn) - specimens,
        "fields": len(held),
        "held": sum(held) / max(1, len(held)),
        "cut": dict(Counter(name for name, whole in worst if not whole).most_common()),
    }


def _draw(form: Form, schemas: Schemas, pages: int, seed: int) -> list[SyntheticPage]:
    rows = form.table.rows if form.table else 1
    known = replace(schemas, forms={**schemas.forms, form.id: form})
    options = SynthOptions(
        seed=seed, entries=rows * pages, blank=0.15, dpi=200, cover=False, scanner=SCANNER_LEVELS["normal"]
    )
    return list(draw_book(form, known, options))


def _file(path: Path, page: SyntheticPage) -> Path:
    Image.fromarray(page.scan.pixels).save(path, quality=88, dpi=(200, 200))
    return path


def _held(
    page: SyntheticPage, form: Form, schemas: Schemas, engines: Engines, number: int
) -> list[tuple[str, bool]]:
    """Return of each field that is written on a page whether all of its ink lies in the boxes of the designed form."""
    image = PageImage(PageRef("0" * 64, number + 1), page.scan.pixels, 200.0)
    known = replace(schemas, forms={**schemas.forms, form.id: form})
    result = digitize_page(image, form, Ledger(form.id, "", "", f"01/{form.years[0]}"), known, engines)
    boxes = {
        (entry.row, reading.field): reading.lines or ((reading.box,) if reading.box else ())
        for entry in result.entries
        for reading in entry.readings
    }
    inks: dict[tuple[int, str], list[Box]] = {}
    for ink in page.page.sheet.inks:
        for name in filter(None, ink.fields):
            if not ink.struck:
                place = cast("Quad", tuple(quad(ink.box, page.scan.matrix)))
                inks.setdefault((ink.row, name), []).append(straightened(place, result.matrix))
    return [
        (where[1], all(covered(box, boxes.get(where, ())) >= HELD for box in drawn))
        for where, drawn in inks.items()
    ]


if __name__ == "__main__":
    main()
