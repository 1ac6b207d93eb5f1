"""Calibration of handwriting against the books of the registry.

It covers the checked fields, and whether a book resembles the calibration's books.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.base.model import FieldReading, Finding, Severity
from pipeline.books.book_identity import agreed_ledger
from pipeline.declarations.ledger import load_ledger
from pipeline.recognition.calibration import (
    BookHold,
    CalibrationFeatures,
    DriftAlarm,
    Sample,
    Truth,
    calibration_features,
    calibration_samples,
    describe_unusual,
    is_handwritten,
    is_right,
)
from pipeline.registry import CrossEntryFinding, Registry, StoredEntry
from pipeline.registry.statistics.book_counts import DRIFT
from pipeline.run_context import RunContext
from pipeline.scans.intake import list_scans

HELD = "BOOK-HELD"
"""Code of the finding that a critical value of an unusual book waits for a person."""

BOOK_HELD, BOOK_RELEASED = "book-held", "book-released"
"""Audit actions: the critical values of a book are held back, or released."""


@dataclass(frozen=True, slots=True)
class CheckedSamples:
    """The decided fields of a book.

    Attributes:
        samples: The handwritten fields with the machine's readings.
        others: Number of entries excluded because another reader read them.
    """

    samples: tuple[Sample, ...]
    others: int


def checked_samples(folder: Path, context: RunContext) -> CheckedSamples:
    """Return every decided handwritten field of a book with its latest reading.

    Values accepted without a check have no truth; the values drawn for a check represent them, weighted by the
    probability of the draw. Readings of another reader say nothing about the present reader.

    Raises:
        LedgerError, SchemaError: The ledger cannot be used.
    """
    reader = context.make_engines().hand_fingerprint
    samples: list[Sample] = []
    others = 0
    for book, stored, drawn in _entries(folder, context):
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
        of_entry = {name: known for (entry_id, name), known in drawn.items() if entry_id == stored.entry_id}
        readings = [
            of_entry[reading.field][0] if reading.field in of_entry else reading
            for reading in stored.readings
        ]
        weights = {name: 1 / share for name, (_, share) in of_entry.items()}
        samples += calibration_samples(readings, stored.findings, record, truths, f"{book}", entry, weights)
    return CheckedSamples(tuple(samples), others)


def _entries(
    folder: Path, context: RunContext
) -> Iterator[tuple[int, StoredEntry, Mapping[tuple[int, str], tuple[FieldReading, float]]]]:
    """Yield the entries of a book with the book's id and the readings of values drawn for a check."""
    ledger = load_ledger(folder)
    with context.open_registry() as registry:
        ledger = agreed_ledger(
            registry, folder, ledger, lambda: [scan.sha256 for scan in list_scans(folder, context.limits)]
        )
        book_id = registry.book_id(ledger, folder.name)
        drawn = registry.drawn_readings(book_id)
        for entry in registry.stored_entries(book_id):
            yield book_id, entry, drawn


def record_drift(
    registry: Registry, context: RunContext, book_id: int, hand_reader: str
) -> DriftAlarm | None:
    """Record in the registry how a book's handwriting deviates from the calibration, and return the alarm.

    The finding belongs to the first compared page and holds until the next comparison. While it holds, accepted
    critical values are held back: a finding for each value makes it wait for a person, until people have checked enough
    of them (``BookHold``). There is no alarm without a calibration for ``hand_reader``, or if the office has switched
    the finding off.
    """
    severity = context.schemas.severity_of(DRIFT)
    compared = None if severity is None else _drift_of_book(registry, context, book_id, hand_reader)
    findings: list[CrossEntryFinding] = []
    if compared is not None and severity is not None:
        alarm = compared.alarm
        details = {"unusual": describe_unusual(alarm), "unseen": str(alarm.unseen)}
        findings = [CrossEntryFinding(book_id, compared.page_id, None, Finding(DRIFT, severity, (), details))]
        findings += compared.held
    active = Counter(item.finding.code for item in registry.cross_entry_findings([book_id]))
    if findings or active[DRIFT] or active[HELD]:
        held = sum(item.finding.code == HELD for item in findings)
        change, detail = _change(active[HELD], held, compared)
        registry.save_checks(findings, [DRIFT, HELD], [book_id], change=change, detail=detail)
    return None if compared is None else compared.alarm


def _change(before: int, held: int, compared: _ComparedBook | None) -> tuple[str, Mapping[str, int | str]]:
    """Return the audit action and detail when values are newly held back or released; ``""``: no change."""
    if bool(before) == bool(held):
        return "", {}
    hold = compared.alarm.hold if compared else None
    checked = {} if hold is None else {"checked": hold.checked, "wrong": hold.wrong}
    if held:
        return BOOK_HELD, {"held": held, **checked}
    reason = "usual" if hold is None else "checked" if hold.is_over else "nothing-left"
    return BOOK_RELEASED, {"released": before, "reason": reason, **checked}


@dataclass(frozen=True, slots=True)
class _ComparedBook:
    """An unusual book: its alarm, the id of the first compared page, and the findings that hold values back."""

    alarm: DriftAlarm
    page_id: int
    held: tuple[CrossEntryFinding, ...]


def _drift_of_book(
    registry: Registry, context: RunContext, book_id: int, hand_reader: str
) -> _ComparedBook | None:
    routing = context.options.routing.for_reader(hand_reader)
    known = routing.calibration
    if known is None:
        return None
    entries = registry.read_entries(book_id, hand_reader)
    features: list[CalibrationFeatures] = []
    for entry in entries:
        record = context.schemas.record(entry.record)
        features += calibration_features(entry.readings, entry.findings, record).values()
    alarm = known.drift(features)
    if alarm is None:
        return None
    decisions = {stored.entry_id: stored.decisions for stored in registry.stored_entries(book_id)}
    severity = context.schemas.severity_of(HELD)
    held: list[CrossEntryFinding] = []
    unseen, checked, wrong = 0, 0, 0
    for entry in entries:
        decided, record = decisions.get(entry.entry_id, {}), context.schemas.record(entry.record)
        for reading in entry.readings:
            if not (reading.accepted and is_handwritten(reading)):
                continue
            decision = decided.get(reading.field)
            spec = record.by_name.get(reading.field)
            critical = spec is not None and spec.critical
            if decision is not None:
                right = is_right(reading, Truth(decision.status, decision.text, decision.canonical))
                checked += critical
                wrong += critical and not right
            elif critical and severity is not None:
                finding = Finding(HELD, severity, (reading.field,))
                held.append(CrossEntryFinding(book_id, entry.page_id, entry.entry_id, finding))
            else:
                unseen += 1
    hold = BookHold(len(held), checked, wrong, routing.tolerated_critical, routing.delta)
    if hold.is_over or severity is Severity.INFO:
        unseen, held = unseen + len(held), []
    alarm = replace(alarm, unseen=unseen, hold=hold)
    return _ComparedBook(alarm, entries[0].page_id, tuple(held))
