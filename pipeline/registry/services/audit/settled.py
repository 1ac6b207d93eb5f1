"""What the audit says of flaws: which an administrator has settled, and which rows the program refused to write."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from pipeline.registry.database.audit.chain import row_hash
from pipeline.registry.database.audit.key import KeyFile
from pipeline.registry.database.audit.stored import stored_rows
from pipeline.registry.database.audit.trail import TAMPERING_FOUND
from pipeline.registry.model.audit import Flaw, FlawIdentity, FlawKind, Flaws
from pipeline.registry.tables.audit import audit

SETTLED = "flaw-settled"

OF_ROWS = frozenset({FlawKind.ROW_ALTERED, FlawKind.ROW_GONE, FlawKind.ROW_UNKNOWN})
"""Flaws that end when the audit says what the row is like now."""

OF_GUARDS = frozenset({FlawKind.GUARD_GONE, FlawKind.GUARD_ALTERED})
OF_DIGESTS = frozenset({FlawKind.DIGEST_ALTERED})

PUT_RIGHT = OF_ROWS | OF_GUARDS | OF_DIGESTS
"""Flaws that settling puts right: one that is found afterwards is another one, however alike."""


def settled_flaws(connection: Connection, key_file: KeyFile | None) -> frozenset[FlawIdentity]:
    """The flaws that the audit says were settled; what a key at hand did not sign says nothing."""
    keys = {key.name: key for key in (() if key_file is None else key_file.known())}
    ids = connection.scalars(select(audit.c.id).where(audit.c.action == SETTLED).order_by(audit.c.id)).all()
    found = set()
    for row in stored_rows(connection, audit.name, ids):
        key = keys.get(row["key"] or "")
        if row_hash(row) == row["hash"] and (key is None or key.signed(row["hash"], row["signature"])):
            kind, *rest = json.loads(row["detail"])["flaw"]
            if kind not in PUT_RIGHT:
                found.add((FlawKind(kind), *rest))
    return frozenset(found)


class TamperingsFound:
    """Takes the rows of the audit and finds those that tell of a row which the program refused to write."""

    def __init__(self, flaws: Flaws) -> None:
        self._flaws = flaws

    def observe(self, row: Mapping[str, Any]) -> None:
        """Take one row of the audit."""
        if row["action"] == TAMPERING_FOUND:
            table_name, _, row_id = row["subject"].rpartition(":")
            self._flaws.add(
                Flaw(
                    FlawKind.TAMPERING_FOUND,
                    table_name,
                    int(row_id),
                    audit_id=row["id"],
                    found=f"{row['id']}:{row['hash'][:16]}",
                )
            )
