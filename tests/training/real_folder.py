"""A folder of lines like real writers' lines, drawn by the package's own pens."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from pipeline.training.synthetic_lines.fonts import FontSet
from pipeline.training.synthetic_lines.lines import synthetic_line


def folder_of_lines(folder: Path, writers: tuple[str, ...], each: int = 6) -> Path:
    """``each`` lines a writer, and ``lines.tsv``."""
    folder.mkdir(parents=True, exist_ok=True)
    pens, rng = FontSet.find(None), np.random.default_rng(5)
    rows = ["image\ttext"]
    for writer in writers:
        for number in range(each):
            line = synthetic_line(rng, pens)
            name = f"{writer}_{number:02d}.png"
            Image.fromarray(line.grey).save(folder / name)
            rows.append(f"{name}\t{line.text}")
    (folder / "lines.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder
