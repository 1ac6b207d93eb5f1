"""The last digest of each row that may change or must be proven (table ``row_digest``).

A row is compared with it before it is changed, and before a value that rests on it leaves the office. Whoever changes
or adds a row behind the program's back and has no key cannot give it a digest that counts, so the program refuses the
row instead of answering for it. The table repeats what the chain says; verifying compares the two.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from pipeline.registry.database.audit.chain import audit, row_digest
from pipeline.registry.database.audit.key import Key
from pipeline.registry.database.audit.proven_rows import ProvenRows
from pipeline.registry.database.audit.rows import unpacked
from pipeline.registry.database.audit.stored import DIGEST_BYTES, GONE, batches, digests
from pipeline.registry.database.columns import keeps_digest

AT_ONCE = 500
"""Rows in one statement."""

BATCH = 200
"""Rows of the audit that are read at a time."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the table holds of a row."""

    digest: bytes | None
    signature: bytes | None
    found: bytes | None

    def is_right(self, key: Key | None, table_name: str, row_id: int, digest: bytes) -> bool:
        """Whether it says so, and whether the key says that it may; ``digest``: ``GONE`` of a row that is not there."""
        if self.digest != (None if digest == GONE else digest):
            return False
        return (
            self.digest is None or key is None or self.signature == signature(key, table_name, row_id, digest)
        )


_KEPT = select(row_digest.c.row_id, row_digest.c.digest, row_digest.c.signature, row_digest.c.found).where(
    row_digest.c.table_name == bindparam("of_table"),
    row_digest.c.row_id.in_(bindparam("of_rows", expanding=True)),
)

NOTHING = Kept(None, None, None)


def signature(key: Key, table_name: str, row_id: int, digest: bytes) -> bytes:
    """What only the holder of the key can say of a row."""
    told = f"row {table_name} {row_id} ".encode() + digest
    return hmac.digest(key.secret, told, "sha256")[:DIGEST_BYTES]


def kept(connection: Connection, table_name: str, ids: Iterable[int]) -> dict[int, Kept]:
    """What the table holds of these rows, by id."""
    found = dict.fromkeys(ids, NOTHING)
    for some in _some(sorted(found)):
        for row in connection.execute(_KEPT, {"of_table": table_name, "of_rows": some}):
            found[row.row_id] = Kept(_bytes(row.digest), _bytes(row.signature), _bytes(row.found))
    return found


@dataclass(frozen=True, slots=True)
class Compared:
    """Rows as they are: their digests by id, and of those that are not as the audit says, what was told of them."""

    digests: Mapping[int, bytes]
    altered: Mapping[int, Kept]

    def untold(self) -> Sequence[int]:
        """The altered rows of which the audit does not tell yet."""
        return [row_id for row_id, one in self.altered.items() if one.found != self.digests[row_id]]


def compared(connection: Connection, key: Key | None, table_name: str, ids: Iterable[int]) -> Compared:
    """These rows, compared with the chain where an older state counts for nothing, and else with their last digests."""
    now = digests(connection, table_name, ids)
    newest, proven, outdated = _newest_told(connection), frozenset[int](), frozenset[int]()
    if newest is not None:
        proven, outdated = newest.sorted_out(connection, key, table_name, now)
    last = kept(connection, table_name, now.keys() - proven)
    return Compared(
        now,
        {
            row_id: one
            for row_id, one in last.items()
            if row_id in outdated or not one.is_right(key, table_name, row_id, now[row_id])
        },
    )


def forged(connection: Connection, table_name: str, ids: Collection[int]) -> frozenset[int]:
    """Return the rows among these, of a table of which no older state counts, that are not the program's own."""
    newest = _newest_told(connection)
    return frozenset() if newest is None or not ids else newest.forged(connection, table_name, ids)


def told_about(
    connection: Connection, subjects: Collection[str], *table_names: str
) -> Mapping[tuple[str, str], frozenset[int]]:
    """Return the rows of tables, the deleted ones too, that the audit's lines about these subjects told of.

    Returns:
        Ids of rows by the name of their table and the subject.
    """
    newest = _newest_told(connection)
    return {} if newest is None else newest.told_about(connection, subjects, table_names)


def _newest_told(connection: Connection) -> ProvenRows | None:
    """Return what ``Database`` gives its connections along."""
    found: ProvenRows | None = connection.get_execution_options().get("newest")
    return found


def keep(connection: Connection, key: Key | None, written: Mapping[str, Mapping[int, bytes]]) -> None:
    """Hold these digests, by table and id, as the last ones; those of deleted rows go."""
    for table_name, of_rows in written.items():
        for some in _some([row_id for row_id, digest in of_rows.items() if digest == GONE]):
            mine = (row_digest.c.table_name == table_name) & row_digest.c.row_id.in_(some)
            connection.execute(delete(row_digest).where(mine))
    rows = [
        _row(key, table_name, row_id, digest)
        for table_name, of_rows in written.items()
        for row_id, digest in of_rows.items()
        if digest != GONE
    ]
    _put(connection, rows, _insert_or_update(connection.dialect.name, "digest", "signature", "found"))


def note_found(connection: Connection, table_name: str, found: Mapping[int, bytes]) -> None:
    """Hold that the audit tells of these altered rows, by id with their digests."""
    rows = [{"table_name": table_name, "row_id": row_id, "found": digest} for row_id, digest in found.items()]
    _put(connection, rows, _insert_or_update(connection.dialect.name, "found"))


def sign_all(connection: Connection, key: Key) -> None:
    """Sign what is held while nobody signed."""
    rows = connection.execute(
        select(row_digest.c.table_name, row_digest.c.row_id, row_digest.c.digest).where(
            row_digest.c.digest.is_not(None)
        )
    ).all()
    mine = (row_digest.c.table_name == bindparam("of_table")) & (row_digest.c.row_id == bindparam("of_row"))
    signed = [
        {"of_table": name, "of_row": row_id, "signature": signature(key, name, row_id, bytes(digest))}
        for name, row_id, digest in rows
    ]
    _put(connection, signed, update(row_digest).where(mine))


def make_anew(connection: Connection, key: Key | None) -> None:
    """Take from the chain what it says last of each row that has a last digest, whatever the table holds."""
    connection.execute(delete(row_digest))
    met: dict[str, set[int]] = {}
    for batch in _newest(connection):
        new: dict[str, dict[int, bytes]] = {}
        for table_name, row_id, digest, _ in batch:
            if keeps_digest(table_name) and row_id not in met.setdefault(table_name, set()):
                met[table_name].add(row_id)
                new.setdefault(table_name, {})[row_id] = digest
        for table_name, of_rows in new.items():
            rows = [_row(key, table_name, row_id, one) for row_id, one in of_rows.items() if one != GONE]
            _put(connection, rows, insert(row_digest))


def _newest(connection: Connection) -> Iterator[list[tuple[str, int, bytes, bytes | None]]]:
    """What the audit says of rows, the newest first."""
    for batch in batches(connection, audit.name, BATCH, newest_first=True):
        found: list[tuple[str, int, bytes, bytes | None]] = []
        for row in batch:
            try:
                found += unpacked(row["rows"])
            except ValueError:
                continue
        yield found


@cache
def _insert_or_update(dialect_name: str, *columns: str) -> object:
    """Return the statement that adds a row, or sets these columns of the one that is there."""
    dialect = postgresql if dialect_name == "postgresql" else sqlite
    adding = dialect.insert(row_digest)
    return adding.on_conflict_do_update(
        index_elements=[row_digest.c.table_name, row_digest.c.row_id],
        set_={name: adding.excluded[name] for name in columns},
    )


def _some(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))


def _row(key: Key | None, table_name: str, row_id: int, digest: bytes) -> dict[str, object]:
    return {
        "table_name": table_name,
        "row_id": row_id,
        "digest": digest,
        "signature": None if key is None else signature(key, table_name, row_id, digest),
        "found": None,
    }


def _put(connection: Connection, rows: Sequence[dict[str, object]], statement: object) -> None:
    if rows:
        connection.execute(statement, rows)  # type: ignore[call-overload]


def _bytes(value: object) -> bytes | None:
    return None if value is None else bytes(value)  # type: ignore[call-overload]
