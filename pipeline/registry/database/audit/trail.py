"""What a transaction leaves behind in the audit: collected while it writes, added to the chain just before it commits.

Each transaction that writes carries its own ``Trail``. Rows that the audit covers are written by ``add``, ``change``,
``remove`` and ``write`` alone, which compare them with their last digests and note them; any other statement that
writes such a table is refused where it is executed. The caller that knows the purpose calls ``record``. All digests are
taken at the end, so they are those of what is committed.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Delete,
    Executable,
    Result,
    Table,
    Update,
    UpdateBase,
    delete,
    insert,
    update,
)

from pipeline.base.errors import RegistryUnavailable
from pipeline.registry.database.audit.chain import Action, append, first_hash, head, signing_key
from pipeline.registry.database.audit.key import Key, KeyFile
from pipeline.registry.database.audit.row_digests import (
    Compared,
    compared,
    keep,
    make_anew,
    note_found,
    sign_all,
)
from pipeline.registry.database.audit.rows import NEW, packed
from pipeline.registry.database.audit.stored import VOLATILE, digests, key_of
from pipeline.registry.database.columns import AUDIT, cover, keeps_digest, may_change
from pipeline.registry.database.locks import Whole, hold
from pipeline.registry.errors import RowTampered

MACHINE = "(máy)"
"""The actor of what a run does by itself; no login can be written this way."""

MOST_TOLD = 100
"""Altered rows of which one transaction tells; verifying names them all."""

_NOTED = "hotich_noted"
"""Execution option of the statements of this module."""

TAMPERING_FOUND = "tampering-found"
"""The action that tells of a row which the program would not write, as it had been changed behind its back."""


@dataclass(frozen=True, slots=True)
class _Said:
    actor: str
    action: str
    subject: str
    detail: Mapping[str, Any]
    rows: dict[str, set[int]]


@dataclass(slots=True)
class Trail:
    """What a transaction has done so far.

    ``key_file``: whose key signs, None = nobody; ``before``: digests of the rows that were compared, as they were;
    ``new``: rows that the transaction added; ``written`` waits for a ``record``, ``said`` and ``found`` for the commit;
    ``places``: module and line of the first write of each table that waits.
    """

    key_file: KeyFile | None
    before: dict[str, dict[int, bytes]] = field(default_factory=lambda: defaultdict(dict))
    new: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    written: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    places: dict[str, str] = field(default_factory=dict)
    said: list[_Said] = field(default_factory=list)
    found: list[_Said] = field(default_factory=list)

    def key(self) -> Key | None:
        """The key that signs, as far as there is one yet."""
        keys = () if self.key_file is None else self.key_file.known()
        return keys[-1] if keys else None

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


def refuse_unnoted(_connection: Connection, statement: Executable, *further: Any) -> None:
    """Refuse a statement that writes a covered table past this module; listens to ``before_execute`` of the engine.

    Raises:
        RuntimeError: The statement was not executed by a function of this module.
    """
    if isinstance(statement, UpdateBase) and _NOTED not in further[-1]:  # the last one: execution options
        table = statement.table
        if isinstance(table, Table) and AUDIT in table.info and not cover(table).uncovered:
            raise RuntimeError(f"{statement.__visit_name__} on {table.name} past the audit")


def compare(
    connection: Connection, table: Table, ids: Iterable[int], *, leave: bool = False
) -> frozenset[int]:
    """Compare rows that are about to be changed or deleted with what the audit said of them last.

    The caller holds them. Rows that this transaction added or compared before are known to it.

    Args:
        table: A table that the audit covers and whose rows may change.
        leave: Return the altered rows, which the caller leaves as they are while the rest goes on. The audit tells
            of them.

    Returns:
        The rows that were altered; none unless ``leave``.

    Raises:
        RowTampered: A row was changed behind the program's back.
    """
    trail = _trail(connection)
    unknown = set(ids) - trail.before[table.name].keys() - trail.new[table.name]
    if not unknown:
        return frozenset()
    now = compared(connection, trail.key(), table.name, unknown)
    if now.altered and not leave:
        raise RowTampered(table.name, tuple(sorted(now.altered)))
    trail.before[table.name] |= {one: digest for one, digest in now.digests.items() if one not in now.altered}
    _tell(connection, table.name, now)
    return frozenset(now.altered)


def accept(connection: Connection, table: Table, ids: Collection[int]) -> None:
    """Accept altered rows as they are and note them for the audit; an administrator has settled that."""
    _trail(connection).before[table.name] |= digests(connection, table.name, ids)
    _note(connection, table, ids)


def take_digests_from_chain(connection: Connection) -> None:
    """Hold as last digests what the chain says, whatever was held."""
    make_anew(connection, _trail(connection).key())


def tell_tampering(connection: Connection, found: RowTampered) -> None:
    """Record in the audit that rows were found altered, unless it tells of that already."""
    _tell(
        connection,
        found.table_name,
        compared(connection, _trail(connection).key(), found.table_name, found.row_ids),
    )


def _tell(connection: Connection, table_name: str, now: Compared) -> None:
    untold = {row_id: now.digests[row_id] for row_id in now.untold()[:MOST_TOLD]}
    for row_id, digest in untold.items():
        said = _Said(MACHINE, TAMPERING_FOUND, f"{table_name}:{row_id}", {"found": digest.hex()}, {})
        _trail(connection).found.append(said)
    if untold:
        note_found(connection, table_name, untold)


def change(connection: Connection, table: Table, ids: Collection[int], **values: Any) -> None:
    """Give columns of rows these values; the rows are compared first, as by ``compare``, and noted for the audit."""
    which = table.c[key_of(table.name)].in_(ids)
    write(connection, table, ids, update(table).where(which).values(**values))


def remove(connection: Connection, table: Table, ids: Collection[int]) -> None:
    """Delete rows; they are compared first, as by ``compare``, and noted for the audit."""
    write(connection, table, ids, delete(table).where(table.c[key_of(table.name)].in_(ids)))


def write(
    connection: Connection,
    table: Table,
    ids: Collection[int],
    statement: Update | Delete,
    values: Sequence[Mapping[str, Any]] | None = None,
) -> Result[Any]:
    """Execute a statement that changes or deletes rows; they are compared first and noted for the audit.

    Args:
        table: A table that the audit covers and whose rows may change.
        ids: The rows that the statement changes or deletes.
        values: The parameters of the statement, a mapping for each execution.

    Raises:
        RowTampered: A row was changed behind the program's back.
    """
    compare(connection, table, ids)
    result = connection.execute(statement, values, execution_options={_NOTED: True})
    _note(connection, table, ids)
    return result


def note_use(connection: Connection, table: Table, which: ColumnElement[bool], **values: datetime) -> None:
    """Set columns that no digest covers (``VOLATILE``); the audit does not note it."""
    if not values.keys() <= VOLATILE[table.name]:
        raise RuntimeError(f"the audit covers these columns of {table.name}: {', '.join(sorted(values))}")
    connection.execute(update(table).where(which).values(**values), execution_options={_NOTED: True})


def _note(connection: Connection, table: Table, ids: Collection[int]) -> None:
    trail = _trail(connection)
    if ids and not trail.written[table.name]:
        trail.places[table.name] = _calling_place()
    trail.written[table.name].update(ids)


def _calling_place() -> str:
    """Return module and line of the innermost call from outside this module."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals["__name__"] == __name__:
        frame = frame.f_back
    return f"{frame.f_globals['__name__']}:{frame.f_lineno}"


def add(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> tuple[int, ...]:
    """Insert rows and note them for the audit.

    Args:
        table: A table that the audit covers.
        rows: Values by column.

    Returns:
        The ids of the rows, in their order.
    """
    if not rows:
        return ()
    key = table.c[key_of(table.name)]
    adding = insert(table).returning(key, sort_by_parameter_order=True)
    ids = tuple(connection.scalars(adding, rows, execution_options={_NOTED: True}))
    _trail(connection).new[table.name].update(ids)
    _note(connection, table, ids)
    return ids


def noted(connection: Connection) -> dict[str, frozenset[int]]:
    """The rows by table that were noted and that no ``record`` has taken yet."""
    return {name: frozenset(ids) for name, ids in _trail(connection).written.items()}


def touched(connection: Connection) -> dict[str, set[int]]:
    """The rows by table that this transaction has noted so far, whether a ``record`` took them or not."""
    trail = _trail(connection)
    found: dict[str, set[int]] = defaultdict(set)
    for rows in (trail.written, *(one.rows for one in trail.said)):
        for name, ids in rows.items():
            if ids:
                found[name] |= ids
    return found


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
    if left and not trail.said:
        places = ", ".join(f"{name} ({trail.places[name]})" for name in sorted(left))
        raise RuntimeError(f"written without a word in the audit: {places}")
    for table_name, ids in left.items():
        trail.said[-1].rows.setdefault(table_name, set()).update(ids)
    said = [*trail.found, *trail.said]
    if not said:
        return
    # Nobody else may change these rows; so others need not wait for their digests.
    actions = _actions(connection, trail, said)
    hold(connection, Whole.AUDIT)
    last = head(connection)
    if last is None:
        raise RegistryUnavailable(
            "Nhật ký kiểm tra của cơ sở dữ liệu trống không: có người đã xóa. Không ghi tiếp để giữ dấu vết. "
            "Hãy lấy lại cơ sở dữ liệu từ bản sao lưu."
        )
    key = signing_key(last, trail.key_file)
    if key is not None and last.key is None:
        sign_all(connection, key)
    append(connection, last, key, actions)
    trail.said.clear()
    trail.found.clear()
    if trail.key_file is not None and last.key is None:
        trail.key_file.note_chain(first_hash(connection))


def _actions(connection: Connection, trail: Trail, said: Sequence[_Said]) -> list[Action]:
    """What is to be added to the chain; the last digests are held at hand with it."""
    touched: dict[str, set[int]] = defaultdict(set)
    for one in said:
        for table_name, ids in one.rows.items():
            touched[table_name].update(ids)
    now = {table_name: digests(connection, table_name, ids) for table_name, ids in touched.items()}
    keep(connection, trail.key(), {name: of_rows for name, of_rows in now.items() if keeps_digest(name)})
    before = {
        name: {row_id: trail.before[name].get(row_id, NEW) for row_id in of_rows}
        for name, of_rows in now.items()
        if may_change(name)
    }
    actions = []
    for one in said:
        written = {name: {row_id: now[name][row_id] for row_id in ids} for name, ids in one.rows.items()}
        rows = packed(written, before)
        actions.append(Action(one.actor, one.action, one.subject, one.detail, rows))
        for name, of_rows in written.items():
            if name in before:  # what is said again of a row in this transaction goes on from here
                before[name].update(of_rows)
    return actions


def _trail(connection: Connection) -> Trail:
    trail: Trail = connection.get_execution_options()["trail"]
    return trail
