"""How fast, by how much memory, and how much slower or faster than Tesseract over the whole page and than OCRmyPDF?

All on the same pages in the same run, one process, one thread. Wanted: ≥ 20 pages a minute on 2 cores, < 1 GB a
process.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from rich.console import Console
from rich.table import Table

from benchmarks.books.drawn_books import SEED, bench_in
from benchmarks.figures import report_figures, say
from pipeline.batch import digitize_book
from pipeline.intake import ScanFile, list_scans, page_count, page_of
from pipeline.ledger import load_ledger
from pipeline.run_context import RunContext

FORMS = ("birth-2006", "marriage-2016", "death-2016")
ONE_THREAD = {"OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=4, help="pages of entries a form")
    parser.add_argument("--seed", type=int, default=SEED)
    chosen = parser.parse_args()
    os.environ.update(ONE_THREAD)
    with tempfile.TemporaryDirectory(prefix="hotich-bench-") as folder:
        context = bench_in(Path(folder) / "workspace")
        books = _drawn(Path(folder) / "books", chosen.pages, chosen.seed)
        scans = [(book, scan) for book in books for scan in list_scans(book)]
        seconds, cpu, stages, pages = _read_here(scans, context)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        tesseract = _tesseract_seconds(scans, Path(folder))
        ocrmypdf = _ocrmypdf_seconds(scans, Path(folder))
        batch = _batch_pages_a_minute(books, context)
    figures = {
        "seed": chosen.seed,
        "pages": pages,
        "pages_a_minute_a_core": 60 * pages / seconds,
        "cpu_seconds_a_page": cpu / pages,
        "stage_shares": {stage: spent / sum(stages.values()) for stage, spent in stages.most_common()},
        "peak_memory_mb": memory,
        "cores": len(os.sched_getaffinity(0)),
        "batch_pages_a_minute": batch,
        "tesseract_seconds_a_page": tesseract / pages,
        "times_tesseract": seconds / tesseract,
        "ocrmypdf_seconds_a_page": ocrmypdf and ocrmypdf / pages,
        "times_ocrmypdf": ocrmypdf and seconds / ocrmypdf,
    }
    _show(figures, stages)
    report_figures("speed", figures)


def _drawn(folder: Path, pages: int, seed: int) -> list[Path]:
    """Books of handwriting drawn by a process of its own, so that its memory is not counted here."""
    say("vẽ các sổ")
    asked = ["synth", str(folder), "--entries", str(pages), "--seed", str(seed), "--no-cover"]
    forms = [part for form in FORMS for part in ("--form", form)]
    subprocess.run(
        [sys.executable, "-m", "pipeline.cli", *asked, *forms], check=True, stdout=subprocess.DEVNULL
    )
    return [folder / form for form in FORMS]


def _read_here(
    scans: list[tuple[Path, ScanFile]], context: RunContext
) -> tuple[float, float, Counter[str], int]:
    """Wall and CPU seconds (Tesseract's included), CPU seconds a stage, pages; decoding included."""
    say("đọc trong một tiến trình")
    engines = context.make_engines()
    stages: Counter[str] = Counter()
    pages = 0
    started, cpu = time.perf_counter(), _cpu()
    for book, scan in scans:
        ledger = load_ledger(book)
        form = context.schemas.form(ledger.form)
        for number in range(1, page_count(scan) + 1):
            before = _cpu()
            page = page_of(scan, number)
            stages["decode"] += _cpu() - before  # type: ignore[assignment]  # a Counter adds floats as well
            result = context.read_page(page, form, ledger, context.schemas, engines, context.options)
            stages.update(result.timings)
            pages += 1
    return time.perf_counter() - started, _cpu() - cpu, stages, pages


def _tesseract_seconds(scans: list[tuple[Path, ScanFile]], folder: Path) -> float:
    """Tesseract as it comes over the same pages, already decoded."""
    say("Tesseract cả trang")
    pictures = []
    for _, scan in scans:
        for number in range(1, page_count(scan) + 1):
            path = folder / f"{scan.sha256[:12]}-{number}.png"
            page = page_of(scan, number)
            Image.fromarray(page.pixels).save(path, compress_level=1, dpi=(page.dpi or 300, page.dpi or 300))
            pictures.append(path)
    return sum(_timed(["tesseract", str(path), "stdout", "-l", "vie"]) for path in pictures)


def _ocrmypdf_seconds(scans: list[tuple[Path, ScanFile]], folder: Path) -> float | None:
    """OCRmyPDF over the same scans, or None where it is not installed."""
    if importlib.util.find_spec("ocrmypdf") is None:
        say("OCRmyPDF chưa được cài, bỏ qua")
        return None
    say("OCRmyPDF")
    command = [
        sys.executable,
        "-m",
        "ocrmypdf",
        "--output-type",
        "pdf",
        "--jobs",
        "1",
        "-l",
        "vie",
        "--quiet",
    ]
    return sum(_timed([*command, str(scan.path), str(folder / "out.pdf")]) for _, scan in scans)


def _batch_pages_a_minute(books: list[Path], context: RunContext) -> float:
    """All books through the batch, a process a core, registry included."""
    say("đọc cả lô, mỗi nhân một tiến trình")
    reports = [digitize_book(book, context) for book in books]
    return 60 * sum(report.read for report in reports) / sum(report.seconds for report in reports)


def _timed(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - started


def _cpu() -> float:
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def _show(figures: dict[str, object], stages: Counter[str]) -> None:
    console = Console(width=110)
    table = Table("Phép đo", "Kết quả", title="Tốc độ")

    def row(name: str, key: str, shape: Callable[[float], str]) -> None:
        value = figures[key]
        table.add_row(name, shape(value) if isinstance(value, float) else "–")

    row("Trang/phút một nhân", "pages_a_minute_a_core", "{:.1f}".format)
    row("Giây CPU một trang", "cpu_seconds_a_page", "{:.2f}".format)
    row(f"Trang/phút cả lô, {figures['cores']} nhân", "batch_pages_a_minute", "{:.1f}".format)
    row("Tesseract cả trang, giây một trang", "tesseract_seconds_a_page", "{:.2f}".format)
    row("… ta chậm hơn (lần)", "times_tesseract", "{:.2f}".format)
    row("OCRmyPDF, giây một trang", "ocrmypdf_seconds_a_page", "{:.2f}".format)
    row("… ta chậm hơn (lần)", "times_ocrmypdf", "{:.2f}".format)
    row("Bộ nhớ cao nhất của tiến trình đọc, MB", "peak_memory_mb", "{:.0f}".format)
    console.print(table)
    share = Table("Bước", "Giây CPU", "Phần", title="Thời gian theo bước")
    for stage, spent in stages.most_common():
        share.add_row(stage, f"{spent:.1f}", f"{100 * spent / sum(stages.values()):.1f} %")
    console.print(share)


if __name__ == "__main__":
    main()
