"""SQL text that all databases of a run share.

SQLAlchemy keeps the text of a statement by the engine that ran it. Nearly every test has a database, and so an engine,
of its own; without this each of them would put together the same statements again, which takes longer
than to run them. Nor does each new database take the steps of the migrations again (``new_databases.py``).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.util import LRUCache

from tests import new_databases

STATEMENTS = 3000
"""More than the statements that all tests run on one kind of database."""


class _OfAllEngines(LRUCache[Any, Any]):
    """Finds a statement by the kind of the database instead of by its engine."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(_by_kind(key), default)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(_by_kind(key), value)


def _by_kind(key: tuple[Any, ...]) -> tuple[Any, ...]:
    dialect = key[0]
    return (type(dialect), dialect.dbapi, dialect.server_version_info, *key[1:])


_shared = _OfAllEngines(STATEMENTS)


def share() -> None:
    """Have every engine of this process, and of those that are forked from it, use the statements of all."""
    event.listen(Engine, "engine_connect", _use)
    new_databases.remember()


def _use(connection: Connection) -> None:
    connection.execution_options(compiled_cache=_shared)
