"""From evidence to an honest chance, and from chances to what may be accepted without a person.

``fitted`` makes a ``Calibration`` of samples whose truth is known; routing asks it for the chance that a value is right
and for the threshold at which the office's tolerated error is kept to.
"""

from pipeline.calibration.calibration import FILE, Calibration, fitted, halves, parsed, read, save, written
from pipeline.calibration.drift import DriftAlarm, drift_told, unusual_in
from pipeline.calibration.features import (
    Grounds,
    Sample,
    Truth,
    grounds_of,
    is_hardly_written,
    is_right,
    is_said_by_hand,
    kind_of,
    samples_of,
)
from pipeline.calibration.risk import DELTA, Curve, RiskBound, upper_bound

__all__ = [
    "Calibration",
    "fitted",
    "halves",
    "Grounds",
    "Sample",
    "Truth",
    "grounds_of",
    "samples_of",
    "is_right",
    "is_hardly_written",
    "is_said_by_hand",
    "kind_of",
    "Curve",
    "RiskBound",
    "DELTA",
    "upper_bound",
    "DriftAlarm",
    "drift_told",
    "unusual_in",
    "parsed",
    "read",
    "save",
    "written",
    "FILE",
]
