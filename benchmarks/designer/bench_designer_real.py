"""Forms of real registers designed in a real browser, and whether they cut pages that were not used to make them.

python -m benchmarks.designer.bench_designer_real --data DATA [--only TEXT] [--keep FOLDER]
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.designer.real_cells import LineCount, count_page, cut_page
from benchmarks.designer.registers import REGISTERS, Picture, RealRegister, SeenTable
from benchmarks.designer.served import served_designer, supervisor_at
from benchmarks.designer.table_person import ShownTable, TableDesigner
from benchmarks.figures import report_figures, say
from benchmarks.no_readers import without_readers
from pipeline import schema
from pipeline.batch.specimens import SPREAD_MM
from pipeline.digitize import Engines, default_engines
from pipeline.imaging.geometry import warp
from pipeline.imaging.geometry.gutter import find_gutter, split_at_gutter
from pipeline.imaging.ink.binarization import ink_layer
from pipeline.schema import Schemas, load_form
from pipeline.workspace import Workspace

WANTED = 0.95


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--keep", type=Path)
    chosen = parser.parse_args()
    if chosen.data is None or not chosen.data.is_dir():
        say("cần thư mục trang thật (--data), bỏ qua")
        return
    schemas, engines = schema.load(), without_readers(default_engines())
    found: dict[str, Any] = {}
    for register in REGISTERS:
        if chosen.only in register.source:
            found[register.source] = measure(register, chosen.data, schemas, engines, chosen.keep)
            say(f"{register.source}: {found[register.source]}")
    report_figures("designer-real", {"wanted": WANTED, "registers": found})


def measure(
    register: RealRegister, data: Path, schemas: Schemas, engines: Engines, keep: Path | None
) -> dict[str, Any]:
    pages = register.pictures_in(data)
    count, efforts = LineCount(), []
    for specimens, seen in zip(register.specimens, register.seen, strict=True):
        used = [page for page in pages if page.name in specimens]
        used.sort(key=lambda page: page.name != seen.picture)
        form, effort = designed(register, seen, used, schemas)
        efforts.append(effort)
        say(f"{register.source}: {effort}")
        if keep:
            (keep / f"{register.source}-{seen.picture}.toml").write_text(form[1])
        for page in pages:
            if page in used:
                continue
            result = cut_page(page, form[0], schemas, engines, register.dpi)
            before = count.in_cell, count.lines
            missed = count_page(page, result, count)
            say(f"{page.name}: {len(result.sheets)} {count.in_cell - before[0]}/{count.lines - before[1]}")
            for one in missed:
                say(f"   {one}")
    return count.figures() | {"designs": efforts}


def designed(register: RealRegister, seen: SeenTable, used: list[Picture], schemas: Schemas):
    high, wide = used[0].pixels.shape[:2]
    truth = register.form(seen, high / wide)
    with tempfile.TemporaryDirectory(prefix="hotich-designer-") as root:
        files = [
            _file(Path(root) / f"trang-{n}.jpg", page, register.dpi) for n, page in enumerate(used, start=1)
        ]
        workspace = Workspace(Path(root) / "work")
        began = time.perf_counter()
        with served_designer(workspace.root, schemas, "") as url, supervisor_at(url) as screen:
            person = TableDesigner(screen, truth, schemas.record(register.record))
            person.begin(url, register.title)
            if seen.side:
                person.part_pages()
            person.send(files)
            waited = time.perf_counter() - began
            screen.screenshot(path="/tmp/h-realforms/before.png")
            say(str(person._state()["design"]["table"]))
            person.looked_at, table = shown(seen, used[0], workspace)
            person.correct(table)
            screen.screenshot(path="/tmp/h-realforms/after.png")
            person.design()
            screen.screenshot(path="/tmp/h-realforms/end.png")
            if left := person.flaws():
                say(f"{register.source}: {left}")
            person.save(url)
        (file,) = workspace.own_forms.glob("*.toml")
        effort = person.effort
        told = {
            "machine_minutes": round(waited / 60, 2),
            "hand_minutes": round(effort.seconds / 60, 2),
            "clicks": effort.clicks,
            "keys": effort.keys,
            "looks": effort.looks,
            "specimens": len(used),
        }
        return (load_form(file, schemas), file.read_text()), told


def shown(seen: SeenTable, page: Picture, workspace: Workspace) -> tuple[int, ShownTable]:
    """Return where the table of the first specimen lies on its picture."""
    (draft,) = workspace.form_drafts.glob("*/draft.json")
    every = json.loads(draft.read_text())["specimens"]
    number, specimen = next((n, one) for n, one in enumerate(every) if one["side"] == seen.side)
    side = 0.0
    if seen.side == "right":
        gutter = find_gutter(ink_layer(page.pixels), SPREAD_MM)
        side = float(split_at_gutter(page.pixels, gutter)[1][1])
    matrix = np.array(specimen["matrix"]).reshape(3, 3)
    size = np.array(specimen["size"], float)
    high, wide = page.pixels.shape[:2]
    middle = (seen.top + seen.bottom) / 2, (seen.rules[0] + seen.rules[-1]) / 2

    def on_picture(x: float, y: float) -> np.ndarray:
        return warp.transform_points(matrix, np.array([[x * wide - side, y * high]]))[0] / size

    return number, ShownTable(
        tuple(float(on_picture(x, middle[0])[0]) for x in seen.rules),
        *(float(on_picture(middle[1], y)[1]) for y in (seen.top, seen.body, seen.bottom)),
    )


def _file(path: Path, page: Picture, dpi: float) -> Path:
    Image.fromarray(page.pixels).save(path, quality=92, dpi=(dpi, dpi))
    return path


if __name__ == "__main__":
    main()
