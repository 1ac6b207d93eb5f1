"""The form template of a book is learnt from its own first pages.

Pages are read in rounds: 5, 19, then the rest. Pages of all rounds but the last also contribute their ink; the template
learnt from all of them so far places the fields of the next round, and is kept for later runs over the book.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.base.errors import ScanError
from pipeline.base.model import PageResult, TemplateView
from pipeline.declarations.schema import Form
from pipeline.digitize.rectify import template_geometry
from pipeline.layout.imaging.form_template import MIN_PAGES, FormTemplate, learn_template
from pipeline.runs.workers import PageJob

FIRST_PAGES = 5
"""Pages that are read before the template is learnt first."""

FURTHER_PAGES = 3
"""Pages that are read before that is tried again where they taught none: covers, blank pages, broken scans."""

TEACHING_PAGES = 24
"""Pages of a book that teach; from all of them the template is learnt anew."""

MIN_UNREAD = 8
"""Unread pages from which learning a template pays."""

_logger = logging.getLogger(__name__)

Answer = PageResult | ScanError
Read = Callable[[Iterable[PageJob]], Iterator[tuple[PageJob, Answer]]]


def read_in_rounds(
    read: Read, jobs: Sequence[PageJob], form: Form, kept: Path
) -> Iterator[tuple[PageJob, Answer]]:
    """Read the pages in rounds and yield what was read on each, as the answers come in.

    Args:
        read: Reads pages.
        jobs: The pages.
        form: Their form.
        kept: The file of the book's template, which exists once it was learnt; one learnt from more pages takes its
            place. A template that cannot be written serves this run only.
    """
    template, taught = kept_template(kept)
    views: list[TemplateView] = []
    start, size = 0, FIRST_PAGES
    teaching = TEACHING_PAGES if form.layout == "page" and len(jobs) >= MIN_UNREAD else 0
    while start < min(teaching, len(jobs)) and taught < TEACHING_PAGES - MIN_PAGES:
        some = [replace(job, teach=True, template=template) for job in jobs[start : start + size]]
        start += len(some)
        for job, answer in read(some):
            if isinstance(answer, PageResult) and answer.view is not None:
                views.append(answer.view)
                answer = replace(answer, view=None)
            yield job, answer
        learnt = learn_template(views, template_geometry(form))
        if learnt is not None and learnt.pages > taught:
            template, taught = learnt.to_bytes(), learnt.pages
            _logger.info("form template learnt from %d pages", taught)
            _keep(template, kept)
        size = min(teaching - start, FURTHER_PAGES) if template is None else teaching - start
    yield from read([replace(job, template=template) for job in jobs[start:]])


def kept_template(path: Path) -> tuple[bytes | None, int]:
    """Return the template of a file and from how many pages it was learnt; ``None`` and 0 without a usable one."""
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
