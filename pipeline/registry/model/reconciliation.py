"""A difference as it is asked about, and what people may answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipeline.model import Box, PageRef


class Answer(StrEnum):
    """``AMENDED``: the registry is wrong, an amendment was noted; ``THEIRS``: the other software is wrong;
    ``UNCLEAR``: the paper does not tell, somebody who answers for it has to look."""

    AMENDED = "amended"
    THEIRS = "theirs"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class FoundDifference:
    """One thing to ask about, before it is stored. ``entry_id`` None: a row without an entry; ``field`` ``""``: the
    whole; ``place_code`` ``""``: not known."""

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
    """A stored difference with where its ink is and the last word on it. ``box``: of the field on the straight page,
    None where it was not read there."""

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
