"""Books as a faultless reader would read them, and what the rules and checks say of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from benchmarks.rules.undrawn_books import compose_book
from pipeline.base.model import FieldReading, FieldStatus, Finding, Ledger, PageKind, Severity, Writing
from pipeline.books.book_rules import BookFinding, book_findings, build_series
from pipeline.declarations.schema import FieldSpec, Form, RecordSpec, Schemas
from pipeline.digitize.validate import context_of, rules_of
from pipeline.training.synthetic_pages import SynthOptions
from pipeline.values.kinds import KINDS, Parsed

Entry = Mapping[str, str]
"""Field to what is read there; ``""`` is a blank."""


@dataclass(frozen=True)
class BookPage:
    """A page as it was scanned, with its ``entries``; a page without entries is blank."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class FaultlessBook:
    """A book as it was read, page by page; ``ledger`` holds the totals of its closing note."""

    form: Form
    ledger: Ledger
    leaves: tuple[BookPage, ...]

    @property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(entry for leaf in self.leaves for entry in leaf.entries)


def read_faultlessly(form: Form, schemas: Schemas, options: SynthOptions) -> FaultlessBook:
    """A synthetic book, read without a fault."""
    book = compose_book(form, schemas, options)
    rows = form.table.rows if form.table else 1
    leaves = tuple(
        BookPage(tuple(book.entries[start : start + rows])) for start in range(0, len(book.entries), rows)
    )
    return FaultlessBook(form, book.ledger, leaves)


class RuleChecker:
    """What rules and checks say; made once, asked often."""

    def __init__(self, schemas: Schemas) -> None:
        self.schemas = schemas
        self._rules = {name: rules_of(record, schemas) for name, record in schemas.records.items()}
        self._places = schemas.places

    def entry_findings(self, book: FaultlessBook, entry: Entry) -> tuple[Finding, ...]:
        """What a person would have to look at in that entry by itself."""
        record = self.schemas.record(book.form.record)
        context = context_of(book.form, book.ledger, places=self._places)
        findings = self._rules[record.record].findings_of(self.readings(book, entry), context)
        return tuple(finding for finding in findings if finding.severity is not Severity.INFO)

    def book_findings(self, books: Sequence[FaultlessBook]) -> Iterator[tuple[int, int | None, BookFinding]]:
        """What a person would have to look at in each of these books as a whole, each an office's only one: the number
        of the book, that of the entry in it (None: a page), the finding."""
        frames = _frames(books, self)
        places = frames[0]["place"].tolist()
        for finding in book_findings(
            build_series(*(frame.drop(columns="place", errors="ignore") for frame in frames))
        ):
            severity = self.schemas.severity_of(finding.code)
            if severity is None or severity is Severity.INFO:
                continue
            yield finding.book_id, None if finding.entry_id is None else places[finding.entry_id], finding

    def readings(self, book: FaultlessBook, entry: Entry) -> list[FieldReading]:
        """Return the entry as readings: of the form's fields, and of the fields that the ledger gives."""
        record = self.schemas.record(book.form.record)
        texts = {**_from_ledger(record, book.ledger, entry), **entry}
        return [self._reading(record.by_name[name], text, book.ledger) for name, text in texts.items()]

    def parsed(self, spec: FieldSpec, text: str, ledger: Ledger) -> Parsed:
        """What the kind makes of a text; a number without a year has the year of its book."""
        parsed = KINDS[spec.kind].parse(text, self.schemas.vocabulary(spec))
        if spec.value_kind.is_entry_number and parsed.canonical and "/" not in parsed.canonical:
            return parsed._replace(canonical=f"{parsed.canonical}/{ledger.year}")
        return parsed

    def _reading(self, spec: FieldSpec, text: str, ledger: Ledger) -> FieldReading:
        if not text:
            return FieldReading(spec.name, FieldStatus.BLANK, confidence=1.0)
        parsed = self.parsed(spec, text, ledger)
        return FieldReading(
            field=spec.name,
            status=FieldStatus.READ,
            text=text,
            canonical=parsed.canonical,
            confidence=1.0,
            writing=Writing.HAND,
            engine="told",
            problems=parsed.problems,
        )


def with_changed_entry(book: FaultlessBook, place: int, fields: Entry) -> FaultlessBook:
    """The book with other texts in the entry at ``place``."""
    leaves, at = [], 0
    for leaf in book.leaves:
        entries = tuple(
            {**entry, **fields} if at + row == place else entry for row, entry in enumerate(leaf.entries)
        )
        leaves.append(replace(leaf, entries=entries))
        at += len(leaf.entries)
    return replace(book, leaves=tuple(leaves))


def _from_ledger(record: RecordSpec, ledger: Ledger, entry: Entry) -> Entry:
    return {
        spec.name: str(getattr(ledger, spec.ledger))
        for spec in record.fields
        if spec.ledger and spec.name not in entry
    }


def _frames(
    books: Sequence[FaultlessBook], judge: RuleChecker
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The columns that the checks take, every book at a place of its own."""
    entries: list[dict[str, object]] = []
    pages: list[dict[str, object]] = []
    rows: list[dict[str, object]] = []
    for number, book in enumerate(books):
        record = judge.schemas.record(book.form.record)
        bound = record.book
        assert bound is not None
        asked = {"number": bound.number, "registered_on": bound.registered_on, "page": bound.page}
        place = 0
        for order, leaf in enumerate(book.leaves):
            kind = PageKind.ENTRIES if leaf.entries else PageKind.BLANK
            page_id = len(pages)
            pages.append({"page_id": page_id, "book_id": number, "order": order, "kind": kind.value})
            for entry in leaf.entries:
                values = {
                    role: judge.parsed(record.by_name[name], entry.get(name, ""), book.ledger).canonical
                    for role, name in asked.items()
                }
                ids = {"entry_id": len(entries), "page_id": page_id, "place": place}
                entries.append({**ids, **values})
                place += 1
        table = book.form.table
        rows.append(
            {
                "book_id": number, "record": book.form.record, "place_code": str(number), "unit": str(number),
                "book_series": "ordinary",
                "volume": book.ledger.volume, "entries": book.ledger.entries, "pages": book.ledger.pages,
                "rows": table.rows if table else 1, "failed": 0, "counted": None,
            }
        )  # fmt: skip
    return pd.DataFrame(entries), pd.DataFrame(pages), pd.DataFrame(rows)
