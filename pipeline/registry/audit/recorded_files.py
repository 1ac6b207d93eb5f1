"""The files beside the registry that the program made, as the audit holds them."""

from __future__ import annotations

import json
import logging
from collections.abc import Collection
from pathlib import Path

from sqlalchemy import Connection, make_url, select

from pipeline.base.errors import HotichError
from pipeline.registry.database.audit.chain import audit, stored_lines
from pipeline.registry.database.audit.key import Key, KeyFile
from pipeline.registry.database.database import Database

_logger = logging.getLogger(__name__)

WAIT_SECONDS = 15.0

FILE = "file"
"""The detail of an act that holds the SHA-256 of the file that it made."""


def files_recorded_in(
    url: str, audit_key: Path, subject: str, made: str, dropped: str | None = None
) -> frozenset[str]:
    """Return ``recorded_files`` of a database as it lies there, of whatever version.

    There are none where the database is missing or cannot be read.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").is_file():
        return frozenset()
    try:
        database = Database(url, WAIT_SECONDS, audit_key)
        try:
            with database.reading() as connection:
                keys = KeyFile(audit_key).known()
                return recorded_files(connection, keys, subject, made, dropped)
        finally:
            database.close()
    except HotichError as error:
        _logger.warning("the audit cannot be asked for %s: %s", subject, type(error).__name__)
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
        if not act.is_own(keys):
            continue
        if act.action == dropped:
            found.clear()
        else:
            found.add(str(json.loads(act.detail).get(FILE, "")))
    return frozenset(found - {""})
