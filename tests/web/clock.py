"""A clock that moves when it is told to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    def __init__(self) -> None:
        self._now = datetime(2026, 3, 7, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self._now

    def pass_(self, **time: float) -> None:
        """``pass_(minutes=5)``."""
        self._now += timedelta(**time)
