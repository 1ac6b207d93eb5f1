"""The first rows of an audit: digests of all that stood in the database when it began."""

from __future__ import annotations

from sqlalchemy import Connection

from pipeline.registry.audit.chain import Action, append, signing_key
from pipeline.registry.audit.covered import covered_tables
from pipeline.registry.audit.key import KeyFile
from pipeline.registry.audit.rows import packed
from pipeline.registry.audit.stored import batches, digest, key_of
from pipeline.registry.audit.trail import MACHINE

BEGUN = "audit-begun"
FOUND = "found-at-begin"
ROWS = 2000
"""Rows of one table that one row of the audit answers for."""


def begin(connection: Connection, key_file: KeyFile | None) -> str:
    """Begin the audit of this database: one row that says so, then as many as what is there needs. Returns the hash of
    the first."""
    key = signing_key(None, key_file)
    begun = last = append(connection, None, key, [Action(MACHINE, BEGUN, "", {}, packed({}))])
    for table_name in covered_tables(connection):
        name = key_of(table_name)
        for batch in batches(connection, table_name, ROWS):
            written = {row[name]: digest(table_name, row) for row in batch}
            detail = {"rows": len(written)}
            said = Action(MACHINE, FOUND, table_name, detail, packed({table_name: written}))
            last = append(connection, last, key, [said])
    return begun.hash
