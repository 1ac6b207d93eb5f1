"""Another program on the registry's database, which may say to it whatever it likes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import create_engine, inspect, make_url

from benchmarks.servers.postgresql import OWNER


class Outsider:
    """The owner of the database. Every statement counts at once, unless the database refuses it."""

    def __init__(self, url: str) -> None:
        address = make_url(url)
        self.on_postgresql = address.get_backend_name() == "postgresql"
        if self.on_postgresql:
            address = address.set(drivername="postgresql+psycopg", username=OWNER)
        self._engine = create_engine(address, isolation_level="AUTOCOMMIT")

    def execute(self, statement: str) -> Sequence[tuple[Any, ...]]:
        """The rows that a statement gives, if any."""
        with self._engine.connect() as connection:
            result = connection.exec_driver_sql(statement)
            return [tuple(row) for row in result] if result.returns_rows else []

    def rows(self, table: str) -> Sequence[tuple[Any, ...]]:
        """All rows of a table, the oldest first."""
        return self.execute(f"SELECT * FROM {table} ORDER BY 1")  # noqa: S608 (the test's own names)

    def tables(self) -> Sequence[str]:
        return inspect(self._engine).get_table_names()

    def columns(self, table: str) -> Sequence[tuple[str, str]]:
        """Names and types, in their order."""
        found = inspect(self._engine).get_columns(table)
        return [(column["name"], str(column["type"])) for column in found]

    def close(self) -> None:
        self._engine.dispose()
