"""The inboxes of scanners: what they deliver is kept by content, or refused with a reason, and never lost."""

from pipeline.inbox.assigning import Assigner
from pipeline.inbox.manifest import Assignment, Manifest, Outcome, Row
from pipeline.inbox.options import IntakeOptions, Scanner, read_options
from pipeline.inbox.rounds import ScannerRound, alone, intake_round
from pipeline.inbox.standing import DayStanding, days_of, flaws_of, outsiders_of

__all__ = [
    "Assigner",
    "Assignment",
    "DayStanding",
    "IntakeOptions",
    "Manifest",
    "Outcome",
    "Row",
    "Scanner",
    "ScannerRound",
    "alone",
    "days_of",
    "flaws_of",
    "intake_round",
    "outsiders_of",
    "read_options",
]
