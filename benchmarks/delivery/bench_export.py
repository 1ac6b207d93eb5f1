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
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pikepdf
from PIL import Image
from rapidfuzz.distance import Levenshtein
from rich.console import Console
from rich.table import Table

from benchmarks.books.drawn_books import SEED, bench_in
from benchmarks.figures import report_figures, say
from pipeline.base.model import (
    Box,
    Crop,
    EntryResult,
    FieldReading,
    FieldStatus,
    Ledger,
    PageKind,
    PageRef,
    PageResult,
    Pixels,
    Quality,
    Writing,
)
from pipeline.declarations import schema
from pipeline.declarations.ledger import load_ledger
from pipeline.declarations.schema import RecordSpec, Schemas
from pipeline.delivery.export.export_options import PackageOptions
from pipeline.delivery.package import PackageProgress, export_book
from pipeline.registry import Registry
from pipeline.run_context import RunContext
from pipeline.scans.intake import list_scans, page_of, scan_file
from pipeline.scans.workspace import Workspace
from pipeline.training.evaluation import BookTruth, load_truth
from pipeline.training.synthetic_pages import SynthOptions, write_book
from pipeline.values import kinds

FORM = "birth-2006"
LINE_KINDS = frozenset({"name", "place", "text", "date_words"})


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
        context = bench_in(root / "workspace")
        with context.open_registry() as registry:
            book_id, filled = _fill(registry, context, drawn, chosen.entries, schemas, chosen.minutes)
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


def _fill(
    registry: Registry, context: RunContext, drawn: Path, entries: int, schemas: Schemas, minutes: float
) -> tuple[int, int]:
    """A book of so many accepted entries, or of those that could be put in within the time, and how many they are;
    every page is a scan of its own with the picture of a drawn one."""
    until = time.perf_counter() + 60 * minutes
    truth, ledger = load_truth(drawn / "truth.json"), load_ledger(drawn)
    record = schemas.record(truth.kind)
    pictures = {scan.path.name: scan.path.read_bytes() for scan in list_scans(drawn)}
    book_id = registry.book_id(replace(ledger, entries=entries, pages=entries), "bench")
    folder = context.workspace / "scans"
    folder.mkdir(parents=True)
    sizes: dict[str, tuple[int, int]] = {}
    for number in range(1, entries + 1):
        entry = truth.entries[(number - 1) % len(truth.entries)]
        page = truth.pages[entry.page or 0]
        path = folder / f"{number:05}.jpg"
        path.write_bytes(pictures[page.scan] + f"{number:08}".encode())  # behind the picture: another scan
        scan = scan_file(path)
        Workspace(context.workspace).store(path, scan.sha256)
        path.unlink()
        if page.scan not in sizes:
            stored = page_of(scan_file(drawn / page.scan), 1).pixels.shape
            sizes[page.scan] = (stored[1], stored[0])
        registry.store_scan(book_id, scan.sha256, path.name, scan.size, 1)
        readings = tuple(_readings(entry.values, entry.ink, record, schemas, ledger, number))
        result = PageResult(
            PageRef(scan.sha256, 1), PageKind.ENTRIES, ledger.form, sizes[page.scan], np.eye(3), 0, 0.0,
            Quality(100, 120, 0, 300), None, (), (EntryResult(0, readings, ()),), (), {},
        )  # fmt: skip
        registry.save_page(book_id, result, "bench")
        if number % 500 == 0:
            say(f"{number} trang trong sổ dữ liệu")
        if time.perf_counter() > until and len(truth.entries) <= number < entries:
            say(f"hết giờ: {number} trang trong sổ dữ liệu")
            return registry.book_id(replace(ledger, entries=number, pages=number), "bench"), number
    return book_id, entries


def _readings(
    values: Mapping[str, str],
    ink: Mapping[str, Sequence[Sequence[float]]],
    record: RecordSpec,
    schemas: Schemas,
    ledger: Ledger,
    number: int,
) -> Iterator[FieldReading]:
    """Every field as read and accepted; number, page and day are such
    that a check of the book finds nothing."""
    for spec in record.fields:
        if spec.column == "so":
            text = f"{number:02}/{ledger.year}"
        elif spec.column == "trangSo":
            text = str(number)
        elif spec.column == "ngayDangKy":
            text = f"15/06/{ledger.year}"
        elif spec.ledger:
            text = str(getattr(ledger, spec.ledger))
        elif spec.column in values:
            text = values[spec.column]
        else:
            continue
        lines = tuple(_box(quad) for quad in ink.get(spec.name, ()))
        canonical = kinds.KINDS[spec.kind].parse(text, schemas.vocabulary(spec)).canonical
        status = FieldStatus.READ if text else FieldStatus.BLANK
        yield FieldReading(
            spec.name, status, text, canonical, 1.0, Writing.HAND, "bench", lines[0] if lines else None, lines, True
        )  # fmt: skip


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
                boxes = [_box(quad) for quad in entry.ink.get(spec.name, ())]
                if not text or len(boxes) != 1 or spec.name in entry.struck or spec.kind not in LINE_KINDS:
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


def _box(quad: Sequence[float]) -> Box:
    return Box(min(quad[::2]), min(quad[1::2]), max(quad[::2]), max(quad[1::2]))


if __name__ == "__main__":
    main()
