"""The first rows of an audit: digests of all that stood in the database when it began."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection

from pipeline.registry.database.audit.chain import Action, Head, append, head, signing_key
from pipeline.registry.database.audit.key import Key, KeyFile
from pipeline.registry.database.audit.row_digests import keep, make_anew
from pipeline.registry.database.audit.rows import packed
from pipeline.registry.database.audit.stored import batches, digest, key_of
from pipeline.registry.database.audit.trail import MACHINE
from pipeline.registry.database.columns import covered_tables, may_change
from pipeline.registry.database.locks import Whole, hold

BEGUN = "audit-begun"
FOUND = "found-at-begin"
ROWS = 2000
"""Rows of one table that one row of the audit answers for."""


def begin(connection: Connection, key_file: KeyFile | None) -> str:
    """Begin the audit of this database: add one row that says so, then as many as the present content needs.

    Returns:
        The hash of the first row.
    """
    key = signing_key(None, key_file)
    begun = append(connection, None, key, [Action(MACHINE, BEGUN, "", {}, packed({}))])
    answer_for_all(connection, begun, key)
    return begun.hash


ADDED_LATER = ("login_failure", "review_task")
"""Tables that an audit of the first version did not cover."""


def go_on(connection: Connection, key_file: KeyFile | None) -> None:
    """Answer for the tables that the audit of an earlier version did not cover.

    The last digest of each row that may change is taken from the chain.
    """
    hold(connection, Whole.AUDIT)
    last = head(connection)
    if last is None:
        return
    key = signing_key(last, key_file)
    make_anew(connection, key)
    answer_for_all(connection, last, key, ADDED_LATER)


def answer_for_all(
    connection: Connection, last: Head, key: Key | None, tables: Collection[str] | None = None
) -> Head:
    """Rows of the audit after ``last`` that answer for all that is in the database now; returns the new last one.

    ``tables``: only for what is in these.
    """
    for table_name in covered_tables(connection) if tables is None else tables:
        name = key_of(table_name)
        for batch in batches(connection, table_name, ROWS):
            written = {row[name]: digest(table_name, row) for row in batch}
            detail = {"rows": len(written)}
            said = Action(MACHINE, FOUND, table_name, detail, packed({table_name: written}))
            last = append(connection, last, key, [said])
            if may_change(table_name):
                keep(connection, key, {table_name: written})
    return last
