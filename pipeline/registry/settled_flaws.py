"""Flaws of the audit, settled by an administrator.

A flaw stays until an administrator settles it, by an act that the audit records. Settling repairs what can be repaired:
accounts get back the duties that the audit gives them and a new one-time password, effective values and tasks are
derived anew, sessions that nobody opened go. For everything else the present state counts from then on; who settled it
under which document is on record.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Table, select

from pipeline.base.errors import RegistryError
from pipeline.registry.accounts import passwords
from pipeline.registry.accounts.model import password_mark
from pipeline.registry.accounts.rows import AccountRow, account, login_failure, login_session
from pipeline.registry.audit.comparison import AccountReplay
from pipeline.registry.audit.model import Flaw, FlawKind
from pipeline.registry.audit.verification import OF_DIGESTS, OF_GUARDS, OF_ROWS, SETTLED
from pipeline.registry.database import clock
from pipeline.registry.database.audit import MACHINE, change, record, remove
from pipeline.registry.database.audit.chain import audit, newest_lines
from pipeline.registry.database.audit.trail import accept, take_digests_from_chain
from pipeline.registry.database.columns import METADATA, rows_of
from pipeline.registry.database.objects import put_guards_right
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.entries.projections import refresh_projections
from pipeline.registry.entries.rows import entry
from pipeline.registry.tasks.rows import review_task

DOCUMENT = re.compile(r"[\w./-]{1,60}")
"""The number of the document under which flaws are settled."""

UNREPAIRABLE = frozenset({FlawKind.TABLE_GONE, FlawKind.AUDIT_EMPTY})
"""Flaws that only a backup repairs."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """The result of settling flaws.

    Attributes:
        left: Number of flaws that need a backup instead.
        passwords: New one-time passwords by login.
    """

    flaws: int
    left: int
    passwords: Mapping[str, str]


def settle(
    connection: Connection,
    declared: RecordSchema,
    flaws: Iterable[Flaw],
    *,
    document: str,
    by: str,
) -> Settlement:
    """Settle these flaws, within the transaction of the caller.

    Raises:
        RegistryError: The number of the document is invalid.
    """
    if DOCUMENT.fullmatch(document) is None:
        raise RegistryError(
            "Hãy ghi số của biên bản hay văn bản, chỉ gồm chữ, số, dấu chấm, gạch; ví dụ: BB-12/2026."
        )
    wanted = list(flaws)
    gone = {one.table for one in wanted if one.kind is FlawKind.TABLE_GONE}
    mine = [
        one
        for one in wanted
        if one.kind not in UNREPAIRABLE and not (one.kind in OF_GUARDS and one.table in gone)
    ]
    kinds = {one.kind for one in mine}
    if kinds & OF_GUARDS:
        put_guards_right(connection)
    if kinds & OF_DIGESTS:
        take_digests_from_chain(connection)
    handed_out = _put_right(connection, declared, mine)
    for one in mine:
        table = _tables(declared).get(one.table)
        rows = {one.table: [one.row_id]} if table is not None and one.row_id is not None else {}
        detail = {"flaw": one.identity(), "document": document}
        record(connection, by, SETTLED, f"{one.table}:{one.row_id or one.name}", detail, rows=rows)
    return Settlement(len(mine), len(wanted) - len(mine), handed_out)


def _put_right(connection: Connection, declared: RecordSchema, flaws: Collection[Flaw]) -> dict[str, str]:
    """Accept altered rows as they are, except those that other rows or the audit determine: these are repaired."""
    tables = _tables(declared)
    altered: dict[str, set[int]] = defaultdict(set)
    touched: dict[str, set[int]] = defaultdict(set)
    for one in flaws:
        if one.table in tables and one.row_id is not None:
            touched[one.table].add(one.row_id)
            if one.kind in OF_ROWS or one.kind is FlawKind.TAMPERING_FOUND:
                altered[one.table].add(one.row_id)
    for name, ids in altered.items():
        accept(connection, tables[name], ids)
    for table in (login_session, login_failure):
        _drop(connection, table, touched[table.name])
    _derive(connection, declared, touched)
    unknown = {one.row_id for one in flaws if one.kind is FlawKind.ROW_UNKNOWN and one.table == account.name}
    return _put_accounts_right(connection, touched[account.name], unknown)


def _tables(declared: RecordSchema) -> dict[str, Table]:
    return {
        **{name: table for name, table in METADATA.tables.items() if name != audit.name},
        **{table.name: table for table in declared.records.values()},
    }


def _drop(connection: Connection, table: Table, ids: Collection[int]) -> None:
    there = connection.scalars(select(table.c.id).where(table.c.id.in_(ids))).all()
    remove(connection, table, there)


def _derive(connection: Connection, declared: RecordSchema, touched: Mapping[str, Collection[int]]) -> None:
    """Derive effective values and tasks anew from readings and decisions."""
    entries = set(touched.get(entry.name, ()))
    for table in declared.records.values():
        entries.update(touched.get(table.name, ()))
    tasks = select(review_task.c.page_id, review_task.c.entry_id).where(
        review_task.c.id.in_(touched.get(review_task.name, ()))
    )
    subjects = [(page_id, entry_id) for page_id, entry_id in connection.execute(tasks)]
    subjects += [
        (page_id, entry_id)
        for page_id, entry_id in connection.execute(
            select(entry.c.page_id, entry.c.id).where(entry.c.id.in_(entries))
        )
    ]
    refresh_projections(connection, declared, subjects, leave=True)


def _put_accounts_right(
    connection: Connection, ids: Collection[int], unknown: Collection[int | None]
) -> dict[str, str]:
    """Give accounts the duties in the audit log and a new password; close accounts unknown to the log."""
    rows = rows_of(connection, AccountRow, select(account).where(account.c.id.in_(ids)))
    if not rows:
        return {}
    replay = AccountReplay()
    for line in newest_lines(connection):
        replay.observe(line)
    now, handed_out = clock.now(connection), {}
    for row in rows:
        expected = replay.expected(row.login)
        password = passwords.one_time_password()
        values = {name: expected[name] for name in ("role", "places", "active") if name in expected}
        if row.id in unknown:
            values["active"] = False
        else:
            handed_out[row.login] = password
        password_hash = passwords.hashed(password)
        values |= {"password_hash": password_hash, "must_change": True, "password_set_at": now}
        change(connection, account, [row.id], **values)
        detail = {"password": password_mark(password_hash)}
        record(connection, MACHINE, "password-reset", f"account:{row.login}", detail, rows={})
        _drop(
            connection,
            login_session,
            connection.scalars(select(login_session.c.id).where(login_session.c.account_id == row.id)).all(),
        )
    return handed_out
