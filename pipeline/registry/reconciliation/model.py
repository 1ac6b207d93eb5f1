"""Reconciliations with another program: stored differences and their answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from sqlalchemy import Index

from pipeline.base.model import Box, PageRef
from pipeline.registry.database.columns import APPEND_ONLY, Json, ManyId, refers, table


@dataclass(frozen=True, slots=True)
class ReconciliationRow:
    """A comparison of a file with the registry."""

    id: ManyId
    record: str
    file_name: str
    file_sha256: str
    counts: Json[dict[str, int]]
    author: str
    made_at: datetime


reconciliation = table("reconciliation", ReconciliationRow, sqlite_autoincrement=True, info=APPEND_ONLY)


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """A field that differs, or an entry or a row of the file without a counterpart.

    Without a counterpart ``field`` is empty, and ``theirs`` names the people of the row.
    """

    id: ManyId
    reconciliation_id: Annotated[int, refers("reconciliation", many=True)]
    place_code: str
    book_id: Annotated[int | None, refers("book")]
    entry_id: Annotated[int | None, refers("entry", index=True)]
    kind: str
    number: str
    volume: str
    file_row: int
    of_row: int
    field: str
    field_kind: str
    ours: str
    theirs: str
    likeness: float


difference = table(
    "difference",
    DifferenceRow,
    Index(None, "reconciliation_id", "place_code"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)


@dataclass(frozen=True, slots=True)
class DifferenceAnswerRow:
    """A person's answer to a difference; the last answer counts."""

    id: ManyId
    difference_id: Annotated[int, refers("difference", many=True, index=True)]
    answer: str
    note: str
    amendment_id: Annotated[int | None, refers("amendment", many=True)]
    author: str
    answered_at: datetime


difference_answer = table(
    "difference_answer", DifferenceAnswerRow, sqlite_autoincrement=True, info=APPEND_ONLY
)


class Answer(StrEnum):
    """A person's answer to a difference.

    Attributes:
        AMENDED: The registry is wrong; an amendment was noted.
        THEIRS: The other software is wrong.
        UNCLEAR: The paper does not decide it; a supervisor has to look.
    """

    AMENDED = "amended"
    THEIRS = "theirs"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class FoundDifference:
    """A difference before it is stored; its fields are those of ``DifferenceRow``.

    Attributes:
        place_code: Place code of the book; ``""`` if unknown.
        entry_id: None for a row of the file without an entry.
        field: ``""`` if the difference is about the whole entry.
        theirs: Value of the other software.
        likeness: Similarity of entry and row, 0 to 1.
    """

    kind: str
    place_code: str
    book_id: int | None = None
    entry_id: int | None = None
    number: str = ""
    volume: str = ""
    file_row: int = 0
    of_row: int = 0
    field: str = ""
    field_kind: str = ""
    ours: str = ""
    theirs: str = ""
    likeness: float = 1.0


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """A comparison of a file with the registry, and how many of its differences a person may see and still wait."""

    reconciliation_id: int
    record: str
    file_name: str
    author: str
    made_at: datetime
    differences: int
    waiting: int
    unclear: int


@dataclass(frozen=True, slots=True)
class StoredDifference(DifferenceRow):
    """A stored difference with its last answer and the place of its ink; ``place_code`` is that of its book now.

    Attributes:
        book: Folder name of the book; ``""`` without a book.
        answer: The last ``Answer``; None as long as there is none.
        box: The field on the rectified page; None if it was not read there.
    """

    record: str
    book: str
    answer: str | None
    note: str
    author: str
    answered_at: datetime | None
    ref: PageRef | None = None
    box: Box | None = None
