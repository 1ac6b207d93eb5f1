"""Forms of real registers, designed by a scripted person in a real browser: do they cut pages not used to make them?

    python -m benchmarks.designer.bench_designer_real --data DATA [--only TEXT] [--keep FOLDER]

``DATA`` is a folder of real pages (``benchmarks.imaging.real_pages``); without one nothing is measured. The person
sends specimens, takes what the machine proposes, puts frame, columns and heading right by what can be seen on one of
them (``benchmarks.designer.registers``), gives each column its field and saves. All other pages of the register are cut
by the saved file with the product's own stages (``benchmarks.designer.real_cells``). Wanted: ≥ 95 % of the transcribed
lines lie in the cell of their entry. Of a register with one picture alone that very picture is cut: its columns were
seen, its rows were not; it counts for itself alone.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from rich.console import Console
from rich.table import Table

from benchmarks.designer.person import Effort
from benchmarks.designer.real_cells import LineCount, count_page, cut_page
from benchmarks.designer.registers import REGISTERS, Picture, RealRegister, SeenTable
from benchmarks.designer.served import served_designer, supervisor_at
from benchmarks.designer.table_person import ShownTable, TableDesigner
from benchmarks.figures import percent, report_figures, say
from benchmarks.no_readers import without_readers
from pipeline.declarations import schema
from pipeline.declarations.schema import Form, Schemas, load_form
from pipeline.digitize import Engines, default_engines
from pipeline.layout.imaging.geometry import warp
from pipeline.layout.imaging.geometry.gutter import find_gutter, split_at_gutter
from pipeline.layout.imaging.ink.binarization import ink_layer
from pipeline.runs.specimens import SPREAD_MM
from pipeline.scans.workspace import Workspace

WANTED = 0.95


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data", type=Path, help="folder of real pages, see benchmarks/imaging/real_pages.py"
    )
    parser.add_argument("--only", default="")
    parser.add_argument("--keep", type=Path, help="folder in which the saved forms are left")
    chosen = parser.parse_args()
    if chosen.data is None or not chosen.data.is_dir():
        say("cần thư mục trang thật (--data), bỏ qua")
        return
    schemas, engines = schema.load(), without_readers(default_engines())
    figures: dict[str, Any] = {}
    for register in REGISTERS:
        pictures = register.pictures_in(chosen.data)
        if chosen.only in register.source and pictures:
            figures[register.source] = measure(register, pictures, schemas, engines, chosen.keep)
    _show(figures)
    others = [sheet for sheet in figures.values() if not sheet["on_specimen"]]
    report_figures(
        "designer-real",
        {
            "wanted": WANTED,
            "registers": figures,
            "least_in_cell": min((other["lines_in_cell"] for other in others), default=None),
            "most_hand_minutes": max((sheet["hand_minutes"] for sheet in figures.values()), default=None),
            "most_clicks": max((sheet["clicks"] for sheet in figures.values()), default=None),
        },
    )


def measure(
    register: RealRegister, pictures: Sequence[Picture], schemas: Schemas, engines: Engines, keep: Path | None
) -> dict[str, Any]:
    """Return how the pictures of a register are cut by the forms that were designed from others of them."""
    count, efforts, machine = LineCount(), [], 0.0
    is_alone = len(pictures) == 1
    for specimens, seen in zip(register.specimens, register.seen, strict=True):
        used = [picture for picture in pictures if picture.name in specimens]
        used.sort(key=lambda sheet: sheet.name != seen.picture)
        form, effort, seconds = designed(register, seen, used, schemas, keep)
        efforts.append(effort)
        machine += seconds
        for picture in used if is_alone else [picture for picture in pictures if picture not in used]:
            within = (seen.rules[0], seen.rules[-1]) if is_alone else (0.0, 1.0)
            missed = count_page(
                picture, cut_page(picture, form, schemas, engines, register.dpi), count, within
            )
            say(f"{register.source} {picture.name}: {len(missed)} dòng ngoài ô, {missed}")
    worst = max(efforts, key=lambda effort: effort.seconds)
    return count.figures() | {
        "on_specimen": is_alone,
        "forms": len(efforts),
        "specimens": len(register.specimens[0]),
        "machine_minutes": round(machine / 60 / len(efforts), 2),
        "hand_minutes": round(worst.seconds / 60, 2),
        **asdict(worst),
    }


def designed(
    register: RealRegister, seen: SeenTable, used: Sequence[Picture], schemas: Schemas, keep: Path | None
) -> tuple[Form, Effort, float]:
    """Return the form that a person makes from the pictures, what it took the hands, and the machine's seconds."""
    high, wide = used[0].pixels.shape[:2]
    truth = register.form(seen, high / wide)
    with tempfile.TemporaryDirectory(prefix="hotich-designer-") as root:
        files = [
            _file(Path(root) / f"trang-{n}.jpg", picture, register.dpi)
            for n, picture in enumerate(used, start=1)
        ]
        workspace = Workspace(Path(root) / "work")
        with served_designer(workspace.root, schemas, "") as url, supervisor_at(url) as screen:
            person = TableDesigner(screen, truth, schemas.record(register.record))
            person.begin(url, register.title)
            if register.has_facing_tables:
                person.part_pages()
            began = time.perf_counter()
            person.send(files)
            waited = time.perf_counter() - began
            person.looked_at, table = shown(seen, used[0], workspace)
            person.correct(table)
            person.design()
            if keep:
                screen.screenshot(path=keep / f"{register.source}-{seen.picture}.png")
            if left := person.flaws():
                say(f"{register.source}: {left}")
            person.save(url)
        (file,) = workspace.own_forms.glob("*.toml")
        if keep:
            (keep / f"{register.source}-{seen.picture}.toml").write_bytes(file.read_bytes())
        say(f"{register.source}: {person.effort}")
        return load_form(file, schemas), person.effort, waited


def shown(seen: SeenTable, picture: Picture, workspace: Workspace) -> tuple[int, ShownTable]:
    """Return the number of the specimen, from 0, on which a person sees the table, and where it lies on its picture."""
    (draft,) = workspace.form_drafts.glob("*/draft.json")
    specimens = json.loads(draft.read_text(encoding="utf-8"))["specimens"]
    number, specimen = next((n, side) for n, side in enumerate(specimens) if side["side"] == seen.side)
    begins = 0.0
    if seen.side == "right":
        gutter = find_gutter(ink_layer(picture.pixels), SPREAD_MM)
        begins = float(split_at_gutter(picture.pixels, gutter)[1][1])
    matrix, size = np.array(specimen["matrix"]).reshape(3, 3), specimen["size"]
    high, wide = picture.pixels.shape[:2]

    def on_picture(x: float, y: float) -> tuple[float, float]:
        ((x, y),) = warp.transform_points(matrix, np.array([[x * wide - begins, y * high]])).tolist()
        return x / size[0], y / size[1]

    across, down = (seen.rules[0] + seen.rules[-1]) / 2, (seen.top + seen.bottom) / 2
    top, body, bottom = (on_picture(across, y)[1] for y in (seen.top, seen.body, seen.bottom))
    return number, ShownTable(tuple(on_picture(x, down)[0] for x in seen.rules), top, body, bottom)


def _file(path: Path, picture: Picture, dpi: float) -> Path:
    Image.fromarray(picture.pixels).save(path, quality=92, dpi=(dpi, dpi))
    return path


def _show(figures: dict[str, Any]) -> None:
    table = Table(
        "Sổ", "Máy, phút", "Tay, phút", "Bấm chuột", "Phím", "Ảnh", "Dòng đúng ô", "Hàng đúng",
        title="Mẫu của sổ thật, thiết kế trên trình duyệt",
    )  # fmt: skip
    for source, sheet in figures.items():
        table.add_row(
            f"{source}{' (chính ảnh mẫu)' if sheet['on_specimen'] else ''}",
            f"{sheet['machine_minutes']:.1f}", f"{sheet['hand_minutes']:.1f}", str(sheet["clicks"]), str(sheet["keys"]),
            str(sheet["pages"]), f"{percent(sheet['lines_in_cell'])} của {sheet['lines']}",
            f"{percent(sheet['entries_begun'])} của {sheet['entries']}",
        )  # fmt: skip
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
