"""What the pages of a book say, value by value: the readings of the first pass, and above them people's decisions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.book_context.book_model import (
    CLEAR,
    MOST_SIGHTINGS,
    NAME,
    SIGNERS,
    TITLE,
    LetterEvidence,
    Sighting,
    pool_of,
    repeated_values,
)
from pipeline.book_context.letter_evidence import letters_of
from pipeline.decoding import unpack_emissions
from pipeline.model import FieldReading, FieldStatus, KeptRegion, LineReading, PageRef, PageResult, Writing
from pipeline.schema import Form, RecordSpec, Slot

DecidedTexts = Mapping[tuple[PageRef, int, str], str]
"""The text that a person decided, by page, row and field; ``""`` where there is none on paper."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """A sighting with the region that it was read in."""

    sighting: Sighting
    region: KeptRegion


def sightings_of(
    pages: Iterable[PageResult], decided: DecidedTexts, form: Form, record: RecordSpec
) -> tuple[Sighting, ...]:
    """Return what the pages of a book say in the pools of its form.

    Args:
        pages: The pages as the first pass read them.
        decided: What people decided on them.
        form: The form of the book.
        record: Its record.
    """
    pools = {slot.name: (slot, pool) for slot in form.slots if (pool := pool_of(slot, record))}
    seen = [one for page in pages for one in _on_page(page, decided, pools)]
    repeated = repeated_values(one.sighting for one in seen)
    unsure = _to_look_at([one for one in seen if (one.sighting.pool, one.sighting.value) in repeated])
    return tuple(
        replace(one.sighting, letters=_letters(one)) if number in unsure else one.sighting
        for number, one in ((id(one), one) for one in seen)
    )


def _on_page(
    page: PageResult, decided: DecidedTexts, pools: Mapping[str, tuple[Slot, str]]
) -> Iterator[_Seen]:
    for entry in page.entries:
        readings = {reading.field: reading for reading in entry.readings}
        for region in entry.regions:
            slot, pool = pools.get(region.slot, (None, ""))
            if slot is None:
                continue
            fields = (
                [slot.roles[role] for role in ("name", "title")] if pool == SIGNERS else slot.field_names[:1]
            )
            said = [decided.get((page.ref, entry.row, field)) for field in fields]
            if any(text is not None for text in said):
                value = tuple(
                    readings[field].text if text is None and field in readings else text or ""
                    for text, field in zip(said, fields, strict=True)
                )
                if any(value):
                    found = Sighting(pool, value, page.ref, 1.0, 1.0, is_decided=None not in said)
                    yield _Seen(found, region)
                continue
            yield from _read(pool, [readings.get(field) for field in fields], region, page.ref)


def _read(
    pool: str, readings: Sequence[FieldReading | None], region: KeptRegion, page: PageRef
) -> Iterator[_Seen]:
    """Yield what the machine read in a region of handwriting, where it has evidence."""
    main = readings[0]
    if main is None or main.status is not FieldStatus.READ or region.writing is not Writing.HAND:
        return
    if main.evidence is None or region.is_cut_short:
        return
    value = tuple(one.text if one and one.status is FieldStatus.READ else "" for one in readings)
    chances = [one.confidence for one in region_readings(region)]
    wording = _wording(region, value) if pool == SIGNERS and all(value) else ""
    if pool == SIGNERS and not wording:
        return  # a name with the title still in it, or a title without its name
    chance = min([1.0, *chances])
    yield _Seen(Sighting(pool, value, page, chance, main.evidence.weakest, wording=wording), region)


def region_readings(region: KeptRegion) -> Sequence[LineReading]:
    """Return the readings of the lines of a region that are not struck out and say something."""
    lines = [line for line in region.lines if not line.is_struck] or list(region.lines)
    return [line.reading for line in lines if line.reading.text]


def _wording(region: KeptRegion, value: tuple[str, ...]) -> str:
    """Return how name and title are put together in a region, ``""`` where they do not stand in its lines whole."""
    text = "\n".join(reading.text for reading in region_readings(region))
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
