"""SCAN-TWICE: a page that was scanned again, recognized by where its ink is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.books.book_rules.finding import BookFinding

TWICE = "SCAN-TWICE"

ALIKE = 0.985
"""The correlation of two ink prints from which they are of one page: two scans of a page have 0.997 and more, two
pages of a book, with values in the same blanks, up to 0.963 (``benchmarks/imaging/page_gate.py``)."""

STEP = 256
"""Pages compared with all others at a time."""


def duplicate_page_findings(prints: pd.DataFrame) -> Iterator[BookFinding]:
    """Yield the later of each two pages of a book whose ink is in the same places.

    Args:
        prints: One row a page in the order of the book: ``page_id``, ``book_id``, ``scan`` (its name), ``page_no``,
            ``ink_print`` (hexadecimal digits).
    """
    sizes = prints["ink_print"].str.len()
    for _, same in prints.groupby(sizes, sort=False):
        levels = _levels(same["ink_print"])
        inked = np.flatnonzero(levels.any(axis=1))
        rows = same.iloc[inked]
        for place, first in _repeats(levels[inked]):
            page, before = rows.iloc[place], rows.iloc[first]
            details = {"same": f"{before['scan']}, trang {before['page_no']}"}
            yield BookFinding(TWICE, int(page["book_id"]), int(page["page_id"]), None, (), details)


def _levels(prints: pd.Series) -> NDArray[np.float32]:
    """Return the prints as rows of unit length about their mean; a row of zeros where nothing varies."""
    digits = b"".join(bytes.fromhex("0" + "0".join(ink_print)) for ink_print in prints)
    levels = np.frombuffer(digits, np.uint8).reshape(len(prints), -1).astype(np.float32)
    rows = levels - levels.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1), np.float32)


def _repeats(levels: NDArray[np.float32]) -> Iterator[tuple[int, int]]:
    """Yield (page, the first page that it matches) of every page that matches an earlier one."""
    for start in range(0, len(levels), STEP):
        alike = levels[start : start + STEP] @ levels.T >= ALIKE
        for row, hits in enumerate(alike):
            first = int(np.argmax(hits))
            if hits.any() and first < start + row:
                yield start + row, first
