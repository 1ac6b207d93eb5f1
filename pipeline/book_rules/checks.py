"""The checks put together."""

from __future__ import annotations

from pipeline.book_rules.closing import closing_findings
from pipeline.book_rules.dates import date_order_findings
from pipeline.book_rules.finding import BookFinding
from pipeline.book_rules.keys import duplicate_findings
from pipeline.book_rules.numbers import OUT_OF_ORDER, number_findings
from pipeline.book_rules.pages import page_findings
from pipeline.book_rules.shelf import Shelves


def book_findings(shelves: Shelves) -> tuple[BookFinding, ...]:
    """All that is wrong with the books of these shelves, as books."""
    numbers = [*number_findings(shelves), *duplicate_findings(shelves)]
    doubted = {one.entry_id for one in numbers if one.code == OUT_OF_ORDER and one.entry_id is not None}
    return (
        *numbers,
        *date_order_findings(shelves, doubted),
        *closing_findings(shelves),
        *page_findings(shelves),
    )
