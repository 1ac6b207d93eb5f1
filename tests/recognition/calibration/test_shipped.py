"""What ships together fits together."""

from __future__ import annotations

from pathlib import Path

from pipeline.digitize import default_engines
from pipeline.digitize.route import RoutingOptions
from pipeline.recognition import calibration

MODELS = Path(__file__).parents[3] / "ocr_models"


def test_the_shipped_calibration_is_of_the_shipped_readers_and_accepts_handwriting() -> None:
    shipped = calibration.read(MODELS / "calibration" / calibration.FILE)
    readers = default_engines(MODELS).hand_fingerprint
    assert shipped.reader == readers
    options = RoutingOptions(calibration=shipped).for_reader(readers)
    assert options.calibration is shipped
    for critical in (True, False):
        bound = options.bound(critical=critical)
        assert bound is not None
        assert bound.accepted > 0
    assert RoutingOptions(calibration=shipped).for_reader(f"{readers}-other").calibration is None


def test_all_models_together_are_at_most_thirty_megabytes() -> None:
    assert sum(file.stat().st_size for file in MODELS.rglob("*") if file.is_file()) <= 30 * 2**20
