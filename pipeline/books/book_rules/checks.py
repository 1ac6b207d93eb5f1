"""All checks of books and of the registry."""

from __future__ import annotations

import pandas as pd

from pipeline.books.book_rules.act_findings import ACT_CODES
from pipeline.books.book_rules.book_order import (
    BACKWARD,
    ENTRIES,
    MISSING,
    PAGES,
    closing_findings,
    date_order_findings,
    page_findings,
)
from pipeline.books.book_rules.book_order import OUT_OF_ORDER as PAGE_OUT_OF_ORDER
from pipeline.books.book_rules.duplicate_pages import TWICE as SCANNED_TWICE
from pipeline.books.book_rules.entry_numbers import (
    DUPLICATE,
    GAP,
    OUT_OF_ORDER,
    REPEAT,
    RESTART,
    duplicate_findings,
    number_findings,
)
from pipeline.books.book_rules.finding import BookFinding
from pipeline.books.book_rules.person_checks import (
    SHARED,
    TWICE,
    UNREGISTERED,
    identity_findings,
    infant_findings,
    marriage_findings,
)
from pipeline.books.book_rules.register_series import RegisterSeries

BOOK_CODES = (
    DUPLICATE, OUT_OF_ORDER, GAP, REPEAT, RESTART, BACKWARD, ENTRIES, PAGES, MISSING, PAGE_OUT_OF_ORDER, SCANNED_TWICE,
)  # fmt: skip
"""The codes of ``book_findings`` and ``duplicate_page_findings``."""

REGISTRY_CODES = (SHARED, TWICE, UNREGISTERED, *ACT_CODES)
"""The codes of ``registry_findings`` and ``act_findings``."""


def book_findings(series: RegisterSeries) -> tuple[BookFinding, ...]:
    """Return the findings on whole books of these series."""
    numbers = [*number_findings(series), *duplicate_findings(series)]
    doubted = {
        finding.entry_id
        for finding in numbers
        if finding.code == OUT_OF_ORDER and finding.entry_id is not None
    }
    return (
        *numbers,
        *date_order_findings(series, doubted),
        *closing_findings(series),
        *page_findings(series),
    )


def registry_findings(people: pd.DataFrame, places: pd.Series) -> tuple[BookFinding, ...]:
    """Return the findings on people across all books.

    Args:
        people: Rows of ``comparable_people``.
        places: The code of the registration place, by book id.
    """
    return (
        *identity_findings(people),
        *marriage_findings(people),
        *infant_findings(people, places),
    )
