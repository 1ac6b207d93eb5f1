"""What the registry knows of how right the machine's readings of handwriting are, and of how they look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.calibration import DriftAlarm, Grounds, Sample, Truth, grounds_of, samples_of
from pipeline.ledger import load_ledger
from pipeline.model import FieldStatus, Writing
from pipeline.registry import StoredEntry
from pipeline.workbench import Workbench

SAID = frozenset({FieldStatus.READ, FieldStatus.BLANK})


@dataclass(frozen=True, slots=True)
class Checked:
    """What people decided on in a book. ``samples``: the handwritten fields, beside what the machine made of them;
    ``others``: how many entries are not among them because another reader than today's read them."""

    samples: tuple[Sample, ...]
    others: int


def checked_samples(folder: Path, bench: Workbench) -> Checked:
    """Every handwritten field of a book that a person has decided on, beside what the latest run made of it.

    Fields that went in without a person have no truth and are not among them; what another reader made of them says
    nothing of this one. Raises ``LedgerError`` and ``SchemaError``."""
    reader = bench.make_engines().hand_fingerprint
    found: list[Sample] = []
    others = 0
    for book, stored in _entries(folder, bench):
        truths = {
            name: Truth(word.status, word.text, word.canonical)
            for name, word in stored.decisions.items()
            if name
        }
        if stored.hand_reader != reader:
            others += bool(truths)
            continue
        record = bench.schemas.record(stored.record)
        entry = f"{stored.ref.scan_sha256}/{stored.ref.page_no}/{stored.row}"
        found += samples_of(stored.readings, stored.findings, record, truths, f"{book}", entry)
    return Checked(tuple(found), others)


def book_drift(folder: Path, bench: Workbench) -> tuple[DriftAlarm | None, int]:
    """What is unusual about the handwriting of a book, if anything is, and how many handwritten values of it went in
    without a person. Nothing is unusual where nothing is calibrated."""
    reader = bench.make_engines().hand_fingerprint
    known = bench.options.routing.for_reader(reader).calibration
    if known is None:
        return None, 0
    grounds: list[Grounds] = []
    accepted = 0
    for _, stored in _entries(folder, bench):
        if stored.hand_reader != reader:
            continue
        record = bench.schemas.record(stored.record)
        grounds += grounds_of(stored.readings, stored.findings, record).values()
        accepted += sum(
            reading.accepted and reading.writing is Writing.HAND and reading.status in SAID
            for reading in stored.readings
        )
    return known.drift(grounds), accepted


def _entries(folder: Path, bench: Workbench) -> Iterator[tuple[int, StoredEntry]]:
    """The entries of a book that stand, each with the book's id."""
    ledger = load_ledger(folder)
    with bench.open_registry() as registry:
        book_id = registry.book_id(ledger, folder.name)
        for entry_id in registry.entries(book_id):
            yield book_id, registry.entry(entry_id)
