"""What a reconciliation found against another program: stored differences, questions and answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, Column, Float, ForeignKey, Index, Integer, Table

from pipeline.base.model import Box, PageRef
from pipeline.registry.database.columns import (
    APPEND_ONLY,
    MANY,
    METADATA,
    UtcTime,
    many_id_column,
    text_column,
)

reconciliation = Table(
    "reconciliation",
    METADATA,
    many_id_column(),
    text_column("record"),
    text_column("file_name"),
    text_column("file_sha256"),
    Column("counts", JSON(none_as_null=True), nullable=False),
    text_column("author"),
    Column("made_at", UtcTime, nullable=False),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""One file held against the registry."""

difference = Table(
    "difference",
    METADATA,
    many_id_column(),
    Column("reconciliation_id", MANY, ForeignKey("reconciliation.id"), nullable=False),
    text_column("place_code"),
    Column("book_id", Integer, ForeignKey("book.id")),
    Column("entry_id", Integer, ForeignKey("entry.id"), index=True),
    text_column("kind"),
    text_column("number"),
    text_column("volume"),
    Column("file_row", Integer, nullable=False),
    Column("of_row", Integer, nullable=False),
    text_column("field"),
    text_column("field_kind"),
    text_column("ours"),
    text_column("theirs"),
    Column("likeness", Float, nullable=False),
    Index(None, "reconciliation_id", "place_code"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""One thing that people are asked about: a field of a pair, or an entry or a row that stands alone (``field`` is empty,
and ``theirs`` tells who the row is about)."""

difference_answer = Table(
    "difference_answer",
    METADATA,
    many_id_column(),
    Column("difference_id", MANY, ForeignKey("difference.id"), nullable=False, index=True),
    text_column("answer"),
    text_column("note"),
    Column("amendment_id", MANY, ForeignKey("amendment.id")),
    text_column("author"),
    Column("answered_at", UtcTime, nullable=False),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""A person's answer to a difference; the last one counts."""


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
        place_code: The place; ``""`` = not known.
        entry_id: The entry; None for a row without an entry.
        field: The field; ``""`` = the whole entry.
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
