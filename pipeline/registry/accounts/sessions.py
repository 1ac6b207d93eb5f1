"""Sessions on the server's side: the browser holds a secret, the database its hash."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from pipeline.registry.accounts.tables import account, login_session
from pipeline.registry.accounts.values import AccountOptions

NOTE_USE_EVERY = timedelta(minutes=1)
"""How exact ``seen_at`` is: a session in use writes once a minute, not once a click."""


def csrf_of(token: str) -> str:
    """What proves that a form was made for the holder of ``token``; it tells nothing about the token."""
    return hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest()


def start(connection: Connection, account_id: int, now: datetime, options: AccountOptions) -> str:
    """A new session's token. What has run out is cleared away on the way."""
    connection.execute(
        delete(login_session).where(
            (login_session.c.seen_at <= now - options.idle)
            | (login_session.c.started_at <= now - options.longest)
        )
    )
    token = secrets.token_urlsafe(32)
    connection.execute(
        insert(login_session).values(
            token_digest=_digest(token), account_id=account_id, started_at=now, seen_at=now
        )
    )
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
    connection.execute(delete(login_session).where(login_session.c.token_digest == _digest(token)))


def end_all(connection: Connection, account_id: int) -> None:
    connection.execute(delete(login_session).where(login_session.c.account_id == account_id))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
