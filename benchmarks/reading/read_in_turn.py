"""Read the pages of a book one by one, each when asked, with the ``pipeline`` that Python finds, of any revision.

    PYTHONPATH=CHECKOUT python benchmarks/reading/read_in_turn.py BOOK

The first line that it writes tells what its start took: what readers share once they are forked, and what each makes.
Then it reads one page for each line that comes in and writes one line of JSON: what the page cost by stage, the memory
of the process, and what was read. The first pages of a long book teach its form template and the others are read with
it, as a run over the book reads them. Two such programs that are asked in turn read the same pages in the same minutes,
however busy the machine is. The program stands for itself: it imports nothing of ``benchmarks``, whose names of another
revision differ.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

os.environ.update({"OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"})

BETWEEN = "template"
"""The stage of what happens between two pages: the template of the book is learnt."""


def main(book: Path) -> None:
    answers = sys.stdout
    sys.stdout = sys.stderr
    _load_ahead()
    with tempfile.TemporaryDirectory(prefix="hotich-bench-") as folder:
        loaded = _cpu()
        context = _context(Path(folder))
        made = _cpu()
        engines = _as_in_a_worker(context.make_engines())
        start = loaded + _cpu() - made
        ledger = _module("declarations.ledger", "ledger").load_ledger(book)
        form = context.schemas.form(ledger.form)
        reader = _Reader(context, engines, form, ledger)
        jobs = list(_jobs(book))
        _tell(answers, {"cpu": start, "memory": _memory(), "pages": len(jobs)})
        if not sys.stdin.readline():
            return
        before = _cpu()
        for job, page in _rounds()(reader.read, jobs, form, _kept(Path(folder) / "template")):
            spent = _cpu() - before
            stages = {"decode": reader.decoding, **page.timings}
            if reader.started - before > 0:
                stages[BETWEEN] = stages.get(BETWEEN, 0.0) + reader.started - before
            stages["other"] = spent - sum(stages.values())
            answer = {"scan": job.scan.path.name, "page_no": job.page_no, "cpu": spent, "stages": stages}
            answer |= {
                "wall": time.perf_counter() - reader.began,
                "memory": _memory(),
                "read": _read_on(page),
            }
            _tell(answers, answer)
            if not sys.stdin.readline():
                return
            before = _cpu()


def _load_ahead() -> None:
    """Load what the server process loads from which readers are forked."""
    _module("runs.reader_preload", "batch.reader_preload", "batch.reader_loaded")


def _module(*names: str) -> Any:
    """Return the first of these modules of ``pipeline`` that exists; the last names belong to older revisions."""
    for name in names[:-1]:
        with suppress(ModuleNotFoundError):
            return import_module(f"pipeline.{name}")
    return import_module(f"pipeline.{names[-1]}")


class _Reader:
    """Reads pages as a worker does.

    Attributes:
        started: CPU seconds of this process when the last page was begun.
        began: The time of that.
        decoding: CPU seconds in which it was decoded.
    """

    def __init__(self, context: Any, engines: Any, form: Any, ledger: Any) -> None:
        self._context, self._engines, self._form, self._ledger = context, engines, form, ledger
        self.started = self.began = self.decoding = 0.0

    def read(self, jobs: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
        context = self._context
        for job in jobs:
            self.started, self.began = _cpu(), time.perf_counter()
            image = _module("scans.intake", "intake").page_of(job.scan, job.page_no, context.limits)
            self.decoding = _cpu() - self.started
            options = replace(context.options, teach=True) if job.teach else context.options
            yield (
                job,
                context.read_page(
                    image, self._form, self._ledger, context.schemas, self._with_template(job), options
                ),
            )

    def _with_template(self, job: Any) -> Any:
        for name in ("template", "plate"):
            if getattr(job, name, None):
                return replace(self._engines, **{name: _template(getattr(job, name))})
        return self._engines


@cache
def _template(packed: bytes) -> Any:
    try:
        templates = _module("layout.imaging.form_template", "imaging.form_template")
        return templates.FormTemplate.from_bytes(packed)
    except ModuleNotFoundError:
        return import_module("pipeline.imaging.plate").Plate.unpacked(packed)


def _context(folder: Path) -> Any:
    settings = import_module("pipeline.settings").Settings()
    return getattr(settings, "run_context" if hasattr(settings, "run_context") else "workbench")(folder)


def _jobs(book: Path) -> Iterator[Any]:
    """Every page of a book as a run gives it to its workers."""
    intake, workers = _module("scans.intake", "intake"), _module("runs.workers", "batch.workers")
    list_scans = getattr(intake, "list_scans" if hasattr(intake, "list_scans") else "scans_of")
    for scan in list_scans(book):
        for number in range(1, intake.page_count(scan) + 1):
            yield workers.PageJob(scan, number)


def _as_in_a_worker(engines: Any) -> Any:
    """The engines as a worker makes them; earlier releases took them as they are."""
    own = getattr(_module("recognition.ocr.tesseract", "ocr.tesseract"), "read_in_process", None)
    return engines if own is None else own(engines)


def _rounds() -> Any:
    return _module("runs.template_learning", "batch.template_learning", "batch.lessons").read_in_rounds


def _kept(path: Path) -> Any:
    """The template's file; later releases ask the audit for it, which is empty here."""
    kept = getattr(
        _module("runs.template_learning", "batch.template_learning", "batch.lessons"), "KeptTemplate", None
    )
    return path if kept is None else kept(path, "", lambda *_: frozenset(), lambda *_: None)


def _read_on(page: Any) -> list[Mapping[str, Any]]:
    return [
        {
            "row": entry.row,
            "field": reading.field,
            "status": str(reading.status),
            "text": reading.text,
            "accepted": reading.accepted,
            "confidence": reading.confidence,
        }
        for entry in page.entries
        for reading in entry.readings
    ]


def _tell(answers: Any, answer: Mapping[str, Any]) -> None:
    answers.write(json.dumps(answer, ensure_ascii=False) + "\n")
    answers.flush()


def _cpu() -> float:
    """CPU seconds of this process and of the programs it waited for."""
    own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def _memory() -> Mapping[str, float]:
    """Megabytes that the process holds now, and the most that it ever held."""
    status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    held = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in status if line.startswith("Vm")}
    return {"now": held["VmRSS"], "peak": held["VmHWM"]}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
