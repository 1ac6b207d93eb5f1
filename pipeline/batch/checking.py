"""What the registry knows of how right the machine's readings of handwriting are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.calibration import Sample, Truth, samples_of
from pipeline.ledger import load_ledger
from pipeline.registry import StoredEntry
from pipeline.run_context import RunContext


@dataclass(frozen=True, slots=True)
class CheckedSamples:
    """What people decided on in a book. ``samples``: the handwritten fields, beside what the machine made of them;
    ``others``: how many entries are not among them because another reader than today's read them."""

    samples: tuple[Sample, ...]
    others: int


def checked_samples(folder: Path, context: RunContext) -> CheckedSamples:
    """Every handwritten field of a book that a person has decided on, beside what the latest run made of it.

    Fields that went in without a person have no truth and are not among them; what another reader made of them says
    nothing of this one. Raises ``LedgerError`` and ``SchemaError``."""
    reader = context.make_engines().hand_fingerprint
    found: list[Sample] = []
    others = 0
    for book, stored in _entries(folder, context):
        truths = {
            name: Truth(word.status, word.text, word.canonical)
            for name, word in stored.decisions.items()
            if name
        }
        if stored.hand_reader != reader:
            others += bool(truths)
            continue
        record = context.schemas.record(stored.record)
        entry = f"{stored.ref.scan_sha256}/{stored.ref.page_no}/{stored.row}"
        found += samples_of(stored.readings, stored.findings, record, truths, f"{book}", entry)
    return CheckedSamples(tuple(found), others)


def _entries(folder: Path, context: RunContext) -> Iterator[tuple[int, StoredEntry]]:
    """The entries of a book that stand, each with the book's id."""
    ledger = load_ledger(folder)
    with context.open_registry() as registry:
        book_id = registry.book_id(ledger, folder.name)
        for entry_id in registry.entries(book_id):
            yield book_id, registry.entry(entry_id)
