"""The first rows of an audit: digests of all that stood in the database when it began."""

from __future__ import annotations

from sqlalchemy import Connection

from pipeline.registry.database.audit.chain import Action, Head, append, signing_key
from pipeline.registry.database.audit.key import Key, KeyFile
from pipeline.registry.database.audit.row_digests import keep
from pipeline.registry.database.audit.rows import packed
from pipeline.registry.database.audit.stored import batches, digest, key_of
from pipeline.registry.database.audit.trail import MACHINE
from pipeline.registry.database.columns import covered_tables, keeps_digest

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


def answer_for_all(connection: Connection, last: Head, key: Key | None) -> Head:
    """Add rows of the audit after ``last`` that cover all that is in the database now; return the last of them."""
    for table_name in covered_tables(connection):
        name = key_of(table_name)
        for batch in batches(connection, table_name, ROWS):
            written = {row[name]: digest(table_name, row) for row in batch}
            detail = {"rows": len(written)}
            said = Action(MACHINE, FOUND, table_name, detail, packed({table_name: written}))
            last = append(connection, last, key, [said])
            if keeps_digest(table_name):
                keep(connection, key, {table_name: written})
    return last
