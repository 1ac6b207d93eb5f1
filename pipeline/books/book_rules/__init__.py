"""Checks of whole books and of the registry: what shows only among many entries, over columns of values.

Like the rules of one entry they change nothing and know no field: the declarations bind roles to fields. Every check
takes all entries at once (NumPy, pandas), so that a registry of a million entries is checked in seconds.
"""

from pipeline.books.book_rules.checks import BOOK_CODES, REGISTRY_CODES, book_findings, registry_findings
from pipeline.books.book_rules.duplicate_pages import duplicate_page_findings
from pipeline.books.book_rules.finding import BookFinding
from pipeline.books.book_rules.person_matching import comparable_people
from pipeline.books.book_rules.register_series import RegisterSeries, build_series

__all__ = [
    "BOOK_CODES",
    "REGISTRY_CODES",
    "BookFinding",
    "RegisterSeries",
    "book_findings",
    "comparable_people",
    "registry_findings",
    "build_series",
    "duplicate_page_findings",
]
