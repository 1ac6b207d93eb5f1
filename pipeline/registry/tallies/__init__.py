"""What the registry counts for reports: sets of rows in, numbers out, in one snapshot."""

from pipeline.registry.tallies.values import (
    AGES,
    BookTally,
    FieldLine,
    HourTally,
    Listed,
    PersonTally,
    ReadingTally,
    ScannerTally,
    SecondLook,
    Tallies,
    TaskLine,
    WaitingTally,
)

__all__ = [
    "AGES",
    "BookTally",
    "FieldLine",
    "HourTally",
    "Listed",
    "PersonTally",
    "ReadingTally",
    "ScannerTally",
    "SecondLook",
    "Tallies",
    "TaskLine",
    "WaitingTally",
]
