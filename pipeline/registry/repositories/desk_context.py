"""One call at the desk: its transaction, what is declared, what the office has set, and the time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from pipeline.registry.tables.record_schema import RecordSchema
from pipeline.review_policy import ReviewPolicy


@dataclass(frozen=True, slots=True)
class DeskContext:
    """What every step of a call needs. ``now`` is one moment throughout, in UTC."""

    connection: Connection
    declared: RecordSchema
    policy: ReviewPolicy
    now: datetime

    @property
    def until(self) -> datetime:
        """When a lease that is given now runs out."""
        return self.now + self.policy.lease
