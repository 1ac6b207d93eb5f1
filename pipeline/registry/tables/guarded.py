"""What may happen to the rows of which table, and which tables the audit answers for.

Triggers, the role on PostgreSQL and the audit go by it.
"""

from __future__ import annotations

from sqlalchemy import Connection, inspect

from pipeline.registry.tables.accounts import (
    ACCOUNT_APPEND_ONLY,
    account,
    external_identity,
    login_failure,
    login_session,
)
from pipeline.registry.tables.amendments import AMENDMENT_APPEND_ONLY, amendment
from pipeline.registry.tables.api_tokens import api_token
from pipeline.registry.tables.approvals import APPROVAL_APPEND_ONLY
from pipeline.registry.tables.assignments import ASSIGNMENT_APPEND_ONLY
from pipeline.registry.tables.audit import audit, row_digest
from pipeline.registry.tables.books import (
    BOOK_APPEND_ONLY,
    book,
    book_run,
    page,
    page_failure,
    page_run,
    scan,
)
from pipeline.registry.tables.checks import (
    CHECK_APPEND_ONLY,
    CHECK_ONLY_ENDS,
    book_finding,
    link,
    link_decision,
)
from pipeline.registry.tables.clear_values import CLEAR_APPEND_ONLY
from pipeline.registry.tables.comments import COMMENT_APPEND_ONLY
from pipeline.registry.tables.confirmed_deliveries import DELIVERY_APPEND_ONLY
from pipeline.registry.tables.data_entry import DATA_ENTRY_APPEND_ONLY
from pipeline.registry.tables.desk import (
    DESK_APPEND_ONLY,
    aside,
    keying,
    lease,
    submission,
    ticket,
    ticket_closing,
)
from pipeline.registry.tables.entries import entry, finding, reading, resolved_place
from pipeline.registry.tables.extracts import EXTRACT_APPEND_ONLY
from pipeline.registry.tables.guidelines import GUIDELINE_APPEND_ONLY
from pipeline.registry.tables.imports import IMPORT_APPEND_ONLY
from pipeline.registry.tables.lots import LOTS_APPEND_ONLY
from pipeline.registry.tables.reconciliation import (
    RECONCILIATION_APPEND_ONLY,
    difference,
    difference_answer,
    reconciliation,
)
from pipeline.registry.tables.redrawn_regions import REDRAWN_APPEND_ONLY
from pipeline.registry.tables.sampled_values import SAMPLED_APPEND_ONLY
from pipeline.registry.tables.search import SEARCH_APPEND_ONLY, SEARCH_INDEX
from pipeline.registry.tables.tasks import decision, review_task
from pipeline.registry.tables.teaching import TEACHING_APPEND_ONLY
from pipeline.registry.tables.teams import TEAM_APPEND_ONLY
from pipeline.registry.tables.webhooks import WEBHOOK_APPEND_ONLY
from pipeline.registry.tables.withdrawals import WITHDRAWAL_APPEND_ONLY

GROWING = (
    reading,
    finding,
    decision,
    resolved_place,
    *CHECK_APPEND_ONLY,
    *DESK_APPEND_ONLY,
    *AMENDMENT_APPEND_ONLY,
    *RECONCILIATION_APPEND_ONLY,
    *LOTS_APPEND_ONLY,
    *ACCOUNT_APPEND_ONLY,
    *BOOK_APPEND_ONLY,
    *WITHDRAWAL_APPEND_ONLY,
    *DATA_ENTRY_APPEND_ONLY,
    *DELIVERY_APPEND_ONLY,
    *APPROVAL_APPEND_ONLY,
    *ASSIGNMENT_APPEND_ONLY,
    *COMMENT_APPEND_ONLY,
    *GUIDELINE_APPEND_ONLY,
    *TEAM_APPEND_ONLY,
    *EXTRACT_APPEND_ONLY,
    *REDRAWN_APPEND_ONLY,
    *CLEAR_APPEND_ONLY,
    *SAMPLED_APPEND_ONLY,
    *TEACHING_APPEND_ONLY,
    *SEARCH_APPEND_ONLY,
    *WEBHOOK_APPEND_ONLY,
    *IMPORT_APPEND_ONLY,
    audit,
)
"""No row of these is ever changed or deleted."""

ENDING = CHECK_ONLY_ENDS
"""Rows of these are added and end, once: the column that says so."""

COMING_AND_GOING = (page_failure, book_run, login_session, login_failure, lease, row_digest, *SEARCH_INDEX)
"""Rows of these, and of the record tables, are deleted when they are over."""

COVERED = tuple(
    table.name
    for table in (
        account,
        api_token,
        external_identity,
        login_session,
        login_failure,
        book,
        scan,
        page,
        page_run,
        page_failure,
        entry,
        reading,
        finding,
        review_task,
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
        *ACCOUNT_APPEND_ONLY,
        *BOOK_APPEND_ONLY,
        *WITHDRAWAL_APPEND_ONLY,
        *DATA_ENTRY_APPEND_ONLY,
        *DELIVERY_APPEND_ONLY,
        *APPROVAL_APPEND_ONLY,
        *ASSIGNMENT_APPEND_ONLY,
        *COMMENT_APPEND_ONLY,
        *GUIDELINE_APPEND_ONLY,
        *TEAM_APPEND_ONLY,
        *EXTRACT_APPEND_ONLY,
        *REDRAWN_APPEND_ONLY,
        *CLEAR_APPEND_ONLY,
        *SAMPLED_APPEND_ONLY,
        *TEACHING_APPEND_ONLY,
        *SEARCH_APPEND_ONLY,
        *WEBHOOK_APPEND_ONLY,
        *IMPORT_APPEND_ONLY,
    )
)
"""And every ``<record>_record``: the effective values are what somebody would change first."""

NOT_COVERED = {
    "audit": "covers itself by its chain",
    "book_run": "says for minutes which run has a book in hand; nothing follows from it but a wait",
    "lease": "lasts for minutes; whoever takes, is shown or hands back a task is told of",
    "row_digest": "repeats what the audit says last of a row; verifying compares the two",
    **{
        table.name: "follows from the effective values; “hotich search check” compares the two"
        for table in SEARCH_INDEX
    },
}
"""The other tables, and why they may be left out."""

_GROWING_NAMES = frozenset(table.name for table in GROWING)


def may_change(table_name: str) -> bool:
    """Whether rows of a covered table may be changed or deleted, so that each is compared before that happens."""
    return table_name not in _GROWING_NAMES


def covered_tables(connection: Connection) -> tuple[str, ...]:
    """Those of this database."""
    there = inspect(connection).get_table_names()
    return tuple(name for name in sorted(there) if name in COVERED or name.endswith("_record"))
