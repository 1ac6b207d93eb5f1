"""The prior of a field: by its kind, its part of a date and its list of terms."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from pipeline.base.model import NearUnits
from pipeline.base.text.tones import folded
from pipeline.recognition.decoding.field_shares import UNKNOWN_YEARS
from pipeline.recognition.decoding.figure_prior import DITTO, figure_prior
from pipeline.recognition.decoding.language_model import Language, WordModel
from pipeline.recognition.decoding.place_model import PlaceModel, place_model
from pipeline.recognition.decoding.priors import CONTEXT, Prior
from pipeline.recognition.decoding.word_prior import (
    TextHabit,
    WordHabit,
    WordPrior,
    habit_of_address,
    habit_of_date,
    habit_of_name,
    habit_of_text,
    text_habit_of_address,
)
from pipeline.values.kinds import KINDS, NAME, SIGNER, TEXT, parse_strictly
from pipeline.values.kinds.kind import is_ditto
from pipeline.values.kinds.name import OFFICE, TITLE

_PARTING = ",;:/-–—"
_AROUND = f"() {_PARTING}"

NO_TITLE = -1.0
"""A text of several parts without a known title or office."""

_BEGUN = frozenset(("phó", "quyền", "trưởng", "kt", "tm", "tl", "tuq"))
"""Beginnings of titles whose rest may be on the next line."""

_CACHED = 20_000
"""Number of cached word weights."""


@dataclass(frozen=True)
class SignerPrior(Prior):
    """The signer and title on a line: ``Nguyễn Văn A, Phó Chủ tịch``. The position of the name is unknown.

    Each word has the greater of its weights as a name and as a title, after the words of its own part.
    """

    name: Prior
    title: Prior
    _cache: dict[tuple[tuple[str, ...], str], float] = field(default_factory=dict, compare=False, repr=False)

    def word(self, before: tuple[str, ...], word: str, /) -> float:
        total = self._cache.get((before, word))
        if total is None:
            behind = _of_its_part(before, word)
            total = max(self.name.word(behind, word), self.title.word(behind, word))
            if len(self._cache) > _CACHED:
                self._cache.clear()
            self._cache[before, word] = total
        return total

    def whole(self, text: str, /) -> float:
        parts = split_signer_parts(text)
        weight = sum(max(self.name.whole(part), self.title.whole(part)) for part in parts)
        if len(parts) > 1 and not any(map(_is_title, parts)):
            weight += NO_TITLE
        return weight

    def near(self, before: str, word: str, after: str, /) -> tuple[str, ...]:
        before = "".join(_of_its_part((before,), word))
        after = "".join(_of_its_part((word,), after)) and after
        known = (*self.name.near(before, word, after), *self.title.near(before, word, after))
        return tuple(dict.fromkeys(known))

    def support(self, text: str, /) -> float:
        words = text.split()
        known = (max(self.name.support(word), self.title.support(word)) for word in words)
        return sum(known) / len(words) if words else 0.0


def split_signer_parts(text: str) -> tuple[str, ...]:
    """Return the parts between signs, without the signs: ``Trần B (PCT)`` is ``Trần B`` and ``PCT``."""
    parts: list[list[str]] = [[]]
    for word in text.split():
        if word.startswith("("):
            parts.append([])
        parts[-1].append(word.strip(_AROUND))
        if _ends_part(word):
            parts.append([])
    return tuple(words for part in parts if (words := " ".join(filter(None, part))))


def _is_title(part: str) -> bool:
    begun = part.split(maxsplit=1)[0].strip(f".{_AROUND}").casefold() in _BEGUN
    return begun or TITLE.match(part) is not None or OFFICE.search(part) is not None


def _of_its_part(before: tuple[str, ...], word: str) -> tuple[str, ...]:
    """Return the preceding words that are in the same part as the word."""
    if word.startswith("("):
        return ()
    for place in reversed(range(len(before))):
        if _ends_part(before[place]):
            return before[place + 1 :]
        if before[place].startswith("("):
            return before[place:]
    return before


def _ends_part(word: str) -> bool:
    return word.endswith((")", *_PARTING))


UNEVEN = -1.5
"""Weight of a line with some words in capitals and some not."""

UNUSUAL = math.log(0.15)
"""The log share of free texts outside the usual wordings of their field. A belief."""

_ODD_CASE = -3.0
"""Weight of a listed text in unusual capitals."""

_UNLISTED = -math.log(1000)
"""A text outside a list has this log probability among all such texts: they are taken for a thousand. A belief."""

_UNLISTED_FIGURE = -6.0
"""Weight of a figure or sign in a text outside a list, beyond that of a letter: lists hold words."""


@dataclass(frozen=True)
class ListPrior(Prior):
    """A closed list. Its terms are tried on the ink in every case; other texts remain possible, but rare.

    Attributes:
        shares: The share of each folded spelling.
        unlisted: The share of texts outside the list.
    """

    shares: Mapping[str, float]
    unlisted: float

    def whole(self, text: str, /) -> float:
        share = self.shares.get(folded(text))
        if share is not None:
            return math.log(share) + (0.0 if _is_usual(text) else _ODD_CASE)
        if is_ditto(text):
            return DITTO
        odd = sum(not (letter.isalpha() or letter in " -.") for letter in text)
        return math.log(self.unlisted) + _UNLISTED + _UNLISTED_FIGURE * odd

    def support(self, text: str, /) -> float:
        return 1.0 if folded(text) in self.shares else 0.0


@dataclass(frozen=True)
class UsualTextPrior(Prior):
    """Free text with a few usual wordings, which are tried on the ink in every case."""

    free: Prior
    known: frozenset[str]

    def word(self, before: tuple[str, ...], word: str, /) -> float:
        return self.free.word(before, word)

    def whole(self, text: str, /) -> float:
        free = self.free.whole(text) + UNUSUAL
        if folded(text) not in self.known:
            return free
        words = tuple(text.split())
        spent = sum(self.free.word(words[max(0, at - CONTEXT) : at], word) for at, word in enumerate(words))
        usual = math.log((1.0 - math.exp(UNUSUAL)) / len(self.known)) + (
            0.0 if _is_usual(text) else _ODD_CASE
        )
        return max(free, usual - spent)

    def near(self, before: str, word: str, after: str, /) -> tuple[str, ...]:
        return self.free.near(before, word, after)

    def support(self, text: str, /) -> float:
        return 1.0 if folded(text) in self.known else self.free.support(text)


def _is_usual(text: str) -> bool:
    """Return whether the capitalization is usual: all letters, none, each word's first, or the text's first."""
    return text in (text.upper(), text.lower(), text.title()) or text[:1].isupper()


@dataclass(frozen=True)
class DateWordsPrior(Prior):
    """A date in words: the weight of each number word depends on the preceding words.

    A date that parses weighs only a little more than other text, since a line may hold half of a date.
    """

    words: WordPrior

    def word(self, before: tuple[str, ...], word: str, /) -> float:
        return self.words.word(before, word)

    def whole(self, text: str, /) -> float:
        return 0.0 if parse_strictly(text).canonical else -1.0

    def near(self, before: str, word: str, after: str, /) -> tuple[str, ...]:
        return self.words.near(before, word, after)

    def support(self, text: str, /) -> float:
        if parse_strictly(text).canonical:
            return 1.0
        return min(self.words.support(text), 0.9)


def prior_for(
    kind: str,
    part: str = "",
    terms: tuple[str, ...] = (),
    language: Language | None = None,
    *,
    usual: tuple[str, ...] = (),
    year: int = 0,
    near: NearUnits | None = None,
    expects: str = "",
) -> Prior:
    """Return the prior of a field.

    Args:
        part: The field's part of a date or time (``schema.PARTS``), ``""`` for all.
        terms: The labels and aliases of the field's list.
        language: The word models and shares (``read_language``). Without them names, places and text are read freely,
            except that a signer's second part should be a title, and the terms of a list are equally likely.
        usual: The usual wordings of a free text.
        year: The year of the book: it says which years are expected, and selects the units that existed then (0:
            unknown).
        near: The units around the book's place, which occur more often in its places.
        expects: The name of the field's shares (``FieldShares``).
    """
    known = KINDS.get(kind, TEXT)
    if not (part in _PARTS or known.is_figures):
        year = NEW_UNITS if year >= NEW_UNITS else 0
    return _prior_for(kind, part, terms, language, usual, year, near, expects)


NEW_UNITS = 2025
"""The first year of the units without districts (from 1 July 2025 on); older units still occur in ledgers as places of
birth."""

_PARTS = frozenset(("day", "month", "year", "hour", "minute"))

_EQUAL_UNLISTED = 0.005
"""The share of texts outside a list without shares. A belief."""


@lru_cache(maxsize=256)
def _prior_for(
    kind: str,
    part: str,
    terms: tuple[str, ...],
    language: Language | None,
    usual: tuple[str, ...],
    year: int,
    near: NearUnits | None,
    expects: str,
) -> Prior:
    known = KINDS.get(kind, TEXT)
    shares = language.shares if language else None
    if terms and part not in _PARTS:
        province = near.own[0][-1][1] if near and near.own else ""
        listed = shares.terms(expects, province) if shares else None
        if listed is None:
            spellings = frozenset(map(folded, terms))
            equal = (1.0 - _EQUAL_UNLISTED) / len(spellings)
            return ListPrior(dict.fromkeys(spellings, equal), _EQUAL_UNLISTED, terms=terms)
        return ListPrior(listed.spellings(terms), listed.unlisted, terms=terms)
    if part in _PARTS or known.is_figures:
        years = shares.years.get(expects, UNKNOWN_YEARS) if shares else UNKNOWN_YEARS
        return figure_prior(known, part if part in _PARTS else "", years, year)
    if usual:
        free = _prior_for(kind, part, (), language, (), year, near, "")
        return UsualTextPrior(free, frozenset(map(folded, usual)), terms=usual)
    if kind == SIGNER.name:
        name, title = (_prior_for(of.name, part, (), language, (), year, near, "") for of in (NAME, TEXT))
        return SignerPrior(name, title)
    model = (
        language.model(known.word_domain, since=str(NEW_UNITS) if year >= NEW_UNITS else "")
        if language
        else None
    )
    if model is None:
        return Prior()
    if known.is_date_in_words:
        return DateWordsPrior(_word_prior(model, habit=habit_of_date))
    if known.is_name:
        return _word_prior(model, small=-1.0, even=UNEVEN, habit=habit_of_name)
    if known.is_place:
        places = place_model(model, near) if near else model
        return _word_prior(places, even=UNEVEN, habit=habit_of_address, text_habit=text_habit_of_address)
    return _word_prior(model, even=UNEVEN, habit=habit_of_text)


@lru_cache(maxsize=32)
def _word_prior(
    model: WordModel | PlaceModel,
    small: float = 0.0,
    even: float = 0.0,
    habit: WordHabit | None = None,
    text_habit: TextHabit | None = None,
) -> WordPrior:
    """Return the shared prior of a domain for all kinds and parts, since its word cache takes memory."""
    return WordPrior(model, small, even, habit=habit, text_habit=text_habit)
