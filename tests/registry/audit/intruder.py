"""Somebody who may write to every table: sees to it that no trigger acts, does harm, and lets them act again."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

from pipeline.registry.database.audit.stored import digests, key_of
from pipeline.registry.database.database import Database
from tests.registry.outsider import Outsider

AUDIT = ("id", "at", "actor", "action", "subject", "detail", "rows", "previous", "key", "hash", "signature")


class Intruder:
    """What is done to the database of an ``Outsider``."""

    def __init__(self, outsider: Outsider, url: str) -> None:
        self.outsider = outsider
        self.url = url

    def execute(self, *statements: str) -> None:
        """Run statements that the triggers would refuse."""
        with self._without_guards(statements):
            for statement in statements:
                self.outsider.execute(statement)

    def keep(self, table: str, where: str) -> None:
        """Copy a row with its last digest, to put it back later."""
        (row_id,) = self.outsider.execute(f"SELECT {key_of(table)} FROM {table} WHERE {where}")[0]  # noqa: S608
        proof = f"table_name = '{table}' AND row_id = {row_id}"
        for name, of_table, which in (("old_row", table, where), ("old_proof", "row_digest", proof)):
            self.outsider.execute(f"CREATE TABLE {name} AS SELECT * FROM {of_table} WHERE {which}")  # noqa: S608

    def put_back(self, table: str, where: str) -> None:
        """Restore what ``keep`` copied, whether the row is still there or not."""
        proof = f"table_name = '{table}' AND row_id IN (SELECT {key_of(table)} FROM old_row)"  # noqa: S608
        for name, of_table, which in (("old_row", table, where), ("old_proof", "row_digest", proof)):
            columns = ", ".join(column for column, _ in self.outsider.columns(name))
            old = f"SELECT {columns} FROM {name}"  # noqa: S608
            if self.outsider.execute(f"SELECT 1 FROM {of_table} WHERE {which}"):  # noqa: S608
                self.execute(f"UPDATE {of_table} SET ({columns}) = ({old}) WHERE {which}")  # noqa: S608
            else:
                self.execute(f"INSERT INTO {of_table} ({columns}) {old}")
        for name in ("old_row", "old_proof"):
            self.outsider.execute(f"DROP TABLE {name}")

    def audit(self) -> list[dict[str, Any]]:
        """The rows of the audit by id, times as SQLite spells them."""
        at = (
            "to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"
            if self.outsider.on_postgresql
            else "at"
        )
        columns = ", ".join(f'"{name}"' if name != "at" else at for name in AUDIT)
        rows = self.outsider.execute(f"SELECT {columns} FROM audit ORDER BY id")  # noqa: S608 (names of this file)
        return [dict(zip(AUDIT, row, strict=True)) for row in rows]

    def digest(self, table: str, row_id: int) -> bytes:
        """The digest that a row of the table would rightly have now; how it is made is no secret."""
        with closing(Database(self.url, 5.0)) as database, database.reading() as connection:
            return digests(connection, table, [row_id])[row_id]

    def rewrite(self, rows: Sequence[dict[str, Any]]) -> None:
        """Put these in the place of the whole audit."""
        columns = ", ".join(f'"{name}"' for name in AUDIT)
        zone = "+00:00" if self.outsider.on_postgresql else ""
        inserts = []
        for row in rows:
            values = ", ".join(_literal(row[name] + zone if name == "at" else row[name]) for name in AUDIT)
            inserts.append(f"INSERT INTO audit ({columns}) VALUES ({values})")  # noqa: S608 (the test's own)
        self.execute("DELETE FROM audit", *inserts)

    @contextmanager
    def _without_guards(self, statements: Sequence[str]) -> Iterator[None]:
        """PostgreSQL keeps the triggers and lets none of them act; SQLite loses those of the tables that are meant."""
        if self.outsider.on_postgresql:
            self.outsider.execute("SET session_replication_role = replica")
            yield
            self.outsider.execute("SET session_replication_role = origin")
            return
        named = set(re.findall(r"\w+", " ".join(statements)))
        there = self.outsider.execute("SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = [(name, made) for table, name, made in there if table in named]
        for name, _ in triggers:
            self.outsider.execute(f"DROP TRIGGER {name}")
        yield
        for _, made in triggers:
            self.outsider.execute(made)


def chained_anew(rows: Sequence[dict[str, Any]], *, signed: bool = True) -> list[dict[str, Any]]:
    """Hashes as the documentation says they are made, by hand: what someone without the key can do. Without ``signed``
    every trace of a key is taken away."""
    previous, found = "", []
    for row in rows:
        made = {**row, "previous": previous}
        if not signed:
            made |= {"key": None, "signature": None}
        told = {name: value for name, value in made.items() if name not in ("hash", "signature")}
        spelled = json.dumps(
            ["audit", {name: value for name, value in told.items() if value is not None}],
            sort_keys=True,
            separators=(",", ":"),
        )
        previous = hashlib.sha256(spelled.encode()).hexdigest()
        found.append({**made, "hash": previous})
    return found


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"
