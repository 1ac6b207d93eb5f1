"""N-gram models of the words of ledgers, by sound and without case.

The data lies in its own folder (``ocr_models/vietnamese-text``), with a model for each domain: names, places, dates in
words, other text. A model counts up to four consecutive words and backs off to fewer (absolute discounting: Ney, Essen
and Kneser 1994).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from rapidfuzz.fuzz import ratio

from pipeline.base.text.syllables import count_syllables, is_syllable, phonetic_key
from pipeline.base.text.tones import unaccented
from pipeline.recognition.decoding.field_shares import FieldShares, read_shares

NUMBER = "<số>"
"""Placeholder for a word with a figure."""

START = "<đầu>"
"""Placeholder before the first word of a line."""

GRAIN = 16.0
"""Number of steps of a stored log probability in a nat."""

_NO_WORD = 255

_USUAL = 40
"""Number of usual neighbours of a word that are tried."""

_ALIKE = 50.0
"""The similarity (0..100) from which a usual neighbour is tried."""

_CACHED = 50_000
"""Number of cached word numbers (about 6 MB)."""

_GROWN_ON = re.compile(r"[^\W\d_]{2,}")
"""The letters of a word that also has figures; if they spell a syllable (``5Xã``), two words have merged."""

_SIGNS = " .,;:()…_-'\""

STRANGE_SYLLABLE = -9.5
STRANGE_WORD = -13.0
"""Log probabilities of unknown words: within Vietnamese spelling, and outside it."""

KNOWN_WORD = -9.0
"""Lower bound of a known word's log probability: no context makes it less likely than an unknown word."""


@dataclass(frozen=True, eq=False)
class WordModel:
    """The n-gram model of a domain.

    Attributes:
        words: The usual spellings, in the order of their numbers (from 1).
        chances: By n-gram of one to four word numbers (packed, last word lowest) minus the log probability of the last
            word after the others, in ``GRAIN`` steps a nat.
        fallbacks: By context minus the log of the back-off weight, in ``GRAIN`` steps a nat.
    """

    words: tuple[str, ...]
    chances: Mapping[int, int]
    fallbacks: Mapping[int, int]

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """The number of each sound, from 1."""
        return {phonetic_key(word): number for number, word in reversed(list(enumerate(self.words, 1)))}

    @cached_property
    def _alike(self) -> Mapping[str, tuple[int, ...]]:
        """From unmarked letters, complete or with one missing, to the words that have them."""
        by_letters: dict[str, list[int]] = {}
        for number, word in enumerate(self.words, 1):
            for letters in _shortened(unaccented(word)):
                by_letters.setdefault(letters, []).append(number)
        return {letters: tuple(numbers) for letters, numbers in by_letters.items()}

    def prepare(self) -> None:
        """Build the lookup tables now instead of at the first line."""
        _ = self.numbers, self._alike, self._bare, self._usual_behind, self._usual_before

    def knows(self, word: str) -> bool:
        """Return whether the word, or a word with the same sound, is known; digits are."""
        return self._number(word) > 0

    def log_chance(self, before: Sequence[str], word: str) -> float:
        """Return the log probability of a word after up to three others (the line's beginning counts as one)."""
        return self._looked_up((*before[-3:], word))

    def near(self, before: str, word: str, after: str, most: int) -> tuple[str, ...]:
        """Return known words that this word may be a misreading of, best fit between the neighbours first.

        Candidates are words whose unmarked letters differ in at most one, and similar words that are usual next to the
        neighbours (``""``: no neighbour). Of equal fits the more frequent word comes first, in every process.
        """
        bare, first, last = unaccented(word), self._number(before), self._number(after)
        alike = {number for letters in _shortened(bare) for number in self._alike.get(letters, ())}
        for number in (*self._usual_behind.get(first, ()), *self._usual_before.get(last, ())):
            if number not in alike and ratio(bare, self._bare[number - 1]) >= _ALIKE:
                alike.add(number)
        fitting = sorted(alike, key=lambda number: (self._between(first, number, last), number))
        return tuple(self.words[number - 1] for number in fitting[:most])

    def _between(self, first: int, number: int, last: int) -> int:
        """Return the cost (in grains) of a word between two others."""
        cost = self._pair(first, number) if first else self.chances.get(number, _NO_WORD)
        return cost + (self._pair(number, last) if last else 0)

    def _pair(self, first: int, second: int) -> int:
        cost = self.chances.get(first << 16 | second)
        return self.fallbacks.get(first, 0) + self.chances.get(second, _NO_WORD) if cost is None else cost

    @cached_property
    def _numbered(self) -> dict[str, int]:
        """Cache of word numbers: lines ask for the same words again and again."""
        return {}

    @cached_property
    def _bare(self) -> tuple[str, ...]:
        return tuple(map(unaccented, self.words))

    @cached_property
    def _pairs(self) -> list[tuple[int, int]]:
        """All bigrams with their costs, likeliest first."""
        pairs = [(cost, key) for key, cost in self.chances.items() if 1 << 16 <= key < 1 << 32]
        return sorted(pairs)

    @cached_property
    def _usual_behind(self) -> Mapping[int, list[int]]:
        followers: dict[int, list[int]] = {}
        for _, key in self._pairs:
            words = followers.setdefault(key >> 16, [])
            if len(words) < _USUAL:
                words.append(key & 0xFFFF)
        return followers

    @cached_property
    def _usual_before(self) -> Mapping[int, list[int]]:
        joint = sorted((cost + self.chances.get(key >> 16, _NO_WORD), key) for cost, key in self._pairs)
        predecessors: dict[int, list[int]] = {}
        for _, key in joint:
            words = predecessors.setdefault(key & 0xFFFF, [])
            if len(words) < _USUAL:
                words.append(key >> 16)
        return predecessors

    def _number(self, word: str) -> int:
        number = self._numbered.get(word)
        if number is None:
            if len(self._numbered) > _CACHED:
                self._numbered.clear()
            number = self._numbered[word] = self._number_of(word)
        return number

    def _number_of(self, word: str) -> int:
        if word in (START, NUMBER):
            return self.numbers.get(phonetic_key(word), 0)
        plain = word.strip(_SIGNS)
        if any(letter.isdigit() for letter in plain):
            return 0 if is_grown_together(plain) else self.numbers.get(phonetic_key(NUMBER), 0)
        return self.numbers.get(phonetic_key(plain), 0)

    def _looked_up(self, run: tuple[str, ...]) -> float:
        last = self._number(run[-1])
        if not last:
            return (
                STRANGE_SYLLABLE
                if is_syllable(run[-1].strip(_SIGNS))
                else STRANGE_WORD * count_syllables(run[-1])
            )
        keys, key, place = [0], 0, 0
        for word in reversed(run[:-1]):
            number = self._number(word)
            if not number:
                break
            key, place = key | number << place, place + 16
            keys.append(key)
        added = 0
        for key in reversed(keys):
            cost = self.chances.get(key << 16 | last)
            if cost is not None:
                return max(KNOWN_WORD, -(cost + added) / GRAIN)
            added += self.fallbacks.get(key, 0) if key else 0
        return KNOWN_WORD


def is_grown_together(word: str) -> bool:
    """Return whether a word with a figure also holds another word (``5Xã``)."""
    return any(is_syllable(part) for part in _GROWN_ON.findall(word))


def packed(numbers: Sequence[int]) -> int:
    """Pack up to four word numbers into a single number, the last lowest."""
    key = 0
    for number in numbers:
        key = key << 16 | number
    return key


def _shortened(letters: str) -> set[str]:
    return {letters, *(letters[:place] + letters[place + 1 :] for place in range(len(letters)))}


@dataclass(frozen=True, eq=False)
class Language:
    """The word models of the ledgers.

    Attributes:
        models: By domain: names, places, dates in words, other text.
        later: Files of models for years from a given year on, by domain and year; read on demand (rarely needed).
        shares: The shares of values in fields.
    """

    models: Mapping[str, WordModel]
    later: Mapping[tuple[str, str], Path] = field(default_factory=dict)
    shares: FieldShares | None = None

    def model(self, domain: str, since: str = "") -> WordModel | None:
        """Return the model of a domain, the version of ``since`` where it exists. Raises as ``read_language`` does."""
        path = self.later.get((domain, since))
        return self.models.get(domain) if path is None else _later_model(path)

    def prepare(self) -> None:
        """Build the lookup tables of all loaded models."""
        for model in self.models.values():
            model.prepare()


def read_language(folder: Path, shares: Path | None = None) -> Language:
    """Read the language data of a folder.

    Args:
        shares: The folder of the shares of values in fields.

    Raises:
        OSError: A file is missing.
        ValueError: A file is damaged.
    """
    models, later = {}, {}
    for path in sorted(folder.glob("*.npz")):
        domain, dash, since = path.stem.partition("-")
        if dash:
            later[domain, since] = path
        else:
            models[domain] = _read_model(path)
    if not models:
        raise FileNotFoundError(f"{folder}: no language data")
    return Language(models, later, read_shares(shares) if shares else None)


@lru_cache(maxsize=8)
def _later_model(path: Path) -> WordModel:
    return _read_model(path)


def _read_model(path: Path) -> WordModel:
    with np.load(path) as data:
        words = tuple(bytes(data["words"]).decode("utf-8").split("\n"))
        keys = np.cumsum(data["steps"]).tolist()
        chances = dict(zip(keys, data["chances"].tolist(), strict=True))
        followed = data["followed"].tolist()
        fallbacks = dict(zip((keys[place] for place in followed), data["fallbacks"].tolist(), strict=True))
    return WordModel(words, chances, fallbacks)
