"""The audit log as the rest of the house uses it: verified, sealed, searched."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, select

from pipeline.base.errors import RegistryError
from pipeline.registry.audit.audited_subjects import AuditedSubject, subjects_in_words
from pipeline.registry.audit.model import Flaw, Verification
from pipeline.registry.audit.seal import Seal, add_seal, seals_in
from pipeline.registry.audit.verification import Progress, contradicted, verify
from pipeline.registry.database.audit.chain import KEY_RENEWED, Action, append, audit, head, stored_lines
from pipeline.registry.database.audit.row_digests import make_anew
from pipeline.registry.database.audit.rows import packed
from pipeline.registry.database.columns import rows_of
from pipeline.registry.database.database import Database
from pipeline.registry.database.locks import Whole, hold


@dataclass(frozen=True, slots=True)
class Audited:
    """A line of the audit log, without digests.

    ``subject``: the object of the action (``entry:12``), never personal data.
    """

    id: int
    at: datetime
    actor: str
    action: str
    subject: str


@dataclass(frozen=True, slots=True)
class AuditSearch:
    """Filters of a search in the audit log; an empty filter accepts everything.

    Attributes:
        actor: A login.
        until: The end of the period, exclusive.
        before: Only lines with a smaller id.
    """

    actor: str = ""
    action: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int = 0


class Audit:
    """The audit log of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def verify(self, *seals: Seal, progress: Progress = lambda _done, _all: None) -> Verification:
        """Verify the whole audit log and every row that it covers (``verification.py``).

        Args:
            seals: Seals that were kept outside the database.
        """
        with self._database.reading() as connection:
            return verify(connection, self._database.key_file, seals, progress)

    def seal(self) -> Seal:
        """Return a seal of the last line, to be kept outside the database; ``RegistryError`` if the log is empty."""
        with self._database.reading() as connection:
            last = head(connection)
            if last is None:
                raise RegistryError("Nhật ký kiểm tra trống không, không có gì để niêm phong.")
            (row,) = stored_lines(connection, [last.id])
        return Seal.of(row, self._database.key)

    def seal_into(self, folder: Path) -> tuple[Seal, tuple[Flaw, ...]]:
        """Check the seals of a folder and add a new one.

        Returns:
            The new seal, and the flaws that the earlier ones prove.
        """
        earlier = seals_in(folder) if folder.is_dir() else ()
        with self._database.reading() as connection:
            broken = contradicted(connection, self._database.key_file, earlier)
        seal = self.seal()
        add_seal(seal, folder)
        return seal, broken

    def recent(self, limit: int, actor: str | None = None) -> tuple[Audited, ...]:
        """Return the last lines of the log, newest first."""
        with self._database.reading() as connection:
            return _lines(connection, limit, *(() if actor is None else (audit.c.actor == actor,)))

    def search(self, wanted: AuditSearch, limit: int) -> tuple[Audited, ...]:
        """Return the lines that the filters accept, newest first."""
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
            return _lines(connection, limit, *asked)

    def subjects_in_words(self, subjects: Collection[str]) -> dict[str, AuditedSubject]:
        """Return what lines are about in words, by subject."""
        with self._database.reading() as connection:
            return subjects_in_words(connection, subjects)

    def renew_key(self, actor: str) -> str:
        """Make a new signing key and return its name.

        Earlier keys of the file still prove the lines that they signed; lines signed by lost keys stay unproven.
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


def _lines(connection: Connection, limit: int, *asked: ColumnElement[bool]) -> tuple[Audited, ...]:
    query = select(audit.c.id, audit.c.at, audit.c.actor, audit.c.action, audit.c.subject).where(*asked)
    return tuple(rows_of(connection, Audited, query.order_by(audit.c.id.desc()).limit(limit)))


def seal_of(url: str, audit_key: Path, wait_seconds: float = 60.0) -> Seal:
    """Return a seal of a registry that is not open; ``RegistryError`` if its audit log is empty."""
    database = Database(url, wait_seconds, audit_key)
    try:
        return Audit(database).seal()
    finally:
        database.close()
