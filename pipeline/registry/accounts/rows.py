"""The tables of accounts, sessions and failed logins; they hold secrets only as hashes; and what people saved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from sqlalchemy import Index, UniqueConstraint

from pipeline.registry.database.columns import (
    APPEND_ONLY,
    CHANGING,
    REMOVABLE,
    Id,
    Json,
    newest_only,
    refers,
    table,
    uncovered,
)


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account is never deleted, as decisions name its login.

    ``places``: a list of place codes, NULL = all places.
    """

    id: Id
    login: str
    name: str
    role: str
    places: Json[list[str] | None]
    active: bool
    password_hash: str
    must_change: bool
    password_set_at: datetime
    created_at: datetime
    created_by: str
    changed_at: datetime
    changed_by: str
    last_login_at: datetime | None


account = table("account", AccountRow, UniqueConstraint("login"), info=newest_only(CHANGING))


@dataclass(frozen=True, slots=True)
class LoginSessionRow:
    """A session that has not ended. ``token_digest``: SHA-256 of the cookie's secret."""

    id: Id
    token_digest: str
    account_id: Annotated[int, refers("account", index=True)]
    started_at: datetime
    seen_at: datetime


login_session = table(
    "login_session", LoginSessionRow, UniqueConstraint("token_digest"), info=newest_only(REMOVABLE)
)


@dataclass(frozen=True, slots=True)
class LoginFailureRow:
    """A failed login, kept while it counts.

    The login is kept as SHA-256, because people type passwords in its place.
    """

    id: Id
    login_digest: str
    address: str
    failed_at: datetime


login_failure = table(
    "login_failure",
    LoginFailureRow,
    Index(None, "login_digest", "failed_at"),
    Index(None, "address", "failed_at"),
    info=REMOVABLE,
)


@dataclass(frozen=True, slots=True)
class KnownAddressRow:
    """An address from which a person came in with the right password."""

    id: Id
    account_id: Annotated[int, refers("account")]
    address: str
    first_at: datetime


known_address = table(
    "known_address",
    KnownAddressRow,
    UniqueConstraint("account_id", "address"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)


@dataclass(frozen=True, slots=True)
class SavedFilterRow:
    """A filter that a person saved under a name; ``page``: ``FilteredPage``; ``criteria``: as typed, by input."""

    id: Id
    account_id: Annotated[int, refers("account")]
    page: str
    name: str
    criteria: Json[dict[str, str]]
    saved_at: datetime


saved_filter = table(
    "saved_filter",
    SavedFilterRow,
    UniqueConstraint("account_id", "page", "name"),
    info=uncovered(REMOVABLE, "shortens a person's own typing; it finds nothing that they may not see"),
)


@dataclass(frozen=True, slots=True)
class AccountActRow:
    """An act on a privileged account, open until another person answers.

    ``waits``: the account is out of use until then. ``role``, ``places``: its duties after the act.
    """

    id: Id
    account_id: Annotated[int, refers("account", index=True)]
    act: str
    role: str
    places: Json[list[str] | None]
    waits: bool
    author: str
    acted_at: datetime


account_act = table("account_act", AccountActRow, sqlite_autoincrement=True, info=newest_only(APPEND_ONLY))


@dataclass(frozen=True, slots=True)
class AccountAnswerRow:
    """The answer of another person to an act: confirmed or refused."""

    id: Id
    act_id: Annotated[int, refers("account_act")]
    answer: str
    author: str
    answered_at: datetime


account_answer = table(
    "account_answer",
    AccountAnswerRow,
    UniqueConstraint("act_id"),
    sqlite_autoincrement=True,
    info=newest_only(APPEND_ONLY),
)


@dataclass(frozen=True, slots=True)
class ExternalIdentityRow:
    """The person at a sign-in provider to whom an account belongs.

    It is compared with its digest at each use, so that an account cannot be given to another person unnoticed.
    """

    id: Id
    account_id: Annotated[int, refers("account", index=True)]
    issuer: str
    subject: str
    linked_at: datetime


external_identity = table(
    "external_identity",
    ExternalIdentityRow,
    UniqueConstraint("issuer", "subject"),
    sqlite_autoincrement=True,
    info=newest_only(CHANGING),
)
