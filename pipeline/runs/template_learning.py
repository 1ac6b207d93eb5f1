"""Learning of a book's form template from its first pages.

Pages are read in rounds: 5, 19, then the rest. Pages of all rounds but the last also contribute their ink; the template
learnt from them places the fields of the next round, and is kept for later runs over the book, which read it only with
the hash in the audit.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.base.errors import ScanError
from pipeline.base.files import Recorded
from pipeline.base.model import PageResult, TemplateView
from pipeline.declarations.schema import Form
from pipeline.digitize.rectify import template_geometry
from pipeline.layout.imaging.form_template import MIN_PAGES, FormTemplate, learn_template
from pipeline.registry import Registry
from pipeline.registry.audit.recorded_files import FILE
from pipeline.registry.database.audit.trail import MACHINE
from pipeline.runs.workers import PageJob
from pipeline.scans.workspace import Workspace

FIRST_PAGES = 5
"""Number of pages in the first round."""

FURTHER_PAGES = 3
"""Number of pages before another attempt if the earlier pages gave no template (covers, blank pages, broken scans)."""

TEACHING_PAGES = 24
"""Number of pages that contribute to the template, which is learnt anew from all of them."""

MIN_UNREAD = 8
"""Number of unread pages from which a template is worth learning."""

LEARNT = "template-learnt"
"""The act in the audit that holds the SHA-256 of a template."""

_logger = logging.getLogger(__name__)

Answer = PageResult | ScanError
Read = Callable[[Iterable[PageJob]], Iterator[tuple[PageJob, Answer]]]


@dataclass(frozen=True)
class KeptTemplate:
    """The stored template of a book.

    Attributes:
        path: The file.
        subject: The book in the audit.
        recorded: Returns the templates in the audit.
        note: Records the SHA-256 of a template and its number of pages before it is written.
    """

    path: Path
    subject: str
    recorded: Recorded
    note: Callable[[str, int], object]

    def read(self) -> tuple[bytes | None, int]:
        """Return the template and its number of pages; ``None`` and 0 without a usable file that the audit holds."""
        try:
            packed = self.path.read_bytes()
            if hashlib.sha256(packed).hexdigest() not in self.recorded(self.subject, LEARNT):
                return None, 0
            return packed, FormTemplate.from_bytes(packed).pages
        except (OSError, ValueError):
            return None, 0

    def keep(self, template: bytes, pages: int) -> None:
        """Store a template; where it cannot be written, there is none."""
        self.note(hashlib.sha256(template).hexdigest(), pages)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_bytes(template)
        except OSError:
            self.path.unlink(missing_ok=True)


def template_of_book(registry: Registry, workspace: Path, book_id: int, form: Form) -> KeptTemplate:
    """Return the stored template of a book for a form."""
    subject = f"book:{book_id}"
    return KeptTemplate(
        Workspace(workspace).form_template(book_id, form.fingerprint),
        subject,
        registry.recorded_files,
        lambda digest, pages: registry.note_learning(
            MACHINE, LEARNT, subject, {"pages": pages, FILE: digest}
        ),
    )


def read_in_rounds(
    read: Read, jobs: Sequence[PageJob], form: Form, kept: KeptTemplate
) -> Iterator[tuple[PageJob, Answer]]:
    """Read the pages in rounds and yield their results as the answers arrive.

    Args:
        kept: The book's template, replaced by a template from more pages. A template that cannot be written serves only
            this run.
    """
    template, taught = kept.read()
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
            kept.keep(template, taught)
        size = min(teaching - start, FURTHER_PAGES) if template is None else teaching - start
    yield from read([replace(job, template=template) for job in jobs[start:]])
