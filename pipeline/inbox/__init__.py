"""The inboxes of scanners: what they deliver is kept by content, or refused with a reason, and never lost."""

from pipeline.inbox.manifest import Outcome, Row
from pipeline.inbox.options import IntakeOptions, Scanner, read_options
from pipeline.inbox.rounds import ScannerRound, intake_round
from pipeline.inbox.standing import DayStanding, days_of, flaws_of, outsiders_of

__all__ = [
    "DayStanding",
    "IntakeOptions",
    "Outcome",
    "Row",
    "Scanner",
    "ScannerRound",
    "days_of",
    "flaws_of",
    "intake_round",
    "outsiders_of",
    "read_options",
]
