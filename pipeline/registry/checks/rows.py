"""The tables of findings across entries and of suggested links between entries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pipeline.registry.database.columns import (
    APPEND_ONLY,
    Json,
    ManyId,
    newest_only,
    only_ends,
    refers,
    table,
)


@dataclass(frozen=True, slots=True)
class BookFindingRow:
    """A finding of a check of whole books or of the registry, in force until ``cleared_at``."""

    id: ManyId
    book_id: Annotated[int, refers("book", index=True)]
    page_id: Annotated[int, refers("page", index=True)]
    entry_id: Annotated[int | None, refers("entry", index=True)]
    code: str
    severity: str
    fields: Json[list[str]]
    details: Json[dict[str, str]]
    raised_at: datetime
    cleared_at: datetime | None


book_finding = table(
    "book_finding",
    BookFindingRow,
    sqlite_autoincrement=True,
    info=newest_only(only_ends("cleared_at"), missed=True),
)


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A suggestion that two entries concern one person or one event; nothing follows from it by itself."""

    id: ManyId
    kind: str
    first_entry_id: Annotated[int, refers("entry", index=True)]
    first_role: str
    second_entry_id: Annotated[int, refers("entry", index=True)]
    second_role: str
    probability: float
    evidence: Json[dict[str, Any]]
    suggested_at: datetime
    withdrawn_at: datetime | None


link = table("link", LinkRow, sqlite_autoincrement=True, info=only_ends("withdrawn_at"))


@dataclass(frozen=True, slots=True)
class LinkDecisionRow:
    """A person's verdict on a suggestion, with the evidence as it was then; the last one on a pair counts."""

    id: ManyId
    link_id: Annotated[int, refers("link", many=True, index=True)]
    verdict: str
    reason: str
    author: str
    decided_at: datetime


link_decision = table(
    "link_decision",
    LinkDecisionRow,
    sqlite_autoincrement=True,
    info=newest_only(APPEND_ONLY, missed=True),
)
