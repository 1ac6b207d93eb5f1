"""What is known of a field before its ink is seen. A prior ranks readings; it never makes one out of nothing.

Every prior is bounded: it gives natural logs from ``-LIMIT`` (a syllable, or a whole text) to 0, and the decoder lets a
reading gain no more than ``LIMIT`` a word over the one whose ink is the clearest: clear ink wins whatever is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

LIMIT = 5.0
"""Most that a prior takes from an unknown syllable, or from a whole text, in nats."""

_CONTEXT = 3
"""Words before a word that a prior looks at."""


class Prior(Protocol):
    """``terms``: texts that are tried wherever they are hidden; ``letters``: what the grammar asks for (empty: any)."""

    @property
    def terms(self) -> tuple[str, ...]: ...

    @property
    def letters(self) -> str: ...

    def word(self, before: tuple[str, ...], word: str) -> float:
        """The weight of a word behind up to three others, ``-LIMIT`` a syllable to 0."""

    def whole(self, text: str) -> float:
        """The weight of a whole text, ``-LIMIT`` to 0."""

    def near(self, before: str, word: str, after: str) -> tuple[str, ...]:
        """Known words that this one may be, misread, between its neighbours (``""`` at the ends)."""

    def support(self, text: str) -> float:
        """The share 0..1 of a text that is known."""


@dataclass(frozen=True, slots=True)
class FreePrior:
    """Nothing is known: the ink alone decides."""

    terms: tuple[str, ...] = ()
    letters: str = ""

    def word(self, before: tuple[str, ...], word: str) -> float:
        del before, word
        return 0.0

    def whole(self, text: str) -> float:
        del text
        return 0.0

    def near(self, before: str, word: str, after: str) -> tuple[str, ...]:
        del before, word, after
        return ()

    def support(self, text: str) -> float:
        del text
        return 0.0


def free_prior() -> Prior:
    """No lexicon and no grammar."""
    return FreePrior()


@dataclass(frozen=True)
class _WrappedPrior:
    """The prior of a line that is part of a longer text: all as ``prior`` says, but for what stands beside it."""

    prior: Prior

    @property
    def terms(self) -> tuple[str, ...]:
        return self.prior.terms

    @property
    def letters(self) -> str:
        return self.prior.letters

    def word(self, before: tuple[str, ...], word: str) -> float:
        return self.prior.word(before, word)

    def whole(self, text: str) -> float:
        return self.prior.whole(text)

    def near(self, before: str, word: str, after: str) -> tuple[str, ...]:
        return self.prior.near(before, word, after)

    def support(self, text: str) -> float:
        return self.prior.support(text)


@dataclass(frozen=True)
class LeftContextPrior(_WrappedPrior):
    """The prior of a line that goes on where another one ends: ``before`` are the other's last words."""

    before: tuple[str, ...]

    def word(self, before: tuple[str, ...], word: str) -> float:
        return self.prior.word((*self.before, *before)[-_CONTEXT:], word)

    def near(self, before: str, word: str, after: str) -> tuple[str, ...]:
        return self.prior.near(before or self.before[-1], word, after)


def prior_after(prior: Prior, text: str) -> Prior:
    """The prior behind a line that says ``text``."""
    words = tuple(text.split())[-_CONTEXT:]
    return LeftContextPrior(prior, words) if words else prior


@dataclass(frozen=True)
class RightContextPrior(_WrappedPrior):
    """The prior of a line that goes on in another one: ``after`` is the other's first word."""

    after: str

    def whole(self, text: str) -> float:
        return max(-LIMIT, self.prior.whole(text) + self.going_on(text))

    def going_on(self, text: str) -> float:
        """What it weighs that the other line's first word stands behind this text."""
        return self.prior.word(tuple(text.split())[-_CONTEXT:], self.after)

    def near(self, before: str, word: str, after: str) -> tuple[str, ...]:
        return self.prior.near(before, word, after or self.after)


def prior_before(prior: Prior, text: str) -> RightContextPrior | None:
    """The prior before a line that says ``text``; ``None`` where that says nothing."""
    words = text.split()
    return RightContextPrior(prior, words[0]) if words else None
