"""The word model of places near a book, mixed with the word model of the whole country.

A place in a ledger is mostly the book's own commune, then its district, then its province. Each of these rings has a
small model of its own, built from the addresses of its units: with and without the level words, abbreviated, after a
numbered hamlet, as a health station or a hospital. A word's probability is a mixture of the ring probabilities and the
country's. The mixture weights depend on the ring that knows the preceding words: after ``xã`` any word may follow,
after the first half of a name from this district hardly any.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from rapidfuzz.fuzz import ratio

from pipeline.base.model import NearUnits, UnitChain
from pipeline.base.text.syllables import phonetic_key
from pipeline.base.text.tones import unaccented
from pipeline.recognition.decoding.language_model import NUMBER, START, WordModel, is_grown_together

RINGS = ("own", "district", "province")

SHORT = {
    "xã": "x", "phường": "p", "thị trấn": "tt", "huyện": "h", "quận": "q", "thị xã": "tx", "thành phố": "tp",
    "tỉnh": "t",
}  # fmt: skip
"""The abbreviations of the level words, without their full stops."""

HAMLETS = ("ấp", "thôn", "xóm", "khu vực", "kv", "khóm", "tổ", "đội", "bản", "khu phố")

COMMUNE_HOUSES = ("trạm y tế", "tyt", "nhà hộ sinh", "nhà bảo sanh", "trạm xá")
DISTRICT_HOUSES = ("bệnh viện đa khoa", "bvđk", "bv", "bv đa khoa", "bệnh viện", "trung tâm y tế", "ttyt")
PROVINCE_HOUSES = (*DISTRICT_HOUSES, "bệnh viện phụ sản", "bv phụ sản", "bệnh viện nhi đồng", "công an", "ca")
"""Houses of birth and death, and the police, whose names end with a unit's name."""

_COMMUNES = ("Xã", "Phường", "Thị trấn", "Đặc khu")

_CONTEXT = 3
_ALIKE = 50.0
"""The similarity (0..100) from which a nearby word is tried for a read word."""

_GROWN_TOGETHER = "<dính>"

_FITS = 25.0
"""Bonus to the similarity for each neighbour that the word fits."""

_SIGNS = " .,;:()…_-–'\""

Weights = Sequence[float]
"""The mixture weights of the country, the own unit, the district and the province; they sum to 1."""


@dataclass(frozen=True, eq=False)
class RingModel:
    """Word sequences in the addresses of a ring.

    Attributes:
        followers: From up to three words (by sound) to the following words with their counts.
        words: The usual spelling of each sound.
    """

    followers: Mapping[tuple[str, ...], Mapping[str, int]]
    words: Mapping[str, str]

    def known(self, context: tuple[str, ...]) -> int:
        """Return the number of final words of a context that the ring knows as a run."""
        for length in range(min(_CONTEXT, len(context)), 0, -1):
            if context[-length:] in self.followers:
                return length
        return 0

    def chance(self, context: tuple[str, ...], word: str) -> float:
        """Return the probability of a word (by sound) after the longest known end of the context."""
        length = self.known(context)
        behind = self.followers.get(context[len(context) - length :])
        return behind.get(word, 0) / sum(behind.values()) if behind else 0.0


def ring_model(lines: Iterable[tuple[str, ...]]) -> RingModel:
    """Build the model of a ring from addresses."""
    times: dict[tuple[str, ...], int] = {}
    for line in lines:
        times[line] = (
            times.pop(line, 0) + 1
        )  # of words with the same sound, the last gives the usual spelling
    words: dict[str, str] = {}
    runs: dict[tuple[str, ...], int] = {}
    for line, count in times.items():
        sounds = (sound_of(START), *map(sound_of, line))
        words.update(zip(sounds[1:], line, strict=True))
        for end in range(2, len(sounds) + 1):
            for start in range(max(0, end - 1 - _CONTEXT), end):
                run = sounds[start:end]
                runs[run] = runs.get(run, 0) + count
    followers: dict[tuple[str, ...], dict[str, int]] = {}
    for (*context, sound), count in runs.items():
        followers.setdefault(tuple(context), {})[sound] = count
    return RingModel(followers, words)


@lru_cache(maxsize=20_000)
def sound_of(word: str) -> str:
    """Return the key of a word, of a number, of a merged word and number, or of the beginning of a line."""
    if word == START:
        return phonetic_key(START)
    plain = word.strip(_SIGNS)
    if not any(letter.isdigit() for letter in plain):
        return phonetic_key(plain)
    return _GROWN_TOGETHER if is_grown_together(plain) else phonetic_key(NUMBER)


def addresses(chain: UnitChain, houses: Sequence[str], *, hamlets: bool) -> Iterator[tuple[str, ...]]:
    """Yield the ways to write a unit with its higher units: alone, in a hamlet, and after houses named after it.

    Args:
        chain: The unit and its higher units.
        houses: Kinds of houses named after the unit.
    """
    leads: list[tuple[str, ...]] = [()] * _PLAIN
    leads += [(*hamlet.split(), NUMBER) for hamlet in HAMLETS if hamlets]
    leads += [tuple(house.split()) for house in houses]
    for written in (_with_levels(chain, levels) for levels in _STYLES):
        for lead in leads:
            yield (*lead, *written)


_PLAIN = 6
"""Weight of a unit written alone, relative to the unit in a particular hamlet or house."""

_STYLES: Sequence[Callable[[int, str], str]] = (
    lambda _, level: level,
    lambda _, __: "",
    lambda at, level: "" if at else level,
    lambda _, level: SHORT.get(level, level),
)
"""Styles of level words: all in full, all omitted, only the lowest, all abbreviated."""


def _with_levels(chain: UnitChain, styled: Callable[[int, str], str]) -> tuple[str, ...]:
    words: list[str] = []
    for at, (kind, name) in enumerate(chain):
        level = styled(at, kind.lower()) or (kind.lower() if name.isdigit() else "")
        words += [*level.split(), *name.lower().replace("-", " ").split()]
    return tuple(words)


@dataclass(frozen=True, eq=False)
class PlaceModel:
    """The words of places in a book: the ring models before the country's model.

    Attributes:
        country: The words of all places.
        rings: The models of ``RINGS``.
        weights: The mixture weights, by ``context_class``.
    """

    country: WordModel
    rings: tuple[RingModel, ...]
    weights: Mapping[str, Weights]

    def log_chance(self, before: Sequence[str], word: str) -> float:
        """Return the log probability of a word after up to three others (the line's beginning counts as one)."""
        context, sound = tuple(map(sound_of, before[-_CONTEXT:])), sound_of(word)
        shares = self.weights[context_class(self.rings, context)]
        mixed = shares[0] * math.exp(self.country.log_chance(before, word))
        for share, ring in zip(shares[1:], self.rings, strict=True):
            mixed += share * ring.chance(context, sound)
        return min(0.0, math.log(mixed))

    def near(self, before: str, word: str, after: str, most: int) -> tuple[str, ...]:
        """Return known words that this word may be a misreading of, words of the nearest units first."""
        bare, first, last = unaccented(word.strip(_SIGNS)), sound_of(before), sound_of(after)
        candidates: dict[str, None] = {}
        for ring, bare_words in zip(self.rings, self._bare, strict=True):
            fitting = [
                (-ratio(bare, letters) - _FITS * (fits + joins), sound)
                for sound, letters in bare_words.items()
                if (fits := sound in ring.followers.get((first,), ()))
                + (joins := last in ring.followers.get((sound,), ()))
                and ratio(bare, letters) >= _ALIKE
            ]
            candidates.update(dict.fromkeys(ring.words[sound] for _, sound in sorted(fitting)))
        local = tuple(candidates)[: most // 2]
        country = self.country.near(before, word, after, most)
        return (*local, *(known for known in country if known not in local))

    def knows(self, word: str) -> bool:
        """Return whether the word, or a word with the same sound, is known; digits are."""
        return self.country.knows(word) or any(sound_of(word) in ring.words for ring in self.rings)

    @cached_property
    def _bare(self) -> tuple[Mapping[str, str], ...]:
        number = sound_of(NUMBER)
        return tuple(
            {sound: unaccented(word) for sound, word in ring.words.items() if sound != number}
            for ring in self.rings
        )


def context_class(rings: Sequence[RingModel], context: tuple[str, ...]) -> str:
    """Return the context's class, which selects the mixture weights.

    ``start``: no word precedes. ``long-RING``: the nearest ring that knows the last two words as a run. ``short-RING``:
    no ring does, and RING is the nearest ring that knows the last word. ``none``: no ring knows the last word.
    """
    if context == (sound_of(START),):
        return "start"
    known = [ring.known(context) for ring in rings]
    most = min(2, max(known, default=0))
    if not most:
        return "none"
    nearest = next(place for place, length in enumerate(known) if length >= most)
    return f"{'long' if most > 1 else 'short'}-{RINGS[nearest]}"


CLASSES = ("start", "none", *(f"{length}-{ring}" for length in ("short", "long") for ring in RINGS))

WEIGHTS: Mapping[str, Weights] = {
    "start": (0.307, 0.465, 0.193, 0.035),
    "none": (0.996, 0.001, 0.002, 0.001),
    "short-own": (0.887, 0.096, 0.014, 0.003),
    "short-district": (0.954, 0.021, 0.020, 0.005),
    "short-province": (0.973, 0.015, 0.008, 0.003),
    "long-own": (0.370, 0.588, 0.041, 0.001),
    "long-district": (0.353, 0.027, 0.603, 0.017),
    "long-province": (0.779, 0.015, 0.006, 0.200),
}
"""The mixture weights of the country, the own unit, the district and the province, fitted on the places of synthetic
books: half with people who live around the book, half with people from anywhere
(ADR 0050)."""


@lru_cache(maxsize=8)
def place_model(country: WordModel, near: NearUnits) -> PlaceModel:
    """Return the place model of a book near the given units."""
    return PlaceModel(country, ring_models(near), WEIGHTS)


def ring_models(near: NearUnits) -> tuple[RingModel, ...]:
    """Return the models of ``RINGS``: the book's own unit, the units of its district, the units of its province."""
    return tuple(ring_model(_addresses_of_ring(ring)) for ring in (near.own, near.district, near.province))


def _addresses_of_ring(chains: Sequence[UnitChain]) -> Iterator[tuple[str, ...]]:
    for chain in chains:
        kind = chain[0][0]
        is_commune = kind in _COMMUNES
        houses = COMMUNE_HOUSES if is_commune else DISTRICT_HOUSES if len(chain) > 1 else PROVINCE_HOUSES
        yield from addresses(chain, houses, hamlets=is_commune)
