"""Accounts of people, their sessions, and refused logins.

Frozen. An account is never deleted: decisions name its login.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer, sa.Identity(), nullable=False),
        _text("login"),
        _text("name"),
        _text("role"),
        sa.Column("places", sa.JSON(none_as_null=True)),
        sa.Column("active", sa.Boolean, nullable=False),
        _text("password_hash"),
        sa.Column("must_change", sa.Boolean, nullable=False),
        _time("password_set_at"),
        _time("created_at"),
        _text("created_by"),
        _time("changed_at"),
        _text("changed_by"),
        sa.Column("last_login_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("login", name="uq_account_login"),
    )
    op.create_table(
        "login_session",
        sa.Column("id", sa.Integer, sa.Identity(), nullable=False),
        _text("token_digest"),
        sa.Column("account_id", sa.Integer, nullable=False),
        _time("started_at"),
        _time("seen_at"),
        sa.PrimaryKeyConstraint("id", name="pk_login_session"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_login_session_account_id"),
        sa.UniqueConstraint("token_digest", name="uq_login_session_token_digest"),
    )
    op.create_index("ix_login_session_account_id", "login_session", ["account_id"])
    op.create_table(
        "login_failure",
        sa.Column("id", sa.Integer, sa.Identity(), nullable=False),
        _text("login_digest"),
        _text("address"),
        _time("failed_at"),
        sa.PrimaryKeyConstraint("id", name="pk_login_failure"),
    )
    for column in ("login_digest", "address"):
        op.create_index(f"ix_login_failure_{column}_failed_at", "login_failure", [column, "failed_at"])


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _time(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)
