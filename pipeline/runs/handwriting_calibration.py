"""The calibration of handwriting against the books of the registry.

It covers what people checked, and whether a book looks like those that were calibrated on.
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
"""The code of the finding that a critical value of an unusual book waits for a person."""

BOOK_HELD, BOOK_RELEASED = "book-held", "book-released"
"""What the audit says when the critical values of a book are held back, and when they no longer are."""


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

    Fields that were accepted without a person and not drawn for a check have no truth; those that were drawn stand for
    them too, by the probability of the draw. What another reader made of a field says nothing about this one.

    Raises:
        LedgerError, SchemaError: The ledger cannot be used.
    """
    reader = context.make_engines().hand_fingerprint
    found: list[Sample] = []
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
        mine = {name: known for (entry_id, name), known in drawn.items() if entry_id == stored.entry_id}
        readings = [mine[one.field][0] if one.field in mine else one for one in stored.readings]
        weights = {name: 1 / share for name, (_, share) in mine.items()}
        found += calibration_samples(readings, stored.findings, record, truths, f"{book}", entry, weights)
    return CheckedSamples(tuple(found), others)


def _entries(
    folder: Path, context: RunContext
) -> Iterator[tuple[int, StoredEntry, Mapping[tuple[int, str], tuple[FieldReading, float]]]]:
    """Yield the entries of a book, each with the book's id and what was read of values drawn for a check."""
    ledger = load_ledger(folder)
    with context.open_registry() as registry:
        ledger = agreed_ledger(
            registry, folder, ledger, lambda: [one.sha256 for one in list_scans(folder, context.limits)]
        )
        book_id = registry.book_id(ledger, folder.name)
        drawn = registry.drawn_readings(book_id)
        for entry in registry.stored_entries(book_id):
            yield book_id, entry, drawn


def record_drift(
    registry: Registry, context: RunContext, book_id: int, hand_reader: str
) -> DriftAlarm | None:
    """Return what is unusual about the handwriting of a book, and record it in the registry.

    The finding belongs to the first page that was compared, and holds until the book is compared again. As long as it
    holds, the critical values that the machine accepted there are held back: a finding each, by which they are not
    effective and wait for a person, until people have checked enough of them (``BookHold``). Nothing is unusual where
    nothing is calibrated for ``hand_reader``, or the office has switched the finding off.
    """
    severity = context.schemas.severity_of(DRIFT)
    compared = None if severity is None else _drift_of_book(registry, context, book_id, hand_reader)
    findings: list[CrossEntryFinding] = []
    if compared is not None and severity is not None:
        alarm = compared.alarm
        details = {"unusual": describe_unusual(alarm), "unseen": str(alarm.unseen)}
        findings = [CrossEntryFinding(book_id, compared.page_id, None, Finding(DRIFT, severity, (), details))]
        findings += compared.held
    standing = Counter(found.finding.code for found in registry.cross_entry_findings([book_id]))
    if findings or standing[DRIFT] or standing[HELD]:
        held = sum(found.finding.code == HELD for found in findings)
        change, detail = _change(standing[HELD], held, compared)
        registry.save_checks(findings, [DRIFT, HELD], [book_id], change=change, detail=detail)
    return None if compared is None else compared.alarm


def _change(before: int, held: int, compared: _ComparedBook | None) -> tuple[str, Mapping[str, int | str]]:
    """Return what the audit says where values are held back from now on, or no longer; ``""`` where nothing changes."""
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
    """A book that is unusual: in what, the id of the first page compared, and the findings that hold values back."""

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
