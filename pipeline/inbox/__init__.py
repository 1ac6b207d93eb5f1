"""The inboxes of scanners: what they deliver is kept by content, or refused with a reason, and never lost."""

from pipeline.inbox.assignment import Assigner
from pipeline.inbox.day_report import DayReport, day_reports, foreign_entries, verify_day
from pipeline.inbox.intake_round import ScannerRound, intake_lock, intake_round
from pipeline.inbox.manifest import BookAssignment, IntakeManifest, IntakeOutcome, IntakeRow
from pipeline.inbox.options import IntakeOptions, Scanner, read_options

__all__ = [
    "Assigner",
    "BookAssignment",
    "DayReport",
    "IntakeOptions",
    "IntakeManifest",
    "IntakeOutcome",
    "IntakeRow",
    "Scanner",
    "ScannerRound",
    "intake_lock",
    "day_reports",
    "verify_day",
    "intake_round",
    "foreign_entries",
    "read_options",
]
