"""How many entries a second pass all their field and entry rules, on one core?

Synthetic entries of every form, read without a fault before the clock runs. Each pass takes a book that was not seen
before, so that nothing but what books share (dates, lists, syllables) is remembered; time is CPU time. The best pass
tells what the rules cost, the median what a busy machine makes of it. Rule L04 looks places up: a place that was not
asked before costs more, so it is measured apart, on places seen before and on new ones (every book here is of another
district; the books of one office name the same few places). Wanted: ≥ 20,000 entries a second.
How many injected errors the rules catch is another measurement: ``benchmarks.rules.bench_injection``.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rich.console import Console
from rich.table import Table

from benchmarks.books.drawn_books import SEED, entry_forms
from benchmarks.figures import percent, report_figures, say
from benchmarks.rules.bench_injection import BY_DESIGN
from benchmarks.rules.faultless_books import RuleChecker, read_faultlessly
from benchmarks.rules.undrawn_books import FAULTLESS
from pipeline.base.model import FieldReading, Severity
from pipeline.base.text.numbers import format_count
from pipeline.declarations import schema
from pipeline.declarations.schema import Form, Schemas
from pipeline.digitize.validate import EntryRules, context_of, rules_of
from pipeline.values.predicates import RuleContext

Entries = Sequence[Sequence[FieldReading]]


@dataclass(frozen=True)
class TimedPass:
    """One book: CPU seconds an entry, ``cost`` of all rules but L04, ``places_seen`` and ``places_new`` of all rules;
    ``with_findings``: share of entries with something to look at that is no mark of the clerk's own."""

    cost: float
    places_seen: float
    places_new: float
    with_findings: float


@dataclass(frozen=True)
class Figures:
    """Of one form, or of all of them taken alike: entries a CPU second of the best pass and of the median one, the best
    with places seen before and with new ones, and the share of entries that something is told of."""

    best: float
    median: float
    places_seen: float
    places_new: float
    with_findings: float

    @classmethod
    def of(cls, forms: Sequence[Sequence[TimedPass]]) -> Figures:
        return cls(
            best=_speed(forms, lambda a_pass: a_pass.cost, min),
            median=_speed(forms, lambda a_pass: a_pass.cost, statistics.median),
            places_seen=_speed(forms, lambda a_pass: a_pass.places_seen, min),
            places_new=_speed(forms, lambda a_pass: a_pass.places_new, min),
            with_findings=statistics.mean(a_pass.with_findings for passes in forms for a_pass in passes),
        )

    @property
    def cells(self) -> tuple[str, ...]:
        speeds = (self.best, self.median, self.places_seen, self.places_new)
        return (*(format_count(round(speed)) for speed in speeds), percent(self.with_findings))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=300, help="entries a book")
    parser.add_argument("--books", type=int, default=5, help="books a form, after one to warm up")
    parser.add_argument("--seed", type=int, default=SEED)
    chosen = parser.parse_args()
    schemas = schema.load()
    judge = RuleChecker(schemas)
    table = Table(
        "mẫu", "quy tắc", "việc/giây", "trung vị", "cả nơi đã gặp", "cả nơi mới gặp", "có phát hiện"
    )
    forms: dict[str, list[TimedPass]] = {}
    for form in entry_forms(schemas):
        say(form.id)
        forms[form.id] = list(_passes(form, schemas, judge, chosen))
        rules = str(len(schemas.record(form.record).rules))
        table.add_row(form.id, rules, *Figures.of([forms[form.id]]).cells)
    together = Figures.of(list(forms.values()))
    table.add_section()
    table.add_row("mọi mẫu", "", *together.cells)
    Console(width=110).print(table)
    report_figures(
        "rules",
        {
            "seed": chosen.seed,
            "entries": len(forms) * chosen.books * chosen.entries,
            "entries_a_second": together.best,
            "entries_a_second_median": together.median,
            "entries_a_second_places_seen": together.places_seen,
            "entries_a_second_places_new": together.places_new,
            "told": together.with_findings,
            "by_form": {name: Figures.of([passes]).best for name, passes in forms.items()},
        },
    )


def _passes(
    form: Form, schemas: Schemas, judge: RuleChecker, chosen: argparse.Namespace
) -> Sequence[TimedPass]:
    rules = rules_of(schemas.record(form.record), schemas)
    passes = []
    for number in range(chosen.books + 1):
        options = replace(FAULTLESS, seed=chosen.seed + number, entries=chosen.entries)
        book = read_faultlessly(form, schemas, options)
        entries = [judge.readings(book, entry) for entry in book.entries]
        context = context_of(form, book.ledger)
        with_places = replace(context, places=schemas.places)
        cost, _ = _asked(rules, entries, context)
        again, _ = _asked(rules, entries, context)
        new, _ = _asked(rules, entries, with_places)
        seen, finding_count = _asked(rules, entries, with_places)
        passes.append(
            TimedPass(cost, cost + max(0.0, seen - again), cost + max(0.0, new - again), finding_count)
        )
    return passes[1:]


def _asked(rules: EntryRules, entries: Entries, context: RuleContext) -> tuple[float, float]:
    """Return CPU seconds an entry, and the share of entries with a finding."""
    begun = time.process_time()
    findings = [rules.findings_of(readings, context) for readings in entries]
    seconds = time.process_time() - begun
    serious = (
        any(doubt.severity is not Severity.INFO and doubt.code not in BY_DESIGN for doubt in finding)
        for finding in findings
    )
    return seconds / len(entries), sum(serious) / len(entries)


def _speed(
    forms: Sequence[Sequence[TimedPass]],
    cost: Callable[[TimedPass], float],
    chosen: Callable[[list[float]], float],
) -> float:
    """Entries a second where as many come from each form."""
    return 1 / statistics.mean(chosen([cost(a_pass) for a_pass in passes]) for passes in forms)


if __name__ == "__main__":
    main()
