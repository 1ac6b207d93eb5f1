"""What a calibration makes of a page by hand, from pixels to what is accepted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import pytest

from pipeline.base.model import (
    Crop,
    Evidence,
    FieldReading,
    FieldStatus,
    Hypothesis,
    Ledger,
    LineReading,
    PageImage,
    PageRef,
    Writing,
)
from pipeline.digitize import DigitizeOptions, digitize_page
from pipeline.digitize.route import RoutingOptions
from pipeline.recognition.calibration import Calibration, fit_calibration
from tests.digitize.pages import DPI, SCHEMAS, drawn, engines, readings
from tests.recognition.calibration.drawn_samples import drawn as drawn_fields

pytestmark = pytest.mark.tesseract


@cache
def known() -> Calibration:
    return fit_calibration(drawn_fields(12_000, 1).samples, reader="sure-1")


class Sure:
    """A reader of hands that reads the same name everywhere and is as sure as can be."""

    fingerprint = "sure-1"
    name = "sure"

    def read(self, crops: Sequence[Crop]) -> tuple[LineReading, ...]:
        told = (Hypothesis("Lý Thử", 0.9999),)
        evidence = Evidence(0.9999, 0.9999, 0.9999, 0.9999, 0.9999, 1.0)
        return tuple(LineReading("Lý Thử", 0.9999, self.name, (), told, evidence) for _ in crops)


def by_hand(options: RoutingOptions) -> list[FieldReading]:
    """The handwritten fields of a page, read by the sure reader."""
    page = drawn("birth-2006", tilt=-4.0)
    result = digitize_page(
        PageImage(PageRef("0" * 64, 1), page.pixels, DPI),
        page.form,
        Ledger(page.form.id, "UBND xã Thử", "93611", f"01/{page.year}"),
        SCHEMAS,
        replace(engines(), digits=None, hand=Sure()),
        DigitizeOptions(routing=options),
    )
    found = [reading for reading in readings(result).values() if reading.writing is Writing.HAND]
    return [reading for reading in found if reading.status is FieldStatus.READ]


def test_sure_handwriting_goes_in_by_the_calibration_of_its_own_reader_only() -> None:
    options = RoutingOptions(calibration=known(), tolerated=0.02, tolerated_critical=0.02)
    accepted = [reading for reading in by_hand(options) if reading.accepted]
    assert accepted
    for reading in accepted:
        assert reading.canonical
        assert reading.confidence != pytest.approx(0.9999, abs=1e-9)
    others = by_hand(replace(options, calibration=replace(known(), reader="sure-2")))
    assert len(others) >= len(accepted)
    assert not any(reading.accepted for reading in others)
