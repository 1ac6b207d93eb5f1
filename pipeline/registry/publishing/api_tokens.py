"""Access tokens of other systems. The database holds only a hash of each secret."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, UniqueConstraint, func, select

from pipeline.registry.database.audit import add, change, note_use, record
from pipeline.registry.database.audit.key import Key
from pipeline.registry.database.audit.row_digests import compared
from pipeline.registry.database.columns import CHANGING, Id, Json, newest_only, rows_of, table
from pipeline.registry.publishing.model import (
    MOST_DAYS,
    MOST_TOKENS,
    ApiScope,
    ApiToken,
    ApiTokenError,
    NewApiToken,
    UnknownApiToken,
)


@dataclass(frozen=True, slots=True)
class ApiTokenRow:
    """A token; it is never deleted, as the audit names it.

    ``secret_digest``: SHA-256; ``places``: codes, NULL: all places; ``revoked_by``: ``""`` while it is not revoked;
    ``used_at``: last use, to the minute.
    """

    id: Id
    name: str
    secret_digest: str
    scopes: Json[list[str]]
    places: Json[list[str] | None]
    created_at: datetime
    created_by: str
    expires_at: datetime
    revoked_at: datetime | None
    revoked_by: str
    used_at: datetime | None


api_token = table(
    "api_token",
    ApiTokenRow,
    UniqueConstraint("name"),
    UniqueConstraint("secret_digest"),
    sqlite_autoincrement=True,
    info=newest_only(CHANGING),
)

_tokens = select(*(column for column in api_token.c if column.name != "secret_digest"))
"""Tokens as ``ApiToken`` rows."""


BEGIN = "hotich_"
"""Prefix of every secret, by which secret scanners find it."""

NAME = re.compile(r"[a-z][a-z0-9._-]{1,39}", re.ASCII)
PLACE = re.compile(r"[\w.:-]{1,40}")
NOTE_USE_EVERY = timedelta(minutes=1)
LONGEST_SECRET = 100


def checked_request(
    name: str, scopes: Collection[ApiScope], places: Collection[str] | None, days: int
) -> tuple[str, list[str] | None]:
    """Return the name and the sorted places of a token that may be made.

    Raises:
        ApiTokenError: The name or a place is invalid, there is no scope, or ``days`` is out of bounds.
    """
    name = name.strip()
    if not NAME.fullmatch(name):
        raise ApiTokenError(
            "Tên mã truy cập gồm 2 đến 40 chữ cái không dấu viết thường, chữ số, dấu chấm, gạch ngang, bắt đầu bằng "
            "chữ cái. Ví dụ: cong-dan-so"
        )
    if not scopes:
        raise ApiTokenError("Mã truy cập phải được đọc ít nhất một điều. Hãy chọn phạm vi.")
    if not 1 <= days <= MOST_DAYS:
        raise ApiTokenError(f"Mã truy cập dùng được từ 1 đến {MOST_DAYS} ngày. Hãy ghi lại số ngày.")
    codes = None if places is None else sorted({one.strip() for one in places} - {""})
    if codes is not None and not (codes and all(PLACE.fullmatch(one) for one in codes)):
        raise ApiTokenError("Hãy chọn ít nhất một nơi đăng ký, ghi đúng mã nơi, hay cho đọc mọi nơi.")
    return name, codes


def create_api_token(
    connection: Connection,
    name: str,
    scopes: Collection[ApiScope],
    places: Collection[str] | None,
    days: int,
    now: datetime,
    *,
    author: str,
) -> NewApiToken:
    """Create a token and return it with its secret, which is shown only here.

    Args:
        places: Codes of the registration places whose books it may read; None: all places.
        days: Days until it expires.
        now: Current time in UTC.

    Raises:
        ApiTokenError: The name is invalid or taken, there is no scope, or ``days`` is out of bounds.
    """
    name, codes = checked_request(name, scopes, places, days)
    if connection.scalar(select(api_token.c.id).where(api_token.c.name == name)) is not None:
        raise ApiTokenError(
            "Tên mã truy cập này đã có; tên đã thu hồi cũng không dùng lại. Hãy chọn tên khác."
        )
    in_force = select(func.count()).where(api_token.c.revoked_at.is_(None), api_token.c.expires_at > now)
    if (connection.scalar(in_force) or 0) >= MOST_TOKENS:
        raise ApiTokenError(f"Đã có {MOST_TOKENS} mã truy cập. Hãy thu hồi những mã không dùng nữa.")
    secret = BEGIN + secrets.token_urlsafe(32)
    row = {
        "name": name,
        "secret_digest": _digest(secret),
        "scopes": sorted(scopes),
        "places": codes,
        "created_at": now,
        "created_by": author,
        "expires_at": now + timedelta(days=days),
        "revoked_by": "",
    }
    (token_id,) = add(connection, api_token, [row])
    detail = {"scopes": sorted(scopes), "places": codes, "days": days}
    record(connection, author, "api-token-created", f"api-token:{name}", detail)
    (token,) = rows_of(connection, ApiToken, _tokens.where(api_token.c.id == token_id))
    return NewApiToken(token, secret)


def api_tokens(connection: Connection) -> tuple[ApiToken, ...]:
    """Return all tokens, also revoked and expired ones, newest first."""
    return tuple(rows_of(connection, ApiToken, _tokens.order_by(api_token.c.id.desc())))


def revoke_api_token(connection: Connection, name: str, now: datetime, *, author: str) -> ApiToken:
    """End a token at once.

    Raises:
        UnknownApiToken: There is none of that name.
        ApiTokenError: It was revoked before.
    """
    named = _tokens.where(api_token.c.name == name.strip()[:40]).with_for_update()
    tokens = rows_of(connection, ApiToken, named)
    if not tokens:
        raise UnknownApiToken("Không có mã truy cập nào mang tên này. Hãy xem danh sách mã truy cập.")
    if tokens[0].revoked_at is not None:
        raise ApiTokenError(f"Mã truy cập này đã bị thu hồi ({tokens[0].revoked_by}).")
    token = replace(tokens[0], revoked_at=now, revoked_by=author)
    change(connection, api_token, [token.token_id], revoked_at=now, revoked_by=author)
    record(connection, author, "api-token-revoked", f"api-token:{token.name}")
    return token


def token_in_force(connection: Connection, secret: str, key: Key | None, now: datetime) -> ApiToken | None:
    """Return the token of a secret; None if it is unknown, expired, revoked or was altered in the database."""
    if not secret.startswith(BEGIN) or len(secret) > LONGEST_SECRET:
        return None
    tokens = rows_of(connection, ApiToken, _tokens.where(api_token.c.secret_digest == _digest(secret)))
    if not tokens or compared(connection, key, api_token.name, [tokens[0].token_id]).altered:
        return None
    return tokens[0] if tokens[0].holds(now) else None


def note_api_read(connection: Connection, token: ApiToken, route: str, subject: str, now: datetime) -> None:
    """Record that another system read something.

    Args:
        route: Path template, which holds no value.
        subject: ``book:3``, ``entry:12`` or ``registry``.
        now: Current time in UTC.
    """
    record(connection, token.author, "api-read", subject, {"route": route, "token": token.token_id})
    if token.used_at is None or now - token.used_at >= NOTE_USE_EVERY:
        note_use(connection, api_token, api_token.c.id == token.token_id, used_at=now)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
