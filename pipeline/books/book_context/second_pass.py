"""The second pass over a book: weigh its pages again by repeated values, by its stamps and by order.

No page is read again. The reader of print sees the merged picture of each stamp (``stamps``), and nothing else.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from pipeline.base.model import (
    BLANK_ALONE,
    NUMBER_ORDER,
    PAGE_ORDER,
    SIGNER_BOOK,
    STAMP_BOOK,
    TEXT_END,
    Confirmed,
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
from pipeline.books.book_context.double_ledger import SecondCopy
from pipeline.books.book_context.line_weighing import WEIGHING, WeighingOptions, weigh_region
from pipeline.books.book_context.order_candidates import (
    FilledFields,
    chosen_numbers,
    filled_fields,
    with_candidates,
    with_years,
)
from pipeline.books.book_context.order_chain import (
    EntryOrder,
    expected_numbers,
    expected_pages,
    reweigh_entries,
    reweigh_pages,
)
from pipeline.books.book_context.sightings import said_in_book
from pipeline.books.book_context.stamps import BookStamps, find_stamps
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

VERSION = "8"
"""Raise this whenever the same pages could be weighed differently than before."""

MARK = "+"
"""Separator between the fingerprints of the first and the second pass."""

FieldKey = tuple[PageRef, int, str]
"""A field: its page, its row on the page, its name."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A field that a person decided.

    Attributes:
        text: The decided content on paper, ``""`` for none.
        reading: The machine's last reading; the second pass keeps it.
    """

    text: str
    reading: FieldReading
    decision_id: int = 0


@dataclass(frozen=True)
class SecondPass:
    """The context of a book for its single values.

    Attributes:
        confirmed: The values that its entries confirm for each other.
        ordered: The hypotheses of numbers and days after weighing by order, where changed.
        settled: The decided fields.
        weighing: Weights of the book.
        filled: How many entries fill each ordering field.
        decided: The decided values in its pools, if requested.
        stamps: Its stamps, each read on all its pages together.
        copy: The second copy of the ledger, where it was kept twice.
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
    stamps: BookStamps = field(default_factory=BookStamps)
    copy: SecondCopy = field(default_factory=SecondCopy)

    def weighed(self, page: PageResult) -> PageResult:
        """Return a page weighed by its book; the same object if nothing changes.

        Blank fields stay blank, decided fields keep their reading, and a page without kept lines stays the same.
        """
        routing = self.options.routing.for_reader(page.hand_reader)
        form = self.schemas.form_of_page(self.form, page.form)
        judge = EntryJudge(form, self.ledger, self.schemas, routing)
        record = self.schemas.record(form.record)
        pools = {slot.name: pool_of(slot, record) for slot in form.slots}
        entries = tuple(
            self._weighed_entry(entry, page.ref, form, judge, pools)
            if all(region.slot in pools for region in entry.regions)  # else facing pages differ in printing
            else entry
            for entry in page.entries
        )
        return page if entries == page.entries else replace(page, entries=entries)

    def clear_values(self, page: PageResult, weighed: PageResult) -> dict[tuple[int, str], ClearValue]:
        """Return the waiting values of a page that decisions make clear, by row and field.

        Their odds grow by the ratio of right to wrong values among clear values, and they must reach the office's
        proven threshold. For a stamp, the rate of letters that belong to another name must keep within the tolerance. A
        page has no clear values if nothing is proven of its networks.

        Args:
            page: The page of the first pass.
        """
        routing = self.options.routing.for_reader(page.hand_reader)
        if self.decided is None or not self.decided.witnesses or routing.calibration is None:
            return {}
        before = {entry.row: entry for entry in page.entries}
        record = self.decided.record
        clear: dict[tuple[int, str], ClearValue] = {}
        for entry in weighed.entries:
            confirmed = self.confirmed.of((page.ref, entry.row), entry.readings).values
            known = self._decided_fields(page.ref, entry)
            for value in self.decided.clear_values(page.ref, before[entry.row], entry, known):
                spec = record.by_name[value.reading.field]
                if not routing.trusts(value.reading, critical=spec.critical):
                    continue
                if value.reading.writing is Writing.PRINT or math.isinf(value.lead):  # a stamp
                    tolerated = routing.tolerated_critical if spec.critical else routing.tolerated
                    is_sure = tolerated >= STAMPED_OTHERWISE
                else:
                    bound = routing.bound(critical=spec.critical)
                    odds = DECIDED_ELSEWHERE / (SAID_ELSEWHERE if value.reading.field in confirmed else 1.0)
                    chance = confirmed_chance(min(value.reading.confidence, 1.0), odds)
                    is_sure = bound is not None and bound.threshold is not None and chance >= bound.threshold
                if is_sure:
                    clear[entry.row, value.reading.field] = value
        return clear

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
        known = {name: field for name in names if (field := self.settled.get((ref, entry.row, name)))}
        settled = {name: field.reading for name, field in known.items()}
        decided = {name: field.text for name, field in known.items()}
        by_stamp = {
            region.slot: as_stamped
            for region in entry.regions
            if not settled.keys() & set(slots[region.slot].field_names)
            and (as_stamped := self.stamps.stamped(ref, entry.row, region)) is not region
        }
        regions = tuple(
            by_stamp.get(region.slot)
            or (
                weigh_region(region, pool, self.model, self.weighing)
                if (pool := pools.get(region.slot, ""))
                else region
            )
            for region in entry.regions
        )
        crossed = {
            region.slot: proposed
            for region in regions
            if pools.get(region.slot) == SIGNERS
            and region.slot not in by_stamp
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
        doubts += [Finding(STAMP_BOOK, Severity.INFO, tuple(slots[name].field_names)) for name in by_stamp]
        doubts += [Finding(SIGNER_BOOK, Severity.REVIEW, tuple(slots[name].field_names)) for name in crossed]
        key = (ref, entry.row)
        stamped = {
            reading.field: text
            for reading in entry.readings
            if self.decided is not None
            and reading.field not in settled
            and not any(reading.field in slots[name].field_names for name in by_stamp)
            and (text := self.decided.stamped(key, reading)) not in ("", reading.text)
        }
        confirm = partial(self._confirmed_of, key)
        inks = self.confirmed.of(key, entry.readings).inks
        waiting = any(reading.field in inks and not reading.accepted for reading in entry.readings)
        changed = ordered or doubts or waiting or stamped or decided or key in self.copy.entries
        if regions == entry.regions and not changed:
            return entry
        return judge.again(entry, regions, ordered, settled, doubts, confirm, stamped, decided)

    def _confirmed_of(self, key: EntryKey, readings: Sequence[FieldReading]) -> Confirmed:
        return self.copy.confirmed(key, readings, self.confirmed.of(key, readings))

    def _crossed(self, region: KeptRegion) -> KeptRegion:
        """Return a signer's region with the book's officer that its ink suggests, if the region is unreadable."""
        titles = usual_titles(self.ledger.place)
        vocabulary = self.schemas.vocabularies.get("signer-title")
        return with_book_signer(region, self.model.signers, titles, vocabulary)

    def _doubts(self, key: EntryKey, reading: FieldReading) -> Iterator[str]:
        """Yield the codes of the book's doubts about a reading of the first pass."""
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
    copy: SecondCopy = SecondCopy(),
) -> SecondPass:
    """Combine the pages of a book into its second pass.

    Args:
        pages: The pages of the first pass, in the order of the book. Only this order matters, not the order of reading.
        settled: The decided fields.
        weighing: Weights of the book.
        copy: The second copy of the ledger, where it was kept twice.
    """
    record = schemas.record(form.record)
    texts = {key: known.text for key, known in settled.items()}
    stamps = find_stamps(pages, texts, form, record, schemas.vocabularies.get("signer-title"))
    decided = decided_values(pages, texts, form, ledger, schemas, stamps)
    texts = {key: text for key, text in texts.items() if key not in decided.silent}
    model = make_model(said_in_book(pages, texts, form, record))
    ordered = dict(_ordered(pages, texts, record, form, ledger.year))
    filled = filled_fields((entry for page in pages for entry in page.entries), record)
    values = {
        key: parse_text(text, key[2], record, schemas, ledger).canonical if text else ""
        for key, text in texts.items()
    }
    confirmed = confirmed_values(pages, values, record)
    return SecondPass(
        form,
        ledger,
        schemas,
        options,
        model,
        confirmed,
        ordered,
        settled,
        weighing,
        filled,
        decided,
        stamps,
        copy,
    )


def fingerprint_of(first: str, before: PageResult, after: PageResult) -> str:
    """Return the fingerprint for saving a page: the first pass's fingerprint and a hash of the second pass's result.

    It changes only when the result for this page changes, however the book changes, so that a page is saved again only
    if there is something new. A confidence counts in tenths.

    Args:
        first: The fingerprint of the first pass.
        before: The page of the first pass.
        after: The page weighed by the second pass.
    """
    parts = _parts_to_save(after)
    if after is before or parts == _parts_to_save(before):
        return first
    text = json.dumps([VERSION, parts], ensure_ascii=False)
    return f"{first}{MARK}{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def _parts_to_save(page: PageResult) -> list[object]:
    """Return the parts of a page whose change requires saving it again."""
    return [
        [
            entry.row,
            [
                [
                    reading.field,
                    reading.status,
                    reading.text,
                    reading.canonical,
                    reading.accepted,
                    round(reading.confidence, 1),
                ]
                for reading in entry.readings
            ],
            sorted({finding.code for finding in entry.findings}),
        ]
        for entry in page.entries
    ]


def first_fingerprint(fingerprint: str) -> str:
    """Return the first pass's fingerprint within a page's fingerprint, with or without a second pass."""
    return fingerprint.partition(MARK)[0]


def shipped_fingerprint(fingerprint: str) -> str:
    """Return the first pass's fingerprint within a page's fingerprint, without the adapter of its book."""
    return without_adapter(first_fingerprint(fingerprint))


def _ordered(
    pages: Sequence[PageResult],
    decided: Mapping[FieldKey, str],
    record: RecordSpec,
    form: Form,
    year: int,
) -> Iterable[tuple[FieldKey, Sequence[Hypothesis]]]:
    """Yield the numbers and days whose hypotheses the book's order changes."""
    if record.book is None:
        return
    entries = [
        (page.ref, entry) for page in pages for entry in sorted(page.entries, key=lambda result: result.row)
    ]
    number, day, of_page = record.book.number, record.book.registered_on, record.book.page

    def hypotheses_of(name: str | None) -> list[tuple[Hypothesis, ...]]:
        return [_hypotheses_of(ref, entry, name, decided) for ref, entry in entries]

    def with_expected(
        name: str | None,
        read: Sequence[tuple[Hypothesis, ...]],
        expected: Sequence[tuple[int, ...]],
        with_candidates: Callable[
            [Sequence[Hypothesis], Sequence[int], KeptRegion | None], tuple[Hypothesis, ...]
        ] = with_candidates,
    ) -> list[tuple[Hypothesis, ...]]:
        slot = next((form_slot.name for form_slot in form.slots if form_slot.field_names == (name,)), "")
        return [
            with_candidates(
                known, likely, next((region for region in entry.regions if region.slot == slot), None)
            )
            if (ref, entry.row, name) not in decided
            else known
            for (ref, entry), known, likely in zip(entries, read, expected, strict=True)
        ]

    numbers, days, page_numbers = map(hypotheses_of, (number, day, of_page))
    read = [EntryOrder(*each) for each in zip(numbers, days, strict=True)]
    more_numbers = with_expected(number, numbers, expected_numbers(read))
    more_pages = with_expected(of_page, page_numbers, expected_pages(page_numbers))
    more_days = with_expected(day, days, [(year,) if year else ()] * len(entries), with_years)
    weighed = reweigh_entries(
        [EntryOrder(*each) for each in zip(more_numbers, more_days, strict=True)], year=year
    )
    now = (
        (number, numbers, [order.number for order in weighed]),
        (day, days, [order.registered_on for order in weighed]),
        (of_page, page_numbers, reweigh_pages(more_pages)),
    )
    for name, before, after in now:
        for (ref, entry), old, new in zip(entries, before, after, strict=True):
            if name and new and new != old and (ref, entry.row, name) not in decided:
                yield (ref, entry.row, name), new


def _hypotheses_of(
    ref: PageRef, entry: EntryResult, name: str | None, decided: Mapping[FieldKey, str]
) -> tuple[Hypothesis, ...]:
    """Return the hypotheses of a field; empty if it is blank or was not read completely."""
    if not name:
        return ()
    if (ref, entry.row, name) in decided:
        text = decided[ref, entry.row, name]
        return (Hypothesis(text, 1.0),) if text else ()
    reading = next((field_reading for field_reading in entry.readings if field_reading.field == name), None)
    if reading is None or reading.status is not FieldStatus.READ or reading.is_cut_short:
        return ()
    return reading.hypotheses or (Hypothesis(reading.text, min(1.0, reading.confidence)),)
