"""What time it is where it matters which of two people came first: one clock for all who write."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, func, select

CLOCK_DIFFERENCE = timedelta(minutes=2)
"""How far the clocks of two machines may differ. A time further ahead of now was written under a clock that was wrong
and has been put right; it does not count."""


def now(connection: Connection) -> datetime:
    """The moment, in UTC.

    On a server it is the server's: whether someone decided before or after a doubt came up must not hang on
    how the clocks of two offices' machines differ.
    """
    if connection.dialect.name == "postgresql":
        moment: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
        return moment.astimezone(UTC)
    return datetime.now(UTC)
