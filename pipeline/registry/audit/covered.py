"""Which tables the audit answers for: no row of theirs is added, changed or removed without a row of the audit."""

from __future__ import annotations

from sqlalchemy import Connection, inspect

from pipeline.registry.accounts.tables import account
from pipeline.registry.tables import (
    book,
    book_finding,
    decision,
    entry,
    finding,
    link,
    page,
    page_failure,
    page_run,
    reading,
    resolved_place,
    scan,
)

COVERED = tuple(
    table.name
    for table in (
        account,
        book,
        scan,
        page,
        page_run,
        page_failure,
        entry,
        reading,
        finding,
        decision,
        resolved_place,
        book_finding,
        link,
    )
)
"""And every ``<record>_record``: the values in force are what somebody would change first."""

NOT_COVERED = {
    "audit": "covers itself by its chain",
    "login_failure": "counts wrong passwords for minutes, then goes",
    "login_session": "comes and goes with every login, which the audit tells",
    "review_task": "follows from readings, findings and decisions, and is made anew by them",
}
"""The other tables, and why they may be left out."""


def covered_tables(connection: Connection) -> tuple[str, ...]:
    """Those of this database."""
    there = inspect(connection).get_table_names()
    return tuple(name for name in sorted(there) if name in COVERED or name.endswith("_record"))
