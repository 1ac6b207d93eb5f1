"""What lots are to the rest of the house. Frozen values; nothing here touches a database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipeline.declarations.sampling import SamplingPlan, upper_bound_of_wrong


class Part(StrEnum):
    """Why an entry of a lot was put into question."""

    SAMPLE = "sample"
    REST = "rest"


class LotVerdict(StrEnum):
    """How a lot was closed."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


BOUND_RISK = 0.05
"""How often more may be wrong in a lot than its bound says."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found in a sample so far.

    Attributes:
        checked: Entries that were checked whole.
        wrong: Entries with at least one wrong field.
    """

    checked: int
    wrong: int
    fields_checked: int
    fields_wrong: int


@dataclass(frozen=True, slots=True)
class Closing:
    """How a lot was closed.

    Attributes:
        findings: What was found in the sample until then.
        bound: The share of wrong entries that the lot does not exceed.
    """

    verdict: LotVerdict
    findings: Findings
    bound: float
    reason: str
    login: str
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot of books whose entries are accepted or rejected together.

    Attributes:
        plan: The sampling plan by which the lot is judged.
        questioned: Entries of the sample that were handed to checkers.
        reopened: Other entries that were opened again.
        left: Entries that are still to be handed out or opened again.
        checkers: How many accounts may check the lot.
        findings: What was found in the sample so far.
        closing: How the lot was closed; None as long as it is open.
    """

    lot_id: int
    place_code: str
    books: tuple[str, ...]
    preset: str
    turn: int
    fields: str
    seed: str
    plan: SamplingPlan
    login: str
    drawn_at: datetime
    questioned: int
    reopened: int
    left: int
    checkers: int
    findings: Findings
    closing: Closing | None

    @property
    def is_decided(self) -> bool:
        """Whether what was found decides: all is checked, or more is wrong than the plan lets pass."""
        whole = self.findings.checked >= self.plan.sample
        return whole or (self.findings.wrong > self.plan.acceptance and not self.plan.is_whole)

    @property
    def verdict(self) -> LotVerdict:
        """What the plan says of what was found so far."""
        passes = self.plan.is_whole or self.findings.wrong <= self.plan.acceptance
        return LotVerdict.ACCEPTED if passes else LotVerdict.REJECTED

    @property
    def bound(self) -> float:
        """The share (0..1) of wrong entries in the lot as it was drawn that is not exceeded, with 95 % confidence."""
        return bound_of(self.plan, self.findings)


def bound_of(plan: SamplingPlan, findings: Findings) -> float:
    """The same of a plan and what was found. Entries that nobody has checked yet say nothing."""
    if plan.lot == 0:
        return 0.0
    seen = max(findings.checked, findings.wrong)
    return upper_bound_of_wrong(findings.wrong, plan.lot, seen, BOUND_RISK) / plan.lot
