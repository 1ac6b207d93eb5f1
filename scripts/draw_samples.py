"""The books of ``samples/``: ``python -m scripts.draw_samples FOLDER`` draws them anew, byte for byte."""

from __future__ import annotations

import sys
from pathlib import Path

from pipeline.declarations import schema
from pipeline.training.synthetic_pages.book import write_book
from pipeline.training.synthetic_pages.synthesis_options import SynthOptions

SAMPLES: tuple[tuple[str, str, SynthOptions], ...] = (
    ("birth-2006", "birth-2006", SynthOptions(seed=106, entries=4, container="pdf", dpi=300, year=2010)),
    ("marriage-2006", "marriage-2006", SynthOptions(seed=206, entries=4, container="tiff", dpi=200, year=2008)),
    ("death-2006", "death-2006", SynthOptions(seed=306, entries=4, container="jpeg", dpi=200, year=2012, turned=0.5)),
    ("birth-2016", "birth-2016", SynthOptions(seed=116, entries=4, container="jpeg", dpi=200, year=2017)),
    ("marriage-2016", "marriage-2016", SynthOptions(seed=216, entries=4, container="pdf", dpi=200, year=2018)),
    ("death-2016", "death-2016", SynthOptions(seed=316, container="pdf", dpi=200, year=2019, scanner="hard")),
    ("birth-table", "birth-table", SynthOptions(seed=176, entries=5, container="pdf", dpi=200, year=1988)),
    (
        "birth-2006-typed", "birth-2006",
        SynthOptions(seed=406, entries=4, container="pdf", dpi=250, year=2014, writing="typed"),
    ),
)  # fmt: skip
"""Folder, form and options of each book; together under 12 MB."""


def write_samples(folder: Path) -> tuple[Path, ...]:
    """Draw every sample book into a folder of its own under ``folder``. Returns those folders."""
    schemas = schema.load()
    return tuple(
        write_book(folder / name, schemas.form(form), schemas, options) for name, form, options in SAMPLES
    )


if __name__ == "__main__":
    write_samples(Path(sys.argv[1] if len(sys.argv) > 1 else "samples"))
