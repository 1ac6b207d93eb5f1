"""The calibration of handwriting against the books of the registry.

It covers what people checked, and whether a book looks like those that were calibrated on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.batch.book_identity import agreed_ledger
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
from pipeline.intake import list_scans
from pipeline.ledger import load_ledger
from pipeline.model import Finding
from pipeline.registry import CrossEntryFinding, Registry, StoredEntry
from pipeline.registry.services.statistics.books import DRIFT
from pipeline.run_context import RunContext


@dataclass(frozen=True, slots=True)
class CheckedSamples:
    """What people decided on in a book.

    Attributes:
        samples: The handwritten fields with what the machine made of them.
        others: Entries that are not among them because another reader than today's read them.
    """

    samples: tuple[Sample, ...]
    others: int


def checked_samples(folder: Path, context: RunContext) -> CheckedSamples:
    """Return every handwritten field of a book that a person has decided on, with what the latest run made of it.

    Fields that were accepted without a person have no truth; what another reader made of a field says nothing about
    this one.

    Raises:
        LedgerError, SchemaError: The ledger cannot be used.
    """
    reader = context.make_engines().hand_fingerprint
    found: list[Sample] = []
    others = 0
    for book, stored in _entries(folder, context):
        truths = {
            name: Truth(decision.status, decision.text, decision.canonical)
            for name, decision in stored.decisions.items()
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
    """Yield the entries of a book, each with the book's id."""
    ledger = load_ledger(folder)
    with context.open_registry() as registry:
        ledger = agreed_ledger(
            registry, folder, ledger, lambda: [one.sha256 for one in list_scans(folder, context.limits)]
        )
        book_id = registry.book_id(ledger, folder.name)
        for entry in registry.stored_entries(book_id):
            yield book_id, entry


def record_drift(
    registry: Registry, context: RunContext, book_id: int, hand_reader: str
) -> DriftAlarm | None:
    """Return what is unusual about the handwriting of a book, and record it in the registry.

    The finding belongs to the first page that was compared, and holds until the book is compared again. Nothing is
    unusual where nothing is calibrated for ``hand_reader``, or the office has switched the finding off.
    """
    severity = context.schemas.severity_of(DRIFT)
    alarm, page_id = (
        (None, 0) if severity is None else _drift_of_book(registry, context, book_id, hand_reader)
    )
    findings = []
    if alarm is not None and severity is not None:
        details = {"unusual": describe_unusual(alarm), "unseen": str(alarm.unseen)}
        findings = [CrossEntryFinding(book_id, page_id, None, Finding(DRIFT, severity, (), details))]
    if findings or any(found.finding.code == DRIFT for found in registry.cross_entry_findings([book_id])):
        registry.save_checks(findings, [DRIFT], [book_id])
    return alarm


def _drift_of_book(
    registry: Registry, context: RunContext, book_id: int, hand_reader: str
) -> tuple[DriftAlarm | None, int]:
    """Return the alarm, with how many values nobody saw, and the id of the first page compared."""
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
