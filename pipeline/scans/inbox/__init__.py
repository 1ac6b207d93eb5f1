"""The inboxes of scanners: what they deliver is kept by content, or refused with a reason, and never lost."""

from pipeline.scans.inbox.assignment import Assigner
from pipeline.scans.inbox.day_report import DayReport, day_reports, foreign_entries, verify_day
from pipeline.scans.inbox.intake_options import IntakeOptions, Scanner, read_options
from pipeline.scans.inbox.intake_round import ScannerRound, intake_lock, intake_round
from pipeline.scans.inbox.manifest import BookAssignment, IntakeManifest, IntakeOutcome, IntakeRow

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
