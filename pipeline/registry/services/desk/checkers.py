"""Who may check at a place at all."""

from __future__ import annotations

from sqlalchemy import Connection, select

from pipeline.registry.model.accounts import Role
from pipeline.registry.model.desk import Stage
from pipeline.registry.repositories.permits import STAGES
from pipeline.registry.tables.accounts import account


def checkers(connection: Connection, place_code: str) -> frozenset[int]:
    """The accounts in use that may check what is of that place."""
    roles = [role for role in Role if Stage.CHECK in STAGES[role]]
    rows = connection.execute(
        select(account.c.id, account.c.places).where(account.c.active, account.c.role.in_(roles))
    )
    return frozenset(row.id for row in rows if row.places is None or place_code in row.places)
