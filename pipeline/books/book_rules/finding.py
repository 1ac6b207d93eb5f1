"""A finding of a check of a book or of the registry, before it is bound to fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class BookFinding:
    """A doubt that shows only among other entries.

    Attributes:
        code: As in ``schemas/findings.toml``.
        book_id: The book.
        page_id: The page.
        entry_id: The entry; ``None`` where the finding is of the page.
        fields: Roles of fields of that entry.
        details: Figures and the ids of other entries, never a person's name.
    """

    code: str
    book_id: int
    page_id: int
    entry_id: int | None = None
    fields: tuple[str, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)
