"""Learning of a book's form template from its first pages.

Pages are read in rounds: 5, 19, then the rest. Pages of all rounds but the last also contribute their ink; the template
learnt from them places the fields of the next round, and is kept for later runs over the book.
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
"""Number of pages in the first round."""

FURTHER_PAGES = 3
"""Number of pages before another attempt if the earlier pages gave no template (covers, blank pages, broken scans)."""

TEACHING_PAGES = 24
"""Number of pages that contribute to the template, which is learnt anew from all of them."""

MIN_UNREAD = 8
"""Number of unread pages from which a template is worth learning."""

_logger = logging.getLogger(__name__)

Answer = PageResult | ScanError
Read = Callable[[Iterable[PageJob]], Iterator[tuple[PageJob, Answer]]]


def read_in_rounds(
    read: Read, jobs: Sequence[PageJob], form: Form, kept: Path
) -> Iterator[tuple[PageJob, Answer]]:
    """Read the pages in rounds and yield their results as the answers arrive.

    Args:
        kept: File of the book's template, replaced by a template from more pages. A template that cannot be written
            serves only this run.
    """
    template, taught = kept_template(kept)
    views: list[TemplateView] = []
    start, size = 0, FIRST_PAGES
    teaching = TEACHING_PAGES if form.layout == "page" and len(jobs) >= MIN_UNREAD else 0
    while start < min(teaching, len(jobs)) and taught < TEACHING_PAGES - MIN_PAGES:
        batch = [replace(job, teach=True, template=template) for job in jobs[start : start + size]]
        start += len(batch)
        for job, answer in read(batch):
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
    """Return a stored template and its number of pages; ``None`` and 0 without a usable file."""
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
