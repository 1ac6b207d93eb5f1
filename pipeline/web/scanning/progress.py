"""The progress of runs in words, and as events for an open page."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

EVERY_SECONDS = 3.0
LONGEST_SECONDS = 1800.0
"""Longest duration of a page's event stream; the page reloads afterwards."""

END = "event: end\ndata: \n\n"


def duration_in_words(seconds: float | None) -> str:
    """Return an approximate duration in words; ``""`` for an unknown duration."""
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
    """Return a server-sent event with a fragment of a page."""
    return "".join(f"data: {line}\n" for line in fragment.splitlines() or [""]) + "\n"


async def progress_events(
    snapshot: Callable[[], Awaitable[tuple[str, bool]]],
    *,
    every: float = EVERY_SECONDS,
    longest: float = LONGEST_SECONDS,
    clock: Callable[[], float] = time.monotonic,
) -> AsyncIterator[str]:
    """Yield events until reading has ended, the session is over, or the time is up.

    Args:
        snapshot: Returns the fragment to show, and whether more will follow.
        every: Seconds between two snapshots.
        longest: Longest duration in seconds.
        clock: Monotonic seconds.
    """
    until, sent = clock() + longest, ""
    while True:
        fragment, goes_on = await snapshot()
        if fragment != sent:
            sent = fragment
            yield event(fragment)
        else:
            yield ": \n\n"  # only a write detects a closed connection
        if not goes_on or clock() >= until:
            yield END
            return
        await asyncio.sleep(every)
