"""How fast handwriting is read: lines in one process of one thread, whole pages through the batch."""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.books.drawn_books import reading_context
from benchmarks.figures import percent, say, share
from benchmarks.handwriting.books import TEST_PENS
from benchmarks.handwriting.lines import chosen_lines, drawn_lines, speed
from benchmarks.handwriting.pasted_lines import FORMS_OF_2006
from benchmarks.handwriting.tables import BenchPart
from benchmarks.handwriting.targets import page_targets, speed_targets
from pipeline.runs.book_reading import digitize_book
from pipeline.training.dataset import real_lines
from pipeline.training.synthetic_pages import SynthOptions, write_book

SPEED_LINES = 200


def line_speed(folders: Sequence[Path], seed: int) -> BenchPart:
    """Measure a core with all witnesses and decoding: on real lines if there are any, otherwise on drawn lines."""
    if folders:
        pictures = [line.grey() for line in chosen_lines(real_lines(folders[0]), SPEED_LINES)]
    else:
        pictures = list(drawn_lines(TEST_PENS, SPEED_LINES, seed))
    say(f"tốc độ trên {len(pictures)} dòng")
    figures = speed(pictures)
    return BenchPart(
        {**figures, "of": "real lines" if folders else "drawn lines"},
        speed_targets(figures["lines_a_second"], figures["load_seconds"], figures["peak_memory_mb"]),
    )


def page_speed(chosen: argparse.Namespace) -> BenchPart:
    """Pages a minute of the forms of 2006 through the batch, registry included, two processes."""
    pages = seconds = 0.0
    stages: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="hotich-bench-") as folder:
        context = reading_context(Path(folder) / "workspace")
        for number, name in enumerate(FORMS_OF_2006):
            form = context.schemas.form(name)
            options = SynthOptions(
                seed=chosen.seed + 900 + number, entries=chosen.pages, pens=TEST_PENS, cover=False
            )
            say(f"tốc độ trang: {name}")
            report = digitize_book(
                write_book(Path(folder) / name, form, context.schemas, options), context, workers=2
            )
            pages, seconds = pages + report.read, seconds + report.seconds
            for stage, spent in report.stage_seconds.items():
                stages[stage] = stages.get(stage, 0.0) + spent
    a_minute = 60 * pages / seconds
    hand = share(stages.get("hand", 0.0), sum(stages.values()))
    figures = {
        "pages": pages, "pages_a_minute": a_minute, "cores": min(2, len(os.sched_getaffinity(0))),
        "recogniser_share": hand, "stages": stages,
    }  # fmt: skip
    _show_stages(stages, pages, a_minute)
    return BenchPart(figures, page_targets(a_minute))


def _show_stages(stages: Mapping[str, float], pages: float, a_minute: float) -> None:
    """Where the time of a page goes; ``hand`` is the reader of handwriting, all its networks together."""
    table = Table(
        "Bước", "Giây CPU một trang", "Phần", title=f"Trang viết tay: {a_minute:.1f} trang một phút"
    )
    total = sum(stages.values())
    for stage, seconds in sorted(stages.items(), key=lambda item: -item[1]):
        name = f"{stage} (đọc chữ viết tay)" if stage == "hand" else stage
        table.add_row(name, f"{seconds / pages:.2f}", percent(share(seconds, total)))
    Console(width=100).print(table)
