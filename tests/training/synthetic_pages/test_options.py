"""Options that make no sense are refused."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.training.synthetic_pages import SCANNER_LEVELS, ScannerOptions, SynthOptions


@pytest.mark.parametrize(
    "wrong",
    [
        {"seed": -1}, {"entries": 0}, {"dpi": 20}, {"blank": 1.5}, {"turned": -0.1}, {"scanner": "awful"},
        {"pens": ("quill",)},
    ],
)  # fmt: skip
def test_options_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"seed|between|scanner|quill"):
        SynthOptions(**wrong)


def test_skew_and_turns_replace_what_the_level_says() -> None:
    scanning = SynthOptions(scanner="hard", skew=0.5, turned=0.25).scanning
    assert (scanning.skew, scanning.turned, scanning.noise) == (0.5, 0.25, SCANNER_LEVELS["hard"].noise)


def test_a_scanner_of_ones_own_is_taken_as_it_is() -> None:
    options = ScannerOptions(skew=2.0, jpeg_quality=30)
    assert SynthOptions(scanner=options).scanning == options
