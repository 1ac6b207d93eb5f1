"""Ledgers drawn twice, as offices kept them: the same entries in two books, and what is read of both."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.context.book_scores import ScoredBook, read_pages
from benchmarks.context.read_books import read_page, told_page
from pipeline.base.model import Confirmed, FieldReading, Ledger, PageResult
from pipeline.books.book_context.confirmed_values import EntryKey
from pipeline.books.book_context.double_ledger import SecondCopy, pair_entries, readings_of
from pipeline.books.book_context.kept_page import pack_page, unpack_page
from pipeline.books.book_context.second_pass import second_pass
from pipeline.declarations.ledger import load_ledger
from pipeline.declarations.schema import FieldSpec, Form, RecordSpec, Schemas
from pipeline.digitize import DigitizeOptions
from pipeline.settings import Settings
from pipeline.training.evaluation import BookTruth, FieldOutcome, load_truth
from pipeline.training.synthetic_pages import OfficeOptions, SynthOptions, write_book
from pipeline.training.synthetic_pages.pen_fonts import PenFont

FORMS = ("birth-2006", "marriage-2006", "death-2006", "birth-2016")


@dataclass(frozen=True)
class DoubleLedger:
    """The folders of a book and of its second copy, which a clerk of the same hand wrote or of another."""

    book: Path
    copy: Path
    same_hand: bool


def draw_ledgers(
    target: Path,
    schemas: Schemas,
    pens: Sequence[str],
    more_pens: Sequence[PenFont] = (),
    *,
    seed: int,
    books: int,
    pages: int,
) -> Iterator[DoubleLedger]:
    """Yield ledgers, drawn where they are not there yet: copies of another hand, and in turn of the same.

    Args:
        pens: Families of pens; every book is written with one of them, its copy of another hand with the next.
    """
    for number in range(books):
        form = FORMS[number % len(FORMS)]
        own, other = pens[number % len(pens)], pens[(number + 1) % len(pens)]
        first = SynthOptions(
            seed=seed + number, entries=pages, pens=(own,), more_pens=tuple(more_pens), container="jpeg", dpi=200,
            scanner="mild", cover=False, notes=0.3, first_number=1 + 37 * number, office=OfficeOptions(), copy=1,
        )  # fmt: skip
        drawn = {
            "book": first,
            "same": replace(first, copy=2),
            "other": replace(first, copy=3, pens=(other,)),
        }
        folders = {name: target / f"{number:03d}-{form}-{name}" for name in drawn}
        for name, options in drawn.items():
            if not (folders[name] / "truth.json").is_file():
                write_book(folders[name], schemas.form(form), schemas, options)
        yield DoubleLedger(folders["book"], folders["other"], same_hand=False)
        yield DoubleLedger(folders["book"], folders["same"], same_hand=True)


@dataclass(frozen=True)
class LedgerScore:
    """A ledger read twice, beside its truth."""

    book: Path
    form: Form
    record: RecordSpec
    ledger: Ledger
    schemas: Schemas
    pages: Sequence[PageResult | None]
    copied: Sequence[PageResult | None]
    copy: SecondCopy
    truth: BookTruth

    @classmethod
    def read(cls, ledger: DoubleLedger, schemas: Schemas) -> LedgerScore:
        """Read both copies and pair their entries."""
        cover = load_ledger(ledger.book)
        form = schemas.form(cover.form)
        record = schemas.record(form.record)
        pages, copied = read_ledger(ledger.book), read_ledger(ledger.copy)
        ours, theirs = (readings_of(page for page in some if page) for some in (pages, copied))
        pairs = pair_entries(ours, theirs, record)
        copy = SecondCopy({own: theirs[other] for own, other in pairs.items()}, pairs)
        return cls(
            ledger.book,
            form,
            record,
            cover,
            schemas,
            pages,
            copied,
            copy,
            load_truth(ledger.book / "truth.json"),
        )

    def weighed(self, *, alone: bool) -> list[PageResult | None]:
        """Return the pages after the second pass, with the second copy or without."""
        options = DigitizeOptions(routing=Settings().run_context(self.book).options.routing)
        copy = SecondCopy() if alone else self.copy
        read = [page for page in self.pages if page]
        passed = second_pass(read, {}, self.form, self.ledger, self.schemas, options, copy=copy)
        return [None if page is None else passed.weighed(page) for page in self.pages]

    def outcomes(
        self, weighed: Sequence[PageResult | None]
    ) -> Iterator[tuple[EntryKey, FieldSpec, FieldReading, FieldOutcome]]:
        """Yield the fields of all entries with what was read and how right it is."""
        shown = read_pages([told_page(page, 0.0) for page in weighed])
        scored = ScoredBook(self.book.name, self.form, self.record, self.truth, shown, False)
        for entry in scored.entries:
            page, row = weighed[entry.truth.page or 0], entry.truth.row or 0
            of_page = next((one for one in page.entries if one.row == row), None) if page else None
            if page is None or of_page is None:
                continue
            for reading in of_page.readings:
                spec = self.record.by_name[reading.field]
                outcome = entry.outcome(spec) if spec.column else None
                if outcome is not None:
                    yield (page.ref, row), spec, reading, outcome

    def repeated(self, key: EntryKey, weighed: Sequence[PageResult | None]) -> frozenset[str]:
        """Return the fields of an entry that the copy repeats."""
        readings = readings_of(page for page in weighed if page)[key]
        return self.copy.confirmed(key, tuple(readings.values()), Confirmed()).copied


def read_ledger(folder: Path) -> list[PageResult | None]:
    """Return the pages of a book as the first pass reads them, kept beside its scans; ``None`` for a failed page."""
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    return [_read_page((folder, page["scan"], page["page_no"])) for page in truth["_pages"]]


def _read_page(place: tuple[Path, str, int]) -> PageResult | None:
    folder, scan, page_no = place
    kept = folder / "read" / f"{scan}-{page_no}"
    if not kept.is_file():
        page, _ = read_page(place)
        kept.parent.mkdir(exist_ok=True)
        kept.write_bytes(b"" if page is None else pack_page(page, ""))
    packed = kept.read_bytes()
    return unpack_page(packed).result if packed else None
