"""What a transaction leaves behind in the audit: collected while it writes, added to the chain just before it commits.

Each transaction that writes carries its own ``Trail``. Whatever writes a row notes it (``wrote``), whoever knows what
it was for says so (``record``). All digests are taken at the end, so they are those of what is committed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Table, insert

from pipeline.errors import RegistryUnavailable
from pipeline.registry.database.audit.chain import Action, append, first_hash, head, signing_key
from pipeline.registry.database.audit.key import KeyFile
from pipeline.registry.database.audit.rows import packed
from pipeline.registry.database.audit.stored import digests, key_of
from pipeline.registry.database.locks import Whole, hold

MACHINE = "(máy)"
"""The actor of what a run does by itself; no login can be written this way."""


@dataclass(frozen=True, slots=True)
class _Said:
    actor: str
    action: str
    subject: str
    detail: Mapping[str, Any]
    rows: dict[str, set[int]]


@dataclass(slots=True)
class Trail:
    """``key_file``: whose key signs, None = nobody; ``written`` waits for a ``record``, ``said`` for the commit."""

    key_file: KeyFile | None
    written: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    said: list[_Said] = field(default_factory=list)

    def taken(self, rows: Mapping[str, Collection[int]] | None = None) -> dict[str, set[int]]:
        """What is ``written`` (of it these ``rows``, by table), which waits no longer."""
        if rows is None:
            taken = dict(self.written)
            self.written.clear()
            return taken
        taken = {name: self.written[name].intersection(ids) for name, ids in rows.items()}
        for name, ids in taken.items():
            self.written[name] -= ids
        return {name: ids for name, ids in taken.items() if ids}


def wrote(connection: Connection, table: Table, ids: Iterable[int]) -> None:
    """Note that rows were added, changed or deleted in this transaction.

    Args:
        connection: Of the transaction.
        table: Their table.
        ids: Their ids.
    """
    if ids := set(ids):
        _trail(connection).written[table.name] |= ids


def add(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> tuple[int, ...]:
    """Insert rows and note them for the audit.

    Args:
        connection: Of the transaction.
        table: A table that the audit covers.
        rows: Values by column.

    Returns:
        The ids of the rows, in their order.
    """
    if not rows:
        return ()
    key = table.c[key_of(table.name)]
    ids = tuple(connection.scalars(insert(table).returning(key, sort_by_parameter_order=True), rows))
    wrote(connection, table, ids)
    return ids


def noted(connection: Connection) -> dict[str, frozenset[int]]:
    """The rows by table that were noted and that no ``record`` has taken yet."""
    return {name: frozenset(ids) for name, ids in _trail(connection).written.items()}


def record(
    connection: Connection,
    actor: str,
    action: str,
    subject: str,
    detail: Mapping[str, Any] | None = None,
    *,
    rows: Mapping[str, Collection[int]] | None = None,
) -> None:
    """Record who did what to what, within the transaction that does it.

    The rows noted since the ``record`` before belong to this one, and what is noted after the last one to the last.

    Args:
        connection: Of the transaction.
        actor: Login, or ``MACHINE``.
        action: As listed in ``docs/reference/audit.md``.
        subject: What was acted on (``entry:12``).
        detail: Codes, names of fields and counts; never personal data.
        rows: Ids by table, where several things were written together and only these belong to the record.
    """
    trail = _trail(connection)
    trail.said.append(_Said(actor, action, subject, detail or {}, trail.taken(rows)))


def close(connection: Connection) -> None:
    """Add all that was said in this transaction to the chain. Nothing may be written after it but the commit.

    ``RuntimeError`` when rows were written and nobody said what for; ``RegistryUnavailable`` when the chain cannot go
    on.
    """
    trail = _trail(connection)
    left = {name: ids for name, ids in trail.taken().items() if ids}
    if not trail.said:
        if left:
            raise RuntimeError(f"written without a word in the audit: {', '.join(sorted(left))}")
        return
    for table_name, ids in left.items():
        trail.said[-1].rows.setdefault(table_name, set()).update(ids)
    actions = _actions(
        connection, trail.said
    )  # nobody else may change these rows; so others need not wait for it
    hold(connection, Whole.AUDIT)
    last = head(connection)
    if last is None:
        raise RegistryUnavailable(
            "Nhật ký kiểm tra của cơ sở dữ liệu trống không: có người đã xóa. Không ghi tiếp để giữ dấu vết. "
            "Hãy lấy lại cơ sở dữ liệu từ bản sao lưu."
        )
    key = signing_key(last, trail.key_file)
    append(connection, last, key, actions)
    trail.said.clear()
    if trail.key_file is not None and last.key is None:
        trail.key_file.note_chain(first_hash(connection))


def _actions(connection: Connection, said: Sequence[_Said]) -> list[Action]:
    touched: dict[str, set[int]] = defaultdict(set)
    for one in said:
        for table_name, ids in one.rows.items():
            touched[table_name].update(ids)
    now = {table_name: digests(connection, table_name, ids) for table_name, ids in touched.items()}
    return [
        Action(
            one.actor,
            one.action,
            one.subject,
            one.detail,
            packed({name: {row_id: now[name][row_id] for row_id in ids} for name, ids in one.rows.items()}),
        )
        for one in said
    ]


def _trail(connection: Connection) -> Trail:
    trail: Trail = connection.get_execution_options()["trail"]
    return trail
