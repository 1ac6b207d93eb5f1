"""The tables of accounts, sessions and refused logins. Of secrets they hold hashes only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from sqlalchemy import Index, UniqueConstraint

from pipeline.registry.database.columns import APPEND_ONLY, CHANGING, REMOVABLE, Id, Json, refers, table


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


account = table("account", AccountRow, UniqueConstraint("login"), info=CHANGING)


@dataclass(frozen=True, slots=True)
class LoginSessionRow:
    """A session that has not ended. ``token_digest``: SHA-256 of the cookie's secret."""

    id: Id
    token_digest: str
    account_id: Annotated[int, refers("account", index=True)]
    started_at: datetime
    seen_at: datetime


login_session = table("login_session", LoginSessionRow, UniqueConstraint("token_digest"), info=REMOVABLE)


@dataclass(frozen=True, slots=True)
class LoginFailureRow:
    """A refused login, kept while it counts.

    People type passwords where the login goes, so that is kept as SHA-256.
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
class AccountActRow:
    """An act on a privileged account, open until another person answers.

    ``waits``: the account is out of use until then. ``role``, ``places``: those that it has since.
    """

    id: Id
    account_id: Annotated[int, refers("account", index=True)]
    act: str
    role: str
    places: Json[list[str] | None]
    waits: bool
    author: str
    acted_at: datetime


account_act = table("account_act", AccountActRow, sqlite_autoincrement=True, info=APPEND_ONLY)


@dataclass(frozen=True, slots=True)
class AccountAnswerRow:
    """What the other person said of an act: confirmed or refused."""

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
    info=APPEND_ONLY,
)


@dataclass(frozen=True, slots=True)
class ExternalIdentityRow:
    """The person at a sign-in provider by whom an account is found.

    Compared with its digest at each use, so that nobody can be made another person behind the program's back.
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
    info=CHANGING,
)
