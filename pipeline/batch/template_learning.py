"""A book teaches its own form: its first pages are read by their labels and make its plate, by which the others are
placed.

Pages are read in rounds. Each round but the last also teaches; the plate made of all that was taught so far serves the
next one, and is kept for later runs over the book.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.batch.workers import PageJob
from pipeline.digitize.teaching import shape_of
from pipeline.errors import ScanError
from pipeline.imaging.form_template import MIN_PAGES, FormTemplate, learn_template
from pipeline.model import PageResult, TemplateView
from pipeline.schema import Form

ROUNDS = (8, 16)
"""Pages that are read before the first plate is made, and before it is made anew."""

WORTH = 12
"""Unread pages from which a plate pays."""

Answer = PageResult | ScanError
Read = Callable[[Iterable[PageJob]], Iterator[tuple[PageJob, Answer]]]


def read_in_rounds(
    read: Read, jobs: Sequence[PageJob], form: Form, kept: Path
) -> Iterator[tuple[PageJob, Answer]]:
    """What was read on each page, as the answers come in. ``kept``: the file of the book's plate, there once it was
    made; one of more pages takes its place. A plate that cannot be written serves this run only."""
    template, taught = kept_template(kept)
    views: list[TemplateView] = []
    start = 0
    for size in ROUNDS if form.layout == "page" and len(jobs) >= WORTH else ():
        if taught >= sum(ROUNDS) - MIN_PAGES:
            break
        some = [replace(job, teach=True, template=template) for job in jobs[start : start + size]]
        start += len(some)
        for job, answer in read(some):
            if isinstance(answer, PageResult) and answer.view is not None:
                views.append(answer.view)
                answer = replace(answer, view=None)
            yield job, answer
        made = learn_template(views, shape_of(form))
        if made is not None and made.pages > taught:
            template, taught = made.to_bytes(), made.pages
            _keep(template, kept)
    yield from read([replace(job, template=template) for job in jobs[start:]])


def kept_template(path: Path) -> tuple[bytes | None, int]:
    """The plate of that file and how many pages taught it; nothing where there is none, or none that can be used."""
    try:
        packed = path.read_bytes()
        return packed, FormTemplate.from_bytes(packed).pages
    except (OSError, ValueError):
        return None, 0


def _keep(template: bytes, path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(template)
    except OSError:
        path.unlink(missing_ok=True)
