"""How far the runs are, in words, and as events that a page is told while it is open."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from pipeline.registry.statistics.book_states import ReadingRun

EVERY_SECONDS = 3.0
LONGEST_SECONDS = 1800.0
"""How long one page is told how far the runs are; whoever still sits there loads it again."""

END = "event: end\ndata: \n\n"


@dataclass(frozen=True, slots=True)
class RunLine:
    """A book that is read now, as a page shows it. ``per_cent``: None while its pages are counted."""

    book_id: int
    folder_name: str
    volume: str
    saved: int
    left: int
    failed: int
    per_cent: int | None
    remaining: str


def run_line(run: ReadingRun) -> RunLine:
    """Return a run as a page shows it."""
    return RunLine(
        run.book_id,
        run.folder_name,
        run.volume,
        run.saved,
        run.left,
        run.failed,
        None if run.share is None else int(100 * run.share),
        duration_in_words(run.seconds_left),
    )


def duration_in_words(seconds: float | None) -> str:
    """Return about how long something goes on; ``""`` where that is not known."""
    if seconds is None:
        return ""
    minutes = round(seconds / 60)
    if minutes < 1:
        return "chưa đầy 1 phút"
    if minutes < 60:
        return f"khoảng {minutes} phút"
    hours, rest = divmod(minutes, 60)
    return f"khoảng {hours} giờ {rest} phút" if rest else f"khoảng {hours} giờ"


def event(fragment: str) -> str:
    """Return a server-sent event that holds a fragment of a page."""
    return "".join(f"data: {line}\n" for line in fragment.splitlines() or [""]) + "\n"


async def progress_events(
    snapshot: Callable[[], Awaitable[tuple[str, bool]]],
    *,
    every: float = EVERY_SECONDS,
    longest: float = LONGEST_SECONDS,
    clock: Callable[[], float] = time.monotonic,
) -> AsyncIterator[str]:
    """Yield events until nothing is read any more, the session is over, or it has lasted long enough.

    Args:
        snapshot: Returns the fragment to show, and whether there is more to tell after it.
        every: Seconds between two looks.
        longest: Seconds after which it ends in any case.
        clock: Monotonic seconds.
    """
    until, told = clock() + longest, ""
    while True:
        fragment, goes_on = await snapshot()
        if fragment != told:
            told = fragment
            yield event(fragment)
        else:
            yield ": \n\n"  # who has gone is noticed by writing
        if not goes_on or clock() >= until:
            yield END
            return
        await asyncio.sleep(every)
