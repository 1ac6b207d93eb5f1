"""Rows of a table that are no entries by what is written in them: totals carried over to the next page."""

from __future__ import annotations

import re

from pipeline.base.text.tones import folded, unaccented
from pipeline.digitize.regions import RecognizedEntry

MOST_REGIONS = 4
"""In how many regions of a total something is written at most: its words, and its figures."""

_TOTAL = re.compile(
    r"(?:tong )?cong(?: (?:mang|chuyen) (?:sang|qua))?(?: trang)?(?: sau| truoc| nay)?[\s\d:.,;]*"
    r"|(?:mang|chuyen) (?:sang|qua)(?: trang)?(?: sau)?[\s\d:.,;]*"
)


def is_total(entry: RecognizedEntry) -> bool:
    """Return whether all that was read of a row is a total, and nothing is written where its number would be."""
    written = [field for field in entry.fields if field.lines]
    if not written or len(written) > MOST_REGIONS or entry.fields[0].lines:
        return False
    if any(line.reading.text == "" for field in written for line in field.lines):
        return False
    text = " ".join(line.reading.text for field in written for line in field.lines)
    return _TOTAL.fullmatch(unaccented(folded(text)).strip()) is not None
