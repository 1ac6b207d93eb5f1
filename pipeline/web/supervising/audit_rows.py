"""The lines of the audit log for its page: people, acts and subjects in words, with links where a person may go."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.registry import Registry
from pipeline.registry.accounts.model import Role
from pipeline.registry.audit.audit import Audited
from pipeline.registry.audit.audit_words import ACTIONS
from pipeline.registry.audit.audited_subjects import NOUNS, AuditedSubject
from pipeline.web.security.access import may_open

PAGES = {
    "account": "/accounts/{login}",
    "api-token": "/api-tokens",
    "book": "/books/{book_id}/scans",
    "custody": "/custody/notes/{note_id}",
    "form-draft": "/forms/drafts/{draft_id}",
    "import": "/imports",
    "lot": "/lots/{lot_id}",
    "page": "/books/{book_id}/scans",
    "plan": "/plan",
    "policy": "/confirmations",
    "reader": "/readers",
    "reconciliation": "/reconcile/{reconciliation_id}",
    "scan": "/books/{book_id}/scans",
    "settings": "/settings",
    "ticket": "/tickets",
}
"""The page to which a subject leads, by the word before its colon; an entry has a page of its own."""

ENTRY_PAGE = "/entries/{entry_id}"

_CODE = re.compile(r"(?P<noun>\D+?)\s+(?:mã\s+)?(?P<key>\S+)")


@dataclass(frozen=True, slots=True)
class ShownAuditRow:
    """A line of the audit log as shown; ``address``: the page of its subject, ``""`` if there is none."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    words: str
    address: str


def shown_rows(
    registry: Registry, role: Role, rows: Sequence[Audited], named: Callable[[str], str]
) -> tuple[ShownAuditRow, ...]:
    """Return lines of the audit log as a person in this role sees them.

    Args:
        named: Returns the name of a person by login.
    """
    subjects = registry.audit().subjects_in_words({row.subject for row in rows})
    return tuple(
        ShownAuditRow(
            id=row.id,
            at=row.at,
            actor=named(row.actor),
            action=ACTIONS.get(row.action, row.action),
            subject=row.subject,
            words=_words(row.subject, subjects[row.subject], named),
            address=_address(role, row.subject, subjects[row.subject]),
        )
        for row in rows
    )


def _words(code: str, subject: AuditedSubject, named: Callable[[str], str]) -> str:
    kind, _, key = code.partition(":")
    return f"{NOUNS[kind]} {named(key)}" if kind == "account" and key else subject.words


def _address(role: Role, code: str, subject: AuditedSubject) -> str:
    kind, _, key = code.partition(":")
    if subject.entry_id is not None and may_open(role, ENTRY_PAGE):
        return ENTRY_PAGE.format(entry_id=subject.entry_id)
    page = PAGES.get(kind, "")
    if not page or not may_open(role, page) or ("{" in page and not key):
        return ""
    if "{book_id}" in page:
        return page.format(book_id=subject.book_id) if subject.book_id is not None else ""
    return re.sub(r"{\w+}", key, page)


def subject_code(registry: Registry, typed: str) -> str:
    """Return the subject that a person typed in words: ``sổ KS.2010.01``, ``sự kiện 12``, or as the log has it."""
    text = " ".join(typed.split())
    found = _CODE.fullmatch(text)
    kinds = {noun: kind for kind, noun in NOUNS.items()}
    kind = kinds.get(found["noun"].strip().casefold(), "") if found else ""
    if found is None or not kind:
        return text
    if kind == "book" and not found["key"].isdecimal():
        ids = registry.books_named(found["key"])
        return f"book:{ids[0]}" if ids else text
    return f"{kind}:{found['key']}"
