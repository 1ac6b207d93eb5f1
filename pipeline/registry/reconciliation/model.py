"""What a reconciliation found against another program: stored differences, questions and answers."""

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
    """One file held against the registry."""

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
    """A field of a pair that people are asked about, or an entry or a row without a counterpart.

    ``field`` is then empty, and ``theirs`` tells whom the row is about.
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
    """A person's answer to a difference; the last one counts."""

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
        AMENDED: The registry is wrong, an amendment was noted.
        THEIRS: The other software is wrong.
        UNCLEAR: The paper does not decide it; somebody who answers for it has to look.
    """

    AMENDED = "amended"
    THEIRS = "theirs"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class FoundDifference:
    """One difference to ask about, before it is stored.

    Attributes:
        kind: The kind of difference.
        place_code: The place; ``""`` = not known.
        entry_id: The entry; None for a row without an entry.
        field: The field; ``""`` = the whole entry.
        ours: The value of the registry.
        theirs: The value of the other software.
        likeness: How alike the two are, 0 to 1.
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
    """One file held against the registry, and how many of its differences still wait for an answer."""

    reconciliation_id: int
    record: str
    file_name: str
    author: str
    made_at: datetime
    differences: int
    waiting: int
    unclear: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A stored difference with the place of its ink and its last answer.

    Attributes:
        found: The difference.
        ref: The page of the entry.
        box: The field on the rectified page; None where it was not read there.
        answer: The last answer; None as long as there is none.
    """

    difference_id: int
    reconciliation_id: int
    record: str
    found: FoundDifference
    book: str
    ref: PageRef | None
    box: Box | None
    answer: Answer | None = None
    note: str = ""
    author: str = ""
    answered_at: datetime | None = None
