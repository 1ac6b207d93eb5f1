"""Whether the handwriting of a book looks like that which was calibrated on; kept with the book as long as it does
not."""

from __future__ import annotations

from dataclasses import replace

from pipeline.calibration import DriftAlarm, Grounds, grounds_of, is_said_by_hand, unusual_in
from pipeline.model import Finding
from pipeline.registry import Registry, StandingFinding
from pipeline.registry.tallies.books import DRIFT
from pipeline.run_context import RunContext


def kept_drift(registry: Registry, context: RunContext, book_id: int, hand_reader: str) -> DriftAlarm | None:
    """What is unusual about the handwriting of a book, if anything is; the registry holds it as a finding on the first
    page that was weighed, until the book is weighed again. Nothing is unusual where nothing is calibrated for
    ``hand_reader``, or the office has switched the finding off."""
    severity = context.schemas.severity_of(DRIFT)
    alarm, page_id = (None, 0) if severity is None else _weighed(registry, context, book_id, hand_reader)
    found = []
    if alarm is not None and severity is not None:
        details = {"unusual": unusual_in(alarm), "unseen": str(alarm.unseen)}
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
    grounds: list[Grounds] = []
    unseen, page_id = 0, 0
    for entry in registry.read_entries(book_id, hand_reader):
        grounds += grounds_of(entry.readings, entry.findings, context.schemas.record(entry.record)).values()
        unseen += sum(reading.accepted and is_said_by_hand(reading) for reading in entry.readings)
        page_id = page_id or entry.page_id
    alarm = known.drift(grounds)
    return (None if alarm is None else replace(alarm, unseen=unseen)), page_id
