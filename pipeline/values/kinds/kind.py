"""What a kind of value is: from the text on paper to a canonical form and back.

To add a kind, subclass ``Kind`` and list an instance of it in ``pipeline.values.kinds.KINDS``; to add a kind of several
values in one slot, subclass ``CompositeKind`` and list it in ``COMPOSITES``. The verbatim text is never changed.
"""

from __future__ import annotations

import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar, NamedTuple, Protocol

from pipeline.base.text.tones import folded

DITTO = "L07"

AS_ABOVE = "như trên"
"""The ditto mark in words, which stands for signs without letters."""
NOT_IN_LIST = "NOT-IN-LIST"
UNCODED = "UNCODED"
"""The finding of a printed box for which its code list has no code."""


class VocabularyTerm(Protocol):
    """A term of a code list, wherever it is declared."""

    @property
    def code(self) -> str: ...

    @property
    def label(self) -> str: ...

    @property
    def aliases(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class Vocabulary:
    """A code list.

    Attributes:
        terms: Code, label and aliases of each term.
        finding: The code of the finding for a text that is no term.
        uncoded: The words of boxes on forms for which the list has no code.
    """

    terms: tuple[tuple[str, str, tuple[str, ...]], ...]
    finding: str = NOT_IN_LIST
    uncoded: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, terms: Iterable[VocabularyTerm], finding: str = NOT_IN_LIST, boxes: Iterable[str] = ()
    ) -> Vocabulary:
        """Return the vocabulary of declared terms.

        Args:
            terms: As in ``schema.Vocab.terms``.
            finding: As in ``schema.Vocab.finding``.
            boxes: Words of printed boxes; those that no term is written with are kept as ``uncoded``.
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
        """From every text of ``uncoded``, folded, to the text."""
        return {folded(words): words for words in self.uncoded}

    @cached_property
    def spellings(self) -> tuple[str, ...]:
        """Every label and alias, each once, in the order of the list."""
        return tuple(dict.fromkeys(word for _, label, aliases in self.terms for word in (label, *aliases)))

    @property
    def has_codes(self) -> bool:
        """Whether the codes of all terms differ from their names; a column of such a list holds codes only."""
        return all(code != label for code, label, _ in self.terms)

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """From code to label."""
        return {code: label for code, label, _ in self.terms}


class Parsed(NamedTuple):
    """What a text parses to.

    Attributes:
        canonical: The canonical form, ``""`` when the text does not parse.
        problems: The codes of the findings about the text.
    """

    canonical: str
    problems: tuple[str, ...] = ()


NOTHING = Parsed("")
"""What an empty text parses to: no value, and nothing wrong with it."""


class Kind(ABC):
    """A kind of value. ``parse(format(v)).canonical == v`` for every canonical ``v``; no text makes it raise.

    Attributes:
        name: The name that ``schemas/records`` declares fields with.
        problems: The codes that ``parse`` may find about a text by itself.
    """

    name: ClassVar[str]
    problems: ClassVar[tuple[str, ...]] = (DITTO,)

    @abstractmethod
    def parse(self, text: str, vocab: Vocabulary | None = None, /) -> Parsed:
        """Return the canonical form of a text and what is wrong with it. Only a choice looks at ``vocab``."""

    def format(self, value: str, _vocab: Vocabulary | None = None, /) -> str:
        """Return a canonical value as a clerk would write it.

        Raises:
            ValueError: The value is not canonical.
        """
        return value


class CompositeKind(ABC):
    """Several values in one slot, such as a name and a title.

    Attributes:
        name: The name that ``schemas/forms`` declares slots with.
        roles: The values in it; the first keeps what cannot be assigned.
        connecting: Words and signs between the values, which belong to none and are dropped.
        vocabulary: The code list whose terms tell the values apart, ``""`` where none does.
        by_line: Whether the ends of lines tell them apart too.
    """

    name: ClassVar[str]
    roles: ClassVar[tuple[str, ...]]
    connecting: ClassVar[tuple[str, ...]]
    vocabulary: ClassVar[str] = ""
    by_line: ClassVar[bool] = False

    @abstractmethod
    def split(self, text: str, vocab: Vocabulary | None = None, /) -> Mapping[str, str]:
        """Return the verbatim text of every role, ``""`` for none.

        Args:
            text: What is written; lines are parted by line ends where ``by_line``, else by spaces.
            vocab: The terms of ``vocabulary``.
        """


# --- ditto marks ------------------------------------------------------------------------------------------------------

_WORDS = re.compile(r"(?:n\.?\s?t\.?|như\s+trên|nhu\s+tren|như\s+nt)")
_BEGINNINGS = frozenset("nN-–—=/\"”“″〃',’")
_STROKES = re.compile(r"(?:[-–—=]\s*)*(?:/\s*/|[\"”“″〃]|''|,,|’’)(?:\s*[-–—=])*")
_STROKE_LETTERS = frozenset("lIiJjnuLU")


def is_ditto(text: str) -> bool:
    """Return whether the whole text is a ditto mark (``nt``, ``như trên``, ``-//-``, ``"``), “the same as above”.

    The mark stays the text; a person decides what it repeats (finding L07).
    """
    begins = text.lstrip("( ")[:1]
    if begins not in _BEGINNINGS and not begins.isspace():  # settles nearly every text
        return False
    word = folded(text).strip("() ")
    return bool(_WORDS.fullmatch(word) or _STROKES.fullmatch(word))


def taken_literally(kind: Kind, parsed: Parsed) -> Parsed:
    """Return what a text is where a ditto mark stands for nothing above it: a mark is then no value of its kind.

    Args:
        kind: The kind.
        parsed: What the kind makes of the text.
    """
    if DITTO not in parsed.problems:
        return parsed
    others = [code for code in kind.problems if code != DITTO]
    return Parsed(parsed.canonical, tuple(others[:1]))


def is_like_ditto(text: str) -> bool:
    """Return whether a text may be ditto marks or dashes that were misread.

    Such a text has no word of two letters or more that are not all mere strokes (``11``, ``- 1``, ``ll``, ``n``).
    """
    words = re.findall(r"[^\W\d_]+", text)
    return not any(len(word) > 1 and not _STROKE_LETTERS.issuperset(word) for word in words)


# --- digits as clerks write them --------------------------------------------------------------------------------------

_LEADER = re.compile(r"[\s.…_·]+")


def without_leader(text: str) -> str:
    """Return the text (NFC) without spaces and the dots of a leader: ``3 6 0  1 1 8`` and ``0 . 7`` close up."""
    if text.isascii() and text.isalnum():
        return text
    return _LEADER.sub("", unicodedata.normalize("NFC", text))


def is_digits(text: str) -> bool:
    """Return whether the text is ASCII digits and nothing else (``str.isdigit`` also takes ``²`` and ``٣``)."""
    return text.isascii() and text.isdigit()
