"""What only shows beside other entries: checks of whole books and of the registry, over columns of values.

Like the rules of one entry they change nothing and know no field: the declarations bind roles to fields. Every check
takes all entries at once (NumPy, pandas), so that a registry of a million entries is checked in seconds.
"""

from pipeline.book_rules.checks import BOOK_CODES, REGISTRY_CODES, book_findings, registry_findings
from pipeline.book_rules.duplicate_pages import twice_findings
from pipeline.book_rules.finding import BookFinding
from pipeline.book_rules.person_matching import people_of
from pipeline.book_rules.register_series import Shelves, shelves_of

__all__ = [
    "BOOK_CODES",
    "REGISTRY_CODES",
    "BookFinding",
    "Shelves",
    "book_findings",
    "people_of",
    "registry_findings",
    "shelves_of",
    "twice_findings",
]
