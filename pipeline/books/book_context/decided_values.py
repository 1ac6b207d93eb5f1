"""Which waiting values of a book are clear by what people decided on other entries of it, and by which of these.

A decision is a witness only where the ink of its own entry bears the text (``bears``): what is spelled otherwise than
it is written, repeated from the line above or decided wrongly teaches nothing. A value is clear when two witnesses on
different pages say it and its own ink speaks for it: no less than for any other text that the networks propose there,
and clearly more than for any other value of the book. Where the ink bears two values that are alike (*Nguyễn Văn An*,
*Nguyễn Văn Ân*) it stays with people. Of a stamp, which is print, the letters alone are compared. Only values of pools
(``book_model.pool_of_field``) are ever clear: officers, registrars, places, hospitals; the people of an entry never.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from pipeline.base.model import (
    CONFIRMABLE,
    EntryResult,
    FieldReading,
    FieldStatus,
    Finding,
    KeptRegion,
    Ledger,
    PageRef,
    PageResult,
    Severity,
    Writing,
)
from pipeline.base.text.tones import unaccented
from pipeline.books.book_context.book_model import pool_of_field
from pipeline.books.book_context.region_ink import ink_scores
from pipeline.declarations.schema import Form, RecordSpec, Schemas
from pipeline.digitize.parse import parse_text

FieldKey = tuple[PageRef, int, str]
"""A field: its page, its row on it, its name."""

WITNESSES = 2
"""On how many pages besides its own a value has to be decided."""

MOST_TOLD = 3
"""How many witnesses a value names."""

BORNE = 4.0
"""By how much (nats) the ink may speak for what was read there against a text that was decided, for a witness."""

LEAD, LEAD_OF_KNOWN = 0.0, 4.0
"""By how much (nats) the ink has to speak for a value: against any other that the networks propose, and against one
that the book has too. Where it bears two values of the book that are alike, people look."""

ALIKE = 50.0
"""How like (0..100), marks aside, another value of the book has to be for the ink to be asked for it."""

ALIKE_IN_PRINT = 70.0
"""The same where what was read is print, and nothing but its letters can be asked."""

SAME_IN_PRINT, ANOTHER_IN_PRINT = 80.0, 50.0
"""How like (0..100) what was read in print and what was decided are, marks aside, where one bears the other, and where
it does not."""

MOST_RIVALS = 12
"""How many other values the ink is asked for."""


@dataclass(frozen=True, slots=True)
class Witness:
    """A field that people decided, and whose ink bears what they decided.

    Attributes:
        key: The field.
        canonical: The value.
        read: The text that the machine read there.
    """

    key: FieldKey
    canonical: str
    read: str


@dataclass(frozen=True, slots=True)
class ClearValue:
    """A value that waits for a person and is clear by what was decided on other entries.

    Attributes:
        reading: The value as the book weighs it.
        witnesses: The decided fields on which it rests, first in the book first.
        lead: By how much (nats) the ink speaks for it against any other value that the networks propose.
        lead_of_known: The same against any other that the book has.
    """

    reading: FieldReading
    witnesses: tuple[FieldKey, ...]
    lead: float
    lead_of_known: float


@dataclass(frozen=True)
class DecidedValues:
    """What people decided in the pools of a book.

    Attributes:
        form: The form of the book.
        ledger: The book.
        schemas: All declarations.
        witnesses: Decisions that the ink of their entries bears, by pool.
        silent: Decided fields whose ink bears another text: they teach nothing.
        texts: All texts of each pool: decided, whoever bears them, or accepted on a page.
        least: The least leads of a value, as ``LEAD`` and ``LEAD_OF_KNOWN``.
    """

    form: Form
    ledger: Ledger
    schemas: Schemas
    witnesses: Mapping[str, tuple[Witness, ...]] = field(default_factory=dict)
    silent: Set[FieldKey] = frozenset()
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    least: tuple[float, float] = (LEAD, LEAD_OF_KNOWN)

    @property
    def record(self) -> RecordSpec:
        return self.schemas.record(self.form.record)

    def clear_values(
        self, ref: PageRef, before: EntryResult, weighed: EntryResult, decided: Set[str]
    ) -> Iterator[ClearValue]:
        """Yield the values of an entry that are clear.

        Args:
            ref: Its page.
            before: The entry as the first pass read it, with its regions.
            weighed: The entry as the book weighs it.
            decided: Its fields that people decided, which wait for nobody.
        """
        doubted = _doubted(weighed.findings)
        first = {one.field: one for one in before.readings}
        for reading in weighed.readings:
            if reading.accepted or reading.field in decided | doubted or not _is_whole(reading):
                continue
            found = self._clear(ref, before, first.get(reading.field), reading)
            if found is not None:
                yield found

    def stamped(self, key: tuple[PageRef, int], reading: FieldReading) -> str:
        """Return the value that people decided on two other pages and whose letters a stamp has; ``""`` for none.

        Args:
            key: Page and row of the entry.
            reading: What the first pass read of the stamp.
        """
        if reading.writing is not Writing.PRINT or reading.accepted or not _is_whole(reading):
            return ""
        pool = pool_of_field(self.record.by_name[reading.field], self.record)
        said: dict[str, dict[PageRef, str]] = defaultdict(dict)
        for one in self.witnesses.get(pool, ()):
            if one.key[0] != key[0]:
                said[one.canonical.casefold()][one.key[0]] = one.canonical
        like = {
            value: print_likeness(reading.text, value)
            for value, pages in said.items()
            if len(pages) >= WITNESSES
        }
        best = max(like, key=lambda value: (like[value], value), default="")
        if not best or like[best] < SAME_IN_PRINT:
            return ""
        written = sorted(text for text in said[best].values() if text.isupper() == reading.text.isupper())
        return max(written, key=lambda text: (written.count(text), text), default="")

    def _clear(
        self, ref: PageRef, entry: EntryResult, first: FieldReading | None, reading: FieldReading
    ) -> ClearValue | None:
        pool = pool_of_field(self.record.by_name[reading.field], self.record)
        said = [
            one
            for one in self.witnesses.get(pool, ())
            if _is_one(one.canonical, reading.canonical) and one.key[:2] != (ref, entry.row)
        ]
        pages = {one.key[0] for one in said} - {ref}
        region = _region_of(entry, reading.field, self.form)
        is_written_so = any(one.canonical == reading.canonical for one in said)
        if len(pages) < WITNESSES or not is_written_so or region is None or first is None:
            return None
        leads = self._leads(pool, region, first, reading)
        if leads is None or any(lead < least for lead, least in zip(leads, self.least, strict=True)):
            return None
        told: dict[PageRef, FieldKey] = {}
        for one in said:
            told.setdefault(one.key[0], one.key)
        return ClearValue(reading, tuple(told[page] for page in list(told)[:MOST_TOLD]), *leads)

    def _leads(
        self, pool: str, region: KeptRegion, first: FieldReading, reading: FieldReading
    ) -> tuple[float, float] | None:
        """Return by how much the ink speaks for a value against proposed and known ones; None where it was not read.

        Print has no ink that could be asked: its letters speak for a value or for none (``stamped``).
        """
        if reading.writing is Writing.PRINT:
            is_clear = print_likeness(first.text, reading.text) >= SAME_IN_PRINT
            is_alone = not self._near(pool, reading, ALIKE_IN_PRINT)
            return (math.inf, math.inf) if is_clear and is_alone else None
        proposed = [
            one.text
            for one in (*first.hypotheses, *reading.hypotheses)
            if self._canonical(one.text, reading.field) != reading.canonical
        ]
        if first.canonical != reading.canonical:
            proposed.append(first.text)
        proposed = [text for text in dict.fromkeys(proposed) if text][:MOST_RIVALS]
        known = self._near(pool, reading)[:MOST_RIVALS]
        said = ink_scores(region, first.text, (reading.text, *proposed, *known))
        if said is None or not math.isfinite(said[0]):
            return None
        return (
            said[0] - max(said[1 : 1 + len(proposed)], default=-math.inf),
            said[0] - max(said[1 + len(proposed) :], default=-math.inf),
        )

    def _near(self, pool: str, reading: FieldReading, least: float = ALIKE) -> list[str]:
        """Return other values of the pool that are so much like one, the most alike first."""
        found = [
            (print_likeness(reading.text, text), text)
            for value, text in self.texts.get(pool, {}).items()
            if not _is_one(value, reading.canonical)
        ]
        return [text for likeness, text in sorted(found, reverse=True) if likeness >= least]

    def _canonical(self, text: str, name: str) -> str:
        return parse_text(text, name, self.record, self.schemas, self.ledger).canonical


def decided_values(
    pages: Sequence[PageResult],
    decided: Mapping[FieldKey, str],
    form: Form,
    ledger: Ledger,
    schemas: Schemas,
) -> DecidedValues:
    """Return what people decided in the pools of a book, and which of it the ink bears.

    Args:
        pages: The pages as the first pass read them, in the order of the book.
        decided: The texts that people decided, ``""`` for nothing.
        form: The form of the book.
        ledger: The book.
        schemas: All declarations.
    """
    record = schemas.record(form.record)
    witnesses: dict[str, list[Witness]] = defaultdict(list)
    texts: dict[str, dict[str, str]] = defaultdict(dict)
    silent: set[FieldKey] = set()
    for page in pages:
        for entry in page.entries:
            for reading in entry.readings:
                pool = pool_of_field(record.by_name[reading.field], record)
                key = (page.ref, entry.row, reading.field)
                text = decided.get(key)
                if not pool:
                    continue
                if text is None:
                    if reading.accepted and reading.status is FieldStatus.READ:
                        texts[pool].setdefault(reading.canonical, reading.text)
                    continue
                if not text:
                    continue
                canonical = parse_text(text, reading.field, record, schemas, ledger).canonical
                texts[pool].setdefault(canonical, text)
                region = _region_of(entry, reading.field, form)
                borne = None if region is None else bears(region, reading, text)
                if borne and canonical:
                    witnesses[pool].append(Witness(key, canonical, reading.text))
                elif borne is False:
                    silent.add(key)
    return DecidedValues(
        form,
        ledger,
        schemas,
        {pool: tuple(some) for pool, some in witnesses.items()},
        frozenset(silent),
        texts,
    )


def bears(region: KeptRegion, reading: FieldReading, text: str) -> bool | None:
    """Return whether the ink of a region bears a text nearly as well as what was read; None where nothing was.

    Args:
        region: The region.
        reading: What the first pass read of the field.
        text: The text that a person decided.
    """
    if reading.status is not FieldStatus.READ or not reading.text or reading.is_cut_short:
        return None
    if reading.text == text:
        return True
    if reading.writing is Writing.PRINT:
        likeness = print_likeness(reading.text, text)
        return True if likeness >= SAME_IN_PRINT else False if likeness <= ANOTHER_IN_PRINT else None
    said = ink_scores(region, reading.text, (text, reading.text))
    return None if said is None else said[0] >= said[1] - BORNE


def _is_one(value: str, other: str) -> bool:
    """Return whether two values are one, however their letters are cased."""
    return value.casefold() == other.casefold()


def print_likeness(text: str, other: str) -> float:
    """Return how like (0..100) two texts are, marks and case aside: what print is misread in most."""
    return fuzz.ratio(unaccented(text.casefold()), unaccented(other.casefold()))


def _region_of(entry: EntryResult, name: str, form: Form) -> KeptRegion | None:
    slots = {slot.name for slot in form.slots if name in slot.field_names}
    return next((one for one in entry.regions if one.slot in slots), None)


def _is_whole(reading: FieldReading) -> bool:
    return (
        reading.status is FieldStatus.READ
        and bool(reading.canonical)
        and reading.writing in (Writing.HAND, Writing.PRINT)
        and not reading.is_cut_short
    )


def _doubted(findings: Sequence[Finding]) -> frozenset[str]:
    """Return the fields of an entry that are doubted for more than that the machine alone is not sure enough."""
    serious = (one for one in findings if one.severity is not Severity.INFO and one.code not in CONFIRMABLE)
    return frozenset(name for one in serious for name in one.fields)
