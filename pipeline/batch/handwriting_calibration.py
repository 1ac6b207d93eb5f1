"""X"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.calibration import (
    CalibrationFeatures,
    DriftAlarm,
    Sample,
    Truth,
    calibration_features,
    calibration_samples,
    describe_unusual,
    is_handwritten,
)
from pipeline.ledger import load_ledger
from pipeline.model import Finding
from pipeline.registry import Registry, StandingFinding, StoredEntry
from pipeline.registry.services.statistics.books import DRIFT
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
        found += calibration_samples(stored.readings, stored.findings, record, truths, f"{book}", entry)
    return CheckedSamples(tuple(found), others)


def _entries(folder: Path, context: RunContext) -> Iterator[tuple[int, StoredEntry]]:
    """The entries of a book that stand, each with the book's id."""
    ledger = load_ledger(folder)
    with context.open_registry() as registry:
        book_id = registry.book_id(ledger, folder.name)
        for entry_id in registry.entries(book_id):
            yield book_id, registry.entry(entry_id)


def kept_drift(registry: Registry, context: RunContext, book_id: int, hand_reader: str) -> DriftAlarm | None:
    """What is unusual about the handwriting of a book, if anything is; the registry holds it as a finding on the first
    page that was weighed, until the book is weighed again. Nothing is unusual where nothing is calibrated for
    ``hand_reader``, or the office has switched the finding off."""
    severity = context.schemas.severity_of(DRIFT)
    alarm, page_id = (None, 0) if severity is None else _weighed(registry, context, book_id, hand_reader)
    found = []
    if alarm is not None and severity is not None:
        details = {"unusual": describe_unusual(alarm), "unseen": str(alarm.unseen)}
        found = [StandingFinding(book_id, page_id, None, Finding(DRIFT, severity, (), details))]
    if found or any(one.finding.code == DRIFT for one in registry.standing_findings([book_id])):
        registry.save_checks(found, [DRIFT], [book_id])
    return alarm


def _weighed(
    registry: Registry, context: RunContext, book_id: int, hand_reader: str
) -> tuple[DriftAlarm | None, int]:
    """The alarm with how many values went in unseen, and the id of the first page weighed."""
    known = context.options.routing.for_reader(hand_reader).calibration
    if known is None:
        return None, 0
    features: list[CalibrationFeatures] = []
    unseen, page_id = 0, 0
    for entry in registry.read_entries(book_id, hand_reader):
        features += calibration_features(
            entry.readings, entry.findings, context.schemas.record(entry.record)
        ).values()
        unseen += sum(reading.accepted and is_handwritten(reading) for reading in entry.readings)
        page_id = page_id or entry.page_id
    alarm = known.drift(features)
    return (None if alarm is None else replace(alarm, unseen=unseen)), page_id
