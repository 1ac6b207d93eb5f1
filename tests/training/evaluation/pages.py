"""A page result to fill in."""

from __future__ import annotations

import numpy as np

from pipeline.base.model import PageKind, PageRef, PageResult, Quality


def page_result() -> PageResult:
    """An empty page, straight from the start."""
    return PageResult(
        ref=PageRef("0" * 64, 1),
        kind=PageKind.ENTRIES,
        form="trial",
        size=(1000, 1400),
        matrix=np.eye(3),
        turn=0,
        skew=0.0,
        quality=Quality(1.0, 1.0, 0.0, 200.0),
        frame=None,
        labels=(),
        entries=(),
        findings=(),
        timings={},
    )
