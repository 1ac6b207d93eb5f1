"""Numbers are written the Vietnamese way."""

from __future__ import annotations

from pipeline.base.text.numbers import (
    format_confidence,
    format_count,
    format_decimal,
    format_per_mille,
    format_percent,
    format_small_percent,
)


def test_numbers_are_written_the_vietnamese_way() -> None:
    assert format_percent(0.1234) == "12,3\u00a0%"
    assert format_percent(0.1234, 2, space=" ") == "12,34 %"
    assert format_percent(None) == "–"
    assert format_small_percent(0.0037) == "0,37\u00a0%"
    assert format_count(12345) == "12.345"
    assert format_decimal(12345.678) == "12.345,7"
    assert format_per_mille(0.004) == "4\u00a0‰"


def test_a_confidence_below_one_is_never_written_as_one() -> None:
    confidences = (0.99999, 0.9941, 0.985, 0.93, 0.5, 1.0)
    assert [format_confidence(confidence) for confidence in confidences] == [
        "0,9999", "0,9941", "0,985", "0,93", "0,50", "1",
    ]  # fmt: skip
