"""The prior of a field: by its kind, its part of a date and its list of terms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from pipeline.base.model import NearUnits
from pipeline.base.text.tones import folded
from pipeline.recognition.decoding.language_model import Language, WordModel
from pipeline.recognition.decoding.place_model import PlaceModel, place_model
from pipeline.recognition.decoding.priors import LIMIT, Prior
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
from pipeline.values.kinds import KINDS, NAME, SIGNER, TEXT, Kind, parse_strictly
from pipeline.values.kinds.kind import FIGURES, is_digits, is_ditto, without_leader
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
        return max(-LIMIT, weight)

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


_RANGES: Mapping[str, range] = {
    "day": range(1, 32),
    "month": range(1, 13),
    "year": range(1880, 2060),
    "hour": range(25),
    "minute": range(60),
}

UNUSUAL = -2.0
"""Weight of a text outside the usual texts of its field."""

_STRANGE = -2.5
"""Weight of an ungrammatical text; small, since a single missing figure makes many texts grammatical."""

_STRANGE_DATE = -4.0
"""The same weight for a date, whose signs are small and whose figures constrain each other."""

_UNLISTED = -LIMIT
"""Weight of a text outside the list."""

_DOUBTFUL = -1.0
"""Weight of a grammatical but faulty text, and of a date in figures with blanks."""


UNEVEN = -1.5
"""Weight of a line with some words in capitals and some not."""


@dataclass(frozen=True)
class GrammarPrior(Prior):
    """Digits and signs. ``judged`` gives the weight of a whole text (nats, at most 0)."""

    judged: Callable[[str], float]

    def whole(self, text: str, /) -> float:
        return self.judged(text)

    def support(self, text: str, /) -> float:
        return 1.0 if self.judged(text) == 0.0 else 0.0


@dataclass(frozen=True)
class ListPrior(Prior):
    """A closed list. Its terms are tried on the ink in every case; other texts remain possible."""

    known: frozenset[str]

    def whole(self, text: str, /) -> float:
        if folded(text) in self.known:
            return 0.0 if _is_usual(text) else -1.0
        return -1.0 if is_ditto(text) else _UNLISTED

    def support(self, text: str, /) -> float:
        return 1.0 if folded(text) in self.known else 0.0


@dataclass(frozen=True)
class UsualTextPrior(Prior):
    """Free text with a few usual wordings.

    These wordings are tried on the ink in every case; any other text has the weight of its words and a small penalty.
    """

    free: Prior
    known: frozenset[str]

    def word(self, before: tuple[str, ...], word: str, /) -> float:
        return self.free.word(before, word)

    def whole(self, text: str, /) -> float:
        return max(-LIMIT, self.free.whole(text) + (0.0 if folded(text) in self.known else UNUSUAL))

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
) -> Prior:
    """Return the prior of a field.

    Args:
        part: The field's part of a date or time (``schema.PARTS``), ``""`` for all.
        terms: The labels and aliases of the field's list.
        language: The word models (``read_language``). Without them names, places and text are read freely, except that
            a signer's second part should be a title.
        usual: The usual wordings of a free text.
        year: The year of the book, which selects the units that existed then (0: unknown).
        near: The units around the book's place, which occur more often in its places.
    """
    return _prior_for(kind, part, terms, language, usual, bool(year >= NEW_UNITS), near)


NEW_UNITS = 2025
"""The first year of the units without districts (from 1 July 2025 on); older units still occur in ledgers as places of
birth."""


@lru_cache(maxsize=256)
def _prior_for(
    kind: str,
    part: str,
    terms: tuple[str, ...],
    language: Language | None,
    usual: tuple[str, ...],
    new_units: bool,
    near: NearUnits | None,
) -> Prior:
    if part in _RANGES:
        return GrammarPrior(lambda text: _judged_part(part, text), letters=FIGURES)
    if terms:
        return ListPrior(frozenset(map(folded, terms)), terms=terms)
    known = KINDS.get(kind, TEXT)
    if known.is_figures:
        return GrammarPrior(lambda text: _judged(known, text), letters=known.signs)
    if usual:
        free = _prior_for(kind, part, (), language, (), new_units, near)
        return UsualTextPrior(free, frozenset(map(folded, usual)), terms=usual)
    if kind == SIGNER.name:
        name, title = (_prior_for(of.name, part, (), language, (), new_units, near) for of in (NAME, TEXT))
        return SignerPrior(name, title)
    model = language.model(known.word_domain, since=str(NEW_UNITS) if new_units else "") if language else None
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


def _judged_part(part: str, text: str) -> float:
    figures = without_leader(text)
    if not is_digits(figures):
        return -1.0 if is_ditto(text) else _STRANGE
    if int(figures) in _RANGES[part] and len(figures) <= (4 if part == "year" else 2):
        return 0.0
    return _DOUBTFUL if part == "year" and len(figures) in (2, 4) else _STRANGE


def _judged(kind: Kind, text: str) -> float:
    if is_ditto(text):
        return -1.0
    parsed = kind.parse(text)
    if not parsed.canonical:
        return _STRANGE_DATE if kind.is_date else _STRANGE
    apart = kind.spread is not None and kind.spread.search(text)
    return _DOUBTFUL if parsed.problems or apart else 0.0
