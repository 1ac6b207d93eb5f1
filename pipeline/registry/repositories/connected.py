"""What every call of the registry works on."""

from __future__ import annotations

from pipeline.registry.database.database import Database
from pipeline.registry.tables.record_schema import RecordSchema


class Repository:
    """A database, and what the declarations say of its tables."""

    def __init__(self, database: Database, declared: RecordSchema) -> None:
        self._database = database
        self._declared = declared
