"""Priors: knowledge about a field before its ink is read. A prior ranks readings; it never invents a reading.

Every prior is bounded: it gives natural logs from ``-LIMIT`` (a syllable, or a whole text) to 0, and the decoder lets a
reading gain at most ``LIMIT`` per word over the reading with the clearest ink. Clear ink always wins.
"""

from __future__ import annotations

from dataclasses import dataclass

LIMIT = 5.0
"""The largest penalty of a prior on an unknown syllable or a whole text, in nats."""

CONTEXT = 3
"""Number of preceding words that a prior uses."""


@dataclass(frozen=True, kw_only=True)
class Prior:
    """The prior of a field. This base class knows nothing: the ink alone decides.

    Attributes:
        terms: Texts that are tried on the ink even if the networks do not propose them.
        letters: The letters of the field's grammar (empty: any).
    """

    terms: tuple[str, ...] = ()
    letters: str = ""

    def word(self, _before: tuple[str, ...], _word: str, /) -> float:
        """Return the weight (nats) of a word after up to ``CONTEXT`` others, from ``-LIMIT`` a syllable to 0."""
        return 0.0

    def whole(self, _text: str, /) -> float:
        """Return the weight (nats) of a whole text, ``-LIMIT`` to 0."""
        return 0.0

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
        return max(-LIMIT, self.prior.whole(text) + self.continuation(text))

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
    return LeftContextPrior(prior, words, terms=prior.terms, letters=prior.letters) if words else prior


def prior_before(prior: Prior, text: str) -> RightContextPrior | None:
    """Return the prior of a line that precedes another line of the same field.

    Args:
        text: The text of the following line.

    Returns:
        The prior, ``None`` where ``text`` is empty.
    """
    words = text.split()
    return RightContextPrior(prior, words[0], terms=prior.terms, letters=prior.letters) if words else None
