"""The table of amendments. Like decisions, they name the entry by the content of its scan and outlive other rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from sqlalchemy import Index

from pipeline.registry.database.columns import PROVEN, ManyId, newest_only, refers, table


@dataclass(frozen=True, slots=True)
class AmendmentRow:
    """``withdraws_id``: the amendment that this row takes back."""

    id: ManyId
    book_id: Annotated[int, refers("book")]
    scan_sha256: str
    page_no: int
    row: int
    field: str
    kind: str
    old: str
    text: str
    canonical: str
    decision_number: str
    decided_on: str
    authority: str
    legal_basis: str
    paper_sha256: str | None
    paper_page_no: int | None
    reason: str
    author: str
    noted_at: datetime
    withdraws_id: Annotated[int | None, refers("amendment", many=True)]


amendment = table(
    "amendment",
    AmendmentRow,
    Index(None, "book_id", "scan_sha256", "page_no", "row"),
    sqlite_autoincrement=True,
    info=newest_only(PROVEN, missed=True),
)
