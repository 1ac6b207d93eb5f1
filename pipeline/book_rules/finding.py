"""What a check of a book or of the registry says, before it is bound to fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class BookFinding:
    """A doubt that only shows beside other entries. ``code`` as in ``schemas/findings.toml``; it stands on an entry, or
    with ``entry_id`` None on a page, and names ``fields`` of that entry. ``details`` are figures and the ids of other
    entries, never a person's name."""

    code: str
    book_id: int
    page_id: int
    entry_id: int | None = None
    fields: tuple[str, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)
