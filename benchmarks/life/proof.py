"""What is true at the end of the month, found in the packages, the registry and the audit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.life.mishaps import Mishap
from benchmarks.life.month import LifeBook, Month
from pipeline.delivery.export.export_options import PackageOptions
from pipeline.delivery.export.package_folder import package_flaws
from pipeline.delivery.export.workbook import read_back
from pipeline.delivery.package import PackageReport
from pipeline.registry import Registry

MOST_AUDIT_ROWS = 1_000_000
EXACT_KINDS = frozenset({"name", "text"})
"""Kinds of values that the workbook holds as the paper does."""

NOTES = "ghiChu"


@dataclass(frozen=True)
class Proof:
    """What was found.

    Attributes:
        delivered: Books with a package at the end.
        entries: Entries on paper.
        lost: Entries of the paper that no package holds.
        twice: Entries that packages hold more than once.
        strange: Entries in packages that are not on paper.
        wrong: Names and texts in packages that are not those of the paper (all people are drawn).
        faults: Blocking faults that the check before the upload found.
        unaudited: Mishaps whose mending the audit does not hold.
        audit_flaws: What the audit finds wrong.
        package_flaws: What is no longer as it was signed, in packages of the middle and of the end of the month.
        early_entries: Entries that were delivered in the middle of the month.
        held: What holds books back, where one does.
    """

    delivered: int
    books: int
    entries: int
    lost: int
    twice: int
    strange: int
    wrong: tuple[str, ...]
    compared: int
    faults: int
    unaudited: int
    audit_flaws: int
    package_flaws: int
    early_entries: int
    held: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the month ended as it should."""
        bad = (self.lost, self.twice, self.strange, len(self.wrong), self.faults, self.unaudited)
        return self.delivered == self.books and not any((*bad, self.audit_flaws, self.package_flaws))


def prove(
    month: Month,
    registry: Registry,
    mishaps: Sequence[Mishap],
    early: Mapping[str, PackageReport],
    last: Mapping[str, PackageReport],
) -> Proof:
    """Look at everything at the end of the month."""
    lost = twice = strange = compared = entries = 0
    wrong: list[str] = []
    for book in month.books:
        delivered = _delivered(month, book, last[book.name])
        wanted = _on_paper(month, book)
        entries += len(wanted)
        counted = Counter(number for number, _ in delivered)
        lost += len(wanted.keys() - counted.keys())
        strange += len(counted.keys() - wanted.keys())
        twice += sum(times - 1 for times in counted.values())
        for number, cells in delivered:
            for column, text in wanted.get(number, {}).items():
                compared += 1
                if not _same(column, cells.get(column, ""), text):
                    wrong.append(f"{book.name} {number} {column}: {cells.get(column, '')!r}, not {text!r}")
    done = Counter(record.action for record in registry.audit().recent(MOST_AUDIT_ROWS))
    needed = Counter(action for mishap in mishaps for action in mishap.actions)
    packages = [
        delivery.folder for delivery in (*early.values(), *last.values()) if delivery.folder is not None
    ]
    return Proof(
        delivered=sum(delivery.folder is not None for delivery in last.values()),
        books=len(month.books),
        entries=entries,
        lost=lost,
        twice=twice,
        strange=strange,
        wrong=tuple(wrong),
        compared=compared,
        faults=sum(fault.blocking for delivery in last.values() for fault in delivery.faults),
        unaudited=sum(max(0, times - done[action]) for action, times in needed.items()),
        audit_flaws=registry.audit().verify().flaw_count,
        package_flaws=sum(len(package_flaws(folder)) for folder in packages),
        early_entries=sum(delivery.entries for delivery in early.values() if delivery.folder is not None),
        held=tuple(
            " ".join((book, blocker.why, blocker.scan, blocker.number, *blocker.codes, *blocker.fields))
            for book, delivery in last.items()
            for blocker in delivery.blockers[:5]
        )
        + tuple(
            f"{book} {fault.check} {fault.number} {fault.column}"
            for book, delivery in last.items()
            for fault in delivery.faults
            if fault.blocking
        ),
    )


def _delivered(month: Month, book: LifeBook, report: PackageReport) -> list[tuple[str, Mapping[str, str]]]:
    """The rows of the workbook of a book: its numbers, and its cells by column."""
    if report.folder is None:
        return []
    (path,) = Path(report.folder).glob("*.xlsx")
    record = month.schemas.form(book.ledger.form).record
    sheet = month.schemas.exports[PackageOptions().template(record, month.schemas)].sheet
    with read_back(path, sheet) as opened:
        return [(row.cells["so"], row.cells) for row in opened.rows()]


def _on_paper(month: Month, book: LifeBook) -> dict[str, dict[str, str]]:
    """By number, the names and texts of the entries of a book, by column."""
    record = month.schemas.record(month.schemas.form(book.ledger.form).record)
    columns = {
        spec.name: spec.column for spec in record.fields if spec.kind in EXACT_KINDS and not spec.ledger
    }
    return {
        _with_year(entry.values["entry_number"], book.ledger.year): {
            columns[name]: text for name, text in entry.values.items() if name in columns
        }
        for page in book.pages.values()
        for entry in page.entries
    }


def _with_year(number: str, year: int) -> str:
    """A number as the Ministry takes it."""
    return number if "/" in number else f"{number}/{year}"


def _same(column: str, cell: str, text: str) -> bool:
    """Whether a cell holds what stands on paper; the notes may hold more, and how wide a gap is says nothing."""
    cell, text = (" ".join(side.split()) for side in (cell, text))
    return cell.startswith(text) if column == NOTES else cell == text
