"""The one place where it is noted that somebody was shown personal data."""

from __future__ import annotations

from pipeline.registry.accounts import Person
from pipeline.review.site import Site

TASK, COLUMN, PAGE = "task-shown", "column-shown", "page-shown"
"""What may be shown (``docs/reference/audit.md``)."""


def note_view(site: Site, person: Person, action: str, subject: str) -> None:
    """Note in the audit that ``person`` was shown ``subject`` (``task:12``), never what stands there."""
    site.registry.note_view(person, action, subject)
