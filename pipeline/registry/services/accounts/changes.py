"""Accounts are added and changed as the rule of the second person says. Within the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Table

from pipeline.registry.database.audit.row_digests import compared
from pipeline.registry.database.database import Database
from pipeline.registry.model.accounts import AccountChange
from pipeline.registry.model.errors import RowTampered
from pipeline.registry.services.accounts import logins, stored_accounts
from pipeline.registry.services.accounts.confirmations import gives_more, is_privileged, must_wait, note


def add_account(
    connection: Connection,
    values: Mapping[str, Any],
    password_hash: str,
    now: datetime,
    by: str,
    *,
    must_change: bool = True,
) -> None:
    """Store a new account, which may have to wait for a second person.

    Args:
        values: Login, name, role and places.
        must_change: Whether the person must choose a password first.

    Raises:
        AccountError: The login is taken.
    """
    privileged = is_privileged(values["role"])
    waits = privileged and must_wait(connection, by, values["login"])
    stored_accounts.add(connection, values, password_hash, now, by, active=not waits, must_change=must_change)
    if privileged:
        note(connection, values["login"], AccountChange.CREATED, values, waits=waits, by=by, now=now)


def change_account(
    connection: Connection,
    row: RowMapping,
    values: Mapping[str, Any],
    change: AccountChange,
    now: datetime,
    by: str,
    detail: Mapping[str, Any] | None = None,
) -> bool:
    """Store a change of an account, which may have to wait for a second person and in any case shows.

    Args:
        values: What it has since.
        detail: What the audit says of it.

    Returns:
        Whether the account waits.
    """
    after = {**row, **values}
    gives = change is not AccountChange.DUTIES_SET or gives_more(dict(row), after)
    shows = is_privileged(row["role"], after["role"]) and (gives or row["role"] != after["role"])
    waits = (
        change is not AccountChange.DEACTIVATED
        and gives
        and after["active"]
        and is_privileged(after["role"])
        and must_wait(connection, by, row["login"])
    )
    if waits:
        values = {**values, "active": False}
    stored_accounts.change(connection, row, values, now, by, change, detail)
    if waits:
        logins.end_all(connection, row["id"])
    if shows:
        note(connection, row["login"], change, after, waits=waits, by=by, now=now)
    return bool(waits)


def tampered(database: Database, connection: Connection, *rows: tuple[Table, int]) -> RowTampered | None:
    """Return what was changed behind the program's back, if anything of these rows was."""
    key_file = database.key_file
    keys = () if key_file is None else key_file.known()
    for table, row_id in rows:
        now = compared(connection, keys[-1] if keys else None, table.name, [row_id])
        if now.altered:
            return RowTampered(table.name, (row_id,), untold=bool(now.untold()))
    return None
