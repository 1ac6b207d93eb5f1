"""The definition of a kind of value: from the text on paper to a canonical form and back.

To add a kind, subclass ``Kind``, set its traits and list an instance in ``pipeline.values.kinds.KINDS``; for several
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
"""The ditto mark in words, in place of marks without letters."""
NOT_IN_LIST = "NOT-IN-LIST"
UNCODED = "UNCODED"
"""The finding for a printed box without a code in its code list."""


class VocabularyTerm(Protocol):
    """A term of a code list, wherever it is declared."""

    @property
    def code(self) -> str: ...

    @property
    def label(self) -> str: ...

    @property
    def aliases(self) -> tuple[str, ...]: ...


class OfferedName(Protocol):
    """A name of the complete list of which a code list has the usual terms."""

    @property
    def code(self) -> str: ...

    @property
    def label(self) -> str: ...

    @property
    def aliases(self) -> tuple[str, ...]: ...

    @property
    def doubtful(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class Vocabulary:
    """A code list.

    Attributes:
        terms: Code, label and aliases of each term.
        finding: The code of the finding for a text outside the list.
        uncoded: The texts of printed boxes without a code in the list.
        listed: The names of the complete list. Readings are not weighed by them, and they are no terms: a text that
            names one stays as written and is offered with it on delivery.
    """

    terms: tuple[tuple[str, str, tuple[str, ...]], ...]
    finding: str = NOT_IN_LIST
    uncoded: tuple[str, ...] = ()
    listed: tuple[OfferedName, ...] = ()

    @classmethod
    def of(
        cls,
        terms: Iterable[VocabularyTerm],
        finding: str = NOT_IN_LIST,
        boxes: Iterable[str] = (),
        listed: tuple[OfferedName, ...] = (),
    ) -> Vocabulary:
        """Return the vocabulary of declared terms.

        Args:
            terms: As in ``schema.Vocab.terms``.
            finding: As in ``schema.Vocab.finding``.
            boxes: Texts of printed boxes; texts that match no term are kept as ``uncoded``.
            listed: As in ``schema.Vocab.listed``.
        """
        of_terms = tuple((term.code, term.label, tuple(term.aliases)) for term in terms)
        known = cls(of_terms, finding, listed=listed)
        return replace(known, uncoded=tuple(words for words in boxes if folded(words) not in known.codes))

    @cached_property
    def codes(self) -> Mapping[str, str]:
        """Code by folded label or alias; a spelling shared by two terms is left out."""
        codes: dict[str, str] = {}
        shared: set[str] = set()
        for code, label, aliases in self.terms:
            for spelling in {folded(word) for word in (label, *aliases)}:
                if codes.setdefault(spelling, code) != code:
                    shared.add(spelling)
        return {spelling: code for spelling, code in codes.items() if spelling and spelling not in shared}

    @cached_property
    def printed(self) -> Mapping[str, str]:
        """Text of ``uncoded`` by its folded form."""
        return {folded(words): words for words in self.uncoded}

    @cached_property
    def spellings(self) -> tuple[str, ...]:
        """Every label and alias once, in the order of the list."""
        return tuple(dict.fromkeys(word for _, label, aliases in self.terms for word in (label, *aliases)))

    @property
    def has_codes(self) -> bool:
        """Whether all codes differ from their labels; a column of such a list holds codes only."""
        return all(code != label for code, label, _ in self.terms)

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """Label by code."""
        return {code: label for code, label, _ in self.terms}

    def offered(self, text: str) -> tuple[OfferedName, ...]:
        """Return the names of the complete list that a text may mean, likeliest first.

        Capitals, signs and the words before a name (``người``, ``dân tộc``) do not count.
        """
        by_word = self._offered
        key = _name_key(text)
        return by_word.get(key) or by_word.get(_BEFORE_NAME.sub("", key), ())

    def is_plain_name(self, text: str) -> bool:
        """Return whether a text is the code or the label of exactly one name of the complete list."""
        key = _name_key(text)
        return sum(key in map(_name_key, {name.code, name.label}) for name in self.offered(text)) == 1

    @cached_property
    def delivered(self) -> frozenset[str]:
        """The valid cells of a column of the list."""
        return frozenset((*self.labels, *(name.code for name in self.listed)))

    @cached_property
    def _offered(self) -> Mapping[str, tuple[OfferedName, ...]]:
        by_word: dict[str, dict[str, OfferedName]] = {}
        for words in (
            lambda name: (name.code, name.label),
            lambda name: name.aliases,
            lambda name: name.doubtful,
        ):
            for name in self.listed:
                for word in words(name):
                    by_word.setdefault(_name_key(word), {}).setdefault(name.code, name)
        return {word: tuple(names.values()) for word, names in by_word.items()}


_BEFORE_NAME = re.compile(r"^(?:(?:dân tộc|quốc tịch|người|nước) )+")


def _name_key(text: str) -> str:
    return " ".join(re.sub(r"[-–.’']+", " ", folded(text)).split())


class Parsed(NamedTuple):
    """The result of parsing a text.

    Attributes:
        canonical: The canonical form, ``""`` for an invalid text.
        problems: The codes of the findings about the text.
    """

    canonical: str
    problems: tuple[str, ...] = ()


NOTHING = Parsed("")
"""The result for an empty text: no value and no problem."""


class Kind(ABC):
    """A kind of value. ``parse(format(v)).canonical == v`` for every canonical ``v``; no text makes it raise.

    Traits tell other rooms all they need to know about a kind; they never ask for its name.

    Attributes:
        name: The name in ``schemas/records``.
        problems: Codes that ``parse`` may report about a text.
        label: The Vietnamese name.
        expected: The expected form of a value, in Vietnamese; ``""`` for any text.
        is_offered: Whether an office may choose it for its own fields.
        signs: The digits and signs of written values; ``""`` for values in words.
        spread: A pattern of digits written apart that people write together.
        number_alone: A pattern of lines that hold only a number, as a network reads them.
        parts: The parts of a value that a form may ask for in separate blanks (``schema.PARTS``).
        word_domain: The domain of the language model for the values' words.
        is_name: Whether values are names of persons.
        is_date: Whether values are days in figures.
        is_date_in_words: Whether values are days in words.
        is_listed: Whether values are terms of a code list.
        is_number: Whether leading zeros mean nothing.
        is_yearly: Whether a value is a number and its year.
        is_count: Whether values count the entries or pages of a book, so that neighbours limit a value.
        is_entry_number: Whether it is an entry number, which without a year belongs to its book's year.
        is_time: Whether values are times of day.
        is_identity_number: Whether values are numbers of identity papers.
        is_identifying: Whether few entries share a value.
        is_verbatim: Whether the canonical form is the text itself, capitals and signs included.
        takes_remarks: Whether any sentence is a value, even a remark that the paper is illegible.
        is_compared_as_written: Whether a cell of a workbook is compared as text, not in its canonical form.
        recurs_in_ink: Whether entries of a book share values in the same hand, so that errors may recur.
        usual_log_share: The natural log of the probability of a usual value before its ink is seen. A belief.
        common_numbers: Numbers up to this are equally likely; the share of larger numbers falls with their square. A
            belief.
        has_sure_ditto: Whether a ditto mark below a settled value of its column is accepted without a person.
    """

    name: ClassVar[str]
    problems: ClassVar[tuple[str, ...]] = (DITTO,)
    label: ClassVar[str]
    expected: ClassVar[str] = ""
    is_offered: ClassVar[bool] = True
    signs: ClassVar[str] = ""
    spread: ClassVar[re.Pattern[str] | None] = None
    number_alone: ClassVar[re.Pattern[str] | None] = None
    parts: ClassVar[tuple[str, ...]] = ()
    word_domain: ClassVar[str] = "text"
    is_name: ClassVar[bool] = False
    is_place: ClassVar[bool] = False
    is_date: ClassVar[bool] = False
    is_date_in_words: ClassVar[bool] = False
    is_listed: ClassVar[bool] = False
    is_number: ClassVar[bool] = False
    is_yearly: ClassVar[bool] = False
    is_count: ClassVar[bool] = False
    is_entry_number: ClassVar[bool] = False
    is_time: ClassVar[bool] = False
    is_identity_number: ClassVar[bool] = False
    is_identifying: ClassVar[bool] = False
    is_verbatim: ClassVar[bool] = False
    takes_remarks: ClassVar[bool] = False
    is_compared_as_written: ClassVar[bool] = False
    recurs_in_ink: ClassVar[bool] = False
    usual_log_share: ClassVar[float] = -8.0
    common_numbers: ClassVar[int] = 500
    has_sure_ditto: ClassVar[bool] = False

    @property
    def is_figures(self) -> bool:
        """Whether values are written in figures and signs."""
        return bool(self.signs)

    @property
    def is_words(self) -> bool:
        """Whether values are written in words outside any code list."""
        return not self.is_figures and not self.is_listed

    @abstractmethod
    def parse(self, text: str, vocab: Vocabulary | None = None, /) -> Parsed:
        """Return the canonical form of a text and its problems. Only a choice uses ``vocab``."""

    def format(self, value: str, _vocab: Vocabulary | None = None, /) -> str:
        """Return a canonical value as a clerk would write it.

        Raises:
            ValueError: The value is not canonical.
        """
        return value


class CompositeKind(ABC):
    """Several values in one slot, such as a name and a title.

    Attributes:
        name: The name in ``schemas/forms``.
        label: The Vietnamese name.
        roles: Names of the values; the first takes unassignable text.
        main_role: The most important value.
        connecting: Words and signs between the values, which are dropped.
        vocabulary: The code list whose terms separate the values; ``""`` for none.
        by_line: Whether line ends separate them as well.
        number_kind: The kind of the value that often stands alone in digits; ``""`` for none.
        number_alone: As in ``Kind``.
        wordings: Usual wordings of all values, by role.
        short_wording: The wording in a short slot; ``""``: no short wording.
        types_by_digits: Names of a paper by the number of its digits.
        name_endings: Endings of field names by role, where they differ from the role's name.
        in_place_of: Roles that are written only in place of another role, by that role.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    roles: ClassVar[tuple[str, ...]]
    main_role: ClassVar[str]
    connecting: ClassVar[tuple[str, ...]]
    vocabulary: ClassVar[str] = ""
    by_line: ClassVar[bool] = False
    number_kind: ClassVar[str] = ""
    number_alone: ClassVar[re.Pattern[str] | None] = None
    wordings: ClassVar[tuple[str, ...]]
    short_wording: ClassVar[str] = ""
    types_by_digits: ClassVar[Mapping[int, tuple[str, ...]]] = {}
    name_endings: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    in_place_of: ClassVar[Mapping[str, str]] = {}

    @abstractmethod
    def split(self, text: str, vocab: Vocabulary | None = None, /) -> Mapping[str, str]:
        """Return the verbatim text of every role, ``""`` for none.

        Args:
            text: The written text; lines are separated by line ends if ``by_line``, else by spaces.
            vocab: The terms of ``vocabulary``.
        """


# --- ditto marks ------------------------------------------------------------------------------------------------------

_WORDS = re.compile(r"(?:n\.?\s?t\.?|như\s+trên|nhu\s+tren|như\s+nt)")
_BEGINNINGS = frozenset("nN-–—=/\"”“″〃',’")
_STROKES = re.compile(r"(?:[-–—=]\s*)*(?:/\s*/|[\"”“″〃]|''|,,|’’)(?:\s*[-–—=])*")
_STROKE_LETTERS = frozenset("lIiJjnuLU")


def is_ditto(text: str) -> bool:
    """Return whether the whole text is a ditto mark (``nt``, ``như trên``, ``-//-``, ``"``), “the same as above”.

    The mark stays the text; a person decides its value (finding L07).
    """
    begins = text.lstrip("( ")[:1]
    if begins not in _BEGINNINGS and not begins.isspace():  # settles nearly every text
        return False
    word = folded(text).strip("() ")
    return bool(_WORDS.fullmatch(word) or _STROKES.fullmatch(word))


def taken_literally(kind: Kind, parsed: Parsed) -> Parsed:
    """Return the parse result where no value stands above: a ditto mark is then an invalid value."""
    if DITTO not in parsed.problems:
        return parsed
    others = [code for code in kind.problems if code != DITTO]
    return Parsed(parsed.canonical, tuple(others[:1]))


def is_like_ditto(text: str) -> bool:
    """Return whether a text may be misread ditto marks or dashes.

    Such a text has no word of two or more letters other than strokes (``11``, ``- 1``, ``ll``, ``n``).
    """
    words = re.findall(r"[^\W\d_]+", text)
    return not any(len(word) > 1 and not _STROKE_LETTERS.issuperset(word) for word in words)


# --- digits as clerks write them --------------------------------------------------------------------------------------

FIGURES = "0123456789"
_LEADER = re.compile(r"[\s.…_·]+")


def without_leader(text: str) -> str:
    """Return the text (NFC) without spaces and leader dots: ``3 6 0  1 1 8`` and ``0 . 7`` close up."""
    if text.isascii() and text.isalnum():
        return text
    return _LEADER.sub("", unicodedata.normalize("NFC", text))


def is_digits(text: str) -> bool:
    """Return whether the text consists of ASCII digits (``str.isdigit`` also accepts ``²`` and ``٣``)."""
    return text.isascii() and text.isdigit()
