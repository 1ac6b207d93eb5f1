"""The checks of whole books and of the registry: columns out of the registry, findings back into it."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.base.model import Finding
from pipeline.base.text.natural_order import natural_key
from pipeline.declarations.schema import Schemas
from pipeline.registry import ChecksOutcome, CrossEntryFinding, Link, Registry

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.books.book_rules import BookFinding

_logger = logging.getLogger(__name__)

SCAN_PAGES = 1_000_000
"""More pages than a scan has: the order of a page is that of its scan and then its own."""

BOOKS_AT_ONCE = 100
"""Books whose ink prints are in memory at a time: some kilobytes a page."""


@dataclass(frozen=True)
class CheckReport:
    """The report of a check.

    Attributes:
        books, entries: How many were checked.
        pages: Likewise; 0 where only people were checked.
        outcome: What changed.
        counts: Findings that hold now, by code.
    """

    books: int
    entries: int
    pages: int
    outcome: ChecksOutcome
    counts: Mapping[str, int]


def check_books(registry: Registry, schemas: Schemas, book_ids: Sequence[int] | None = None) -> CheckReport:
    """Check the books of the same offices and kinds of event as these, or all books, and save the findings."""
    from pipeline.books.book_rules import (  # pandas
        BOOK_CODES,
        book_findings,
        build_series,
        duplicate_page_findings,
    )

    entries, pages, books = registry.series_columns(book_ids)
    series = build_series(entries, in_order(pages), books)
    found = list(_findings(book_findings(series), books, schemas))
    for prints in _prints_by_book(registry, books["book_id"].tolist()):
        found += _findings(duplicate_page_findings(prints), books, schemas)
    looked_at = None if book_ids is None else _looked_at(books)
    if registry.undeclared_books():
        looked_at = _looked_at(books)
    outcome = registry.save_checks(found, BOOK_CODES, looked_at)
    _logger.info("%d books checked: findings %s", len(books), dict(_counts(found)))
    return CheckReport(len(books), len(entries), len(pages), outcome, _counts(found))


def check_registry(registry: Registry, schemas: Schemas) -> CheckReport:
    """Check the people of all books against one another and save the findings."""
    from pipeline.books.book_rules import REGISTRY_CODES, comparable_people, registry_findings

    books = registry.book_columns()
    places = books.set_index("book_id")["place_code"]
    people = comparable_people(registry.people_columns())
    found = list(_findings(registry_findings(people, places), books, schemas))
    outcome = registry.save_checks(
        found, REGISTRY_CODES, _looked_at(books) if registry.undeclared_books() else None
    )
    _logger.info("people of %d books checked: findings %s", len(books), dict(_counts(found)))
    return CheckReport(len(books), people["entry_id"].nunique(), 0, outcome, _counts(found))


def _looked_at(books: pd.DataFrame) -> list[int]:
    """Return the books that were looked at; what is known of others stays, as nothing was asked of them."""
    return [int(book_id) for book_id in books["book_id"]]


def suggest_links(registry: Registry) -> ChecksOutcome:
    """Find entries that may be of the same event or person, and save them as suggestions. Needs splink."""
    from pipeline.books.book_rules import comparable_people
    from pipeline.books.book_rules.record_linkage import suggest_links

    people = comparable_people(registry.people_columns())
    return registry.save_links(
        Link(link.kind, *link.first, *link.second, link.probability, link.evidence)
        for link in suggest_links(people)
    )


def _prints_by_book(registry: Registry, book_ids: Sequence[int]) -> Iterator[pd.DataFrame]:
    """Yield the ink prints of each book with several pages, in the order of the book."""
    for start in range(0, len(book_ids), BOOKS_AT_ONCE):
        some = book_ids[start : start + BOOKS_AT_ONCE]
        prints = registry.ink_prints(some)
        if prints.empty:
            continue
        ordered = in_order(prints).sort_values("order", kind="stable")
        of_book = dict(iter(ordered.groupby("book_id")))
        yield from (of_book[book] for book in some if book in of_book and len(of_book[book]) > 1)


def in_order(pages: pd.DataFrame) -> pd.DataFrame:
    """Return the pages with their ``order`` in the book: that of the names of the scans, as a folder shows them."""
    names = pages.drop_duplicates("scan_id")
    ranks = {scan: rank for rank, scan in enumerate(sorted(names["scan"].unique(), key=natural_key))}
    return pages.assign(order=pages["scan"].map(ranks).astype("int64") * SCAN_PAGES + pages["page_no"])


def _findings(
    findings: Iterable[BookFinding], books: pd.DataFrame, schemas: Schemas
) -> Iterator[CrossEntryFinding]:
    """Yield the findings with their severity, and with fields where a check named a role.

    Findings that an office switched off are left out.
    """
    records = dict(zip(books["book_id"].tolist(), books["record"].tolist(), strict=True))
    for found in findings:
        severity = schemas.severity_of(found.code)
        if severity is None:
            continue
        bound = schemas.record(records[found.book_id]).book
        roles = bound.model_dump() if bound else {}
        fields = tuple(roles.get(name, name) for name in found.fields)
        finding = Finding(found.code, severity, fields, found.details)
        yield CrossEntryFinding(found.book_id, found.page_id, found.entry_id, finding)


def _counts(found: Sequence[CrossEntryFinding]) -> Mapping[str, int]:
    return dict(Counter(standing.finding.code for standing in found).most_common())
