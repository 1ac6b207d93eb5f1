"""What checking costs as the machine learns: how much people decided of each entry, and what was learnt when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class LearningKind(StrEnum):
    """What the machine learnt.

    Attributes:
        CLEAR: Values of a book became clear by decisions on other entries.
        ADAPTER: The hand of a book was learnt, and its waiting pages were read with that.
        READER: A supervisor took a reader of the office into use.
        ROLLBACK: The office went back to an earlier reader.
    """

    CLEAR = "clear"
    ADAPTER = "adapter"
    READER = "reader"
    ROLLBACK = "rollback"


@dataclass(frozen=True, slots=True)
class CheckedEntry:
    """An entry of which nothing waits any longer, as people decided what did.

    Attributes:
        at: When its first field was decided.
        fields: How many of its fields people decided.
    """

    at: datetime
    fields: int


@dataclass(frozen=True, slots=True)
class LearningMark:
    """A moment at which the machine learnt something.

    Attributes:
        at: When that was first used.
        values: How many values became clear in that hour; 0 of all else.
    """

    at: datetime
    kind: LearningKind
    values: int = 0


@dataclass(frozen=True, slots=True)
class LearningHistory:
    """What checking cost over time, and what was learnt.

    Attributes:
        entries: The entries that people checked, in the order in which they did.
        marks: What was learnt, in order.
        waiting: Fields that wait now on entries that nobody has begun.
    """

    entries: tuple[CheckedEntry, ...] = ()
    marks: tuple[LearningMark, ...] = ()
    waiting: int = 0
    unchecked: int = 0
