"""The office's clock: Vietnam keeps UTC+7 all year, whatever the machine's time zone."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

OFFICE_ZONE = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
"""No summer time since 1945; a fixed zone needs no zone files."""


def local_date(moment: datetime) -> date:
    """Return the office's date at a moment."""
    return moment.astimezone(OFFICE_ZONE).date()


def format_moment(moment: datetime) -> str:
    """Format a moment for people: ``17:05 ngày 26/11/2026``."""
    return moment.astimezone(OFFICE_ZONE).strftime("%H:%M ngày %d/%m/%Y")


def iso_date(seconds: float) -> str:
    """Return ``yyyy-mm-dd`` of a Unix time in seconds."""
    return datetime.fromtimestamp(seconds, OFFICE_ZONE).date().isoformat()


def iso_time(seconds: float) -> str:
    """Return date and time, to the second, with the zone, of a Unix time in seconds."""
    return datetime.fromtimestamp(seconds, OFFICE_ZONE).isoformat(timespec="seconds")
