"""Accounts in the database, and their changes under the rule of the second person.

Every function runs in the caller's transaction.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, func, select

from pipeline.base.text.control_characters import LINE_BREAKS, control_character_flaw
from pipeline.registry.accounts import logins
from pipeline.registry.accounts.logins import gives_more, is_privileged, is_waiting, must_wait, note
from pipeline.registry.accounts.model import (
    CONSOLE,
    LOGIN,
    Account,
    AccountChange,
    AccountError,
    KnownPlace,
    NewAccount,
    Person,
    Role,
    UnknownAccount,
    password_mark,
)
from pipeline.registry.accounts.rows import AccountRow, account
from pipeline.registry.books.rows import book
from pipeline.registry.database import audit
from pipeline.registry.database.audit import change, record
from pipeline.registry.database.audit.row_digests import compared
from pipeline.registry.database.columns import first_row, rows_of, values_of
from pipeline.registry.database.database import Database
from pipeline.registry.errors import RowTampered

LONGEST_NAME = 80


def login_of(text: str) -> str:
    """Return a login as it is stored.

    Raises:
        AccountError: The text cannot be a login.
    """
    login = text.strip().lower()
    if login == CONSOLE or not LOGIN.fullmatch(login):
        raise AccountError(
            "Tên đăng nhập gồm 2 đến 40 chữ cái không dấu, chữ số, dấu chấm, gạch ngang, bắt đầu bằng chữ cái "
            f"(không dùng “{CONSOLE}”). Ví dụ: an.tran"
        )
    return login


def name_of(text: str) -> str:
    """Return a person's name as it is shown.

    Raises:
        AccountError: There is none, or it holds hidden characters.
    """
    name = " ".join(unicodedata.normalize("NFC", text).split())
    flaw = control_character_flaw(text, LINE_BREAKS)
    if flaw:
        raise AccountError(f"Họ tên {flaw}.")
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise AccountError(f"Hãy ghi họ tên người dùng, không quá {LONGEST_NAME} ký tự.")
    return name


def places_of(role: Role, codes: Collection[str] | None) -> list[str] | None:
    """Return place codes as they are stored; an administrator sees no entries and administers all accounts.

    Raises:
        AccountError: A code cannot be one.
    """
    if codes is None or role is Role.ADMINISTRATOR:
        return None
    cleaned = sorted({code.strip() for code in codes} - {""})
    if not all(re.fullmatch(r"[\w.:-]{1,40}", code) for code in cleaned):
        raise AccountError(
            "Mã nơi đăng ký chỉ gồm chữ, số, dấu chấm, gạch ngang; các mã cách nhau bằng dấu phẩy."
        )
    return cleaned


def add(
    connection: Connection,
    wanted: NewAccount,
    password_hash: str,
    now: datetime,
    by: str,
    *,
    active: bool = True,
    must_change: bool = True,
) -> AccountRow:
    """Add an account.

    Raises:
        AccountError: The login is taken.
    """
    if connection.scalar(select(account.c.id).where(account.c.login == wanted.login)) is not None:
        raise AccountError("Tên đăng nhập này đã có. Hãy chọn tên khác.")
    row = AccountRow(
        id=0,
        login=wanted.login,
        name=wanted.name,
        role=wanted.role,
        places=None if wanted.places is None else list(wanted.places),
        active=active,
        password_hash=password_hash,
        must_change=must_change,
        password_set_at=now,
        created_at=now,
        created_by=by,
        changed_at=now,
        changed_by=by,
        last_login_at=None,
    )
    (account_id,) = audit.add(connection, account, [values_of(row)])
    detail = {
        "role": row.role,
        "places": row.places,
        "password": password_mark(password_hash),
        **({} if active else {"active": False}),
    }
    record(connection, by, "account-created", f"account:{row.login}", detail)
    return replace(row, id=account_id)


def row_of(connection: Connection, login: str, *, lock: bool = False) -> AccountRow | None:
    """Return the account of a login; a text that cannot be a login is not looked up."""
    if not LOGIN.fullmatch(login):
        return None
    query = select(account).where(account.c.login == login)
    return first_row(connection, AccountRow, query.with_for_update() if lock else query)


def known_row(connection: Connection, login: str) -> AccountRow:
    """Return the account of a login, locked until the transaction ends.

    Raises:
        UnknownAccount: There is no such account.
    """
    row = row_of(connection, login.strip().lower(), lock=True)
    if row is None:
        raise UnknownAccount("Không có tài khoản nào với tên đăng nhập này. Hãy xem danh sách tài khoản.")
    return row


def store_change(
    connection: Connection,
    row: AccountRow,
    values: Mapping[str, Any],
    now: datetime,
    by: str,
    action: str,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Store new ``values`` of an account with their author, and record the action."""
    change(connection, account, [row.id], **values, changed_at=now, changed_by=by)
    recorded = dict(detail or {})
    if "active" in values:
        recorded["active"] = values["active"]
    if "password_hash" in values:
        recorded["password"] = password_mark(values["password_hash"])
    record(connection, by, action, f"account:{row.login}", recorded)


def note_login(
    connection: Connection, row: AccountRow, now: datetime, password_hash: str, action: str = "logged-in"
) -> None:
    """Record a login; ``password_hash`` may be a new hash of the same password under higher costs."""
    change(connection, account, [row.id], last_login_at=now, password_hash=password_hash)
    detail = {} if password_hash == row.password_hash else {"password": password_mark(password_hash)}
    record(connection, row.login, action, f"account:{row.login}", detail)


def refuse_last_administrator(connection: Connection, row: AccountRow) -> None:
    """Check that another active account can administer accounts.

    Raises:
        AccountError: There is none.
    """
    if row.role != Role.ADMINISTRATOR or not row.active:
        return
    others = connection.scalars(
        select(account.c.id)
        .where(account.c.role == Role.ADMINISTRATOR, account.c.active, account.c.id != row.id)
        .with_for_update()
    ).all()
    if not others:
        raise AccountError("Đây là người quản trị duy nhất. Hãy giao quyền quản trị cho người khác trước.")


def is_empty(connection: Connection) -> bool:
    return not connection.scalar(select(func.count()).select_from(account))


def all_accounts(connection: Connection) -> tuple[Account, ...]:
    """Return all accounts by login, active ones first."""
    query = select(account).order_by(account.c.active.desc(), account.c.login)
    return tuple(
        Account(person_of(row), row.active, row.must_change, row.created_at, row.last_login_at)
        for row in rows_of(connection, AccountRow, query)
    )


def known_places(connection: Connection) -> tuple[KnownPlace, ...]:
    """Return the registration places of the books in the registry, by code."""
    rows = connection.execute(
        select(book.c.place_code, func.max(book.c.place))
        .group_by(book.c.place_code)
        .order_by(book.c.place_code)
    )
    return tuple(KnownPlace(code, name) for code, name in rows)


def person_of(row: AccountRow) -> Person:
    places = None if row.places is None else frozenset(row.places)
    return Person(row.id, row.login, row.name, Role(row.role), places)


def add_account(
    connection: Connection,
    wanted: NewAccount,
    password_hash: str,
    now: datetime,
    by: str,
    *,
    must_change: bool = True,
) -> None:
    """Store a new account, which may have to wait for a second person.

    Args:
        must_change: Whether the person must choose a password first.

    Raises:
        AccountError: The login is taken.
    """
    privileged = is_privileged(wanted.role)
    waits = privileged and must_wait(connection, by, wanted.login)
    row = add(connection, wanted, password_hash, now, by, active=not waits, must_change=must_change)
    if privileged:
        note(connection, row, AccountChange.CREATED, waits=waits, by=by, now=now)


def change_account(
    connection: Connection,
    row: AccountRow,
    values: Mapping[str, Any],
    change: AccountChange,
    now: datetime,
    by: str,
    detail: Mapping[str, Any] | None = None,
) -> bool:
    """Store a change of an account; a second person may have to confirm it before the account is in use again.

    Args:
        values: The changed columns.
        detail: The detail of the audit line.

    Returns:
        Whether the account waits.

    Raises:
        AccountError: The account waits already: whoever confirms it would confirm this change with it.
    """
    after = replace(row, **values)
    gives = change is not AccountChange.DUTIES_SET or gives_more(row, after)
    adds = gives and change is not AccountChange.DEACTIVATED and is_privileged(after.role)
    if adds and by != CONSOLE and is_waiting(connection, row.id):
        raise AccountError(
            "Tài khoản này chờ một người quản trị khác xác nhận nên chưa đổi được gì thêm. Hãy đợi việc ấy được xác "
            "nhận hay bị bác."
        )
    shows = is_privileged(row.role, after.role) and (gives or row.role != after.role)
    waits = adds and after.active and must_wait(connection, by, row.login)
    if waits:
        values = {**values, "active": False}
    store_change(connection, row, values, now, by, change, detail)
    if waits:
        logins.end_all(connection, row.id)
    if shows:
        note(connection, after, change, waits=waits, by=by, now=now)
    return bool(waits)


def tampered(database: Database, connection: Connection, *rows: tuple[Table, int]) -> RowTampered | None:
    """Return the first of these rows that was changed behind the program's back; None if none was."""
    key = database.key  # a file
    for table, row_id in rows:
        now = compared(connection, key, table.name, [row_id])
        if now.altered:
            return RowTampered(table.name, (row_id,), untold=bool(now.untold()))
    return None
