"""The prior of a field: by its kind, the part of a date that it holds and its list of terms."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from pipeline.decoding.language_model import Language, WordModel
from pipeline.decoding.priors import LIMIT, FreePrior, Prior
from pipeline.decoding.word_prior import (
    TextHabit,
    WordHabit,
    WordPrior,
    habit_of_address,
    habit_of_date,
    habit_of_name,
    habit_of_text,
    text_habit_of_address,
)
from pipeline.kinds import KINDS, parse_strictly
from pipeline.kinds.kind import is_digits, is_ditto, without_leader
from pipeline.kinds.name import OFFICE, TITLE
from pipeline.text.tones import folded

_PARTING = ",;:/-–—"
_AROUND = f"() {_PARTING}"

NO_TITLE = -1.0
"""Several parts, none of which is a title or an office as the registers know them."""

_BEGUN = frozenset(("phó", "quyền", "trưởng", "kt", "tm", "tl", "tuq"))
"""What a title begins with whose rest may stand on the next line."""

_CACHED = 20_000
"""Weights of words that are kept for the next lines."""


@dataclass(frozen=True)
class SignerPrior:
    """Parts between signs are names or titles: each word weighs what it weighs in the likelier of both, behind the
    words of its own part."""

    name: Prior
    title: Prior
    terms: tuple[str, ...] = ()
    letters: str = ""
    _cache: dict[tuple[tuple[str, ...], str], float] = field(default_factory=dict, compare=False, repr=False)

    def word(self, before: tuple[str, ...], word: str) -> float:
        said = self._cache.get((before, word))
        if said is None:
            behind = _of_its_part(before, word)
            said = max(self.name.word(behind, word), self.title.word(behind, word))
            if len(self._cache) > _CACHED:
                self._cache.clear()
            self._cache[before, word] = said
        return said

    def whole(self, text: str) -> float:
        parts = split_signer_parts(text)
        weight = sum(max(self.name.whole(part), self.title.whole(part)) for part in parts)
        if len(parts) > 1 and not any(map(_is_title, parts)):
            weight += NO_TITLE
        return max(-LIMIT, weight)

    def near(self, before: str, word: str, after: str) -> tuple[str, ...]:
        before = "".join(_of_its_part((before,), word))
        after = "".join(_of_its_part((word,), after)) and after
        known = (*self.name.near(before, word, after), *self.title.near(before, word, after))
        return tuple(dict.fromkeys(known))

    def support(self, text: str) -> float:
        words = text.split()
        known = (max(self.name.support(word), self.title.support(word)) for word in words)
        return sum(known) / len(words) if words else 0.0


def split_signer_parts(text: str) -> tuple[str, ...]:
    """The parts between signs, without these: ``Trần B (PCT)`` is ``Trần B`` and ``PCT``."""
    parts: list[list[str]] = [[]]
    for word in text.split():
        if word.startswith("("):
            parts.append([])
        parts[-1].append(word.strip(_AROUND))
        if _ends_part(word):
            parts.append([])
    return tuple(said for part in parts if (said := " ".join(filter(None, part))))


def _is_title(part: str) -> bool:
    begun = part.split(maxsplit=1)[0].strip(f".{_AROUND}").casefold() in _BEGUN
    return begun or TITLE.match(part) is not None or OFFICE.search(part) is not None


def _of_its_part(before: tuple[str, ...], word: str) -> tuple[str, ...]:
    """Those of the words before a word that stand in its part."""
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


_FIGURES = "0123456789"

_SPREAD: Mapping[str, re.Pattern[str]] = {
    "date": re.compile(r"^[\d./-]+ [\d./ -]+$"),
    "id_number": re.compile(r"\d[ .]+\d"),
}
"""Figures apart where people write them together."""

_LETTERS: Mapping[str, str] = {
    "number": _FIGURES,
    "id_number": _FIGURES,
    "entry_number": _FIGURES + "/",
    "volume": _FIGURES + "/",
    "date": _FIGURES + "/-.",
    "time": _FIGURES + ":hg",
}
"""The letters that the grammar of a kind asks for."""

_RANGES: Mapping[str, range] = {
    "day": range(1, 32),
    "month": range(1, 13),
    "year": range(1880, 2060),
    "hour": range(25),
    "minute": range(60),
}

_DOMAINS: Mapping[str, str] = {"name": "name", "place": "place", "date_words": "date"}
"""The domain of words of a kind; any other text has ``text``."""

UNUSUAL = -2.0
"""A text that is none of the usual ones of its field."""

_STRANGE = -2.5
"""A text that the grammar does not know; little, since one figure left out makes many a text known."""

_STRANGE_DATE = -4.0
"""The same of a date, whose signs are small and whose figures bind one another."""

_UNLISTED = -LIMIT
"""A text that is no term of the list."""

_DOUBTFUL = -1.0
"""A text that the grammar knows but finds fault with, and a date in figures with blanks in it."""


UNEVEN = -1.5
"""A line of which some words are in capitals all through and some are not."""


@dataclass(frozen=True, slots=True)
class GrammarPrior:
    """Figures and signs. ``judged`` weighs a whole text, at most 0."""

    letters: str
    judged: Callable[[str], float]
    terms: tuple[str, ...] = ()

    def word(self, before: tuple[str, ...], word: str) -> float:
        del before, word
        return 0.0

    def whole(self, text: str) -> float:
        return self.judged(text)

    def near(self, before: str, word: str, after: str) -> tuple[str, ...]:
        del before, word, after
        return ()

    def support(self, text: str) -> float:
        return 1.0 if self.judged(text) == 0.0 else 0.0


@dataclass(frozen=True, slots=True)
class ListPrior:
    """A closed list: its terms are tried on the ink in every case; what is not in it stays in the race."""

    terms: tuple[str, ...]
    known: frozenset[str]
    letters: str = ""

    def word(self, before: tuple[str, ...], word: str) -> float:
        del before, word
        return 0.0

    def whole(self, text: str) -> float:
        if folded(text) in self.known:
            return 0.0 if _is_usual(text) else -1.0
        return -1.0 if is_ditto(text) else _UNLISTED

    def near(self, before: str, word: str, after: str) -> tuple[str, ...]:
        del before, word, after
        return ()

    def support(self, text: str) -> float:
        return 1.0 if folded(text) in self.known else 0.0


@dataclass(frozen=True, slots=True)
class UsualTextPrior:
    """Free text that is mostly worded in one of a few ways: these are tried on the ink in every case, any other is
    weighed by its words and a little less."""

    free: Prior
    terms: tuple[str, ...]
    known: frozenset[str]
    letters: str = ""

    def word(self, before: tuple[str, ...], word: str) -> float:
        return self.free.word(before, word)

    def whole(self, text: str) -> float:
        return max(-LIMIT, self.free.whole(text) + (0.0 if folded(text) in self.known else UNUSUAL))

    def near(self, before: str, word: str, after: str) -> tuple[str, ...]:
        return self.free.near(before, word, after)

    def support(self, text: str) -> float:
        return 1.0 if folded(text) in self.known else self.free.support(text)


def _is_usual(text: str) -> bool:
    """Whether the capitals are as people write them: all, none, each word's first, or the text's first."""
    return text in (text.upper(), text.lower(), text.title()) or text[:1].isupper()


@dataclass(frozen=True, slots=True)
class DateWordsPrior:
    """A date in words: number words by the runs they stand in; a whole date that parses weighs a little more, since its
    line may hold only half of it."""

    spoken: WordPrior
    terms: tuple[str, ...] = ()
    letters: str = ""

    def word(self, before: tuple[str, ...], word: str) -> float:
        return self.spoken.word(before, word)

    def whole(self, text: str) -> float:
        return 0.0 if parse_strictly(text).canonical else -1.0

    def near(self, before: str, word: str, after: str) -> tuple[str, ...]:
        return self.spoken.near(before, word, after)

    def support(self, text: str) -> float:
        if parse_strictly(text).canonical:
            return 1.0
        return min(self.spoken.support(text), 0.9)


def prior_for(
    kind: str,
    part: str = "",
    terms: tuple[str, ...] = (),
    language: Language | None = None,
    *,
    usual: tuple[str, ...] = (),
    year: int = 0,
) -> Prior:
    """The prior of a field. ``terms``: labels and aliases of its list; ``language``: the words (``read_language``),
    without which names, places and text are read freely (a second part that is no title still weighs in a signer's
    line); ``usual``: how a free text is mostly worded; ``year``: of the book, by which places know the units that were
    valid then (0: not known)."""
    return _prior_for(kind, part, terms, language, usual, bool(year >= NEW_UNITS))


NEW_UNITS = 2025
"""The first year in whose ledgers places lie in the units without districts (from 1 July 2025 on); older ones still
stand beside them, as where somebody was born."""


@lru_cache(maxsize=256)
def _prior_for(
    kind: str,
    part: str,
    terms: tuple[str, ...],
    language: Language | None,
    usual: tuple[str, ...],
    new_units: bool,
) -> Prior:
    if part in _RANGES:
        return GrammarPrior(_FIGURES, lambda text: _judged_part(part, text))
    if terms:
        return ListPrior(terms, frozenset(map(folded, terms)))
    if kind in _LETTERS:
        return GrammarPrior(_LETTERS[kind], lambda text: _judged(kind, text))
    if usual:
        free = _prior_for(kind, part, (), language, (), new_units)
        return UsualTextPrior(free, usual, frozenset(map(folded, usual)))
    if kind == "signer":
        name, title = (_prior_for(one, part, (), language, (), new_units) for one in ("name", "text"))
        return SignerPrior(name, title)
    domain = _DOMAINS.get(kind, "text")
    model = language.model(domain, since=str(NEW_UNITS) if new_units else "") if language else None
    if model is None:
        return FreePrior()
    if kind == "date_words":
        return DateWordsPrior(_word_prior(model, habit=habit_of_date))
    if kind == "name":
        return _word_prior(model, small=-1.0, even=UNEVEN, habit=habit_of_name)
    if kind == "place":
        return _word_prior(model, even=UNEVEN, habit=habit_of_address, text_habit=text_habit_of_address)
    return _word_prior(model, even=UNEVEN, habit=habit_of_text)


@lru_cache(maxsize=32)
def _word_prior(
    model: WordModel,
    small: float = 0.0,
    even: float = 0.0,
    habit: WordHabit | None = None,
    text_habit: TextHabit | None = None,
) -> WordPrior:
    """One a domain, whatever the kinds and parts that ask for it: what it remembers of words takes memory."""
    return WordPrior(model, small, even, habit=habit, text_habit=text_habit)


def _judged_part(part: str, text: str) -> float:
    figures = without_leader(text)
    if not is_digits(figures):
        return -1.0 if is_ditto(text) else _STRANGE
    if int(figures) in _RANGES[part] and len(figures) <= (4 if part == "year" else 2):
        return 0.0
    return _DOUBTFUL if part == "year" and len(figures) in (2, 4) else _STRANGE


def _judged(kind: str, text: str) -> float:
    if is_ditto(text):
        return -1.0
    parsed = KINDS[kind].parse(text)
    if not parsed.canonical:
        return _STRANGE_DATE if kind == "date" else _STRANGE
    apart = kind in _SPREAD and _SPREAD[kind].search(text)
    return _DOUBTFUL if parsed.problems or apart else 0.0
