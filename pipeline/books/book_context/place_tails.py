"""The final words of a book's places: its own commune, the district and province above it, its hospitals.

Places of a book differ in their beginning (the hamlet) and agree in their end. Their words are counted from last to
first, each given the words after it, with the probabilities of the pages: a doubt that a hand's ink leaves on every
page keeps its size. A word counts when two pages have it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from pipeline.base.model import Hypothesis, PageRef
from pipeline.base.text.tones import unaccented
from pipeline.books.book_context.place_wording import usual_wording

Tail = tuple[str, ...]
"""The last words of a place, in reading order."""

LEAST_SAID = 0.3
"""The probability from which a page has a word."""

LEAST_PAGES = 2
"""Number of pages that must have a word."""

ALIKE = 60.0
"""Similarity (0..100, without marks) from which a word may be misread as another."""

RUN_TOGETHER = 85.0
"""The same threshold for a word that may be two words run together."""

GOES_ON = 0.6
"""Share of a tail's pages with known words before it, from which the tail is an incomplete place."""

UNUSUAL = 4.0
"""Penalty (nats) of an unusual wording of a place."""

MOST_TEXTS = 10
"""Number of texts proposed for a place."""

_BEAM = 24
_MOST_WORDS = 16


@dataclass(frozen=True, slots=True)
class SaidPlace:
    """A place of a book.

    Attributes:
        texts: The hypotheses of its text.
        is_decided: Whether a person decided it; then it has a single text.
    """

    page: PageRef
    texts: tuple[Hypothesis, ...]
    is_decided: bool = False


@dataclass(frozen=True)
class PlaceTails:
    """The final words of a book's places.

    Attributes:
        words: For each tail (``()``: the end of a place) the preceding words with their page counts.
        pages: The page count of each tail.
    """

    words: Mapping[Tail, Mapping[str, float]] = field(default_factory=dict)
    pages: Mapping[Tail, float] = field(default_factory=dict)

    def factor(self, text: str, per_letter: float) -> float:
        """Return the book's log factor of a text.

        Each word is either new before the words that follow it, or one of the book's repeated words there. Words with
        figures, and words before them, are neutral.

        Args:
            per_letter: Penalty (nats a letter) of a word that the book does not repeat, for being just this word.
        """
        gained = 0.0
        tail: Tail = ()
        for word in reversed(text.split()):
            known = self.words.get(tail)
            if not known or _has_figure(word):
                break
            total = sum(known.values())
            share = total / (max(total, self.pages.get(tail, total)) + 1.0 + len(known))
            chance = share * known.get(word, 0.0) / total
            gained += math.log(1.0 - share + chance * math.exp(per_letter * (len(word) + 1)))
            if word not in known:
                break
            tail = (word, *tail)
        return gained

    def wording(self, text: str) -> float:
        """Return the log factor of a place's wording; lower for an unusual wording."""
        return -UNUSUAL if usual_wording(text) != text else 0.0

    def goes_on(self, text: str) -> bool:
        """Return whether nearly all places of the book that end with a text begin before it.

        Then the text's own beginning may be missed ink.
        """
        tail = tuple(text.split())
        before = self.words.get(tail)
        return before is not None and sum(before.values()) >= GOES_ON * self.pages.get(tail, math.inf)

    def near(self, text: str) -> tuple[str, ...]:
        """Return texts similar to a reading, likeliest first.

        They have the usual wording, and their last words are similar words of the book.
        """
        worded = usual_wording(text)
        similar = self._like(worded)
        return tuple(candidate for candidate in dict.fromkeys((worded, *similar)) if candidate != text)

    def _like(self, text: str) -> tuple[str, ...]:
        """Return a text with its last words replaced by similar words of the book, likeliest first."""
        words = text.split()[-_MOST_WORDS:]
        head = text.split()[: -_MOST_WORDS or None] if len(text.split()) > _MOST_WORDS else []
        cost_of: dict[str, float] = {}
        beam: list[tuple[float, int, Tail]] = [(0.0, len(words), ())]
        while beam:
            longer: list[tuple[float, int, Tail]] = []
            for cost, left, tail in beam:
                if tail:
                    whole = " ".join((*head, *words[:left], *tail))
                    cost_of[whole] = min(cost, cost_of.get(whole, cost))
                longer += self._longer(cost, left, tail, words)
            beam = sorted(longer)[:_BEAM]
        return tuple(sorted(cost_of, key=lambda candidate: (cost_of[candidate], candidate))[:MOST_TEXTS])

    def _longer(
        self, cost: float, left: int, tail: Tail, words: Sequence[str]
    ) -> Iterable[tuple[float, int, Tail]]:
        """Yield a tail extended by one or two words for the next words of a text."""
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
    """Return the distance of two words, 0..1; 1 if neither may be misread as the other."""
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
    """Return the final words of a book's places.

    Args:
        places: All its places, in any order.
    """
    pages_by_tail: dict[Tail, dict[PageRef, float]] = defaultdict(lambda: defaultdict(float))
    decided: set[Tail] = set()
    for place in places:
        pages_by_tail[()][place.page] = 1.0
        total = sum(hypothesis.chance for hypothesis in place.texts)
        for hypothesis in place.texts:
            words = usual_wording(hypothesis.text).split()
            for start in range(max(0, len(words) - _MOST_WORDS), len(words)):
                pages_by_tail[tuple(words[start:])][place.page] += hypothesis.chance / total if total else 0.0
                if place.is_decided:
                    decided.add(tuple(words[start:]))
    pages = {
        tail: math.fsum(min(1.0, chance) for chance in by_page.values())
        for tail, by_page in pages_by_tail.items()
    }
    known = [
        tail
        for tail, by_page in pages_by_tail.items()
        if tail
        and (tail in decided or sum(chance >= LEAST_SAID for chance in by_page.values()) >= LEAST_PAGES)
    ]
    words_of: dict[Tail, dict[str, float]] = defaultdict(dict)
    for tail in sorted(known):
        words_of[tail[1:]][tail[0]] = pages[tail]
    return PlaceTails(dict(words_of), {tail: pages[tail] for tail in words_of})
