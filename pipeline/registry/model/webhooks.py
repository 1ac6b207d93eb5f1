"""What is told to other systems of books, and when it is sent again. Frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class BookEvent:
    """A book that became ready, or is ready no more, and has not been received yet.

    Attributes:
        number: Its number; later events have larger ones.
        event_id: By which a receiver knows what it has already.
        ready: Whether it became ready.
        state: Where it stands, as in ``BookStage``; ``withdrawn`` where it is not there any more.
        counts: How many pages, entries and waiting tasks it has.
        attempts: How often it was sent in vain.
        attempted_at: When it was sent last; None: never.
    """

    number: int
    event_id: str
    book_id: int
    ready: bool
    state: str
    counts: Mapping[str, int]
    noted_at: datetime
    attempts: int
    attempted_at: datetime | None

    def is_due(self, now: datetime) -> bool:
        """Whether it is to be sent now: after each vain attempt it waits twice as long as before."""
        if self.attempted_at is None or self.attempted_at > now:
            return True
        wait = min(FIRST_WAIT * (1 << min(self.attempts - 1, 16)), LONGEST_WAIT)
        return now - self.attempted_at >= wait
