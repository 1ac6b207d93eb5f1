"""The office's clock: Vietnam keeps UTC+7 all year, whatever zone the machine is set to."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

OFFICE_ZONE = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
"""No summer time since 1945; a fixed zone needs no zone files."""


def local_date(moment: datetime) -> date:
    """Return the day of the office on which a moment lies."""
    return moment.astimezone(OFFICE_ZONE).date()


def format_moment(moment: datetime) -> str:
    """Return a moment as people read it: ``17:05 ngày 26/11/2026``."""
    return moment.astimezone(OFFICE_ZONE).strftime("%H:%M ngày %d/%m/%Y")


def iso_date(seconds: float) -> str:
    """Return ``yyyy-mm-dd`` of a time in seconds since 1970."""
    return datetime.fromtimestamp(seconds, OFFICE_ZONE).date().isoformat()


def iso_time(seconds: float) -> str:
    """Return day and time of day, to the second, with the zone, of a time in seconds since 1970."""
    return datetime.fromtimestamp(seconds, OFFICE_ZONE).isoformat(timespec="seconds")
