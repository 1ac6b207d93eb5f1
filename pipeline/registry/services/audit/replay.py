"""What must be true of accounts and sessions by what the audit says was done, whatever digests their rows have."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, inspect, select

from pipeline.registry.database import clock
from pipeline.registry.model.accounts import password_mark
from pipeline.registry.model.audit import Flaw, FlawKind, Flaws
from pipeline.registry.tables.accounts import account, login_session

SUBJECT = f"{account.name}:"
ACTIVE = {"account-created": True, "account-activated": True, "account-deactivated": False}

Expected = Mapping[str, Any]


class AccountReplay:
    """Takes the rows of the audit, newest first; knows then what role, places and password each account must have."""

    def __init__(self) -> None:
        self._expected: dict[str, dict[str, Any]] = {}

    def observe(self, row: Mapping[str, Any]) -> None:
        """Take one row of the audit; what a newer one said counts more."""
        if not row["subject"].startswith(SUBJECT):
            return
        known = self._expected.setdefault(row["subject"].removeprefix(SUBJECT), {})
        try:
            told = json.loads(row["detail"])
        except ValueError:
            return
        for name in ("role", "places", "password", "active"):
            if name in told:
                known.setdefault(name, told[name])
        if row["action"] in ACTIVE:
            known.setdefault("active", ACTIVE[row["action"]])

    def expected(self, login: str) -> Expected:
        """What the account must be like, as far as the audit says."""
        return self._expected.get(login, {})

    def finish(self, connection: Connection, flaws: Flaws) -> None:
        """Compare the accounts with it."""
        if not inspect(connection).has_table(account.name):
            return
        for row in connection.execute(select(account)).mappings():
            present = {**row, "password": password_mark(row["password_hash"])}
            for name, value in self.expected(row["login"]).items():
                if present[name] != value:
                    flaws.add(
                        Flaw(
                            FlawKind.ACCOUNT_DIFFERS,
                            account.name,
                            row["id"],
                            name=name,
                            found=str(present[name]),
                        )
                    )


def sessions_ahead(connection: Connection, flaws: Flaws) -> None:
    """Find sessions that were used in the future."""
    if not inspect(connection).has_table(login_session.name):
        return
    ahead = clock.now(connection) + clock.CLOCK_DIFFERENCE
    which = (login_session.c.seen_at > ahead) | (login_session.c.started_at > ahead)
    for row_id in connection.scalars(select(login_session.c.id).where(which).order_by(login_session.c.id)):
        flaws.add(Flaw(FlawKind.SESSION_AHEAD, login_session.name, row_id))
