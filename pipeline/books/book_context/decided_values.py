"""The waiting values of a book that become clear through people's decisions on its other entries, with witnesses.

A decision is a witness only if the ink of its own entry supports the text (``bears``): a corrected spelling, a
repetition of the line above or a wrong decision is no witness. A value is clear when two witnesses on different pages
have it and its own ink supports it: at least as well as any other text that the networks propose there, and clearly
better than any other value of the book. If the ink supports two similar values (*Nguyễn Văn An*, *Nguyễn Văn Ân*), a
person decides. For a stamp, which is print, only the letters are compared, and the pictures where the book has it on
several pages (``stamps``). Only values of pools (``RecordSpec.pool_of``) can be clear: officers, registrars,
places, hospitals; never the people of an entry.
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
from pipeline.books.book_context.sightings import ink_scores
from pipeline.books.book_context.stamps import BookStamps
from pipeline.declarations.schema import Form, RecordSpec, Schemas
from pipeline.digitize.parse import parse_text

FieldKey = tuple[PageRef, int, str]
"""A field: its page, its row on the page, its name."""

WITNESSES = 2
"""Number of other pages on which a value must be decided."""

MOST_TOLD = 3
"""Largest number of witnesses that a value names."""

BORNE = 4.0
"""Largest lead (nats) of the read text over the decided text in the ink of a witness."""

LEAD, LEAD_OF_KNOWN = 0.0, 4.0
"""Lead (nats) in ink fit that a value needs: over any other text that the networks propose, and over any other value of
the book. People decide between similar values of the book that the ink supports equally."""

ALIKE = 50.0
"""Similarity (0..100, without marks) from which another value of the book is scored on the ink."""

ALIKE_IN_PRINT = 70.0
"""The same threshold for print, where only the letters can be compared."""

SAME_IN_PRINT, ANOTHER_IN_PRINT = 80.0, 50.0
"""Similarity (0..100, without marks) of print and decision: support from the first on, none below the second."""

MOST_RIVALS = 12
"""Largest number of rival values scored on the ink."""


@dataclass(frozen=True, slots=True)
class Witness:
    """A decided field whose ink supports the decision.

    Attributes:
        read: The machine's reading there.
    """

    key: FieldKey
    canonical: str
    read: str


@dataclass(frozen=True, slots=True)
class ClearValue:
    """A waiting value that decisions on other entries make clear.

    Attributes:
        reading: The value as weighted by the book.
        witnesses: The decided fields that support it, in the order of the book.
        lead: Lead (nats) in ink fit over any other value that the networks propose.
        lead_of_known: Lead (nats) over any other value of the book.
    """

    reading: FieldReading
    witnesses: tuple[FieldKey, ...]
    lead: float
    lead_of_known: float


@dataclass(frozen=True)
class DecidedValues:
    """The decided values in the pools of a book.

    Attributes:
        witnesses: Decisions that the ink of their entries supports, by pool.
        silent: Decided fields whose ink supports another text; they are no witnesses.
        texts: All texts of each pool: every decided text, and texts accepted on a page.
        least: The required leads, as ``LEAD`` and ``LEAD_OF_KNOWN``.
    """

    form: Form
    ledger: Ledger
    schemas: Schemas
    witnesses: Mapping[str, tuple[Witness, ...]] = field(default_factory=dict)
    silent: Set[FieldKey] = frozenset()
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    stamps: BookStamps = field(default_factory=BookStamps)
    least: tuple[float, float] = (LEAD, LEAD_OF_KNOWN)

    @property
    def record(self) -> RecordSpec:
        return self.schemas.record(self.form.record)

    def clear_values(
        self, ref: PageRef, before: EntryResult, weighed: EntryResult, decided: Set[str]
    ) -> Iterator[ClearValue]:
        """Yield the clear values of an entry.

        Args:
            before: The entry of the first pass, with its regions.
            decided: The decided fields of the entry, which do not wait.
        """
        doubted = _doubted(weighed.findings)
        first = {earlier.field: earlier for earlier in before.readings}
        for reading in weighed.readings:
            if reading.accepted or reading.field in decided | doubted or not _is_whole(reading):
                continue
            clear = self._clear(ref, before, first.get(reading.field), reading)
            if clear is not None:
                yield clear

    def stamped(self, key: tuple[PageRef, int], reading: FieldReading) -> str:
        """Return the value decided on two other pages whose letters a stamp has; ``""`` if there is none.

        Args:
            key: Page and row of the entry.
            reading: The first pass's reading of the stamp.
        """
        if reading.writing is not Writing.PRINT or reading.accepted or not _is_whole(reading):
            return ""
        pool = self.record.pool_of(reading.field)
        texts_by_value: dict[str, dict[PageRef, str]] = defaultdict(dict)
        for witness in self.witnesses.get(pool, ()):
            if witness.key[0] != key[0]:
                texts_by_value[witness.canonical.casefold()][witness.key[0]] = witness.canonical
        like = {
            value: print_likeness(reading.text, value)
            for value, pages in texts_by_value.items()
            if len(pages) >= WITNESSES
        }
        best = max(like, key=lambda value: (like[value], value), default="")
        if not best or like[best] < SAME_IN_PRINT:
            return ""
        written = sorted(
            text for text in texts_by_value[best].values() if text.isupper() == reading.text.isupper()
        )
        return max(written, key=lambda text: (written.count(text), text), default="")

    def _clear(
        self, ref: PageRef, entry: EntryResult, first: FieldReading | None, reading: FieldReading
    ) -> ClearValue | None:
        pool = self.record.pool_of(reading.field)
        witnesses = [
            witness
            for witness in self.witnesses.get(pool, ())
            if _is_one(witness.canonical, reading.canonical) and witness.key[:2] != (ref, entry.row)
        ]
        pages = {witness.key[0] for witness in witnesses} - {ref}
        region = _region_of(entry, reading.field, self.form)
        is_written_so = any(witness.canonical == reading.canonical for witness in witnesses)
        if len(pages) < WITNESSES or not is_written_so or region is None or first is None:
            return None
        stamp = self.stamps.of_region.get((ref, entry.row, region.slot))
        same = [
            witness
            for witness in witnesses
            if stamp is not None and self.stamps.of_region.get((*witness.key[:2], region.slot)) is stamp
        ]
        if (
            stamp is not None
            and stamp.has(reading.text)
            and len({one.key[0] for one in same} - {ref}) >= WITNESSES
        ):
            witnesses = same
            is_alone = not self._near(pool, reading, ALIKE_IN_PRINT)
            leads = (math.inf, math.inf) if is_alone else None
        else:
            leads = self._leads(pool, region, first, reading)
        if leads is None or any(lead < least for lead, least in zip(leads, self.least, strict=True)):
            return None
        key_by_page: dict[PageRef, FieldKey] = {}
        for witness in witnesses:
            key_by_page.setdefault(witness.key[0], witness.key)
        return ClearValue(reading, tuple(key_by_page[page] for page in list(key_by_page)[:MOST_TOLD]), *leads)

    def _leads(
        self, pool: str, region: KeptRegion, first: FieldReading, reading: FieldReading
    ) -> tuple[float, float] | None:
        """Return the value's leads in ink fit over proposed and known values; None without a reading.

        Print has no ink scores: only its letters support a value (``stamped``).
        """
        if reading.writing is Writing.PRINT:
            is_clear = print_likeness(first.text, reading.text) >= SAME_IN_PRINT
            is_alone = not self._near(pool, reading, ALIKE_IN_PRINT)
            return (math.inf, math.inf) if is_clear and is_alone else None
        proposed = [
            hypothesis.text
            for hypothesis in (*first.hypotheses, *reading.hypotheses)
            if self._canonical(hypothesis.text, reading.field) != reading.canonical
        ]
        if first.canonical != reading.canonical:
            proposed.append(first.text)
        proposed = [text for text in dict.fromkeys(proposed) if text][:MOST_RIVALS]
        known = self._near(pool, reading)[:MOST_RIVALS]
        scores = ink_scores(region, first.text, (reading.text, *proposed, *known))
        if scores is None or not math.isfinite(scores[0]):
            return None
        return (
            scores[0] - max(scores[1 : 1 + len(proposed)], default=-math.inf),
            scores[0] - max(scores[1 + len(proposed) :], default=-math.inf),
        )

    def _near(self, pool: str, reading: FieldReading, least: float = ALIKE) -> list[str]:
        """Return the other values of the pool that are similar to the reading, most similar first."""
        similar = [
            (print_likeness(reading.text, text), text)
            for value, text in self.texts.get(pool, {}).items()
            if not _is_one(value, reading.canonical)
        ]
        return [text for likeness, text in sorted(similar, reverse=True) if likeness >= least]

    def _canonical(self, text: str, name: str) -> str:
        return parse_text(text, name, self.record, self.schemas, self.ledger).canonical


def decided_values(
    pages: Sequence[PageResult],
    decided: Mapping[FieldKey, str],
    form: Form,
    ledger: Ledger,
    schemas: Schemas,
    stamps: BookStamps = BookStamps(),
) -> DecidedValues:
    """Return the decided values in the pools of a book, and which of them the ink supports.

    Args:
        pages: The pages of the first pass, in the order of the book.
        decided: The texts that people decided, ``""`` for no value.
        stamps: The stamps of the book; on all pages of a stamp it bears the same texts.
    """
    record = schemas.record(form.record)
    witnesses: dict[str, list[Witness]] = defaultdict(list)
    texts: dict[str, dict[str, str]] = defaultdict(dict)
    silent: set[FieldKey] = set()
    for page in pages:
        for entry in page.entries:
            for reading in entry.readings:
                pool = record.pool_of(reading.field)
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
                stamp = stamps.of_region.get((page.ref, entry.row, region.slot)) if region else None
                is_stamped = stamp is not None and stamp.has(text)
                borne = is_stamped or (None if region is None else bears(region, reading, text))
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
        stamps,
    )


def bears(region: KeptRegion, reading: FieldReading, text: str) -> bool | None:
    """Return whether a region's ink supports a text nearly as well as the reading; None without a reading.

    Args:
        reading: The first pass's reading of the field.
        text: The text that a person decided.
    """
    if reading.status is not FieldStatus.READ or not reading.text or reading.is_cut_short:
        return None
    if reading.text == text:
        return True
    if reading.writing is Writing.PRINT:
        likeness = print_likeness(reading.text, text)
        return True if likeness >= SAME_IN_PRINT else False if likeness <= ANOTHER_IN_PRINT else None
    scores = ink_scores(region, reading.text, (text, reading.text))
    return None if scores is None else scores[0] >= scores[1] - BORNE


def _is_one(value: str, other: str) -> bool:
    """Return whether two values are equal up to case."""
    return value.casefold() == other.casefold()


def print_likeness(text: str, other: str) -> float:
    """Return the similarity (0..100) of two texts without marks and case, which print is misread in most often."""
    return fuzz.ratio(unaccented(text.casefold()), unaccented(other.casefold()))


def _region_of(entry: EntryResult, name: str, form: Form) -> KeptRegion | None:
    slots = {slot.name for slot in form.slots if name in slot.field_names}
    return next((region for region in entry.regions if region.slot in slots), None)


def _is_whole(reading: FieldReading) -> bool:
    return (
        reading.status is FieldStatus.READ
        and bool(reading.canonical)
        and reading.writing in (Writing.HAND, Writing.PRINT)
        and not reading.is_cut_short
    )


def _doubted(findings: Sequence[Finding]) -> frozenset[str]:
    """Return the doubted fields of an entry; a mere lack of confidence does not count."""
    serious = (
        finding
        for finding in findings
        if finding.severity is not Severity.INFO and finding.code not in CONFIRMABLE
    )
    return frozenset(name for finding in serious for name in finding.fields)
