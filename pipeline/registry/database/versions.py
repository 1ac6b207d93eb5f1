"""Which database holds the registry, and which of the frozen steps it has seen."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, inspect, text

STEPS_TAKEN = "alembic_version"
"""The table in which Alembic keeps the last step."""

PRODUCTS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True, slots=True)
class DatabaseVersion:
    """What a registry lies in.

    Attributes:
        product: ``SQLite`` or ``PostgreSQL``.
        number: The version of the library or of the server, as its maker counts.
        step: The last of the frozen steps that made its tables.
    """

    product: str
    number: tuple[int, ...]
    step: str


def database_version(connection: Connection) -> DatabaseVersion:
    """Return which database this is."""
    dialect = connection.dialect
    number = tuple(int(part) for part in dialect.server_version_info or ())
    return DatabaseVersion(PRODUCTS[dialect.name], number, current_step(connection) or "")


def current_step(connection: Connection) -> str | None:
    """Return the last of the steps that a database has seen, as Alembic keeps it; None: it has seen none.

    Alembic itself, which takes a fifth of a second to load, is left to databases that lack a step.
    """
    if not inspect(connection).has_table(STEPS_TAKEN):
        return None
    rows = connection.scalars(text(f"SELECT version_num FROM {STEPS_TAKEN}"))  # noqa: S608 (a name of our own)
    return "+".join(sorted(rows)) or None
