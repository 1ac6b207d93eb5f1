"""What does a page cost, stage by stage, what does the last release take for it, and which stage grew?

    make bench-speed        python -m benchmarks.reading.bench_speed [--pages 4 40] [--form birth-2006] [--revision …]

This code and another revision read the same drawn pages in turn, page by page, in one run: however busy the machine is,
it is so for both. The other revision is the last release; before the first release it is ``BASE``. A book of eight
pages or more is read as a run reads it, with the form template that its first pages teach. Beside them Tesseract reads
the same pages as they come, and OCRmyPDF the same scans, where it is installed. One process, one thread. What the
process that leads a run costs a page besides is told apart, of this code alone. Every value that reads otherwise is
listed with what is on paper; the command ends with 1 where a stage grew.

Wanted: half of the CPU seconds of ``BASE`` in books of forty pages, three quarters in books of four; at most 0.9 of
Tesseract and 0.6 of OCRmyPDF; 600 MB a process and no more after forty pages than after ten.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from PIL import Image
from rich.console import Console
from rich.table import Table

from benchmarks.books.drawn_books import SEED
from benchmarks.checkouts import checkout_of, commit_of, last_release
from benchmarks.figures import report_figures, say
from benchmarks.reading.leading_process import leading_cost
from benchmarks.reading.read_in_pairs import BookCost, read_in_pairs
from benchmarks.reading.speed_comparison import OtherReading, grown_stages, other_readings, stage_seconds
from pipeline.declarations import schema
from pipeline.declarations.ledger import load_ledger
from pipeline.declarations.schema import Schemas
from pipeline.scans.intake import ScanFile, list_scans, page_count, page_of
from pipeline.training.evaluation import load_truth

FORMS = ("birth-2006", "death-2016")
BASE = "d3d426f"
ONE_THREAD = {"OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1"}
SETTLED = 10
"""Pages after which the memory of a process counts as settled."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, nargs="+", default=[4], help="pages of each book; several sizes")
    parser.add_argument("--form", nargs="+", default=list(FORMS), help="forms, a book of each size each")
    parser.add_argument("--revision", default="", help="the revision beside this one")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--alone", action="store_true", help="without Tesseract and OCRmyPDF beside it")
    chosen = parser.parse_args()
    os.environ.update(ONE_THREAD)
    commit = commit_of(chosen.revision or last_release() or BASE)
    schemas = schema.load()
    load = [os.getloadavg()[0]]
    figures: dict[str, Any] = {"seed": chosen.seed, "revision": commit[:7], "sizes": {}}
    grown: dict[str, tuple[str, ...]] = {}
    with tempfile.TemporaryDirectory(prefix="hotich-bench-") as folder, checkout_of(commit) as other:
        for size in chosen.pages:
            books = _drawn(Path(folder) / f"{size}", chosen.form, size, chosen.seed)
            costs = read_in_pairs(books, {"before": other, "now": Path.cwd()})
            scans = [scan for book in books for scan in list_scans(book)]
            peers = {} if chosen.alone else _peers(scans, Path(folder))
            figures["sizes"][str(size)] = of_size = _figures(costs, peers)
            changed = _changed(books, costs, schemas)
            of_size["read_otherwise"] = len(changed)
            of_size["leading"] = asdict(leading_cost(books, Path(folder) / f"led-{size}", of_size["pages"]))
            grown[str(size)] = tuple(of_size["grown"])
            load.append(os.getloadavg()[0])
            _show(size, of_size, commit[:7])
            _show_changed(changed)
    figures["load"] = statistics.mean(load)
    report_figures("speed", figures)
    for size, stages in grown.items():
        if stages:
            say(f"CHẬM HƠN BẢN {commit[:7]} ở sổ {size} trang: {', '.join(stages)}")
    sys.exit(1 if any(grown.values()) else 0)


def _drawn(folder: Path, forms: Sequence[str], pages: int, seed: int) -> list[Path]:
    say(f"vẽ các sổ {pages} trang")
    asked = ["synth", str(folder), "--entries", str(pages), "--seed", str(seed), "--no-cover"]
    for form in forms:
        asked += ["--form", form]
    command = [sys.executable, "-m", "pipeline.cli", *asked]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return [folder / form for form in forms]


# --- others on the same pages -------------------------------------------------------------------------------------


def _peers(scans: Sequence[ScanFile], folder: Path) -> dict[str, float]:
    """Return the CPU seconds of others for all scans."""
    pictures = []
    for scan in scans:
        for number in range(1, page_count(scan) + 1):
            path = folder / f"{scan.sha256[:12]}-{number}.png"
            page = page_of(scan, number)
            Image.fromarray(page.pixels).save(path, compress_level=1, dpi=(page.dpi or 300, page.dpi or 300))
            pictures.append(path)
    say("Tesseract cả trang")
    seconds = {
        "tesseract": sum(_cpu_of(["tesseract", str(path), "stdout", "-l", "vie"]) for path in pictures)
    }
    if importlib.util.find_spec("ocrmypdf") is None:
        say("OCRmyPDF chưa được cài, bỏ qua")
        return seconds
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
    seconds["ocrmypdf"] = sum(_cpu_of([*command, str(scan.path), str(folder / "out.pdf")]) for scan in scans)
    return seconds


def _cpu_of(command: Sequence[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime - before.ru_utime - before.ru_stime


# --- figures ------------------------------------------------------------------------------------------------------


def _figures(costs: Mapping[str, Sequence[BookCost]], peers: Mapping[str, float]) -> dict[str, Any]:
    pages = {name: [page for book in books for page in book.pages.values()] for name, books in costs.items()}
    now, before = pages["now"], pages["before"]
    spent = {name: statistics.mean(page.cpu for page in read) for name, read in pages.items()}
    return {
        "pages": len(now),
        "cpu_seconds_a_page": spent,
        "times": spent["now"] / spent["before"],
        "times_median_page": statistics.median(
            page.cpu / was.cpu for page, was in zip(now, before, strict=True)
        ),
        "stages": {name: stage_seconds(read) for name, read in pages.items()},
        "grown": list(grown_stages(before, now)),
        "peers": {name: seconds / len(now) for name, seconds in peers.items()},
        "times_peer": {name: spent["now"] * len(now) / seconds for name, seconds in peers.items()},
        "memory": {name: _memory(books) for name, books in costs.items()},
        "start": {name: asdict(_start(books)) for name, books in costs.items()},
        "first_page": {name: _first_page(books) for name, books in costs.items()},
    }


def _memory(books: Sequence[BookCost]) -> dict[str, float]:
    """Return the peak of a process, and how much more it holds in its last pages than when it had settled."""
    costs = [list(book.pages.values()) for book in books]
    grown = [
        statistics.median(page.memory for page in pages[-SETTLED:])
        - statistics.median(page.memory for page in pages[SETTLED : 2 * SETTLED])
        for pages in costs
        if len(pages) >= 3 * SETTLED
    ]
    return {"peak": max(page.peak for pages in costs for page in pages)} | (
        {"more_at_the_end": max(grown)} if grown else {}
    )


def _start(books: Sequence[BookCost]) -> Any:
    return min((book.start for book in books), key=lambda start: start.cpu)


def _first_page(books: Sequence[BookCost]) -> float:
    """Return the CPU seconds of the first page of a process: the networks are loaded in it."""
    return min(next(iter(book.pages.values())).cpu for book in books)


def _changed(
    books: Sequence[Path], costs: Mapping[str, Sequence[BookCost]], schemas: Schemas
) -> list[OtherReading]:
    changed: list[OtherReading] = []
    for book, before, now in zip(books, costs["before"], costs["now"], strict=True):
        changed += other_readings(
            before.pages, now.pages, load_truth(book / "truth.json"), _columns(book, schemas)
        )
    return changed


def _columns(book: Path, schemas: Schemas) -> Mapping[str, str]:
    record = schemas.record(schemas.form(load_ledger(book).form).record)
    return {spec.name: spec.column for spec in record.fields if spec.column}


# --- tables -------------------------------------------------------------------------------------------------------


def _show(size: int, figures: Mapping[str, Any], revision: str) -> None:
    console = Console(width=110)
    table = Table("Khâu", f"bản {revision}", "bản này", "lần", title=f"Giây CPU một trang, sổ {size} trang")
    for column in table.columns[1:]:
        column.justify = "right"
    old, new = figures["stages"]["before"], figures["stages"]["now"]
    for stage in dict.fromkeys((*new, *old)):
        _row(
            table,
            stage + (" ▲" if stage in figures["grown"] else ""),
            old.get(stage, 0.0),
            new.get(stage, 0.0),
        )
    spent = figures["cpu_seconds_a_page"]
    table.add_section()
    _row(table, "cả trang", spent["before"], spent["now"])
    _row(table, "trang đầu", figures["first_page"]["before"], figures["first_page"]["now"])
    start = figures["start"]
    _row(table, "khởi động", start["before"]["cpu"], start["now"]["cpu"])
    _row(table, "tiến trình điều khiển, một trang", 0.0, figures["leading"]["page"])
    _row(table, "tiến trình điều khiển, khởi động", 0.0, figures["leading"]["start"])
    memory = figures["memory"]
    _row(table, "bộ nhớ nhiều nhất, MB", memory["before"]["peak"], memory["now"]["peak"], "{:.0f}")
    for name, seconds in figures["peers"].items():
        table.add_row(f"so với {name}", "", f"{seconds:.3f}", f"{figures['times_peer'][name]:.2f}")
    console.print(table)


def _row(table: Table, label: str, before: float, now: float, shape: str = "{:.3f}") -> None:
    table.add_row(
        label, shape.format(before), shape.format(now), f"{now / before:.2f}" if before > 0 else "–"
    )


def _show_changed(changed: Sequence[OtherReading]) -> None:
    console = Console(width=160)
    table = Table("Trang", "Ô", "Trên giấy", "Trước", "Nay", title=f"{len(changed)} giá trị đọc khác đi")
    for change in changed:
        table.add_row(
            f"{change.page[0]} {change.page[2]}/{change.row}",
            change.field,
            change.paper or "–",
            _told(change.before),
            _told(change.now),
        )
    console.print(table, markup=False)


def _told(reading: Mapping[str, Any]) -> str:
    return f"{reading['text']}{' ✓' if reading['accepted'] else ''} ({reading['status']})"


if __name__ == "__main__":
    main()
