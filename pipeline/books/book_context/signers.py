"""The signers of a book: the spelling of their names, their titles, and the patterns that join both."""

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
"""Number of kept wordings of a signer."""

MOST_NAMES = 4
"""Number of names, and of titles for each name, that are tried in place of the reading."""

NEW = 0.1
"""Smallest probability that the next page has a signer or title outside the book's repeated values."""

OWN_TITLE = 0.5
"""Share of a signer's titles seen with the signer; the rest goes to all titles of the book."""


@dataclass(frozen=True)
class Signers:
    """The signers of a book.

    Attributes:
        names: The page count of each name; an ambiguous page counts in fractions.
        titles: The page count of each title.
        pairs: The page count of each name with each title.
        wordings: The patterns that join name and title (``{name} - {title}``), with their counts.
        pages: Number of pages with a reading of a signer.
    """

    names: Mapping[str, float] = field(default_factory=dict)
    titles: Mapping[str, float] = field(default_factory=dict)
    pairs: Mapping[tuple[str, str], float] = field(default_factory=dict)
    wordings: Mapping[str, int] = field(default_factory=dict)
    pages: int = 0

    def factor(self, lines: Sequence[str], per_letter: float) -> float:
        """Return the book's log factor of a text: its name and title are new or repeated.

        Args:
            per_letter: Penalty (nats a letter) of a text that the book does not repeat, for being just this text.
        """
        text = " ".join(lines)
        name = self._longest(self.names, text)
        title = self._longest(self.titles, text)
        return self._gained(name, self._chance_of_name(name), self.names, per_letter) + self._gained(
            title, self._chance_of_title(title, name), self.titles, per_letter
        )

    def near(self, lines: Sequence[str], least_alike: float) -> tuple[tuple[str, ...], ...]:
        """Return texts of the book similar to a reading.

        They are the reading with the book's similar names and titles, and in a single line the usual wordings.

        Args:
            lines: The reading, line by line.
            least_alike: Required similarity (0..100), without marks.
        """
        scores: dict[tuple[str, ...], float] = {}
        for likeness, named in self._exchanged(tuple(lines), self.names, least_alike):
            scores[named] = max(likeness, scores.get(named, 0.0))
            for also, titled in self._exchanged(named, self.titles, least_alike):
                scores[titled] = max(also + likeness, scores.get(titled, 0.0))
        ranked = sorted(scores, key=lambda candidate: (-scores[candidate], candidate))[
            : MOST_NAMES * MOST_NAMES
        ]
        if len(lines) == 1:
            ranked += [(text,) for text in self._worded(lines[0], least_alike)]
        return tuple(candidate for candidate in dict.fromkeys(ranked) if candidate != tuple(lines))

    def _exchanged(
        self, lines: tuple[str, ...], known: Mapping[str, float], least_alike: float
    ) -> Iterator[tuple[float, tuple[str, ...]]]:
        """Yield the lines with the part most similar to a value of the book replaced, in one line or across two."""
        exchanges = []
        for value in known:
            for place, line in enumerate(lines):
                for likeness, new in _exchanged(line, value, least_alike):
                    exchanges.append((likeness, known[value], (*lines[:place], new, *lines[place + 1 :])))
            for place, pair in enumerate(pairwise(lines)):
                for likeness, new in _exchanged(" ".join(pair), value, least_alike):
                    parted = _parted(new, pair)
                    exchanges.append((likeness, known[value], (*lines[:place], *parted, *lines[place + 2 :])))
        for likeness, _, exchanged in sorted(exchanges, key=lambda row: (-row[0], -row[1], row[2]))[
            :MOST_NAMES
        ]:
            yield likeness, exchanged

    def _worded(self, read: str, least_alike: float) -> list[str]:
        plain = unaccented(read)
        names = sorted(
            self.names,
            key=lambda name: (-fuzz.partial_ratio(unaccented(name), plain), -self.names[name], name),
        )
        texts = [
            wording.replace(NAME, name).replace(TITLE, title)
            for name in names[:MOST_NAMES]
            for title in self.titles
            for wording in self.wordings
        ]
        alike = [(fuzz.ratio(plain, unaccented(text)), text) for text in texts]
        near = sorted(
            (pair for pair in alike if pair[0] >= least_alike), key=lambda pair: (-pair[0], pair[1])
        )
        return [text for _, text in near[: 2 * MOST_NAMES]]

    def _longest(self, known: Mapping[str, float], text: str) -> str:
        """Return the longest value that occurs in a text between other letters, ``""`` if there is none."""
        inside = [value for value in known if _stands_in(value, text)]
        return max(inside, key=lambda candidate: (len(candidate), candidate), default="")

    def _chance_of_name(self, name: str) -> float:
        return self.names[name] / sum(self.names.values()) if name else 0.0

    def _chance_of_title(self, title: str, name: str) -> float:
        if not title:
            return 0.0
        every = self.titles[title] / sum(self.titles.values())
        of_name = sum(pages for (signer, _), pages in self.pairs.items() if signer == name)
        if not of_name:
            return every
        return (1.0 - OWN_TITLE) * every + OWN_TITLE * self.pairs.get((name, title), 0.0) / of_name

    def _gained(self, value: str, chance: float, known: Mapping[str, float], per_letter: float) -> float:
        if not known:
            return 0.0
        share = min(1.0 - NEW, (sum(known.values()) + 0.5) / (self.pages + 2.0))
        return math.log(1.0 - share + share * chance * math.exp(min(per_letter * len(value), 60.0)))


def usual_wordings(wordings: Counter[str]) -> dict[str, int]:
    """Return the repeated wordings of a book, most frequent first; its only wording if none is repeated."""
    usual = sorted(wordings.items(), key=lambda item: (-item[1], item[0]))
    return dict(([item for item in usual if item[1] > 1] or usual[:1])[:MOST_WORDINGS])


def _exchanged(line: str, value: str, least_alike: float) -> Iterator[tuple[float, str]]:
    """Yield the similarity of a value to the most similar part of a line, and the line with that part replaced."""
    plain = unaccented(value)
    at = fuzz.partial_ratio_alignment(plain, unaccented(line), score_cutoff=least_alike)
    if at is None or len(value) > len(line) + 2:
        return
    start, end = _whole_words(line, at.dest_start, at.dest_end)
    likeness = fuzz.ratio(plain, unaccented(line[start:end]))
    if likeness >= least_alike:
        yield likeness, f"{line[:start]}{value}{line[end:]}"


def _parted(text: str, lines: tuple[str, str]) -> tuple[str, str]:
    """Split a text like the two similar lines."""
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
    """Return the bounds of the words that a part of a line touches, without surrounding signs."""
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
