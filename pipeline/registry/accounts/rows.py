"""The tables of accounts, sessions and refused logins. Of secrets they hold hashes only."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from pipeline.registry.database.columns import (
    APPEND_ONLY,
    CHANGING,
    METADATA,
    REMOVABLE,
    UtcTime,
    flag_column,
    id_column,
    json_column,
    reference_to,
    text_column,
    time_column,
)

account = Table(
    "account",
    METADATA,
    Column("id", Integer, Identity(), primary_key=True),
    Column("login", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("places", JSON(none_as_null=True)),
    Column("active", Boolean, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("must_change", Boolean, nullable=False),
    Column("password_set_at", UtcTime, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("last_login_at", UtcTime),
    info=CHANGING,
)
"""An account is never deleted, as decisions name its login. ``places``: a list of place codes, NULL = all places."""

login_session = Table(
    "login_session",
    METADATA,
    Column("id", Integer, Identity(), primary_key=True),
    Column("token_digest", Text, nullable=False, unique=True),
    Column("account_id", Integer, ForeignKey("account.id"), nullable=False, index=True),
    Column("started_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    info=REMOVABLE,
)
"""A session that has not ended. ``token_digest``: SHA-256 of the cookie's secret."""

login_failure = Table(
    "login_failure",
    METADATA,
    Column("id", Integer, Identity(), primary_key=True),
    Column("login_digest", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("failed_at", UtcTime, nullable=False),
    Index(None, "login_digest", "failed_at"),
    Index(None, "address", "failed_at"),
    info=REMOVABLE,
)
"""A refused login, kept while it counts. People type passwords where the login goes, so that is kept as SHA-256."""

account_act = Table(
    "account_act",
    METADATA,
    id_column(),
    reference_to("account", index=True),
    text_column("act"),
    text_column("role"),
    json_column("places", nullable=True),
    flag_column("waits"),
    text_column("author"),
    time_column("acted_at"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""What somebody did to the account of a supervisor or administrator, or to make one; open until another person answers.
``waits``: the account is out of use until then. ``role``, ``places``: those that it has since."""

account_answer = Table(
    "account_answer",
    METADATA,
    id_column(),
    Column("act_id", Integer, ForeignKey("account_act.id"), nullable=False),
    text_column("answer"),
    text_column("author"),
    time_column("answered_at"),
    UniqueConstraint("act_id"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""What the other person said of an act: confirmed or refused."""

external_identity = Table(
    "external_identity",
    METADATA,
    id_column(),
    reference_to("account", index=True),
    text_column("issuer"),
    text_column("subject"),
    time_column("linked_at"),
    UniqueConstraint("issuer", "subject"),
    sqlite_autoincrement=True,
    info=CHANGING,
)
"""Who a person is at a sign-in provider: the only thing by which their account is found. Compared with its digest at
each use, so that nobody can be made another person behind the program's back."""
