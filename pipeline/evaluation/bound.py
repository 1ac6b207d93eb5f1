"""How large a share of errors may really be when so many were seen."""

from __future__ import annotations

from pipeline.calibration import risk

SURE = 0.95
"""How sure a bound is: the share of such samples whose bound holds."""


def upper_bound(wrong: int, fields: int, sure: float = SURE) -> float | None:
    """The exact (Clopper–Pearson) one-sided upper bound of a share of which ``wrong`` in ``fields`` were seen;
    ``None`` of nothing.
    """
    return risk.upper_bound(fields, wrong, 1 - sure) if fields else None


def exceeds(wrong: int, fields: int, tolerated: float, sure: float = SURE) -> bool:
    """Whether more was wrong than so tolerated a share of errors would let one expect."""
    return wrong > 0 and 1 - risk.at_most(wrong - 1, fields, tolerated) <= 1 - sure
