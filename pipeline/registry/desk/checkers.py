"""Who may check at a place at all."""

from __future__ import annotations

from sqlalchemy import Connection, select

from pipeline.registry.accounts.person import Role
from pipeline.registry.accounts.tables import account
from pipeline.registry.desk.permits import STAGES
from pipeline.registry.desk.values import Stage


def checkers(connection: Connection, place_code: str) -> frozenset[int]:
    """The accounts in use that may check what is of that place."""
    roles = [role for role in Role if Stage.CHECK in STAGES[role]]
    rows = connection.execute(
        select(account.c.id, account.c.places).where(account.c.active, account.c.role.in_(roles))
    )
    return frozenset(row.id for row in rows if row.places is None or place_code in row.places)
