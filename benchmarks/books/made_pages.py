"""Pages as the machine would read them, made without a picture."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipeline.base.model import EntryResult, PageKind, PageRef, PageResult, Quality


def made_page(ref: PageRef, *entries: EntryResult, form: str = "birth-2006", **changed: Any) -> PageResult:
    """Return a page with these entries; ``changed``: what is otherwise than on a good scan of A4."""
    given: dict[str, Any] = {
        "kind": PageKind.ENTRIES, "size": (2480, 3508), "matrix": np.eye(3), "turn": 0, "skew": 0.0,
        "quality": Quality(100.0, 120.0, 0.0, 300.0), "frame": None, "labels": (), "findings": (), "timings": {},
    }  # fmt: skip
    return PageResult(ref=ref, form=form, entries=entries, **(given | changed))
