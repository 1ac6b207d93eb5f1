"""What the pages of a book say, value by value: the readings of the first pass, and above them people's decisions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

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
from pipeline.books.book_context.book_model import (
    CLEAR,
    MOST_SIGHTINGS,
    PLACES,
    SIGNERS,
    TITLES,
    LetterEvidence,
    SaidInBook,
    Sighting,
    pool_of,
    repeated_values,
)
from pipeline.books.book_context.letter_evidence import letters_of
from pipeline.books.book_context.place_tails import SaidPlace
from pipeline.books.book_context.signers import NAME, TITLE
from pipeline.books.book_context.spellings import NameSighting
from pipeline.declarations.schema import Form, RecordSpec, Slot
from pipeline.recognition.decoding import unpack_emissions
from pipeline.values.kinds import KINDS

DecidedTexts = Mapping[tuple[PageRef, int, str], str]
"""The text that a person decided, by page, row and field; ``""`` where there is none on paper."""


LEAST_READ = 0.01
"""The probability of a signer's text from which the page says it; a signature crosses most that are less likely."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """A sighting with the region that it was read in."""

    sighting: Sighting
    region: KeptRegion


def said_in_book(
    pages: Iterable[PageResult], decided: DecidedTexts, form: Form, record: RecordSpec
) -> SaidInBook:
    """Return what the pages of a book say in the pools of its form.

    Args:
        pages: The pages as the first pass read them.
        decided: What people decided on them.
        form: The form of the book.
        record: Its record.
    """
    pools = {slot.name: (slot, pool) for slot in form.slots if (pool := pool_of(slot, record))}
    written = [
        _Written(page.ref, entry.row, region, slot, pool, {one.field: one for one in entry.readings})
        for page in pages
        for entry in page.entries
        for region in entry.regions
        for slot, pool in [pools.get(region.slot, (None, ""))]
        if slot is not None
    ]
    seen = [one for some in written if some.pool != PLACES for one in _sightings(some, decided)]
    repeated = repeated_values(one.sighting for one in seen if one.sighting.pool != SIGNERS)
    unsure = _to_look_at([one for one in seen if (one.sighting.pool, one.sighting.value) in repeated])
    return SaidInBook(
        tuple(
            replace(one.sighting, letters=_letters(one)) if number in unsure else one.sighting
            for number, one in ((id(one), one) for one in seen)
        ),
        tuple(one for some in written if some.pool == SIGNERS for one in _names(some, decided)),
        tuple(one for some in written if some.pool == PLACES for one in _places(some, decided)),
    )


@dataclass(frozen=True, slots=True)
class _Written:
    """A region with the readings of its entry.

    Attributes:
        page: Its page.
        row: The row of its entry there.
        region: The region.
        slot: Its slot.
        pool: The pool of its values.
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
        """The fields that a value of the pool has: name and title of a signer, else one."""
        if self.pool == SIGNERS:
            return [self.slot.roles[role] for role in ("name", "title")]
        return self.slot.field_names[:1]

    def main(self) -> FieldReading | None:
        """Return what the machine read first in the region, where it is handwriting with evidence."""
        main = self.readings.get(self.fields[0])
        if main is None or main.status is not FieldStatus.READ or self.region.writing is not Writing.HAND:
            return None
        return None if main.evidence is None or self.region.is_cut_short else main


def _sightings(written: _Written, decided: DecidedTexts) -> Iterator[_Seen]:
    """Yield what a region says; a signer as a pair, and the title again by itself."""
    said = [decided.get((written.page, written.row, field)) for field in written.fields]
    if any(text is not None for text in said):
        value = tuple(
            written.readings[field].text if text is None and field in written.readings else text or ""
            for text, field in zip(said, written.fields, strict=True)
        )
        if any(value):
            is_decided = None not in said
            yield _Seen(Sighting(written.pool, value, written.page, 1.0, 1.0, is_decided), written.region)
        return
    main = written.main()
    if main is None or main.evidence is None:
        return
    read = [written.readings.get(field) for field in written.fields]
    value = tuple(one.text if one and one.status is FieldStatus.READ else "" for one in read)
    wording = _wording(written.region, value) if written.pool == SIGNERS and all(value) else ""
    if written.pool == SIGNERS and not wording:
        return  # a name with the title still in it, or a title without its name
    chance = min([1.0, *(one.confidence for one in region_readings(written.region))])
    found = Sighting(written.pool, value, written.page, chance, main.evidence.weakest, wording=wording)
    yield _Seen(found, written.region)
    if written.pool == SIGNERS:
        yield _Seen(replace(found, pool=TITLES, value=value[1:], wording=""), written.region)


def _names(written: _Written, decided: DecidedTexts) -> Iterator[NameSighting]:
    """Yield the name of a signer as a page says it, on one line or going on in the next."""
    main = written.main()
    if main is None or main.evidence is None or main.evidence.chance < LEAST_READ:
        return
    if any((written.page, written.row, field) in decided for field in written.fields):
        return
    proposed = [one for one in main.hypotheses if _is_name(one.text)]
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
    return len(text.split()) > 1 and KINDS["name"].parse(text).canonical != ""


def _places(written: _Written, decided: DecidedTexts) -> Iterator[SaidPlace]:
    """Yield the texts that a place may have."""
    text = decided.get((written.page, written.row, written.fields[0]))
    if text:
        yield SaidPlace(written.page, (Hypothesis(text, 1.0),), is_decided=True)
    main = written.main() if text is None else None
    if main is not None:
        yield SaidPlace(written.page, main.hypotheses or (Hypothesis(main.text, 1.0),))


def region_readings(region: KeptRegion) -> Sequence[LineReading]:
    """Return the readings of the lines of a region that are not struck out and say something."""
    lines = [line for line in region.lines if not line.is_struck] or list(region.lines)
    return [line.reading for line in lines if line.reading.text]


def _wording(region: KeptRegion, value: tuple[str, ...]) -> str:
    """Return how name and title are put together in a region, ``""`` where they do not stand in it whole."""
    text = " ".join(reading.text for reading in region_readings(region))
    name, title = value
    if text.count(name) != 1 or text.count(title) != 1:
        return ""
    return text.replace(name, NAME).replace(title, TITLE)


def _to_look_at(seen: Sequence[_Seen]) -> frozenset[int]:
    """Return which sightings are looked at letter by letter: a few of each value that no page says clearly."""
    by_value: dict[tuple[str, tuple[str, ...]], list[_Seen]] = {}
    for one in seen:
        by_value.setdefault((one.sighting.pool, one.sighting.value), []).append(one)
    chosen: set[int] = set()
    for some in by_value.values():
        ordered = sorted(some, key=lambda one: (-one.sighting.weakest, _order(one.sighting.page)))
        if min(ordered[0].sighting.chance, ordered[0].sighting.weakest) < CLEAR:
            chosen |= {id(one) for one in ordered[:MOST_SIGHTINGS]}
    return frozenset(chosen)


def _order(page: PageRef) -> tuple[str, int]:
    return page.scan_sha256, page.page_no


def _letters(seen: _Seen) -> tuple[LetterEvidence, ...]:
    """Return the evidence of the letters of a value, wherever in its region it stands."""
    letters: list[LetterEvidence] = []
    text = ""
    for reading in region_readings(seen.region):
        found = letters_of(unpack_emissions(reading.emissions), reading.text)
        if not found:
            return ()
        letters += found
        text += reading.text.replace(" ", "")
    kept: list[LetterEvidence] = []
    for part in seen.sighting.value:
        plain = part.replace(" ", "")
        at = text.find(plain)
        if at < 0:
            return ()
        kept += letters[at : at + len(plain)]
    return tuple(kept)
