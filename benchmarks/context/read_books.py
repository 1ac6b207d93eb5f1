"""Read the pages of books with the ``pipeline`` that Python finds, of any revision, and write what was read as JSON.

    PYTHONPATH=CHECKOUT python benchmarks/context/read_books.py OUT.json off|on BOOK …

With ``on`` what the book says as a whole is used, where this ``pipeline`` can; ``off`` reads every page for itself.

The program stands for itself: it imports nothing of ``benchmarks``, whose names of another revision differ.
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
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from typing import Any

os.environ.update({"OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"})

CONTEXT = "READ_BOOKS_CONTEXT"
"""The variable that tells the processes whether what the book says as a whole is used."""


@cache
def _tools() -> tuple[Any, Any]:
    """What pages are read with, and its readers, once a process."""
    from pipeline.settings import Settings

    folder = Path(tempfile.gettempdir()) / "hotich-bench-unused"
    settings = Settings()
    context = getattr(settings, "run_context" if hasattr(settings, "run_context") else "workbench")(folder)
    options = context.options
    if any(option.name == "context" for option in fields(options)):
        context = replace(context, options=replace(options, context=os.environ.get(CONTEXT) == "on"))
    return context, context.make_engines()


def _read_page(job: tuple[Path, str, int]) -> Mapping[str, Any]:
    """What was read on one page."""
    from pipeline import intake
    from pipeline.errors import ScanError
    from pipeline.ledger import load_ledger

    folder, scan, page_no = job
    context, engines = _tools()
    ledger = load_ledger(folder)
    form = context.schemas.form(ledger.form)
    list_scans: Any = intake.list_scans if hasattr(intake, "list_scans") else intake.scans_of  # type: ignore[attr-defined]
    began, used = time.monotonic(), os.times()
    try:
        (found,) = [one for one in list_scans(folder) if one.path.name == scan]
        image = intake.page_of(found, page_no, context.limits)
        page = context.read_page(image, form, ledger, context.schemas, engines, context.options)
    except ScanError as error:
        return {"failed": type(error).__name__}
    now = os.times()
    return {
        "seconds": sum(now[:4]) - sum(used[:4]),
        "wall": time.monotonic() - began,
        "turn": page.turn,
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


def main(out: Path, switch: str, folders: Sequence[Path]) -> None:
    os.environ[CONTEXT] = switch
    jobs = []
    for folder in folders:
        truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
        jobs += [(folder, page["scan"], page["page_no"]) for page in truth["_pages"]]
    processes = int(os.environ.get("READ_BOOKS_JOBS", len(os.sched_getaffinity(0))))
    pages = []
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("forkserver")) as pool:
        for number, page in enumerate(pool.map(_read_page, jobs), start=1):
            pages.append(page)
            if number % 10 == 0 or number == len(jobs):
                print(f"đã đọc {number}/{len(jobs)} trang", file=sys.stderr, flush=True)
    books: dict[str, list[Mapping[str, Any]]] = {folder.name: [] for folder in folders}
    for (folder, _, _), page in zip(jobs, pages, strict=True):
        books[folder.name].append(page)
    out.write_text(json.dumps({"books": books}, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], [Path(name) for name in sys.argv[3:]])
