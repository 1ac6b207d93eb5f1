"""The files beside the registry that the program made, as the audit holds them."""

from __future__ import annotations

import json
from collections.abc import Collection, Container
from typing import Protocol

from sqlalchemy import Connection, select

from pipeline.registry.database.audit.chain import StoredAuditRow, audit, stored_lines
from pipeline.registry.database.audit.key import Key

FILE = "file"
"""The detail of an act that holds the SHA-256 of the file that it made."""


class Recorded(Protocol):
    """Returns the SHA-256 of the files that the audit holds of a subject (``recorded_files``)."""

    def __call__(self, subject: str, made: str, dropped: str | None = None, /) -> Container[str]: ...


def nothing_recorded(_subject: str, _made: str, _dropped: str | None = None, /) -> frozenset[str]:
    """Return no file: the answer where no audit is at hand."""
    return frozenset()


def recorded_files(
    connection: Connection, keys: Collection[Key], subject: str, made: str, dropped: str | None = None
) -> frozenset[str]:
    """Return the SHA-256 of the files that the audit holds of a subject.

    An act counts when its hash is right and a key of the office signed it, if the office has a key.

    Args:
        made: The action that makes a file.
        dropped: The action after which no file counts that was made before it.
    """
    actions = [made] if dropped is None else [made, dropped]
    ids = connection.scalars(
        select(audit.c.id).where(audit.c.subject == subject, audit.c.action.in_(actions)).order_by(audit.c.id)
    ).all()
    found: set[str] = set()
    for act in sorted(stored_lines(connection, ids), key=lambda act: act.id):
        if not _is_own(act, keys):
            continue
        if act.action == dropped:
            found.clear()
        else:
            found.add(str(json.loads(act.detail).get(FILE, "")))
    return frozenset(found - {""})


def _is_own(act: StoredAuditRow, keys: Collection[Key]) -> bool:
    if act.true_hash != act.hash:
        return False
    return not keys or any(key.name == act.key and key.signed(act.hash, act.signature) for key in keys)
