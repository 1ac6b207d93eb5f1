"""Sessions and failed logins. The browser holds a secret, the database its hash.

What was written under a clock that ran ahead, and that has been put right since, does not count.

A try is recorded as failed before the password is checked, so that a hundred tries at once count as a hundred; a
successful one deletes the records of its login.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, RowMapping, Table, delete, func, select, update

from pipeline.registry.database.audit import MACHINE, add, changing, record, wrote
from pipeline.registry.database.clock import CLOCK_DIFFERENCE
from pipeline.registry.model.accounts import AccountOptions, LoginLocked
from pipeline.registry.tables.accounts import account, login_failure, login_session


def note_try(
    connection: Connection, login: str, address: str, now: datetime, options: AccountOptions
) -> None:
    """Record one more wrong password.

    The caller holds the account, if there is one, so that simultaneous tries are counted one after the other.

    Raises:
        LoginLocked: There were too many within the window already.
    """
    failed_at = login_failure.c.failed_at
    over = (failed_at <= now - options.window) | (failed_at > now + CLOCK_DIFFERENCE)
    _remove(connection, login_failure, over)
    of_login, of_address = login_failure.c.login_digest == _digest(login), login_failure.c.address == address
    for condition, most in (
        (of_login & of_address, options.wrong_by_login),
        (of_login, options.wrong_by_login_anywhere),
        (of_address, options.wrong_by_address),
    ):
        counted = select(func.count()).select_from(login_failure).where(condition, ~over)
        wrong = connection.scalar(counted) or 0
        if wrong >= most:
            minutes = int(options.window.total_seconds() // 60)
            raise LoginLocked(
                f"Đã sai mật khẩu quá nhiều lần. Hãy đợi {minutes} phút rồi thử lại, "
                "hoặc nhờ người quản trị cấp mật khẩu mới."
            )
    add(
        connection,
        login_failure,
        [{"login_digest": _digest(login), "address": address, "failed_at": now}],
    )
    record(connection, MACHINE, "login-tried", "")


def forgive(connection: Connection, login: str, address: str | None = None) -> None:
    """Forget the wrong tries of a login, or only those from ``address``.

    Who comes in at one address does not make new room for somebody who guesses at another.
    """
    tries = login_failure.c.login_digest == _digest(login)
    if address is not None:
        tries &= login_failure.c.address == address
    _remove(connection, login_failure, tries)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


NOTE_USE_EVERY = timedelta(minutes=1)
"""How exact ``seen_at`` is: a session in use writes once a minute, not once a click."""


def csrf_of(token: str) -> str:
    """What proves that a form was made for the holder of ``token``; it tells nothing about the token."""
    return hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest()


def start(connection: Connection, account_id: int, now: datetime, options: AccountOptions) -> str:
    """A new session's token. Sessions of the same account that have run out are cleared away on the way.

    Those of others stay: the clock may be wrong at this moment, and they last again once it is right.
    """
    _remove(connection, login_session, (login_session.c.account_id == account_id) & ~_lasts(now, options))
    token = secrets.token_urlsafe(32)
    row = {"token_digest": _digest(token), "account_id": account_id, "started_at": now, "seen_at": now}
    add(connection, login_session, [row])
    return token


def holder(connection: Connection, token: str, now: datetime, options: AccountOptions) -> RowMapping | None:
    """The account of a session that has not run out (the row of ``account``, ``seen_at`` and ``session_id``).

    None when there is none or the account is out of use.
    """
    return (
        connection.execute(
            select(account, login_session.c.seen_at, login_session.c.id.label("session_id"))
            .join(account, login_session.c.account_id == account.c.id)
            .where(
                login_session.c.token_digest == _digest(token),
                _lasts(now, options),
                account.c.active,
            )
        )
        .mappings()
        .first()
    )


def _lasts(now: datetime, options: AccountOptions) -> ColumnElement[bool]:
    """The condition on ``login_session`` that it has not run out."""
    seen_at, started_at, latest = login_session.c.seen_at, login_session.c.started_at, now + CLOCK_DIFFERENCE
    is_used = (seen_at > now - options.idle) & (seen_at <= latest)
    return is_used & (started_at > now - options.longest) & (started_at <= latest)


def clear_away(connection: Connection, now: datetime, options: AccountOptions) -> None:
    """Delete all sessions that have run out, at a time when nobody works."""
    if removed := _remove(connection, login_session, ~_lasts(now, options)):
        record(connection, MACHINE, "sessions-cleared", "", {"sessions": removed})


def note_use(connection: Connection, token: str, now: datetime) -> None:
    connection.execute(
        update(login_session).where(login_session.c.token_digest == _digest(token)).values(seen_at=now)
    )


def end(connection: Connection, token: str) -> None:
    """Nothing happens when the session is over already."""
    mine = login_session.c.token_digest == _digest(token)
    whose = select(account.c.login).join(login_session).where(mine)
    login = connection.scalar(whose)
    if _remove(connection, login_session, mine):
        record(connection, str(login), "logged-out", f"account:{login}")


def end_all(connection: Connection, account_id: int) -> None:
    """Part of a change of the account, which the caller records."""
    _remove(connection, login_session, login_session.c.account_id == account_id)


def _remove(connection: Connection, table: Table, which: ColumnElement[bool]) -> int:
    """Delete rows; what was altered stays, as a flaw that counts for nothing else."""
    held = connection.scalars(select(table.c.id).where(which).order_by(table.c.id).with_for_update()).all()
    altered = changing(connection, table, held, leave=True)
    if over := [one for one in held if one not in altered]:
        connection.execute(delete(table).where(table.c.id.in_(over)))
        wrote(connection, table, over)
    return len(over)
