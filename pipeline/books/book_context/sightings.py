"""The values on the pages of a book: readings of the first pass, overridden by people's decisions."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from rapidfuzz import fuzz

from pipeline.base.model import (
    FieldReading,
    FieldStatus,
    Hypothesis,
    KeptRegion,
    LineReading,
    PageRef,
    PageResult,
    Writing,
)
from pipeline.base.text.tones import unaccented
from pipeline.books.book_context.book_model import (
    CLEAR,
    MOST_SIGHTINGS,
    SIGNERS,
    TITLES,
    LetterEvidence,
    SaidInBook,
    Sighting,
    pool_of,
    repeated_values,
)
from pipeline.books.book_context.place_tails import SaidPlace
from pipeline.books.book_context.signers import NAME, TITLE
from pipeline.books.book_context.spellings import NameSighting
from pipeline.declarations.schema import PLACE_POOL, Form, RecordSpec, Slot
from pipeline.recognition.decoding import Emission, score_texts, unpack_emissions
from pipeline.recognition.decoding.forced_alignment import align_classes
from pipeline.values import kinds

DecidedTexts = Mapping[tuple[PageRef, int, str], str]
"""The decided texts, by page, row and field; ``""`` for no text on paper."""


LEAST_READ = 0.01
"""Smallest probability of a signer's text to count; less likely texts are mostly crossed by a signature."""


@dataclass(frozen=True, slots=True)
class _Located:
    """A sighting with its region."""

    sighting: Sighting
    region: KeptRegion


def said_in_book(
    pages: Iterable[PageResult], decided: DecidedTexts, form: Form, record: RecordSpec
) -> SaidInBook:
    """Return the values on the pages of a book in the pools of its form.

    Args:
        pages: The pages of the first pass.
        decided: People's decisions on the pages.
    """
    pools = {slot.name: (slot, pool) for slot in form.slots if (pool := pool_of(slot, record))}
    written = [
        _Written(
            page.ref, entry.row, region, slot, pool, {reading.field: reading for reading in entry.readings}
        )
        for page in pages
        for entry in page.entries
        for region in entry.regions
        for slot, pool in [pools.get(region.slot, (None, ""))]
        if slot is not None
    ]
    sightings = [
        located for some in written if some.pool != PLACE_POOL for located in _sightings(some, decided)
    ]
    repeated = repeated_values(located.sighting for located in sightings if located.sighting.pool != SIGNERS)
    unsure = _to_look_at(
        [located for located in sightings if (located.sighting.pool, located.sighting.value) in repeated]
    )
    return SaidInBook(
        tuple(
            replace(located.sighting, letters=_letters(located)) if number in unsure else located.sighting
            for number, located in ((id(located), located) for located in sightings)
        ),
        tuple(name for some in written if some.pool == SIGNERS for name in _names(some, decided)),
        tuple(place for some in written if some.pool == PLACE_POOL for place in _places(some, decided)),
    )


@dataclass(frozen=True, slots=True)
class _Written:
    """A region with the readings of its entry.

    Attributes:
        readings: All readings of the entry, by field.
    """

    page: PageRef
    row: int
    region: KeptRegion
    slot: Slot
    pool: str
    readings: Mapping[str, FieldReading]

    @property
    def fields(self) -> Sequence[str]:
        """The fields of a value in the pool: name and title of a signer, otherwise a single field."""
        if self.pool == SIGNERS:
            return [self.slot.roles[role] for role in ("name", "title")]
        return self.slot.field_names[:1]

    def main(self) -> FieldReading | None:
        """Return the first reading in the region, if it is handwriting with evidence."""
        main = self.readings.get(self.fields[0])
        if main is None or main.status is not FieldStatus.READ or self.region.writing is not Writing.HAND:
            return None
        return None if main.evidence is None or self.region.is_cut_short else main


def _sightings(written: _Written, decided: DecidedTexts) -> Iterator[_Located]:
    """Yield the sightings of a region; a signer as a pair, and the title again separately."""
    decisions = [decided.get((written.page, written.row, field)) for field in written.fields]
    if any(text is not None for text in decisions):
        value = tuple(
            written.readings[field].text if text is None and field in written.readings else text or ""
            for text, field in zip(decisions, written.fields, strict=True)
        )
        if any(value):
            is_decided = None not in decisions
            yield _Located(Sighting(written.pool, value, written.page, 1.0, 1.0, is_decided), written.region)
        return
    main = written.main()
    if main is None or main.evidence is None:
        return
    read = [written.readings.get(field) for field in written.fields]
    value = tuple(reading.text if reading and reading.status is FieldStatus.READ else "" for reading in read)
    wording = _wording(written.region, value) if written.pool == SIGNERS and all(value) else ""
    if written.pool == SIGNERS and not wording:
        return  # a name that still contains the title, or a title without its name
    chance = min([1.0, *(reading.confidence for reading in region_readings(written.region))])
    sighting = Sighting(written.pool, value, written.page, chance, main.evidence.weakest, wording=wording)
    yield _Located(sighting, written.region)
    if written.pool == SIGNERS:
        yield _Located(replace(sighting, pool=TITLES, value=value[1:], wording=""), written.region)


def _names(written: _Written, decided: DecidedTexts) -> Iterator[NameSighting]:
    """Yield the sighting of a signer's name, on one line or continued in the next."""
    main = written.main()
    if main is None or main.evidence is None or main.evidence.chance < LEAST_READ:
        return
    if any((written.page, written.row, field) in decided for field in written.fields):
        return
    proposed = [hypothesis for hypothesis in main.hypotheses if _is_name(hypothesis.text)]
    if not proposed or proposed[0].text != main.text:
        return
    readings = region_readings(written.region)
    on_one = [[reading] for reading in readings if reading.text.count(main.text) == 1]
    for some in on_one or [[*readings]]:
        text = " ".join(reading.text for reading in some)
        if text.count(main.text) == 1 and all(reading.emissions for reading in some):
            before, _, behind = text.partition(main.text)
            emissions = tuple(reading.emissions for reading in some)
            yield NameSighting(written.page, emissions, before, main.text, behind, tuple(proposed))


def _is_name(text: str) -> bool:
    return len(text.split()) > 1 and kinds.NAME.parse(text).canonical != ""


def _places(written: _Written, decided: DecidedTexts) -> Iterator[SaidPlace]:
    """Yield the hypotheses of a place."""
    text = decided.get((written.page, written.row, written.fields[0]))
    if text:
        yield SaidPlace(written.page, (Hypothesis(text, 1.0),), is_decided=True)
    main = written.main() if text is None else None
    if main is not None:
        yield SaidPlace(written.page, main.hypotheses or (Hypothesis(main.text, 1.0),))


def region_readings(region: KeptRegion) -> Sequence[LineReading]:
    """Return the readings of the region's lines that have text and are not struck out."""
    lines = [line for line in region.lines if not line.is_struck] or list(region.lines)
    return [line.reading for line in lines if line.reading.text]


def _wording(region: KeptRegion, value: tuple[str, ...]) -> str:
    """Return the pattern that joins name and title in a region, ``""`` if they do not occur in it completely."""
    text = " ".join(reading.text for reading in region_readings(region))
    name, title = value
    if text.count(name) != 1 or text.count(title) != 1:
        return ""
    return text.replace(name, NAME).replace(title, TITLE)


def _to_look_at(sightings: Sequence[_Located]) -> frozenset[int]:
    """Return the sightings to examine letter by letter: a few of each value that no page shows clearly."""
    by_value: dict[tuple[str, tuple[str, ...]], list[_Located]] = {}
    for located in sightings:
        by_value.setdefault((located.sighting.pool, located.sighting.value), []).append(located)
    chosen: set[int] = set()
    for some in by_value.values():
        ordered = sorted(some, key=lambda located: (-located.sighting.weakest, _order(located.sighting.page)))
        if min(ordered[0].sighting.chance, ordered[0].sighting.weakest) < CLEAR:
            chosen |= {id(located) for located in ordered[:MOST_SIGHTINGS]}
    return frozenset(chosen)


def _order(page: PageRef) -> tuple[str, int]:
    return page.scan_sha256, page.page_no


def _letters(located: _Located) -> tuple[LetterEvidence, ...]:
    """Return the evidence of a value's letters, wherever it occurs in its region."""
    letters: list[LetterEvidence] = []
    text = ""
    for reading in region_readings(located.region):
        line_letters = letters_of(unpack_emissions(reading.emissions), reading.text)
        if not line_letters:
            return ()
        letters += line_letters
        text += reading.text.replace(" ", "")
    kept: list[LetterEvidence] = []
    for part in located.sighting.value:
        plain = part.replace(" ", "")
        at = text.find(plain)
        if at < 0:
            return ()
        kept += letters[at : at + len(plain)]
    return tuple(kept)


def letters_of(emissions: Sequence[Emission], text: str) -> tuple[LetterEvidence, ...]:
    """Return the evidence of each letter of a line's text, spaces aside, by the emission that sees it least clearly.

    Returns:
        Nothing where the networks do not know a letter of the text, or the line has fewer steps than letters.
    """
    seen = [_seen(emission, text) for emission in emissions]
    if not seen or not all(seen):
        return ()
    worst = (min(each, key=lambda one: one.chance) for each in zip(*seen, strict=True))
    return tuple(one for one, letter in zip(worst, text, strict=True) if letter != " ")


def _seen(emission: Emission, text: str) -> list[LetterEvidence]:
    """Return the evidence of every letter by one emission, each at the step where it is clearest."""
    columns = {letter: number for number, letter in enumerate(emission.letters, start=1)}
    if not text or len(emission.log_chances) < len(text) or not columns.keys() >= set(text):
        return []
    target = [columns[letter] for letter in text]
    places, _ = align_classes(emission.log_chances, target)
    ends = [*places[1:], len(emission.log_chances)]
    found = []
    for column, start, end in zip(target, places, ends, strict=True):
        step = emission.log_chances[start : max(end, start + 1)]
        best = np.exp(step[step[:, column].argmax()].astype(np.float64))
        own = float(best[column])
        best[[0, column]] = 0.0
        rival = int(best.argmax())
        found.append(LetterEvidence(own / max(own + float(best[rival]), 1e-12), emission.letters[rival - 1]))
    return found


def ink_scores(region: KeptRegion, read: str, texts: Sequence[str]) -> list[float] | None:
    """Return the log probability, by the ink alone, of a region with each text in the place of what was read.

    ``None`` where what was read does not stand in the lines of the region, or these have no emissions.

    Args:
        read: The text of the field as it was read.
        texts: What may stand in its place.
    """
    lines = region_readings(region)
    if not lines or not read or any(not line.emissions for line in lines):
        return None
    at = [place for place, line in enumerate(lines) if line.text.count(read) == 1]
    if len(at) == 1:
        line = lines[at[0]]
        return _scores(line.emissions, [line.text.replace(read, text) for text in texts])
    whole = " ".join(line.text for line in lines)
    if whole.count(read) != 1:
        return None
    ways = [_parted(whole.replace(read, text), [line.text for line in lines]) for text in texts]
    by_line = [_scores(line.emissions, [way[place] for way in ways]) for place, line in enumerate(lines)]
    return [sum(scores) for scores in zip(*by_line, strict=True)]


def _scores(emissions: bytes, texts: Sequence[str]) -> list[float]:
    seen = unpack_emissions(emissions)
    known = set(seen[0].letters)
    asked = [text for text in dict.fromkeys(texts) if text and set(text) <= known]
    scores = dict(zip(asked, score_texts(seen, asked), strict=True)) if asked else {}
    return [scores.get(text, -math.inf) for text in texts]


def _parted(text: str, lines: Sequence[str]) -> list[str]:
    """Return a text parted into as many lines as were read, each beginning where it is most like them."""
    words = text.split()
    parts: list[str] = []
    for place, line in enumerate(lines[:-1]):
        left = len(lines) - 1 - place
        sizes = range(1, max(1, len(words) - left) + 1)
        size = max(
            sizes,
            key=lambda some: (fuzz.ratio(unaccented(" ".join(words[:some])), unaccented(line)), -some),
        )
        parts.append(" ".join(words[:size]))
        words = words[size:]
    return [*parts, " ".join(words)]
