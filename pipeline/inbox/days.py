"""Days as the office has them: civil time of Việt Nam, whatever the machine's own zone is."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7), "+07")
"""No summer time since 1945; a fixed zone needs no zone files."""


def day_of(seconds: float) -> str:
    """``yyyy-mm-dd`` of a time in seconds since 1970."""
    return datetime.fromtimestamp(seconds, VIETNAM).date().isoformat()


def clock_of(seconds: float) -> str:
    """Day and time of day, to the second, with the zone."""
    return datetime.fromtimestamp(seconds, VIETNAM).isoformat(timespec="seconds")
