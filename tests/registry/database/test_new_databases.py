"""A new database that the tests make the short way is what the migrations make."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pipeline.registry import Registry
from pipeline.registry.database import migration
from tests import new_databases
from tests.registry.pages import SCHEMAS

NOT_ALIKE = {"audit", "row_digest"}
"""What holds the time at which a database was made."""


def contents(path: Path) -> dict[str, Any]:
    with closing(sqlite3.connect(path)) as connection:
        objects = connection.execute(
            "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name"
        ).fetchall()
        tables = [name for kind, name, *_ in objects if kind == "table" and name not in NOT_ALIKE]
        rows = {name: connection.execute(f'SELECT * FROM "{name}"').fetchall() for name in tables}  # noqa: S608
    return {"objects": objects, **rows}


def test_it_has_the_same_objects_and_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("first", "short"):
        Registry.open(f"sqlite:///{tmp_path}/{name}.db", SCHEMAS).close()
    monkeypatch.setattr(migration, "_upgrade_with_declared", new_databases.steps)
    Registry.open(f"sqlite:///{tmp_path}/steps.db", SCHEMAS).close()
    told = contents(tmp_path / "steps.db")
    assert len(told["objects"]) > 200
    assert told["alembic_version"]
    assert contents(tmp_path / "short.db") == told
