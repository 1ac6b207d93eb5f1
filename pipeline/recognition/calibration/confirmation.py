"""How much the rest of a book raises the odds of a value that it confirms (``book_context.confirmed_values``).

By Bayes the odds grow by the ratio of the confirmation rates of right and wrong values. A lower bound of this ratio
comes from books outside all training (``benchmarks/fitting/fit_confirmation.py``), so the guarantees for calibrated
probabilities also hold for confirmed values.
"""

from __future__ import annotations

SAID_ELSEWHERE = 7.0
"""Lower bound of the ratio of right to wrong values among values that two other entries repeat."""

IN_ORDER = 100.0
"""The same ratio for a number that alone fits between its neighbours; assumed, as no wrong number was met."""

SAID_IN_COPY = 6.0
"""The same ratio for a value, no term of a list, that the second copy of a ledger kept twice clearly repeats, even in
the same hand (``book_context.double_ledger``; ``benchmarks/fitting/fit_double_ledgers.py``)."""

DECIDED_ELSEWHERE = 30.0
"""The same ratio for a value that people decided on two other pages and that its own ink supports
(``book_context.decided_values``; ``benchmarks/fitting/fit_decided_values.py``)."""


STAMPED_OTHERWISE = 0.0008
"""Upper bound of the rate at which the letters read from a stamp resemble another name, unknown to the book, as much as
the stamp's own name (``decided_values.SAME_IN_PRINT``; ``benchmarks/fitting/fit_stamped_names.py``)."""


def confirmed_chance(chance: float, odds: float) -> float:
    """Return the probability that a confirmed value is right.

    Args:
        chance: The probability without the book, 0..1.
        odds: Ratio of the confirmation rates of right and wrong values.
    """
    return odds * chance / (1.0 - chance + odds * chance)
