"""Who signs in a book, and as what: names as its pages spell them, titles, and how its clerks put both together."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from rapidfuzz import fuzz

from pipeline.base.text.tones import unaccented

NAME, TITLE = "{name}", "{title}"

MOST_WORDINGS = 6
"""How many ways of wording a signer are kept."""

MOST_NAMES = 4
"""How many names, and how many titles with each, are tried in the place of what was read."""

NEW = 0.1
"""The least probability that the next page has a signer, or a title, that the book does not repeat."""

OWN_TITLE = 0.5
"""The share of the titles of a signer that are those the signer was seen with; all titles of the book have the rest."""


@dataclass(frozen=True)
class Signers:
    """Who signs in a book.

    Attributes:
        names: On how many pages each name stands; a page of which that is not clear counts in parts.
        titles: The same of titles.
        pairs: On how many pages each name stands with each title.
        wordings: How name and title are put together (``{name} - {title}``), with how often.
        pages: Pages on which a signer was read at all.
    """

    names: Mapping[str, float] = field(default_factory=dict)
    titles: Mapping[str, float] = field(default_factory=dict)
    pairs: Mapping[tuple[str, str], float] = field(default_factory=dict)
    wordings: Mapping[str, int] = field(default_factory=dict)
    pages: int = 0

    def factor(self, lines: Sequence[str], per_letter: float) -> float:
        """Return the log of what the book makes of a text: its name and its title are new, or of those it repeats.

        Args:
            lines: A text, line by line.
            per_letter: How much less likely (nats a letter) a text that the book does not repeat is for being that text
                and no other.
        """
        text = " ".join(lines)
        name = self._longest(self.names, text)
        title = self._longest(self.titles, text)
        return self._gained(name, self._chance_of_name(name), self.names, per_letter) + self._gained(
            title, self._chance_of_title(title, name), self.titles, per_letter
        )

    def near(self, lines: Sequence[str], least_alike: float) -> tuple[tuple[str, ...], ...]:
        """Return texts of the book that are like one that was read.

        They are what was read with names and titles of the book in the place of those that are like them, and in one
        line the usual wordings.

        Args:
            lines: What was read, line by line.
            least_alike: How like (0..100), marks aside, a text has to be.
        """
        found: dict[tuple[str, ...], float] = {}
        for likeness, named in self._exchanged(tuple(lines), self.names, least_alike):
            found[named] = max(likeness, found.get(named, 0.0))
            for also, titled in self._exchanged(named, self.titles, least_alike):
                found[titled] = max(also + likeness, found.get(titled, 0.0))
        ranked = sorted(found, key=lambda one: (-found[one], one))[: MOST_NAMES * MOST_NAMES]
        if len(lines) == 1:
            ranked += [(one,) for one in self._worded(lines[0], least_alike)]
        return tuple(one for one in dict.fromkeys(ranked) if one != tuple(lines))

    def _exchanged(
        self, lines: tuple[str, ...], known: Mapping[str, float], least_alike: float
    ) -> Iterator[tuple[float, tuple[str, ...]]]:
        """Yield the lines with the part of one of them, or of two, exchanged that is most like a value of the book."""
        found = []
        for value in known:
            for place, line in enumerate(lines):
                for likeness, new in _exchanged(line, value, least_alike):
                    found.append((likeness, known[value], (*lines[:place], new, *lines[place + 1 :])))
            for place, pair in enumerate(pairwise(lines)):
                for likeness, new in _exchanged(" ".join(pair), value, least_alike):
                    parted = _parted(new, pair)
                    found.append((likeness, known[value], (*lines[:place], *parted, *lines[place + 2 :])))
        for likeness, _, exchanged in sorted(found, key=lambda one: (-one[0], -one[1], one[2]))[:MOST_NAMES]:
            yield likeness, exchanged

    def _worded(self, read: str, least_alike: float) -> list[str]:
        plain = unaccented(read)
        names = sorted(
            self.names, key=lambda one: (-fuzz.partial_ratio(unaccented(one), plain), -self.names[one], one)
        )
        texts = [
            wording.replace(NAME, name).replace(TITLE, title)
            for name in names[:MOST_NAMES]
            for title in self.titles
            for wording in self.wordings
        ]
        alike = [(fuzz.ratio(plain, unaccented(text)), text) for text in texts]
        near = sorted((one for one in alike if one[0] >= least_alike), key=lambda one: (-one[0], one[1]))
        return [text for _, text in near[: 2 * MOST_NAMES]]

    def _longest(self, known: Mapping[str, float], text: str) -> str:
        """Return the longest value that stands in a text between other letters, ``""`` for none."""
        inside = [value for value in known if _stands_in(value, text)]
        return max(inside, key=lambda one: (len(one), one), default="")

    def _chance_of_name(self, name: str) -> float:
        return self.names[name] / sum(self.names.values()) if name else 0.0

    def _chance_of_title(self, title: str, name: str) -> float:
        if not title:
            return 0.0
        every = self.titles[title] / sum(self.titles.values())
        of_name = sum(pages for (one, _), pages in self.pairs.items() if one == name)
        if not of_name:
            return every
        return (1.0 - OWN_TITLE) * every + OWN_TITLE * self.pairs.get((name, title), 0.0) / of_name

    def _gained(self, value: str, chance: float, known: Mapping[str, float], per_letter: float) -> float:
        if not known:
            return 0.0
        share = min(1.0 - NEW, (sum(known.values()) + 0.5) / (self.pages + 2.0))
        return math.log(1.0 - share + share * chance * math.exp(min(per_letter * len(value), 60.0)))


def usual_wordings(wordings: Counter[str]) -> dict[str, int]:
    """Return the wordings that a book repeats, the usual first; the one that is there where none is repeated."""
    usual = sorted(wordings.items(), key=lambda one: (-one[1], one[0]))
    return dict(([one for one in usual if one[1] > 1] or usual[:1])[:MOST_WORDINGS])


def _exchanged(line: str, value: str, least_alike: float) -> Iterator[tuple[float, str]]:
    """Yield how like a value the part of a line is that is most like it, and the line with the value in its place."""
    plain = unaccented(value)
    at = fuzz.partial_ratio_alignment(plain, unaccented(line), score_cutoff=least_alike)
    if at is None or len(value) > len(line) + 2:
        return
    start, end = _whole_words(line, at.dest_start, at.dest_end)
    likeness = fuzz.ratio(plain, unaccented(line[start:end]))
    if likeness >= least_alike:
        yield likeness, f"{line[:start]}{value}{line[end:]}"


def _parted(text: str, lines: tuple[str, str]) -> tuple[str, str]:
    """Return a text parted as two lines are that it is like."""
    words = text.split()
    ways = [(" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words))]
    return max(
        ways or [(text, "")],
        key=lambda way: (
            sum(fuzz.ratio(*map(unaccented, each)) for each in zip(way, lines, strict=True)),
            way,
        ),
    )


def _whole_words(line: str, start: int, end: int) -> tuple[int, int]:
    """Return the bounds of the words that a part of a line touches, signs around it aside."""
    while start > 0 and line[start - 1].isalnum():
        start -= 1
    while end < len(line) and line[end].isalnum():
        end += 1
    while start < end and not line[start].isalnum():
        start += 1
    while end > start and not line[end - 1].isalnum():
        end -= 1
    return start, end


def _stands_in(value: str, text: str) -> bool:
    at = text.find(value)
    if at < 0:
        return False
    before, behind = text[at - 1 : at] if at else "", text[at + len(value) : at + len(value) + 1]
    return not before.isalnum() and not behind.isalnum()
