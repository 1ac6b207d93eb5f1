"""A drawn book with its truth, and a reviewer who decides entries of it by what is on paper, now and then wrongly."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from benchmarks.context.book_scores import ScoredBook, ScoredEntry, is_right, read_pages
from benchmarks.context.read_books import told_page
from benchmarks.handwriting.real_lines import FOLDED, plain
from pipeline.base.model import EntryResult, FieldReading, FieldStatus, PageRef, PageResult
from pipeline.books.book_context.decided_values import ClearValue
from pipeline.books.book_context.second_pass import FieldKey, SecondPass, Settled, second_pass
from pipeline.declarations.ledger import load_ledger
from pipeline.declarations.schema import Form, RecordSpec, Schemas
from pipeline.digitize import DigitizeOptions
from pipeline.settings import Settings
from pipeline.training.evaluation import PredictedValue, load_truth

EntryKey = tuple[PageRef, int]
"""A page and a row on it."""


@dataclass(frozen=True)
class BookOnPaper:
    """A drawn book: what is on paper, and what the first pass read.

    Attributes:
        folder: Its folder, with ``truth.json``.
        pages: What was read of its pages, in their order; None for a page that failed.
        is_folded: Whether its truth tells neither case nor punctuation of names and places: labels of real ink do not.
    """

    folder: Path
    pages: Sequence[PageResult | None]
    schemas: Schemas
    is_folded: bool = False

    @cached_property
    def form(self) -> Form:
        return self.schemas.form(load_ledger(self.folder).form)

    @cached_property
    def record(self) -> RecordSpec:
        return self.schemas.record(self.form.record)

    @cached_property
    def options(self) -> DigitizeOptions:
        return DigitizeOptions(routing=Settings().run_context(self.folder).options.routing)

    @cached_property
    def read(self) -> list[PageResult]:
        return [page for page in self.pages if page is not None]

    @cached_property
    def entries(self) -> Mapping[EntryKey, ScoredEntry]:
        """The entries with their truth that were found, in the order of the book."""
        shown = [told_page(page, 0.0) for page in self.pages]
        truth = load_truth(self.folder / "truth.json")
        book = ScoredBook(self.folder.name, self.form, self.record, truth, read_pages(shown), reprinted=False)
        scored: dict[EntryKey, ScoredEntry] = {}
        for entry in book.entries:
            page, row = self.pages[entry.truth.page or 0], entry.truth.row or 0
            if page is not None and any(entry.row == row for entry in page.entries):
                scored[page.ref, row] = entry
        return scored

    @cached_property
    def first(self) -> Mapping[EntryKey, EntryResult]:
        """The entries as the first pass read them."""
        return {(page.ref, entry.row): entry for page in self.read for entry in page.entries}

    def on_paper(self, key: EntryKey, name: str) -> str | None:
        """Return the text of a field on paper; None where the truth does not tell it."""
        spec = self.record.by_name[name]
        return self.entries[key].truth.values.get(spec.column) if spec.column else None

    def is_right(self, key: EntryKey, reading: FieldReading) -> bool:
        """Return whether a reading is what is on paper."""
        entry, spec = self.entries[key], self.record.by_name[reading.field]
        outcome = entry.outcome(spec) if spec.column else None
        if outcome is None:
            return True
        value = PredictedValue(
            reading.text, reading.status, reading.confidence, reading.accepted, reading.writing
        )
        if spec.value_kind.is_entry_number and value.text and "/" not in value.text:
            value = replace(value, text=f"{value.text}/{entry.book.truth.year}")
        if self.is_folded and spec.kind in FOLDED and value.status is FieldStatus.READ:
            return plain(value.text) == plain(outcome.truth)
        return is_right(replace(outcome, predicted=value))

    def answer(
        self, decided: Collection[EntryKey], wrong: Mapping[FieldKey, str] | None = None
    ) -> AnsweredBook:
        """Return the book after all fields of these entries were decided by what is on paper.

        Args:
            wrong: What the reviewer decided otherwise than it is on paper.
        """
        settled: dict[FieldKey, Settled] = {}
        for key in decided:
            for reading in self.first[key].readings:
                name = (*key, reading.field)
                text = (wrong or {}).get(name, self.on_paper(key, reading.field))
                if text is not None:
                    settled[name] = Settled(text, reading)
        ledger = load_ledger(self.folder)
        passed = second_pass(self.read, settled, self.form, ledger, self.schemas, self.options)
        return AnsweredBook(self, passed)

    def mistakes(self, keys: Collection[EntryKey], rate: float, drawn: random.Random) -> dict[FieldKey, str]:
        """Return what a reviewer decides wrongly: at that rate the value of another entry, as of a line too high.

        At least one of the first ten entries is among these, in a field that the book repeats.
        """
        wrong: dict[FieldKey, str] = {}
        for key in keys:
            for reading in self.first[key].readings:
                if drawn.random() < rate:
                    other = drawn.choice(list(self.entries))
                    wrong[(*key, reading.field)] = self.on_paper(other, reading.field) or ""
        early = [
            (*key, reading.field)
            for key in list(keys)[:10]
            for reading in self.first[key].readings
            if self.record.pool_of(reading.field) and self.on_paper(key, reading.field)
        ]
        if rate and early and not wrong.keys() & set(early):
            ref, row, name = drawn.choice(early)
            truth = self.on_paper((ref, row), name)
            others = [self.on_paper(key, name) for key in self.entries]
            wrong[ref, row, name] = drawn.choice([text for text in others if text and text != truth] or [""])
        return wrong


@dataclass
class AnsweredBook:
    """A book of which some entries were decided.

    Attributes:
        passed: What it says as a whole since.
    """

    paper: BookOnPaper
    passed: SecondPass
    _weighed: dict[PageRef, PageResult] = field(default_factory=dict)
    _clear: dict[PageRef, Mapping[tuple[int, str], ClearValue]] = field(default_factory=dict)

    def weighed(self, key: EntryKey) -> EntryResult:
        """Return an entry as the book weighs it."""
        return next(entry for entry in self.weighed_page(key[0]).entries if entry.row == key[1])

    def clear(self, key: EntryKey) -> list[ClearValue]:
        """Return the values of an entry that are clear."""
        if key[0] not in self._clear:
            page = next(value for value in self.paper.read if value.ref == key[0])
            self._clear[key[0]] = self.passed.clear_values(page, self.weighed_page(key[0]))
        return [value for (row, _), value in self._clear[key[0]].items() if row == key[1]]

    def waiting(self, key: EntryKey) -> Iterator[FieldReading]:
        """Yield the values of an entry that wait for a person."""
        clear = {cleared.reading.field for cleared in self.clear(key)}
        for reading in self.weighed(key).readings:
            if (
                not reading.accepted
                and reading.field not in clear
                and (*key, reading.field) not in self.passed.settled
            ):
                yield reading

    def waiting_in_pools(self, key: EntryKey) -> Iterator[FieldReading]:
        """Yield the waiting values of an entry that a book repeats, the clear ones among them."""
        for reading in self.weighed(key).readings:
            if (
                not reading.accepted
                and self.paper.record.pool_of(reading.field)
                and reading.status is not FieldStatus.BLANK
                and (*key, reading.field) not in self.passed.settled
            ):
                yield reading

    def weighed_page(self, ref: PageRef) -> PageResult:
        """Return a page as the book weighs it."""
        if ref not in self._weighed:
            page = next(page_read for page_read in self.paper.read if page_read.ref == ref)
            self._weighed[ref] = self.passed.weighed(page)
        return self._weighed[ref]
