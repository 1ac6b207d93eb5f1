"""How many errors do the page, the book and the rules catch together? And how often do they cry wolf?

Synthetic books of all forms are read without a fault; then one error at a time is put in, by family, at a place left to
chance. It is caught when a finding for a person (REVIEW, BLOCK) appears that was not there before: on the entry that
bears the error, or, where an entry or a page is gone or there twice, in the book.
Wanted: ≥ 95 % of single-figure errors in dates that are also written in words; ≥ 90 % of all errors; findings on
untouched books on < 1 % of entries. No reading is involved: this measures rules, not readers.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.books.drawn_books import SEED, entry_forms
from benchmarks.figures import percent, report_figures, say, share
from benchmarks.rules.faultless_books import FaultlessBook, RuleChecker, read_faultlessly
from benchmarks.rules.injected_errors import BESIDE, FAMILIES, WITH_WORDS, InjectedError, InjectionSource
from benchmarks.rules.undrawn_books import FAULTLESS
from pipeline.declarations import schema

Details = frozenset[tuple[str, str]]

TRIES = 30
"""How often a family is drawn again for an error when nothing could be changed."""

BY_DESIGN = ("L06", "L07", "L09", "L10", "MISSING", "T01")
"""Findings about the real state of the paper, for a person to choose: a note, an abbreviation, a mark, a blank. Any
other finding on an untouched book is a false alarm."""

NOTED = replace(FAULTLESS, blank=0.05, notes=0.25, ditto=0.25)
"""Books as clerks leave them: with margin notes, blanks and marks for "as above"."""


@dataclass
class Tally:
    """Of one family: how many were put in, which were caught, by which codes, and where those were that were not."""

    put_in: int = 0
    caught: int = 0
    by: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--errors", type=int, default=60, help="errors a family and form")
    parser.add_argument("--entries", type=int, default=60, help="entries a book")
    parser.add_argument("--books", type=int, default=8, help="books a form")
    parser.add_argument("--seed", type=int, default=SEED)
    chosen = parser.parse_args()
    schemas = schema.load()
    judge = RuleChecker(schemas)
    console = Console(width=150)
    books = [
        read_faultlessly(form, schemas, replace(FAULTLESS, seed=chosen.seed + number, entries=chosen.entries))
        for form in entry_forms(schemas)
        for number in range(chosen.books)
    ]
    say(f"{len(books)} sổ, {sum(len(book.entries) for book in books)} mục")
    untouched = _untouched(judge, books, console, "Sổ không có lỗi")
    noted = [
        read_faultlessly(form, schemas, replace(NOTED, seed=chosen.seed + number, entries=chosen.entries))
        for form in entry_forms(schemas)
        for number in range(max(1, chosen.books // 4))
    ]
    with_notes = _untouched(judge, noted, console, "Sổ không có lỗi, có ghi chú, ô trống, dấu như trên")
    rng = random.Random(chosen.seed)
    tallies = {name: Tally() for name in FAMILIES}
    flaws: list[tuple[str, FaultlessBook, InjectedError]] = []
    by_form = {form.id: [book for book in books if book.form.id == form.id] for form in entry_forms(schemas)}
    for name in FAMILIES:
        for of_form in by_form.values():
            flaws += [(name, *drawn) for drawn in _drawn(name, of_form, schemas, rng, chosen.errors)]
    say(f"{len(flaws)} lỗi")
    _judge(judge, books, flaws, tallies)
    console.print(_table(tallies))
    console.print(_missed(tallies))
    counted = [tally for name, tally in tallies.items() if name not in BESIDE]
    caught = share(sum(tally.caught for tally in counted), sum(tally.put_in for tally in counted))
    rates = [tally.caught / tally.put_in for tally in counted if tally.put_in]
    in_words = tallies[WITH_WORDS]
    figures: dict[str, Any] = {
        "seed": chosen.seed,
        "errors": sum(tally.put_in for tally in counted),
        "caught": caught,
        "caught_mean_of_families": share(sum(rates), len(rates)),
        "dates_in_words": share(in_words.caught, in_words.put_in),
        "untouched_entries": untouched[2],
        "untouched_with_findings": share(untouched[0], untouched[2]),
        "untouched_false_alarms": share(untouched[1], untouched[2]),
        "noted_entries": with_notes[2],
        "noted_with_findings": share(with_notes[0], with_notes[2]),
        "noted_false_alarms": share(with_notes[1], with_notes[2]),
        "families": {name: [tally.put_in, tally.caught] for name, tally in tallies.items()},
    }
    console.print(
        f"Mọi họ lỗi: {percent(caught)} (trung bình các họ {percent(figures['caught_mean_of_families'])}); "
        f"ngày có chữ: {percent(figures['dates_in_words'])}; "
        f"mục không lỗi mà bị nêu: {percent(figures['untouched_with_findings'])}, "
        f"báo nhầm: {percent(figures['untouched_false_alarms'])}."
    )
    report_figures("injection", figures)


def _untouched(
    judge: RuleChecker, books: Sequence[FaultlessBook], console: Console, title: str
) -> tuple[int, int, int]:
    """How many entries of these books have a finding, how many one that is none of ``BY_DESIGN``, of how many; which
    codes they are is printed. A finding on a page counts as one on an entry."""
    codes: Counter[str] = Counter()
    doubted: dict[tuple[int, int], set[str]] = {}
    for number, book in enumerate(books):
        for place, entry in enumerate(book.entries):
            for finding in judge.entry_findings(book, entry):
                doubted.setdefault((number, place), set()).add(finding.code)
    for number, at, page_finding in judge.book_findings(books):
        doubted.setdefault((number, -1 if at is None else at), set()).add(page_finding.code)
    for own_codes in doubted.values():
        codes.update(own_codes)
    false = sum(not own_codes.issubset(BY_DESIGN) for own_codes in doubted.values())
    entries = sum(len(book.entries) for book in books)
    told_codes = ", ".join(f"{code} {times}" for code, times in codes.most_common()) or "không có"
    line = f"{title}: {entries} mục, {len(doubted)} mục bị nêu, {false} báo nhầm; {told_codes}"
    console.print(line, markup=False)
    return len(doubted), false, entries


def _drawn(
    name: str, books: Sequence[FaultlessBook], schemas: schema.Schemas, rng: random.Random, wanted: int
) -> list[tuple[FaultlessBook, InjectedError]]:
    drawn: list[tuple[FaultlessBook, InjectedError]] = []
    for _ in range(wanted):
        for _ in range(TRIES):
            book = rng.choice(books)
            flaw = FAMILIES[name](InjectionSource(rng, schemas, book))
            if flaw is not None:
                drawn.append((book, flaw))
                break
    return drawn


def _judge(
    judge: RuleChecker,
    books: Sequence[FaultlessBook],
    flaws: Sequence[tuple[str, FaultlessBook, InjectedError]],
    tallies: dict[str, Tally],
) -> None:
    """Count what is caught. A finding that the untouched book had already catches nothing."""
    numbers = {id(book): number for number, book in enumerate(books)}
    before: dict[int, set[tuple[str, Details]]] = {}
    for number, _, page_finding in judge.book_findings(books):
        before.setdefault(number, set()).add((page_finding.code, frozenset(page_finding.details.items())))
    after: dict[int, list[tuple[int | None, str, Details]]] = {}
    for number, at, page_finding in judge.book_findings([flaw.book for _, _, flaw in flaws]):
        after.setdefault(number, []).append((at, page_finding.code, frozenset(page_finding.details.items())))
    for number, (name, book, flaw) in enumerate(flaws):
        known = before.get(numbers[id(book)], set())
        codes = {
            code
            for at, code, details in after.get(number, ())
            if (code, details) not in known and (flaw.place is None or at in (None, flaw.place))
        }
        if flaw.place is not None and flaw.what != "page":
            entry = book.entries[flaw.place]
            of_entry = {(finding.code, finding.fields) for finding in judge.entry_findings(book, entry)}
            findings = judge.entry_findings(flaw.book, flaw.book.entries[flaw.place])
            codes |= {
                page_finding.code
                for page_finding in findings
                if (page_finding.code, page_finding.fields) not in of_entry
            }
        tally = tallies[name]
        tally.put_in += 1
        if codes:
            tally.caught += 1
            tally.by.update(codes)
        else:
            tally.missed[f"{book.form.id}: {flaw.what}"] += 1


def _table(tallies: dict[str, Tally]) -> Table:
    table = Table("Họ lỗi", "Tiêm", "Bắt được", "Tỉ lệ", "Nhờ", title="Lỗi tiêm vào sổ")
    for name, tally in tallies.items():
        by = ", ".join(f"{code} {times}" for code, times in tally.by.most_common(5))
        table.add_row(
            name, str(tally.put_in), str(tally.caught), percent(share(tally.caught, tally.put_in)), by
        )
    return table


def _missed(tallies: dict[str, Tally]) -> Table:
    table = Table("Họ lỗi", "Không bắt được ở", title="Không bắt được")
    for name, tally in tallies.items():
        if tally.missed:
            where = ", ".join(f"{what} {times}" for what, times in tally.missed.most_common(8))
            table.add_row(name, where)
    return table


if __name__ == "__main__":
    main()
