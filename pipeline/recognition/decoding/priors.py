"""Priors: the probability of a text in a field before its ink is read, in natural logs (nats).

A prior ranks readings; it never invents a reading. No cap bounds it: the ink alone decides which texts may become the
reading (``ALLOWED``), and the prior decides among these. Where it expects another text so strongly that the networks'
certainty does not outweigh it, the reading keeps the ink's text and gets a low probability.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any

ALLOWED = 7.0
"""How far (nats, tempered) a text may lie behind the clearest ink and still become the reading.

Where the clearest ink is wrong and the truth is among the weighed texts, it lies nearer in 99 of 100 lines of unseen
writers, in 95 of 100 of another collection (``benchmarks/fitting/fit_field_priors.py``). It bounds what the entry and
the book may add as well: with 7 instead of 5, one place in 90 more is right in five drawn books of eight pages, and
nothing wrong is accepted (tried once, repeated by no command)."""

ALLOWED_PER_LETTER = 5.0
"""The same for each letter in which the texts differ, and the most that the ink of a letter speaks against another
letter: networks are never surer of a letter than this.

Of 94 real years and dates that are misread in one figure, the truth lies nearer in 95 of 100, within 1.2 in half."""

OVERRULED = 2.0
"""How far (nats, tempered) the ink of a figure may speak against the reading that expectation gives it, if the value is
to be accepted without a person. Half of the real years and dates that are misread in one figure lie nearer."""

CONTEXT = 3
"""Number of preceding words that a prior uses."""


@dataclass(frozen=True, kw_only=True)
class Prior:
    """The prior of a field. This base class knows nothing: the ink alone decides.

    Attributes:
        terms: Texts that are tried on the ink even if the networks do not propose them.
        letters: The letters of the field's grammar (empty: any).
        overrules: How far (nats, tempered) the ink may speak against a reading that is accepted without a person.
    """

    terms: tuple[str, ...] = ()
    letters: str = ""
    overrules: float = math.inf

    def word(self, _before: tuple[str, ...], _word: str, /) -> float:
        """Return the weight (nats, at most 0) of a word after up to ``CONTEXT`` others."""
        return 0.0

    def whole(self, _text: str, /) -> float:
        """Return the weight (nats) of a whole text beyond its words."""
        return 0.0

    def likelier(self, _text: str, /) -> tuple[str, ...]:
        """Return texts like this one that are much likelier by the prior alone; they are scored on the ink too."""
        return ()

    def near(self, _before: str, _word: str, _after: str, /) -> tuple[str, ...]:
        """Return known words that this word may be a misreading of, given its neighbours (``""`` at the ends)."""
        return ()

    def support(self, _text: str, /) -> float:
        """Return the known share 0..1 of a text."""
        return 0.0


@dataclass(frozen=True)
class _WrappedPrior(Prior):
    """The prior of a line in a longer text: ``prior`` without the words of the other lines."""

    prior: Prior

    def word(self, before: tuple[str, ...], word: str, /) -> float:
        return self.prior.word(before, word)

    def whole(self, text: str, /) -> float:
        return self.prior.whole(text)

    def likelier(self, text: str, /) -> tuple[str, ...]:
        return self.prior.likelier(text)

    def near(self, before: str, word: str, after: str, /) -> tuple[str, ...]:
        return self.prior.near(before, word, after)

    def support(self, text: str, /) -> float:
        return self.prior.support(text)


@dataclass(frozen=True)
class LeftContextPrior(_WrappedPrior):
    """The prior of a line that continues another line with the last words ``before``."""

    before: tuple[str, ...]

    def word(self, before: tuple[str, ...], word: str, /) -> float:
        return self.prior.word((*self.before, *before)[-CONTEXT:], word)

    def near(self, before: str, word: str, after: str, /) -> tuple[str, ...]:
        return self.prior.near(before or self.before[-1], word, after)


@dataclass(frozen=True)
class RightContextPrior(_WrappedPrior):
    """The prior of a line before another line with the first word ``after``."""

    after: str

    def whole(self, text: str, /) -> float:
        return self.prior.whole(text) + self.continuation(text)

    def continuation(self, text: str) -> float:
        """Return the weight (nats) of the next line's first word after this text."""
        return self.prior.word(tuple(text.split())[-CONTEXT:], self.after)

    def near(self, before: str, word: str, after: str, /) -> tuple[str, ...]:
        return self.prior.near(before, word, after or self.after)


def prior_after(prior: Prior, text: str) -> Prior:
    """Return the prior of a line that follows another line of the same field.

    Args:
        text: The text of the preceding line.
    """
    words = tuple(text.split())[-CONTEXT:]
    return LeftContextPrior(prior, words, **_shape(prior)) if words else prior


def prior_before(prior: Prior, text: str) -> RightContextPrior | None:
    """Return the prior of a line that precedes another line of the same field.

    Args:
        text: The text of the following line.

    Returns:
        The prior, ``None`` where ``text`` is empty.
    """
    words = text.split()
    return RightContextPrior(prior, words[0], **_shape(prior)) if words else None


def _shape(prior: Prior) -> dict[str, Any]:
    return {field.name: getattr(prior, field.name) for field in fields(Prior)}
