"""What every call of the registry works on."""

from __future__ import annotations

from pipeline.registry.database import Database
from pipeline.registry.declared import Declared


class Connected:
    """A database, and what the declarations say of its tables."""

    def __init__(self, database: Database, declared: Declared) -> None:
        self._database = database
        self._declared = declared
