"""Values that left the queue as they are clear by what people decided on other entries of their book."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

WITNESS_GONE = "witness-gone"
"""Why a value is taken back: a decision on which it rests no longer counts."""

UNCLEAR = "no-longer-clear"
"""Why a value is taken back: what people decided since makes another one as likely, or the office keeps its field."""

REFUTED = "refuted"
"""Why all values of a book are taken back: more of those that were checked were wrong than the office tolerates."""

SWITCHED_OFF = "switched-off"
"""Why all values of a book are taken back: the office accepts none there any longer."""

FEWEST_WITNESSES = 2
"""How many decisions a value rests on at least: one person's one decision is never enough."""


@dataclass(frozen=True, slots=True)
class NewClearValue:
    """A value that is clear.

    Attributes:
        decisions: The decisions on which it rests.
        drawn: Whether a person checks it without being shown it.
    """

    row: int
    field: str
    text: str
    canonical: str
    decisions: tuple[int, ...]
    drawn: bool = False


@dataclass(frozen=True, slots=True)
class ClearField:
    """A field of an entry that is clear, with the entries on which it rests.

    Attributes:
        clear_value_id: Its row.
        rests_on: The entries whose decisions are its witnesses.
        noted_at: Since when.
    """

    clear_value_id: int
    entry_id: int
    field: str
    rests_on: tuple[int, ...]
    noted_at: datetime

    @property
    def reason(self) -> str:
        """Why no person was asked, in words."""
        return f"đã rõ nhờ {len(self.rests_on)} sự kiện đã đối chiếu"


@dataclass(frozen=True, slots=True)
class ClearCounts:
    """What became clear in a book, and what blind checks of it found.

    Attributes:
        clear: Values that left the queue and count.
        waiting: Values drawn for a blind check that nobody has decided yet.
        checked: Values drawn that people decided.
        wrong: Those of them, and of the others that were opened again, which people decided otherwise.
        stopped: Whether the machine accepts none any longer, as too many were wrong.
    """

    clear: int = 0
    waiting: int = 0
    checked: int = 0
    wrong: int = 0
    taken_back: int = 0
    stopped: bool = False
