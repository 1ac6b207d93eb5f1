"""From evidence to an honest chance, and from chances to what may be accepted without a person.

``fitted`` makes a ``Calibration`` of samples whose truth is known; routing asks it for the chance that a value is right
and for the threshold at which the office's tolerated error is kept to.
"""

from pipeline.calibration.calibration import FILE, Calibration, fitted, halves, parsed, read, save, written
from pipeline.calibration.drift import DriftAlarm, describe_drift, describe_unusual
from pipeline.calibration.features import (
    CalibrationFeatures,
    Sample,
    Truth,
    calibrated_kind,
    calibration_features,
    is_handwritten,
    is_right,
    may_be_ditto,
    samples_of,
)
from pipeline.calibration.risk import DELTA, RiskBound, RiskCurve, upper_bound

__all__ = [
    "Calibration",
    "fitted",
    "halves",
    "CalibrationFeatures",
    "Sample",
    "Truth",
    "calibration_features",
    "samples_of",
    "is_right",
    "may_be_ditto",
    "is_handwritten",
    "calibrated_kind",
    "RiskCurve",
    "RiskBound",
    "DELTA",
    "upper_bound",
    "DriftAlarm",
    "describe_drift",
    "describe_unusual",
    "parsed",
    "read",
    "save",
    "written",
    "FILE",
]
