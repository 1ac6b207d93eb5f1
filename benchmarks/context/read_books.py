"""Read the pages of books with the ``pipeline`` that Python finds, of any revision, and write what was read as JSON.

    PYTHONPATH=CHECKOUT python benchmarks/context/read_books.py OUT.json BOOK …

``off`` tells what was read of every page for itself; ``on`` what a second pass over each book makes of that, where this
``pipeline`` has one, with the CPU seconds that it takes. With ``READ_BOOKS_TEMPLATE`` the first pages of each book
teach its form template and the others are read with it, as a run over the book reads them. The program stands for
itself: it imports nothing of ``benchmarks``, whose names of another revision differ.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import cache, partial
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


def _module(name: str, earlier: str) -> Any:
    """A module of ``pipeline`` by the name that it has now, or had in older revisions."""
    try:
        return import_module(f"pipeline.{name}")
    except ModuleNotFoundError:
        return import_module(f"pipeline.{earlier}")


def _book(folder: Path) -> tuple[Any, Any]:
    """The form and the ledger of a book."""
    ledger = _module("declarations.ledger", "ledger").load_ledger(folder)
    return _context().schemas.form(ledger.form), ledger


Job = tuple[Path, str, int]
"""A page: the folder of its book, its scan, its number there."""

TEACHING = 8
"""Pages that teach the template of their book: those of the first round of a run."""


def read_page(job: Job, template: bytes | None = None, teach: bool = False) -> tuple[Any, float]:
    """Return the readings of a page and its CPU seconds; ``None`` for a page that failed."""
    intake, errors = _module("scans.intake", "intake"), _module("base.errors", "errors")
    folder, scan, page_no = job
    context, engines, (form, ledger) = _context(), _engines(), _book(folder)
    list_scans = getattr(intake, "list_scans" if hasattr(intake, "list_scans") else "scans_of")
    used = os.times()
    try:
        (found_scan,) = [listed for listed in list_scans(folder) if listed.path.name == scan]
        image = intake.page_of(found_scan, page_no, context.limits)
        options = replace(context.options, teach=True) if teach else context.options
        if template is not None:
            engines = replace(engines, template=_template(template))
        page = context.read_page(image, form, ledger, context.schemas, engines, options)
    except errors.ScanError:
        page = None
    return page, sum(os.times()[:4]) - sum(used[:4])


@cache
def _template(packed: bytes) -> Any:
    return _module("layout.imaging.form_template", "imaging.form_template").FormTemplate.from_bytes(packed)


def _learnt(folder: Path, pages: Sequence[Any]) -> bytes | None:
    """The template that these pages of a book teach; None where they teach none."""
    from pipeline.digitize.rectify import template_geometry

    views = [page.view for page in pages if page is not None and page.view is not None]
    templates = _module("layout.imaging.form_template", "imaging.form_template")
    learnt = templates.learn_template(views, template_geometry(_book(folder)[0]))
    return None if learnt is None else learnt.to_bytes()


def _weighed(folder: Path, pages: Sequence[Any]) -> list[Any] | None:
    """The pages of a book after the second pass; None where there is no such pass."""
    try:
        module = _module("books.book_context.second_pass", "book_context.second_pass")
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
            {"row": entry.row, "readings": [_told(reading) for reading in entry.readings]}
            for entry in page.entries
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


def _read_all(jobs: Sequence[Job]) -> list[tuple[Any, float]]:
    processes = int(os.environ.get("READ_BOOKS_JOBS", len(os.sched_getaffinity(0))))
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("forkserver")) as pool:
        if "READ_BOOKS_TEMPLATE" not in os.environ:
            return list(_counted(pool.map(read_page, jobs), len(jobs)))
        read: dict[Job, tuple[Any, float]] = {}
        for folder in dict.fromkeys(folder for folder, _, _ in jobs):
            folder_jobs = [job for job in jobs if job[0] == folder]
            first, others = folder_jobs[:TEACHING], folder_jobs[TEACHING:]
            taught = list(pool.map(partial(read_page, teach=True), first))
            template = _learnt(folder, [page for page, _ in taught])
            read |= zip(first, taught, strict=True)
            read |= zip(others, pool.map(partial(read_page, template=template), others), strict=True)
        return [read[job] for job in jobs]


def _counted(pages: Iterable[tuple[Any, float]], total: int) -> Iterator[tuple[Any, float]]:
    for number, page in enumerate(pages, start=1):
        yield page
        if number % 5 == 0 or number == total:
            print(f"đã đọc {number}/{total} trang", file=sys.stderr, flush=True)


def main(out: Path, folders: Sequence[Path]) -> None:
    jobs = []
    for folder in folders:
        truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
        jobs += [(folder, page["scan"], page["page_no"]) for page in truth["_pages"]]
    read = _read_all(jobs)
    figures: dict[str, Any] = {"off": {}}
    seconds = 0.0
    for folder in folders:
        pages = [page for page, (book, _, _) in zip(read, jobs, strict=True) if book == folder]
        figures["off"][folder.name] = [told_page(*page) for page in pages]
        _book(folder)  # loads the declarations before the clock runs
        began = time.process_time()
        weighed = _weighed(folder, [page for page, _ in pages])
        seconds += time.process_time() - began
        if weighed is not None:
            taken = [used for _, used in pages]
            figures.setdefault("on", {})[folder.name] = [
                told_page(page, used) for page, used in zip(weighed, taken, strict=True)
            ]
    if "on" in figures:
        figures["second_pass_seconds"] = seconds
    out.write_text(json.dumps(figures, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
