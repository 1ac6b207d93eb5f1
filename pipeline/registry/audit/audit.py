"""The audit as the rest of the house uses it: looked through, sealed, shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from pipeline.base.errors import RegistryError
from pipeline.registry.audit.model import Flaw, Verification
from pipeline.registry.audit.seal import KEY_RENEWED, Seal, add_seal, seals_in
from pipeline.registry.audit.verification import Progress, contradicted, verify
from pipeline.registry.database.audit.chain import Action, append, audit, head
from pipeline.registry.database.audit.row_digests import make_anew
from pipeline.registry.database.audit.rows import packed
from pipeline.registry.database.audit.stored import stored_rows
from pipeline.registry.database.database import Database
from pipeline.registry.database.locks import Whole, hold


@dataclass(frozen=True, slots=True)
class Audited:
    """One row of the audit, without digests.

    ``subject``: what it was done to (``entry:12``); nothing here is personal data of an entry.
    """

    id: int
    at: datetime
    actor: str
    action: str
    subject: str


@dataclass(frozen=True, slots=True)
class AuditSearch:
    """What is looked for in the audit; what is empty counts for everything.

    Attributes:
        actor: The login of who did it.
        action: What was done.
        subject: What it was done to.
        since: From when on.
        until: Before when.
        before: Before which row.
    """

    actor: str = ""
    action: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int = 0


class Audit:
    """The audit of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def verify(self, *seals: Seal, progress: Progress = lambda _done, _all: None) -> Verification:
        """Look at every row of the audit and at every row that it answers for (``verification.py``).

        ``seals`` were kept elsewhere; ``progress`` is told how many rows of the audit were looked at, of how many.
        """
        with self._database.reading() as connection:
            return verify(connection, self._database.key_file, seals, progress)

    def seal(self) -> Seal:
        """The last row as it is now, to be kept elsewhere. ``RegistryError`` when there is none."""
        with self._database.reading() as connection:
            last = head(connection)
            if last is None:
                raise RegistryError("Nhật ký kiểm tra trống không, không có gì để niêm phong.")
            (row,) = stored_rows(connection, audit.name, [last.id])
        keys = () if self._database.key_file is None else self._database.key_file.known()
        return Seal.of(row, keys[-1] if keys else None)

    def seal_into(self, folder: Path) -> tuple[Seal, tuple[Flaw, ...]]:
        """Add a seal of now to a folder of seals, after a look whether the earlier ones still hold.

        Returns:
            The new seal, and what contradicts the earlier ones.
        """
        earlier = seals_in(folder) if folder.is_dir() else ()
        with self._database.reading() as connection:
            broken = contradicted(connection, self._database.key_file, earlier)
        seal = self.seal()
        add_seal(seal, folder)
        return seal, broken

    def recent(self, limit: int, actor: str | None = None) -> tuple[Audited, ...]:
        """What was done last, newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                select(audit.c.id, audit.c.at, audit.c.actor, audit.c.action, audit.c.subject)
                .where(*(() if actor is None else (audit.c.actor == actor,)))
                .order_by(audit.c.id.desc())
                .limit(limit)
            )
            return tuple(Audited(*row) for row in rows)

    def search(self, wanted: AuditSearch, limit: int) -> tuple[Audited, ...]:
        """What was done of what is looked for, newest first."""
        if any("\0" in text for text in (wanted.actor, wanted.action, wanted.subject)):
            return ()  # no row can hold it, and PostgreSQL refuses to be asked for it
        asked = [
            *([audit.c.actor == wanted.actor] if wanted.actor else []),
            *([audit.c.action == wanted.action] if wanted.action else []),
            *([audit.c.subject == wanted.subject] if wanted.subject else []),
            *([audit.c.at >= wanted.since] if wanted.since else []),
            *([audit.c.at < wanted.until] if wanted.until else []),
            *([audit.c.id < wanted.before] if wanted.before else []),
        ]
        with self._database.reading() as connection:
            rows = connection.execute(
                select(audit.c.id, audit.c.at, audit.c.actor, audit.c.action, audit.c.subject)
                .where(*asked)
                .order_by(audit.c.id.desc())
                .limit(limit)
            )
            return tuple(Audited(*row) for row in rows)

    def renew_key(self, actor: str) -> str:
        """A new key that signs from now on; returns its name.

        Earlier keys of the file keep proving what they signed; rows of keys that are lost stay unproven for
        good.
        """
        key_file = self._database.key_file
        if key_file is None:
            raise RegistryError("Chưa chỉ ra nơi để tệp khóa.")
        with self._database.writing() as connection:
            hold(connection, Whole.AUDIT)
            last = head(connection)
            key = key_file.renew()
            replaced = "" if last is None or last.key is None else last.key
            said = Action(actor, KEY_RENEWED, key.name, {"replaces": replaced}, packed({}))
            append(connection, last, key, [said])
            make_anew(connection, key)
        return key.name


def seal_of(url: str, audit_key: Path, wait_seconds: float = 60.0) -> Seal:
    """The seal of a registry that is not open. ``RegistryError`` when its audit is empty."""
    database = Database(url, wait_seconds, audit_key)
    try:
        return Audit(database).seal()
    finally:
        database.close()
