"""Which tables the audit answers for: no row of theirs is added, changed or removed without a row of the audit."""

from __future__ import annotations

from sqlalchemy import Connection, inspect

from pipeline.registry.accounts.tables import account, login_session
from pipeline.registry.amendments.tables import amendment
from pipeline.registry.check_tables import book_finding, link, link_decision
from pipeline.registry.desk.tables import aside, keying, submission, ticket, ticket_closing
from pipeline.registry.lots.tables import LOTS_APPEND_ONLY
from pipeline.registry.reconciliation.tables import difference, difference_answer, reconciliation
from pipeline.registry.tables import (
    book,
    decision,
    entry,
    finding,
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
        login_session,
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
        link_decision,
        keying,
        submission,
        aside,
        ticket,
        ticket_closing,
        amendment,
        reconciliation,
        difference,
        difference_answer,
        *LOTS_APPEND_ONLY,
    )
)
"""And every ``<record>_record``: the values in force are what somebody would change first."""

NOT_COVERED = {
    "audit": "covers itself by its chain",
    "book_run": "says for minutes which run has a book in hand; nothing follows from it but a wait",
    "lease": "lasts for minutes; whoever takes, is shown or hands back a task is told of",
    "login_failure": "counts wrong passwords for minutes, then goes; nothing follows from it but a wait",
    "review_task": "follows from readings, findings and decisions, and is made anew by them",
}
"""The other tables, and why they may be left out."""


def covered_tables(connection: Connection) -> tuple[str, ...]:
    """Those of this database."""
    there = inspect(connection).get_table_names()
    return tuple(name for name in sorted(there) if name in COVERED or name.endswith("_record"))
