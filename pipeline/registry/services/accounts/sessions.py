"""Sessions on the server's side: the browser holds a secret, the database its hash."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, RowMapping, delete, select, update

from pipeline.registry.database.audit import add, record, wrote
from pipeline.registry.model.accounts import AccountOptions
from pipeline.registry.tables.accounts import account, login_session

NOTE_USE_EVERY = timedelta(minutes=1)
"""How exact ``seen_at`` is: a session in use writes once a minute, not once a click."""


def csrf_of(token: str) -> str:
    """What proves that a form was made for the holder of ``token``; it tells nothing about the token."""
    return hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest()


def start(connection: Connection, account_id: int, now: datetime, options: AccountOptions) -> str:
    """A new session's token. What has run out is cleared away on the way."""
    over = (login_session.c.seen_at <= now - options.idle) | (
        login_session.c.started_at <= now - options.longest
    )
    _remove(connection, over)
    token = secrets.token_urlsafe(32)
    row = {"token_digest": _digest(token), "account_id": account_id, "started_at": now, "seen_at": now}
    add(connection, login_session, [row])
    return token


def holder(connection: Connection, token: str, now: datetime, options: AccountOptions) -> RowMapping | None:
    """The account of a session that has not run out (the row of ``account`` and ``seen_at``); None when there is none
    or the account is out of use."""
    return (
        connection.execute(
            select(account, login_session.c.seen_at)
            .join(account, login_session.c.account_id == account.c.id)
            .where(
                login_session.c.token_digest == _digest(token),
                login_session.c.seen_at > now - options.idle,
                login_session.c.started_at > now - options.longest,
                account.c.active,
            )
        )
        .mappings()
        .first()
    )


def note_use(connection: Connection, token: str, now: datetime) -> None:
    connection.execute(
        update(login_session).where(login_session.c.token_digest == _digest(token)).values(seen_at=now)
    )


def end(connection: Connection, token: str) -> None:
    """Nothing happens when the session is over already."""
    mine = login_session.c.token_digest == _digest(token)
    whose = select(account.c.login).join(login_session).where(mine)
    login = connection.scalar(whose)
    if _remove(connection, mine):
        record(connection, str(login), "logged-out", f"account:{login}")


def end_all(connection: Connection, account_id: int) -> None:
    """Part of a change of the account, which the caller records."""
    _remove(connection, login_session.c.account_id == account_id)


def _remove(connection: Connection, which: ColumnElement[bool]) -> int:
    over = connection.scalars(delete(login_session).where(which).returning(login_session.c.id)).all()
    wrote(connection, login_session, over)
    return len(over)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
