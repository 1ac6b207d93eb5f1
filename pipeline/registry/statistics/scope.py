"""The scope of every count: the books of the places that a person may see."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, true

from pipeline.registry.books.rows import book

Places = Collection[str] | None
"""Codes of registration places; None = all."""


def of_places(places: Places, column: ColumnElement[str] = book.c.place_code) -> ColumnElement[bool]:
    """Return the condition that a row belongs to one of these places."""
    return true() if places is None else column.in_(sorted(places))


def hour_of(connection: Connection, moment: ColumnElement[Any]) -> ColumnElement[str]:
    """Return the hour of a moment in UTC as ``2026-11-26 05``."""
    if connection.dialect.name == "postgresql":
        return func.to_char(func.timezone("UTC", moment), "YYYY-MM-DD HH24")
    return func.substr(moment, 1, 13)


def hour_told(hour: str) -> str:
    """Return the hour in ISO 8601."""
    return f"{hour.replace(' ', 'T')}:00:00+00:00"


def moment_of(hour: str) -> datetime:
    """Return the moment at which an hour begins."""
    return datetime.fromisoformat(hour_told(hour))
