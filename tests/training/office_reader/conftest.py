from __future__ import annotations

from collections.abc import Iterator

import pytest

from pipeline.scans.intake import page_of
from pipeline.training.office_reader import calibration_samples, decided_lines


@pytest.fixture(scope="session", autouse=True)
def pages_decoded_here() -> Iterator[None]:
    """Pages are decoded in this process, which costs a tenth of one of its own; ``tests/scans/intake`` tries those."""
    with pytest.MonkeyPatch.context() as patch:
        for room in (calibration_samples, decided_lines):
            patch.setattr(room, "page_of_isolated", page_of)
        yield
