"""What may happen to rows, over the tables of all rooms: triggers, the role on PostgreSQL and the audit go by it."""

from __future__ import annotations

from pipeline.registry.accounts.tables import login_failure, login_session
from pipeline.registry.amendments.tables import AMENDMENT_APPEND_ONLY
from pipeline.registry.audit.tables import audit
from pipeline.registry.check_tables import CHECK_APPEND_ONLY, CHECK_ONLY_ENDS
from pipeline.registry.desk.tables import DESK_APPEND_ONLY, lease
from pipeline.registry.lots.tables import LOTS_APPEND_ONLY
from pipeline.registry.reconciliation.tables import RECONCILIATION_APPEND_ONLY
from pipeline.registry.tables import APPEND_ONLY, REMOVABLE

GROWING = (
    *APPEND_ONLY,
    *CHECK_APPEND_ONLY,
    *DESK_APPEND_ONLY,
    *AMENDMENT_APPEND_ONLY,
    *RECONCILIATION_APPEND_ONLY,
    *LOTS_APPEND_ONLY,
    audit,
)
"""No row of these is ever changed or deleted."""

ENDING = CHECK_ONLY_ENDS
"""Rows of these are added and end, once: the column that says so."""

COMING_AND_GOING = (*REMOVABLE, login_session, login_failure, lease)
"""Rows of these, and of the record tables, are deleted when they are over."""
