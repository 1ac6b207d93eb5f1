"""Read the pages of books with the ``pipeline`` that Python finds, of any revision, and write what was read as JSON.

    PYTHONPATH=CHECKOUT python benchmarks/context/read_books.py OUT.json BOOK …

``off`` tells what was read of every page for itself; ``on`` what a second pass over each book makes of that, where this
``pipeline`` has one, with the CPU seconds that it takes. The program stands for itself: it imports nothing of
``benchmarks``, whose names of another revision differ.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

os.environ.update({"OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"})


@cache
def _context() -> Any:
    """What pages are read with."""
    from pipeline.settings import Settings

    folder = Path(tempfile.gettempdir()) / "hotich-bench-unused"
    settings = Settings()
    return getattr(settings, "run_context" if hasattr(settings, "run_context") else "workbench")(folder)


@cache
def _engines() -> Any:
    return _context().make_engines()


def _book(folder: Path) -> tuple[Any, Any]:
    """The form and the ledger of a book."""
    from pipeline.ledger import load_ledger

    ledger = load_ledger(folder)
    return _context().schemas.form(ledger.form), ledger


def read_page(job: tuple[Path, str, int]) -> tuple[Any, float]:
    """What was read on one page and the CPU seconds that it took; None for a page that failed."""
    from pipeline import intake
    from pipeline.errors import ScanError

    folder, scan, page_no = job
    context, engines, (form, ledger) = _context(), _engines(), _book(folder)
    list_scans = getattr(intake, "list_scans" if hasattr(intake, "list_scans") else "scans_of")
    used = os.times()
    try:
        (found,) = [one for one in list_scans(folder) if one.path.name == scan]
        image = intake.page_of(found, page_no, context.limits)
        page = context.read_page(image, form, ledger, context.schemas, engines, context.options)
    except ScanError:
        page = None
    return page, sum(os.times()[:4]) - sum(used[:4])


def _weighed(folder: Path, pages: Sequence[Any]) -> list[Any] | None:
    """The pages of a book after the second pass; None where there is no such pass."""
    try:
        module = import_module("pipeline.book_context.second_pass")
    except ImportError:
        return None
    form, ledger = _book(folder)
    context = _context()
    read = [page for page in pages if page is not None]
    passed = module.second_pass(read, {}, form, ledger, context.schemas, context.options)
    return [None if page is None else passed.weighed(page) for page in pages]


def told_page(page: Any, seconds: float) -> Mapping[str, Any]:
    if page is None:
        return {"failed": True}
    return {
        "seconds": seconds,
        "matrix": [[float(number) for number in row] for row in page.matrix],
        "entries": [
            {"row": entry.row, "readings": [_told(one) for one in entry.readings]} for entry in page.entries
        ],
    }


def _told(reading: Any) -> Mapping[str, Any]:
    return {
        "field": reading.field,
        "status": str(reading.status),
        "text": reading.text,
        "confidence": reading.confidence,
        "accepted": reading.accepted,
        "writing": str(reading.writing),
        "box": _corners(reading.box),
        "lines": [_corners(line) for line in reading.lines],
    }


def _corners(box: Any) -> Sequence[float] | None:
    return None if box is None else [float(side) for side in (box.left, box.top, box.right, box.bottom)]


def _read_all(jobs: Sequence[tuple[Path, str, int]]) -> list[tuple[Any, float]]:
    processes = int(os.environ.get("READ_BOOKS_JOBS", len(os.sched_getaffinity(0))))
    pages = []
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("forkserver")) as pool:
        for number, page in enumerate(pool.map(read_page, jobs), start=1):
            pages.append(page)
            if number % 5 == 0 or number == len(jobs):
                print(f"đã đọc {number}/{len(jobs)} trang", file=sys.stderr, flush=True)
    return pages


def main(out: Path, folders: Sequence[Path]) -> None:
    jobs = []
    for folder in folders:
        truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
        jobs += [(folder, page["scan"], page["page_no"]) for page in truth["_pages"]]
    read = _read_all(jobs)
    told: dict[str, Any] = {"off": {}}
    seconds = 0.0
    for folder in folders:
        mine = [page for page, (book, _, _) in zip(read, jobs, strict=True) if book == folder]
        told["off"][folder.name] = [told_page(*page) for page in mine]
        _book(folder)  # loads the declarations before the clock runs
        began = time.process_time()
        weighed = _weighed(folder, [page for page, _ in mine])
        seconds += time.process_time() - began
        if weighed is not None:
            taken = [used for _, used in mine]
            told.setdefault("on", {})[folder.name] = [
                told_page(page, used) for page, used in zip(weighed, taken, strict=True)
            ]
    if "on" in told:
        told["second_pass_seconds"] = seconds
    out.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
