"""Training needs torch, an optional extra: without it the tests of network and loop are left out, and that is said."""

from __future__ import annotations

from importlib import util

WITH_TORCH = util.find_spec("torch") is not None and util.find_spec("onnx") is not None

_OF_TORCH = ("adaptation", "adaptation_of_book", "learning", "loss", "train", "shipped_weights")

collect_ignore = [] if WITH_TORCH else [f"test_{name}.py" for name in _OF_TORCH]


def pytest_report_header() -> str:
    return "" if WITH_TORCH else "training: torch is not installed (make training), its tests are left out"
