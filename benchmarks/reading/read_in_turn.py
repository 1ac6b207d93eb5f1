"""Read the pages of a book one by one, each when asked, with the ``pipeline`` that Python finds.

    PYTHONPATH=CHECKOUT python benchmarks/reading/read_in_turn.py BOOK

The first line that it writes tells what its start took: what readers share once they are forked, and what each makes.
Then it reads one page for each line that comes in and writes one line of JSON: what the page cost by stage, the memory
of the process, and what was read. The first pages of a long book teach its form template and the others are read with
it, as a run over the book reads them. Two such programs that are asked in turn read the same pages in the same minutes,
however busy the machine is. The program stands for itself: it imports nothing of ``benchmarks``, whose names of another
revision differ; those of ``pipeline`` must be these.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

os.environ.update({"OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"})

import pipeline.runs.reader_preload  # noqa: F401  # what the process loads from which readers are forked
from pipeline.declarations.ledger import load_ledger
from pipeline.layout.imaging.form_template import FormTemplate
from pipeline.recognition.ocr import Engines
from pipeline.recognition.ocr.tesseract import read_in_process
from pipeline.runs.template_learning import KeptTemplate, read_in_rounds
from pipeline.runs.workers import PageJob
from pipeline.scans import intake
from pipeline.settings import Settings

BETWEEN = "template"
"""The stage of what happens between two pages: the template of the book is learnt."""


def main(book: Path) -> None:
    answers = sys.stdout
    sys.stdout = sys.stderr
    with tempfile.TemporaryDirectory(prefix="hotich-bench-") as folder:
        loaded = _cpu()
        context = Settings().run_context(Path(folder))
        made = _cpu()
        engines = read_in_process(context.make_engines())
        start = loaded + _cpu() - made
        ledger = load_ledger(book)
        form = context.schemas.form(ledger.form)
        reader = _Reader(context, engines, form, ledger)
        jobs = list(_jobs(book))
        _tell(answers, {"cpu": start, "memory": _memory(), "pages": len(jobs)})
        if not sys.stdin.readline():
            return
        before = _cpu()
        kept = KeptTemplate(Path(folder) / "template", "", lambda *_: frozenset(), lambda *_: None)
        for job, page in read_in_rounds(reader.read, jobs, form, kept):
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


class _Reader:
    """Reads pages as a worker does.

    Attributes:
        started: CPU seconds of this process when the last page was begun.
        began: The time of that.
        decoding: CPU seconds in which it was decoded.
    """

    def __init__(self, context: Any, engines: Engines, form: Any, ledger: Any) -> None:
        self._context, self._engines, self._form, self._ledger = context, engines, form, ledger
        self.started = self.began = self.decoding = 0.0

    def read(self, jobs: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
        context = self._context
        for job in jobs:
            self.started, self.began = _cpu(), time.perf_counter()
            image = intake.page_of(job.scan, job.page_no, context.limits)
            self.decoding = _cpu() - self.started
            options = replace(context.options, teach=True) if job.teach else context.options
            yield (
                job,
                context.read_page(
                    image, self._form, self._ledger, context.schemas, self._with_template(job), options
                ),
            )

    def _with_template(self, job: PageJob) -> Engines:
        return replace(self._engines, template=_template(job.template)) if job.template else self._engines


_template = cache(FormTemplate.from_bytes)


def _jobs(book: Path) -> Iterator[PageJob]:
    """Every page of a book as a run gives it to its workers."""
    for scan in intake.list_scans(book):
        for number in range(1, intake.page_count(scan) + 1):
            yield PageJob(scan, number)


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
