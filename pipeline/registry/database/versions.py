"""Which database holds the registry, and which of the frozen steps it has seen."""

from __future__ import annotations

from dataclasses import dataclass

from alembic.migration import MigrationContext
from sqlalchemy import Connection

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
    step = MigrationContext.configure(connection).get_current_revision()
    number = tuple(int(part) for part in dialect.server_version_info or ())
    return DatabaseVersion(PRODUCTS[dialect.name], number, step or "")
