"""Approvals of books before they are delivered, and amendments as the supervisor of a book lists them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipeline.registry.amendments.model import Amendment
from pipeline.registry.approvals.rows import BookApprovalRow


class ApprovalKind(StrEnum):
    """What a row of ``book_approval`` says: the book was approved, or the approval was taken back."""

    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class BookApproval(BookApprovalRow):
    """``holds``: whether the book is approved by this row: it is the last one, and no value has changed since."""

    holds: bool


@dataclass(frozen=True, slots=True)
class ApprovalView:
    """A book as a person sees it who may approve it.

    Attributes:
        state: The digest of its values now.
        waiting: How many tasks of it wait for people.
        unsigned: How many amendments in force have no second signature.
        acts: What was done before, the newest first.
    """

    state: str
    entries: int
    waiting: int
    unsigned: int
    acts: tuple[BookApproval, ...]

    @property
    def in_force(self) -> BookApproval | None:
        """The approval that holds now."""
        return next((one for one in self.acts if one.holds), None)


@dataclass(frozen=True, slots=True)
class ListedAmendment:
    """An amendment of a book, without what waits for people.

    Attributes:
        number: The number of the entry, ``""`` where it waits or none is known.
        hidden: Whether the field waits for people, so that its values must not be shown.
        in_force: Whether nobody took it back and no later one took its place.
        withdrawn: Whether it was taken back.
        signed_by: Who signed it besides its author; ``""``: nobody yet.
        signed_at: When, None where nobody did.
    """

    entry_id: int
    number: str
    amendment: Amendment
    hidden: bool
    in_force: bool
    withdrawn: bool
    signed_by: str
    signed_at: datetime | None
