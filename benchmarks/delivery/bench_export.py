"""How long does the package of a book take, how much memory, how large is a page, and can it still be read?

A few pages are drawn and put into a registry many times over, each time as another scan with another number (this is
not measured). Measured is ``export_book`` as the command runs it: wall and CPU seconds, the most memory that the main
process and the largest of its workers hold, the memory of the main process at a tenth of the way and at its end, kB of
the PDF a page.

Legibility: single lines of handwriting are cut from the master and from the exported picture at the same places and
read by the same readers; the figure is the share of wrong characters on each.
"""

from __future__ import annotations

import argparse
import io
import os
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pikepdf
from PIL import Image
from rapidfuzz.distance import Levenshtein
from rich.console import Console
from rich.table import Table

from benchmarks.books.drawn_books import SEED
from benchmarks.delivery.filled_books import box_around, fill_book
from benchmarks.figures import report_figures, say
from pipeline.base.model import (
    Box,
    Crop,
    Pixels,
)
from pipeline.declarations import schema
from pipeline.declarations.ledger import load_ledger
from pipeline.declarations.schema import Schemas
from pipeline.delivery.export.export_options import PackageOptions
from pipeline.delivery.package import PackageProgress, export_book
from pipeline.run_context import RunContext
from pipeline.scans.intake import page_of, scan_file
from pipeline.settings import Settings
from pipeline.training.evaluation import BookTruth, load_truth
from pipeline.training.synthetic_pages import SynthOptions, write_book

FORM = "birth-2006"


@dataclass
class Watch:
    """What processes hold and use as entries are done: resident MB of this one at a quarter, at half and at the end,
    the most that any worker held, and the CPU seconds of the workers."""

    quarter: float = 0.0
    half: float = 0.0
    end: float = 0.0
    worker_peak: float = 0.0
    worker_cpu: dict[int, float] = field(default_factory=dict)

    def note(self, at: PackageProgress) -> None:
        now = _status_mb("/proc/self/status", "VmRSS")
        if 4 * at.done <= at.total + 3:
            self.quarter = now
        if 2 * at.done <= at.total + 1:
            self.half = now
        self.end = now
        if at.done % 20 == 0 or at.done == at.total:
            for process in _below(os.getpid()):
                self._look_at(process)

    def _look_at(self, process: int) -> None:
        with suppress(OSError):
            self.worker_peak = max(self.worker_peak, _status_mb(f"/proc/{process}/status", "VmHWM"))
            ticks = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
            self.worker_cpu[process] = sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def _status_mb(path: str, key: str) -> float:
    lines = Path(path).read_text().splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(key)), 0.0)


def _below(process: int) -> Iterator[int]:
    """The processes that a process started, and theirs."""
    for listed in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):
            for child in map(int, listed.read_text().split()):
                yield child
                yield from _below(child)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=2000)
    parser.add_argument("--drawn", type=int, default=8, help="pages that are drawn")
    parser.add_argument("--dpi", type=int, default=300)
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument(
        "--minutes", type=float, default=5.0, help="for filling the registry; then fewer entries are exported"
    )
    chosen = parser.parse_args()
    schemas = schema.load()
    with tempfile.TemporaryDirectory(prefix="hotich-bench-") as temporary:
        root = Path(temporary)
        options = SynthOptions(
            seed=chosen.seed,
            entries=chosen.drawn,
            dpi=chosen.dpi,
            container="jpeg",
            cover=False,
            skew=0.0,
            turned=0.0,
        )
        say(f"vẽ {chosen.drawn} trang {chosen.dpi} dpi")
        drawn = write_book(root / "drawn", schemas.form(FORM), schemas, options)
        context = Settings().run_context(root / "workspace")
        with context.open_registry() as registry:
            ledger = replace(load_ledger(drawn), entries=chosen.entries, pages=chosen.entries)
            until = time.perf_counter() + 60 * chosen.minutes
            book_id, filled = fill_book(registry, context, drawn, ledger, "bench", schemas, until)
            say(f"xuất {filled} việc, {chosen.workers} tiến trình")
            watch, before = Watch(), time.process_time()
            started = time.perf_counter()
            report = export_book(
                registry,
                context,
                book_id,
                root / "out",
                PackageOptions(),
                workers=chosen.workers,
                on_copied=watch.note,
            )
            wall = time.perf_counter() - started
            cpu = time.process_time() - before + sum(watch.worker_cpu.values())
        assert report.folder is not None, (report.refused, report.blockers[:1], report.faults[:3])
        (archive,) = report.folder.glob("*.zip")
        say("đọc chữ trên bản gốc và trên bản xuất")
        masters, copies, lines = _legibility(drawn, archive, context, schemas)
    figures = {
        "entries": report.entries,
        "wall_seconds": wall,
        "cpu_seconds": cpu,
        "cpu_seconds_an_entry": cpu / report.entries,
        "main_mb_quarter": watch.quarter,
        "main_mb_half": watch.half,
        "main_mb_end": watch.end,
        "worker_mb_peak": watch.worker_peak,
        "kb_a_page": report.pdf_bytes / report.entries / 1000,
        "lines": lines,
        "cer_master": masters,
        "cer_copy": copies,
    }
    table = Table("Số đo", "Giá trị", title=f"{report.entries} việc, {chosen.workers} tiến trình")
    for name, value in figures.items():
        table.add_row(name, f"{value:.4f}" if name.startswith(("cer", "cpu_seconds_an")) else f"{value:.1f}")
    Console(width=100).print(table)
    report_figures("export", figures)


def _legibility(
    drawn: Path, archive: Path, context: RunContext, schemas: Schemas
) -> tuple[float, float, int]:
    """Share of wrong characters on single lines of handwriting of the masters and of the copies, and how many lines."""
    truth: BookTruth = load_truth(drawn / "truth.json")
    reader = context.make_engines().hand
    assert reader is not None
    record = schemas.record(truth.kind)
    wrong, letters, lines = [0, 0], 0, 0
    with zipfile.ZipFile(archive) as files:
        names = sorted(files.namelist(), key=lambda name: int(name.split(".")[-2]))
        for at, entry in enumerate(truth.entries):
            page = truth.pages[entry.page or 0]
            master = page_of(scan_file(drawn / page.scan), 1)
            copy = _picture(files.read(names[at]))
            for spec in record.fields:
                text = entry.values.get(spec.column, "")
                boxes = [box_around(quad) for quad in entry.ink.get(spec.name, ())]
                if not text or len(boxes) != 1 or spec.name in entry.struck or not spec.value_kind.is_words:
                    continue
                share = copy.shape[1] / master.pixels.shape[1]
                shown = (
                    _crop(master.pixels, boxes[0], master.dpi, spec.kind),
                    _crop(copy, _scaled(boxes[0], share), master.dpi * share, spec.kind),
                )
                for which, reading in enumerate(reader.read(shown)):
                    wrong[which] += Levenshtein.distance(reading.text, text)
                letters, lines = letters + len(text), lines + 1
    return wrong[0] / letters, wrong[1] / letters, lines


def _picture(pdf: bytes) -> Pixels:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        (image,) = opened.pages[0].Resources.XObject.values()
        assert isinstance(image, pikepdf.Stream)
        shown = pikepdf.PdfImage(image).as_pil_image()
    assert isinstance(shown, Image.Image)
    return np.asarray(shown)


def _crop(pixels: Pixels, box: Box, dpi: float, kind: str) -> Crop:
    inside = box.grown(0.02 * dpi, 0.02 * dpi).within(pixels.shape[1], pixels.shape[0])
    part = pixels[int(inside.top) : int(inside.bottom), int(inside.left) : int(inside.right)]
    return Crop(np.asarray(Image.fromarray(part).convert("L")), dpi, kind)


def _scaled(box: Box, share: float) -> Box:
    return Box(box.left * share, box.top * share, box.right * share, box.bottom * share)


if __name__ == "__main__":
    main()
