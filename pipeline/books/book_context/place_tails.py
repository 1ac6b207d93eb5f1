"""What the places of a book end with: its own commune, the district and province above it, its hospitals.

Places of a book differ in how they begin (the hamlet) and are alike in how they end. Their words are counted from the
last to the first, each behind those that follow it, with the probabilities that the pages give them: what one hand's
ink leaves in doubt on every page counts as that doubt and no more. A word counts when two pages say it.

An x is as large as an X and an accent as wide as a space; a clerk who writes ``h.`` and ``t.`` writes ``x.``, and
``ĐKhuyện`` and ``KV7`` are two words. A health station is worded alike everywhere: ``Trạm Y te`` is one.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from pipeline.base.model import Hypothesis, PageRef
from pipeline.base.text.tones import unaccented

Tail = tuple[str, ...]
"""The last words of a place, in their order."""

LEAST_SAID = 0.3
"""The probability from which a page says a word."""

LEAST_PAGES = 2
"""How many pages have to say a word."""

ALIKE = 60.0
"""How like (0..100), marks aside, two words are of which one may be misread for the other."""

RUN_TOGETHER = 85.0
"""The same of two words that may be one, run together."""

GOES_ON = 0.6
"""The share of the pages with a tail on which known words stand before it for it to be no whole place."""

UNUSUAL = 4.0
"""How much less likely (nats) a place is that is not worded as usual."""

MOST_TEXTS = 10
"""How many texts are proposed for a place."""

_BEAM = 24
_MOST_WORDS = 16


@dataclass(frozen=True, slots=True)
class SaidPlace:
    """One place of a book.

    Attributes:
        texts: The texts that it may have.
        is_decided: Whether a person decided it; then it has one text.
    """

    page: PageRef
    texts: tuple[Hypothesis, ...]
    is_decided: bool = False


@dataclass(frozen=True)
class PlaceTails:
    """What the places of a book end with.

    Attributes:
        words: Behind each tail (``()``: at the end of a place) the words that stand before it, and on how many pages.
        pages: On how many pages each tail stands.
    """

    words: Mapping[Tail, Mapping[str, float]] = field(default_factory=dict)
    pages: Mapping[Tail, float] = field(default_factory=dict)

    def factor(self, text: str, per_letter: float) -> float:
        """Return the log of what the book makes of a text.

        Each of its words is new behind those that follow it, or one of those that the book repeats there. Of words with
        figures, and of those before them, the book says nothing.

        Args:
            per_letter: How much less likely (nats a letter) a word that the book does not repeat is for being that word
                and no other.
        """
        gained = 0.0
        tail: Tail = ()
        for word in reversed(text.split()):
            known = self.words.get(tail)
            if not known or _has_figure(word):
                break
            said = sum(known.values())
            share = said / (max(said, self.pages.get(tail, said)) + 1.0 + len(known))
            chance = share * known.get(word, 0.0) / said
            gained += math.log(1.0 - share + chance * math.exp(per_letter * (len(word) + 1)))
            if word not in known:
                break
            tail = (word, *tail)
        return gained

    def wording(self, text: str) -> float:
        """Return the log of how likely a place is worded as it is: less where that is not as usual."""
        return -UNUSUAL if usual_wording(text) != text else 0.0

    def goes_on(self, text: str) -> bool:
        """Return whether the places of the book that end with a text nearly all begin before it.

        Then its own beginning may be ink that was not found.
        """
        tail = tuple(text.split())
        before = self.words.get(tail)
        return before is not None and sum(before.values()) >= GOES_ON * self.pages.get(tail, math.inf)

    def near(self, text: str) -> tuple[str, ...]:
        """Return texts like one that was read, the likeliest first.

        They are the text in its usual wording, and that wording with similar last words of the book.
        """
        worded = usual_wording(text)
        candidates = dict.fromkeys((worded, *self._with_known_tail(worded)))
        return tuple(candidate for candidate in candidates if candidate != text)

    def _with_known_tail(self, text: str) -> tuple[str, ...]:
        """Return the text with its last words replaced by similar ones that end places of the book, likeliest first."""
        words = text.split()[-_MOST_WORDS:]
        head = text.split()[: -_MOST_WORDS or None] if len(text.split()) > _MOST_WORDS else []
        found: dict[str, float] = {}
        beam: list[tuple[float, int, Tail]] = [(0.0, len(words), ())]
        while beam:
            longer: list[tuple[float, int, Tail]] = []
            for cost, left, tail in beam:
                if tail:
                    whole = " ".join((*head, *words[:left], *tail))
                    found[whole] = min(cost, found.get(whole, cost))
                longer += self._longer(cost, left, tail, words)
            beam = sorted(longer)[:_BEAM]
        return tuple(sorted(found, key=lambda one: (found[one], one))[:MOST_TEXTS])

    def _longer(
        self, cost: float, left: int, tail: Tail, words: Sequence[str]
    ) -> Iterable[tuple[float, int, Tail]]:
        """Yield a tail with one more word, or two, for the next words of a text."""
        if not left:
            return
        read = words[left - 1]
        for word in self.words.get(tail, ()):
            ways: list[tuple[float, int, Tail]] = [(_unlike(read, word), 1, (word,))]
            if left > 1:
                ways.append((_unlike(words[left - 2] + read, word, RUN_TOGETHER), 2, (word,)))
            ways += [
                (_unlike(read, before + word, RUN_TOGETHER), 1, (before, word))
                for before in self.words.get((word, *tail), ())
            ]
            for unlike, taken, new in ways:
                if unlike < 1.0:
                    yield cost + unlike * (1.0 + 0.2 * len(word)), left - taken, (*new, *tail)


def _unlike(read: str, word: str, least: float = ALIKE) -> float:
    """Return how unlike two words are, 0..1; 1 for those of which neither may be misread for the other."""
    if read == word:
        return 0.0
    is_one = least == ALIKE
    if _has_figure(word) or not any(map(str.isalpha, read)) or (not is_one and _has_figure(read)):
        return 1.0
    likeness = fuzz.ratio(unaccented(read), unaccented(word))
    if likeness < (50.0 if is_one and len(word) <= 2 else least):
        return 1.0
    return 0.1 + 0.8 * (1.0 - likeness / 100.0)


def _has_figure(word: str) -> bool:
    return any(letter.isdigit() for letter in word)


def tails_of(places: Iterable[SaidPlace]) -> PlaceTails:
    """Return what the places of a book end with.

    Args:
        places: All its places, in any order.
    """
    said: dict[Tail, dict[PageRef, float]] = defaultdict(lambda: defaultdict(float))
    decided: set[Tail] = set()
    for place in places:
        said[()][place.page] = 1.0
        total = sum(one.chance for one in place.texts)
        for one in place.texts:
            words = usual_wording(one.text).split()
            for start in range(max(0, len(words) - _MOST_WORDS), len(words)):
                said[tuple(words[start:])][place.page] += one.chance / total if total else 0.0
                if place.is_decided:
                    decided.add(tuple(words[start:]))
    pages = {tail: math.fsum(min(1.0, one) for one in by_page.values()) for tail, by_page in said.items()}
    known = [
        tail
        for tail, by_page in said.items()
        if tail and (tail in decided or sum(one >= LEAST_SAID for one in by_page.values()) >= LEAST_PAGES)
    ]
    words_of: dict[Tail, dict[str, float]] = defaultdict(dict)
    for tail in sorted(known):
        words_of[tail[1:]][tail[0]] = pages[tail]
    return PlaceTails(dict(words_of), {tail: pages[tail] for tail in words_of})


_SMALL = re.compile(r"(?<!\S)(?:h|t)\.")
_CAPITAL = re.compile(r"(?<=\S )X\.|(?<=\s-)X\.")
_RUN_TOGETHER = re.compile(r"(?<=[A-ZĐ])(?=(?:huyện|tỉnh|xã|quận|phường)(?!\S))|(?<=\bKV)(?=\d)")
_STATION = re.compile(r"(?<!\w)([Tt]r)[aạ]m ([Yy]) t[eêéế](?!\w)")


def usual_wording(text: str) -> str:
    """Return a place as it is worded usually: small abbreviations among small ones, words of units by themselves.

    Args:
        text: A place as it was read.
    """
    worded = _STATION.sub(r"\1ạm \2 tế", _RUN_TOGETHER.sub(" ", text))
    return _CAPITAL.sub("x.", worded) if _SMALL.search(worded) else worded
