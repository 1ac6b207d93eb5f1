"""A finding of a book or registry check, before its roles are bound to fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class BookFinding:
    """A doubt visible only across entries.

    Attributes:
        code: As in ``schemas/findings.toml``.
        entry_id: The entry; ``None`` for a finding of the page.
        fields: Roles of the entry's fields.
        details: Figures and other entries' ids, never a person's name.
    """

    code: str
    book_id: int
    page_id: int
    entry_id: int | None = None
    fields: tuple[str, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)
