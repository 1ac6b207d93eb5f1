"""What every kind of value promises, and the values it deals in.

A kind is a module: ``parse`` turns what stands on paper into a canonical form (``""`` when it does not parse)
and the codes of what is wrong with it; ``format`` writes a canonical form as a clerk would. The text itself
is never changed. A composite is a module too: ``split`` cuts the text of one blank into the verbatim texts of
its roles.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple, Protocol

from pipeline.text.tones import folded

NOT_IN_LIST = "NOT-IN-LIST"
UNCODED = "UNCODED"
"""The finding of a printed box for which its code list has no code."""


class VocabularyTerm(Protocol):
    """A term of a code list, whoever declares it."""

    @property
    def code(self) -> str: ...

    @property
    def label(self) -> str: ...

    @property
    def aliases(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class Vocabulary:
    """A code list: each term is ``(code, label, aliases)``; ``finding`` is the code for a text that is no
    term; ``uncoded``: the words beside boxes of forms for which the list has no code.
    """

    terms: tuple[tuple[str, str, tuple[str, ...]], ...]
    finding: str = NOT_IN_LIST
    uncoded: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, terms: Iterable[VocabularyTerm], finding: str = NOT_IN_LIST, boxes: Iterable[str] = ()
    ) -> Vocabulary:
        """The vocabulary of declared terms (``schema.Vocab.terms``), their finding (``schema.Vocab.finding``) and
        the words beside ``boxes``, of which those are kept that no term is written with.
        """
        known = cls(tuple((term.code, term.label, tuple(term.aliases)) for term in terms), finding)
        return replace(known, uncoded=tuple(words for words in boxes if folded(words) not in known.codes))

    @cached_property
    def codes(self) -> Mapping[str, str]:
        """From every folded label and alias to its code; one that two terms share belongs to neither."""
        found: dict[str, str] = {}
        shared: set[str] = set()
        for code, label, aliases in self.terms:
            for spelling in {folded(word) for word in (label, *aliases)}:
                if found.setdefault(spelling, code) != code:
                    shared.add(spelling)
        return {spelling: code for spelling, code in found.items() if spelling and spelling not in shared}

    @cached_property
    def printed(self) -> Mapping[str, str]:
        """From every text of ``uncoded`` as it is folded to the text."""
        return {folded(words): words for words in self.uncoded}

    @cached_property
    def spellings(self) -> tuple[str, ...]:
        """Every label and alias, each once, in the order of the list."""
        return tuple(dict.fromkeys(word for _, label, aliases in self.terms for word in (label, *aliases)))

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """From code to label."""
        return {code: label for code, label, _ in self.terms}


class Parsed(NamedTuple):
    """``canonical`` is ``""`` when the text does not parse; ``problems`` are codes of findings."""

    canonical: str
    problems: tuple[str, ...] = ()


NOTHING = Parsed("")
"""What an empty text parses to: no value, and nothing wrong with it."""


class Kind(Protocol):
    """A kind of value. ``parse(format(v)).canonical == v`` for every canonical ``v``; no text makes it raise."""

    def parse(self, text: str, vocab: Vocabulary | None = None) -> Parsed: ...

    def format(self, value: str, vocab: Vocabulary | None = None) -> str:
        """The text a clerk would write; ``ValueError`` when ``value`` is not canonical."""
        ...


class Composite(Protocol):
    """Several values in one blank."""

    @property
    def ROLES(self) -> tuple[str, ...]: ...

    def split(self, text: str) -> Mapping[str, str]:
        """The verbatim text of every role (``""`` for none); what cannot be assigned stays in the first role."""
        ...
