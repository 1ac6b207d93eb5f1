"""The audit log: a chain of rows, each with the hash of the row before and a signature that needs the key.

The hash can be checked by anyone who has the database, the signature only with the key file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Annotated, Any

from sqlalchemy import Connection, insert, select

from pipeline.base.errors import RegistryUnavailable
from pipeline.registry.database import clock
from pipeline.registry.database.audit.key import Key, KeyFile
from pipeline.registry.database.audit.stored import batches, moment, spelled, stored_rows
from pipeline.registry.database.columns import APPEND_ONLY, REMOVABLE, column, table, uncovered


@dataclass(frozen=True, slots=True)
class AuditRow:
    """A line of the audit.

    ``id`` runs on from 1 without a gap. ``detail`` and ``rows`` are JSON, kept as text because their very spelling
    is hashed; ``rows`` is written and read by ``rows.py``. ``previous`` is the ``hash`` of the row before (``""``
    of the first); ``key`` names the key of the ``signature``, both None where nobody signed.
    """

    id: Annotated[int, column(many=True, key=True)]
    at: datetime
    actor: str
    action: str
    subject: str
    detail: str
    rows: str
    previous: str
    key: str | None
    hash: str
    signature: str | None


audit = table("audit", AuditRow, info=uncovered(APPEND_ONLY, "covers itself by its chain"))


@dataclass(frozen=True, slots=True)
class StoredAuditRow:
    """A line of the audit exactly as the database holds it; the fields are those of ``AuditRow``.

    Attributes:
        columns: Every column of the table, those unknown to this version included; the hash covers them all.
    """

    columns: Mapping[str, Any]
    id: int
    actor: str
    action: str
    subject: str
    detail: str
    rows: str
    previous: str
    key: str | None
    hash: str
    signature: str | None

    @property
    def at(self) -> str:
        """The moment in UTC, as SQLite stores it."""
        at = self.columns["at"]
        return moment(at) if isinstance(at, datetime) else str(at)

    @property
    def true_hash(self) -> str:
        """The hash of the columns, which ``hash`` must equal."""
        return _row_hash(self.columns)

    def is_own(self, keys: Collection[Key]) -> bool:
        """Whether the hash is right and one of these keys signed it; without keys the hash alone counts."""
        if self.true_hash != self.hash:
            return False
        return not keys or any(key.name == self.key and key.signed(self.hash, self.signature) for key in keys)


_AS_STORED = tuple(one.name for one in fields(StoredAuditRow) if one.name != "columns")


def stored_lines(connection: Connection, ids: Sequence[int]) -> Iterator[StoredAuditRow]:
    """Return the lines of the audit with these ids."""
    return map(_as_stored, stored_rows(connection, audit.name, ids))


def newest_lines(connection: Connection, at_once: int = 200) -> Iterator[StoredAuditRow]:
    """Return every line of the audit, the newest first, read ``at_once`` at a time."""
    for batch in batches(connection, audit.name, at_once, newest_first=True):
        yield from map(_as_stored, batch)


def _as_stored(row: Mapping[str, Any]) -> StoredAuditRow:
    return StoredAuditRow(row, *(row[name] for name in _AS_STORED))


@dataclass(frozen=True, slots=True)
class RowDigestRow:
    """The last digest that the audit holds of a row that may change or must be proven.

    It is at hand for a comparison before the next change and before what rests on the row leaves the office.
    ``signature``: by the key of the audit, None where nobody signs; ``found``: the digest of a row that was found
    altered, once the audit tells of it. The table follows from the audit and is made anew from it.
    """

    table_name: Annotated[str, column(key=True)]
    row_id: Annotated[int, column(many=True, key=True)]
    digest: bytes | None
    signature: bytes | None
    found: bytes | None


row_digest = table(
    "row_digest",
    RowDigestRow,
    sqlite_with_rowid=False,
    info=uncovered(REMOVABLE, "repeats what the audit says last of a row; verifying compares the two"),
)


KEY_RENEWED = "key-renewed"
"""The action of the first line that a new key signs; its detail names the previous key."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last row of the chain."""

    id: int
    hash: str
    key: str | None


@dataclass(frozen=True, slots=True)
class Action:
    """What is to be added: ``rows`` packed (``rows.py``)."""

    actor: str
    action: str
    subject: str
    detail: Mapping[str, Any]
    rows: str


def _row_hash(row: Mapping[str, Any]) -> str:
    """The hash of an audit row, of all its columns but the hash and the signature themselves."""
    covered = {name: value for name, value in row.items() if name not in ("hash", "signature")}
    return hashlib.sha256(spelled("audit", covered).encode()).hexdigest()


_HEAD = select(audit.c.id, audit.c.hash, audit.c.key).order_by(audit.c.id.desc()).limit(1)


def head(connection: Connection) -> Head | None:
    """The last row, None when there is none."""
    row = connection.execute(_HEAD).first()
    return None if row is None else Head(row.id, row.hash, row.key)


def first_hash(connection: Connection) -> str:
    """The hash of the row with which the chain begins."""
    found: str = connection.execute(select(audit.c.hash).order_by(audit.c.id).limit(1)).scalar_one()
    return found


def append(connection: Connection, last: Head | None, key: Key | None, actions: Sequence[Action]) -> Head:
    """Add a row an action after ``last``; returns the new last one.

    There is at least one action. The caller holds ``Whole.AUDIT`` since before it asked for the last one.
    """
    rows = []
    now = clock.now(connection)
    for one in actions:
        previous = "" if last is None else last.hash
        row: dict[str, Any] = {
            "id": 1 if last is None else last.id + 1,
            "at": moment(now),
            "actor": one.actor,
            "action": one.action,
            "subject": one.subject,
            "detail": json.dumps(dict(one.detail), ensure_ascii=False, sort_keys=True),
            "rows": one.rows,
            "previous": previous,
            "key": None if key is None else key.name,
        }
        last = Head(row["id"], _row_hash(row), row["key"])
        signature = None if key is None else key.signature(last.hash)
        rows.append({**row, "at": now, "hash": last.hash, "signature": signature})
    connection.execute(insert(audit), rows)
    assert last is not None
    return last


def signing_key(last: Head | None, key_file: KeyFile | None) -> Key | None:
    """The key with which the row after ``last`` is signed, made when an audit is first signed; None = not signed.

    ``RegistryUnavailable`` with advice when the audit was signed and its key is not there, or was not signed and a key
    is: a row that does not go with the others would hide that something was changed.
    """
    keys = () if key_file is None else key_file.known()
    if last is None or last.key is None:
        if key_file is None:
            return None
        if not keys:
            return key_file.make()
        if last is None:
            return keys[-1]
        raise RegistryUnavailable(
            f"Đã có khóa {key_file.path} mà nhật ký kiểm tra lại chưa ký. Không ghi tiếp để giữ dấu vết. "
            "Hãy chạy “hotich audit verify” và báo người quản trị."
        )
    if keys and keys[-1].name == last.key:
        return keys[-1]
    raise RegistryUnavailable(
        "Không có khóa đã ký nhật ký kiểm tra"
        + ("" if key_file is None else f" ({key_file.path})")
        + ". Hãy lấy lại tệp khóa từ bản sao lưu; nếu đã mất hẳn, xem “hotich audit new-key --help”."
    )
