"""How much surer a value is that the rest of its book bears out (``book_context.confirmed_values``).

By Bayes its odds grow by how much more often right values are confirmed than wrong ones. That ratio is bounded from
below on books that nothing is trained with (``benchmarks/fitting/fit_confirmation.py``), so that what is proven of
calibrated probabilities holds for the confirmed ones too.
"""

from __future__ import annotations

SAID_ELSEWHERE = 7.0
"""How many times likelier a right value is than a wrong one to stand on two other entries too, at least."""

IN_ORDER = 100.0
"""The same of a number that alone fits between those before and behind it; assumed, as no wrong one was met."""


DECIDED_ELSEWHERE = 30.0
"""The same of a value that people decided on two other pages and that its own ink speaks for
(``book_context.decided_values``; ``benchmarks/fitting/fit_decided_values.py``)."""


STAMPED_OTHERWISE = 0.0008
"""How often at most the letters that were read of a stamp are as much like another name as like its own, and the book
does not know that name (``decided_values.SAME_IN_PRINT``; ``benchmarks/fitting/fit_stamped_names.py``)."""


def confirmed_chance(chance: float, odds: float) -> float:
    """Return the probability that a confirmed value is right.

    Args:
        chance: Its probability without the book, 0..1.
        odds: How many times likelier right values are to be confirmed so.
    """
    return odds * chance / (1.0 - chance + odds * chance)
