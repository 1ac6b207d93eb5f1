"""From reading evidence to calibrated probabilities, and from these to the values accepted without a person.

``fit_calibration`` fits a ``Calibration`` to samples with known truth. Routing asks the calibration for the probability
that a value is right, and for the threshold that keeps the error rate within the office's tolerance.
"""

from pipeline.recognition.calibration.calibration import (
    FILE,
    FITTED,
    SUBJECT,
    Calibration,
    fit_calibration,
    format_calibration,
    parse_calibration,
    read,
    save,
    split_samples,
)
from pipeline.recognition.calibration.confirmation import (
    DECIDED_ELSEWHERE,
    IN_ORDER,
    SAID_ELSEWHERE,
    SAID_IN_COPY,
    STAMPED_OTHERWISE,
    confirmed_chance,
)
from pipeline.recognition.calibration.drift import DriftAlarm, describe_drift, describe_unusual
from pipeline.recognition.calibration.features import (
    CalibrationFeatures,
    Sample,
    Truth,
    calibrated_kind,
    calibration_features,
    calibration_samples,
    fields_saying_the_same,
    is_handwritten,
    is_right,
    may_be_ditto,
)
from pipeline.recognition.calibration.hold import CHECKED, BookHold
from pipeline.recognition.calibration.monitoring import (
    SampleCheck,
    evidence_against,
    is_stopped,
    weighted_error,
    weighted_upper_bound,
)
from pipeline.recognition.calibration.risk import DELTA, RiskBound, RiskCurve, is_refuted, upper_bound

__all__ = [
    "DECIDED_ELSEWHERE",
    "STAMPED_OTHERWISE",
    "IN_ORDER",
    "SAID_ELSEWHERE",
    "SAID_IN_COPY",
    "confirmed_chance",
    "FITTED",
    "SUBJECT",
    "Calibration",
    "fit_calibration",
    "split_samples",
    "CalibrationFeatures",
    "Sample",
    "Truth",
    "calibration_features",
    "calibration_samples",
    "fields_saying_the_same",
    "is_right",
    "may_be_ditto",
    "is_handwritten",
    "calibrated_kind",
    "RiskCurve",
    "RiskBound",
    "DELTA",
    "is_refuted",
    "SampleCheck",
    "evidence_against",
    "is_stopped",
    "weighted_error",
    "weighted_upper_bound",
    "upper_bound",
    "DriftAlarm",
    "BookHold",
    "CHECKED",
    "describe_drift",
    "describe_unusual",
    "parse_calibration",
    "read",
    "save",
    "format_calibration",
    "FILE",
]
