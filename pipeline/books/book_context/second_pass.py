"""The second pass over a book: its pages weighed again by what it repeats and by its order, without any network."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from pipeline.base.model import (
    BLANK_ALONE,
    NUMBER_ORDER,
    PAGE_ORDER,
    SIGNER_BOOK,
    TEXT_END,
    EntryResult,
    FieldReading,
    FieldStatus,
    Finding,
    Hypothesis,
    KeptRegion,
    Ledger,
    PageRef,
    PageResult,
    Severity,
    Writing,
)
from pipeline.base.model.adapted_reader import without_adapter
from pipeline.books.book_context.book_model import SIGNERS, BookModel, make_model, pool_of
from pipeline.books.book_context.confirmed_values import ConfirmedValues, EntryKey, confirmed_values
from pipeline.books.book_context.crossed_signers import usual_titles, with_book_signer
from pipeline.books.book_context.decided_values import ClearValue, DecidedValues, decided_values
from pipeline.books.book_context.filled_fields import FilledFields, filled_fields
from pipeline.books.book_context.line_weighing import WEIGHING, WeighingOptions, weigh_region
from pipeline.books.book_context.order_candidates import chosen_numbers, with_candidates
from pipeline.books.book_context.order_chain import (
    EntryOrder,
    expected_numbers,
    expected_pages,
    reweigh_entries,
    reweigh_pages,
)
from pipeline.books.book_context.sightings import said_in_book
from pipeline.declarations.schema import Form, RecordSpec, Schemas
from pipeline.digitize import DigitizeOptions
from pipeline.digitize.judge import EntryJudge
from pipeline.digitize.parse import parse_text
from pipeline.recognition.calibration import (
    DECIDED_ELSEWHERE,
    SAID_ELSEWHERE,
    STAMPED_OTHERWISE,
    confirmed_chance,
)

VERSION = "6"
"""Raise it whenever the same pages could be weighed otherwise than before."""

MARK = "+"
"""What stands between the fingerprint of the first pass and that of the second."""

FieldKey = tuple[PageRef, int, str]
"""A field: its page, its row on it, its name."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A field that a person decided.

    Attributes:
        text: What is on paper by that decision, ``""`` for nothing.
        reading: What the machine read there last; the second pass leaves it so.
        decision_id: The decision.
    """

    text: str
    reading: FieldReading
    decision_id: int = 0


@dataclass(frozen=True)
class SecondPass:
    """What a book says of its single values.

    Attributes:
        form: The form of the book.
        ledger: The book.
        schemas: All declarations.
        options: How its pages are digitized.
        model: What it repeats.
        confirmed: What its entries bear out of one another.
        ordered: The hypotheses of numbers and days as the order of the book weighs them, where that changes them.
        settled: The fields that people decided.
        weighing: How much the book counts.
        filled: How many of its entries fill each field that orders it.
        decided: What people decided in its pools, where that was asked for.
    """

    form: Form
    ledger: Ledger
    schemas: Schemas
    options: DigitizeOptions
    model: BookModel
    confirmed: ConfirmedValues
    ordered: Mapping[FieldKey, Sequence[Hypothesis]] = field(default_factory=dict)
    settled: Mapping[FieldKey, Settled] = field(default_factory=dict)
    weighing: WeighingOptions = WEIGHING
    filled: FilledFields = field(default_factory=FilledFields)
    decided: DecidedValues | None = None

    def weighed(self, page: PageResult) -> PageResult:
        """Return a page as its book weighs it; the very same where nothing changes.

        What is blank stays blank, fields that a person decided keep their reading, and a page without kept lines stays
        as it is.
        """
        routing = self.options.routing.for_reader(page.hand_reader)
        form = self.schemas.form_of_page(self.form, page.form)
        judge = EntryJudge(form, self.ledger, self.schemas, routing)
        record = self.schemas.record(form.record)
        pools = {slot.name: pool_of(slot, record) for slot in form.slots}
        entries = tuple(
            self._weighed_entry(entry, page.ref, form, judge, pools)
            if all(region.slot in pools for region in entry.regions)  # else facing pages of two printings
            else entry
            for entry in page.entries
        )
        return page if entries == page.entries else replace(page, entries=entries)

    def clear_values(self, page: PageResult, weighed: PageResult) -> dict[tuple[int, str], ClearValue]:
        """Return the waiting values of a page that are clear by what people decided, by row and field.

        Their odds grow by how much more often right values are clear than wrong ones, and they have to reach what the
        office has proven of any value. How often the letters of a stamp are those of another name has to keep within
        what it tolerates. A page that was read by networks of which nothing is proven has none.

        Args:
            page: The page as the first pass read it.
            weighed: The same as the book weighs it.
        """
        routing = self.options.routing.for_reader(page.hand_reader)
        if self.decided is None or not self.decided.witnesses or routing.calibration is None:
            return {}
        before = {entry.row: entry for entry in page.entries}
        record = self.decided.record
        found: dict[tuple[int, str], ClearValue] = {}
        for entry in weighed.entries:
            said = self.confirmed.of((page.ref, entry.row), entry.readings).values
            known = self._decided_fields(page.ref, entry)
            for one in self.decided.clear_values(page.ref, before[entry.row], entry, known):
                spec = record.by_name[one.reading.field]
                if not routing.trusts(one.reading, critical=spec.critical):
                    continue
                if one.reading.writing is Writing.PRINT:
                    tolerated = routing.tolerated_critical if spec.critical else routing.tolerated
                    is_sure = tolerated >= STAMPED_OTHERWISE
                else:
                    bound = routing.bound(critical=spec.critical)
                    odds = DECIDED_ELSEWHERE / (SAID_ELSEWHERE if one.reading.field in said else 1.0)
                    chance = confirmed_chance(min(one.reading.confidence, 1.0), odds)
                    is_sure = bound is not None and bound.threshold is not None and chance >= bound.threshold
                if is_sure:
                    found[entry.row, one.reading.field] = one
        return found

    def _decided_fields(self, ref: PageRef, entry: EntryResult) -> frozenset[str]:
        names = (reading.field for reading in entry.readings)
        return frozenset(name for name in names if (ref, entry.row, name) in self.settled)

    def _weighed_entry(
        self, entry: EntryResult, ref: PageRef, form: Form, judge: EntryJudge, pools: Mapping[str, str]
    ) -> EntryResult:
        if not entry.regions:
            return entry
        slots = {slot.name: slot for slot in form.slots}
        names = [reading.field for reading in entry.readings]
        settled = {
            name: known.reading for name in names if (known := self.settled.get((ref, entry.row, name)))
        }
        regions = tuple(
            weigh_region(region, pool, self.model, self.weighing)
            if (pool := pools.get(region.slot, ""))
            else region
            for region in entry.regions
        )
        crossed = {
            region.slot: proposed
            for region in regions
            if pools.get(region.slot) == SIGNERS
            and not settled.keys() & set(slots[region.slot].field_names)
            and (proposed := self._crossed(region)) is not region
        }
        regions = tuple(crossed.get(region.slot, region) for region in regions)
        ordered = {
            name: weighed
            for name in names
            if name not in settled and (weighed := self.ordered.get((ref, entry.row, name)))
        }
        chosen = chosen_numbers(entry.readings, ordered)
        doubts = [
            Finding(code, Severity.REVIEW, (reading.field,))
            for reading in entry.readings
            if reading.field not in settled
            for code in self._doubts((ref, entry.row), reading)
            if not (code == PAGE_ORDER and reading.field in chosen)
        ]
        doubts += [
            Finding(NUMBER_ORDER, Severity.REVIEW, (name,), {"read": read}) for name, read in chosen.items()
        ]
        doubts += [Finding(SIGNER_BOOK, Severity.REVIEW, tuple(slots[name].field_names)) for name in crossed]
        key = (ref, entry.row)
        stamped = {
            reading.field: text
            for reading in entry.readings
            if self.decided is not None
            and reading.field not in settled
            and (text := self.decided.stamped(key, reading)) not in ("", reading.text)
        }
        confirmed = self.confirmed.of(key, entry.readings).inks
        waiting = any(reading.field in confirmed and not reading.accepted for reading in entry.readings)
        if regions == entry.regions and not ordered and not doubts and not waiting and not stamped:
            return entry
        return judge.again(entry, regions, ordered, settled, doubts, partial(self.confirmed.of, key), stamped)

    def _crossed(self, region: KeptRegion) -> KeptRegion:
        """Return a signer's region with the officer of the book whom its ink leaves, where it cannot be read."""
        titles = usual_titles(self.ledger.place)
        vocabulary = self.schemas.vocabularies.get("signer-title")
        return with_book_signer(region, self.model.signers, titles, vocabulary)

    def _doubts(self, key: EntryKey, reading: FieldReading) -> Iterator[str]:
        """Yield the codes of what the book finds doubtful about a reading of the first pass."""
        if self.filled.doubts(reading):
            yield BLANK_ALONE
        if self.confirmed.breaks_order(key, reading):
            yield PAGE_ORDER
        known = self.model.pools.get(reading.field)
        if known is not None and reading.status is FieldStatus.READ and known.has_longer(reading.text):
            yield TEXT_END


def second_pass(
    pages: Sequence[PageResult],
    settled: Mapping[FieldKey, Settled],
    form: Form,
    ledger: Ledger,
    schemas: Schemas,
    options: DigitizeOptions,
    weighing: WeighingOptions = WEIGHING,
) -> SecondPass:
    """Return what the pages of a book say together.

    Args:
        pages: The pages as the first pass read them, in the order of the book. That order alone counts, not when they
            were read.
        settled: What people decided on them.
        form: The form of the book.
        ledger: The book.
        schemas: All declarations.
        options: How its pages are digitized.
        weighing: How much the book counts.
    """
    record = schemas.record(form.record)
    texts = {key: known.text for key, known in settled.items()}
    decided = decided_values(pages, texts, form, ledger, schemas)
    texts = {key: text for key, text in texts.items() if key not in decided.silent}
    model = make_model(said_in_book(pages, texts, form, record))
    ordered = dict(_ordered(pages, texts, record, form))
    filled = filled_fields((entry for page in pages for entry in page.entries), record)
    values = {
        key: parse_text(text, key[2], record, schemas, ledger).canonical if text else ""
        for key, text in texts.items()
    }
    confirmed = confirmed_values(pages, values, record)
    return SecondPass(
        form, ledger, schemas, options, model, confirmed, ordered, settled, weighing, filled, decided
    )


def fingerprint_of(first: str, before: PageResult, after: PageResult) -> str:
    """Return under which fingerprint a page is saved: that of the first pass, and beside it what the second made of it.

    It changes when the book makes something else of this page, however the book changes, so that a page is saved anew
    only when there is something new to save. A confidence counts by its tenths.

    Args:
        first: The fingerprint of the first pass.
        before: The page as the first pass read it.
        after: The page as the second weighs it.
    """
    told = _told(after)
    if after is before or told == _told(before):
        return first
    text = json.dumps([VERSION, told], ensure_ascii=False)
    return f"{first}{MARK}{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def _told(page: PageResult) -> list[object]:
    """Return what of a page has to change for it to be saved anew."""
    return [
        [
            entry.row,
            [
                [one.field, one.status, one.text, one.canonical, one.accepted, round(one.confidence, 1)]
                for one in entry.readings
            ],
            sorted({finding.code for finding in entry.findings}),
        ]
        for entry in page.entries
    ]


def first_fingerprint(fingerprint: str) -> str:
    """Return the fingerprint of the first pass in that of a page, whether or not a second pass followed."""
    return fingerprint.partition(MARK)[0]


def shipped_fingerprint(fingerprint: str) -> str:
    """Return the fingerprint of the first pass in that of a page, without what was learnt of the hand of its book."""
    return without_adapter(first_fingerprint(fingerprint))


def _ordered(
    pages: Sequence[PageResult], decided: Mapping[FieldKey, str], record: RecordSpec, form: Form
) -> Iterable[tuple[FieldKey, Sequence[Hypothesis]]]:
    """Yield the numbers and days whose hypotheses the order of the book weighs otherwise."""
    if record.book is None:
        return
    entries = [(page.ref, entry) for page in pages for entry in sorted(page.entries, key=lambda one: one.row)]
    number, day, of_page = record.book.number, record.book.registered_on, record.book.page

    def said(name: str | None) -> list[tuple[Hypothesis, ...]]:
        return [_said(ref, entry, name, decided) for ref, entry in entries]

    def asked(
        name: str | None, read: Sequence[tuple[Hypothesis, ...]], expected: Sequence[tuple[int, ...]]
    ) -> list[tuple[Hypothesis, ...]]:
        slot = next((one.name for one in form.slots if one.field_names == (name,)), "")
        return [
            with_candidates(known, likely, next((one for one in entry.regions if one.slot == slot), None))
            if (ref, entry.row, name) not in decided
            else known
            for (ref, entry), known, likely in zip(entries, read, expected, strict=True)
        ]

    numbers, days, page_numbers = said(number), said(day), said(of_page)
    read = [EntryOrder(*each) for each in zip(numbers, days, strict=True)]
    numbers_asked = asked(number, numbers, expected_numbers(read))
    pages_asked = asked(of_page, page_numbers, expected_pages(page_numbers))
    weighed = reweigh_entries([EntryOrder(*each) for each in zip(numbers_asked, days, strict=True)])
    now = (
        (number, numbers, [one.number for one in weighed]),
        (day, days, [one.registered_on for one in weighed]),
        (of_page, page_numbers, reweigh_pages(pages_asked)),
    )
    for name, before, after in now:
        for (ref, entry), old, new in zip(entries, before, after, strict=True):
            if name and new and new != old and (ref, entry.row, name) not in decided:
                yield (ref, entry.row, name), new


def _said(
    ref: PageRef, entry: EntryResult, name: str | None, decided: Mapping[FieldKey, str]
) -> tuple[Hypothesis, ...]:
    """Return the texts that a field may have, none where nothing is written or nobody read it whole."""
    if not name:
        return ()
    if (ref, entry.row, name) in decided:
        text = decided[ref, entry.row, name]
        return (Hypothesis(text, 1.0),) if text else ()
    reading = next((one for one in entry.readings if one.field == name), None)
    if reading is None or reading.status is not FieldStatus.READ or reading.is_cut_short:
        return ()
    return reading.hypotheses or (Hypothesis(reading.text, min(1.0, reading.confidence)),)
