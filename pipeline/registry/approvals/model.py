"""Approvals of books before delivery, and amendments as the supervisor of a book lists them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipeline.registry.amendments.model import Amendment
from pipeline.registry.approvals.rows import BookApprovalRow


class ApprovalKind(StrEnum):
    """Whether a row of ``book_approval`` approves the book or withdraws the approval."""

    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class BookApproval(BookApprovalRow):
    """``holds``: whether the book is approved by this row: it is the last one, and no value has changed since."""

    holds: bool


@dataclass(frozen=True, slots=True)
class ApprovalView:
    """A book as a person who may approve it sees it.

    Attributes:
        state: Digest of its present values.
        waiting: Number of open tasks.
        unsigned: Number of amendments in force without a second signature.
        acts: Approvals and withdrawals, newest first.
    """

    state: str
    entries: int
    waiting: int
    unsigned: int
    acts: tuple[BookApproval, ...]

    @property
    def in_force(self) -> BookApproval | None:
        """The approval in force."""
        return next((act for act in self.acts if act.holds), None)


@dataclass(frozen=True, slots=True)
class ListedAmendment:
    """An amendment of an entry in a list of a book.

    Attributes:
        number: Number of the entry; ``""`` if it waits or is unknown.
        hidden: Whether the field waits for people, so that its values must not be shown.
        in_force: Whether it is neither withdrawn nor replaced by a later amendment.
        signed_by: Login of the second person who signed it; ``""`` if nobody has signed it.
    """

    entry_id: int
    number: str
    amendment: Amendment
    hidden: bool
    in_force: bool
    withdrawn: bool
    signed_by: str
    signed_at: datetime | None
