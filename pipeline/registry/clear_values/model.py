"""Clear values: readings that decisions on other entries of the book confirm, so that nobody has to check them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

WITNESS_GONE = "witness-gone"
"""Reason of taking back: a decision on which the value rests no longer counts."""

UNCLEAR = "no-longer-clear"
"""Reason of taking back: later decisions make another value as likely, or the office excludes the field."""

REFUTED = "refuted"
"""Reason of taking back all values of a book: more checked values were wrong than the office tolerates."""

SWITCHED_OFF = "switched-off"
"""Reason of taking back all values of a book: the office switched clear values off."""

FEWEST_WITNESSES = 2
"""Least number of decisions on which a value rests: a single decision is never enough."""


@dataclass(frozen=True, slots=True)
class NewClearValue:
    """A new clear value.

    Attributes:
        decisions: Ids of the decisions on which it rests.
        drawn: Whether it waits for a blind check.
    """

    row: int
    field: str
    text: str
    canonical: str
    decisions: tuple[int, ...]
    drawn: bool = False


@dataclass(frozen=True, slots=True)
class ClearField:
    """A clear field of an entry, with the entries on which it rests.

    Attributes:
        rests_on: Ids of the entries whose decisions are its witnesses.
    """

    clear_value_id: int
    entry_id: int
    field: str
    rests_on: tuple[int, ...]
    noted_at: datetime

    @property
    def reason(self) -> str:
        """Return why no person is asked, in words."""
        return f"đã rõ nhờ {len(self.rests_on)} sự kiện đã đối chiếu"


@dataclass(frozen=True, slots=True)
class ClearCounts:
    """Numbers of clear values of a book.

    Attributes:
        clear: Values in force that nobody has to check.
        waiting: Values drawn for a blind check that nobody has decided yet.
        checked: Values that people decided after they became clear.
        wrong: Checked values that people decided otherwise.
        stopped: Whether the machine accepts no clear values any longer because too many were wrong.
    """

    clear: int = 0
    waiting: int = 0
    checked: int = 0
    wrong: int = 0
    taken_back: int = 0
    stopped: bool = False
