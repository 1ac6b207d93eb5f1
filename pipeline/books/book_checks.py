"""The checks of whole books and of the registry: read columns from the registry, save findings to it."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.base.model import Finding
from pipeline.base.text.natural_order import natural_key
from pipeline.declarations.schema import ActSpec, Schemas
from pipeline.registry import ChecksOutcome, CrossEntryFinding, Link, LinkVerdict, Registry

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.books.book_rules import BookFinding
    from pipeline.books.book_rules.act_findings import ConfirmedAct

_logger = logging.getLogger(__name__)

SCAN_PAGES = 1_000_000
"""Upper bound of a scan's pages: pages are ordered by scan, then by page number."""

BOOKS_AT_ONCE = 100
"""Number of books whose ink prints are in memory together: some kilobytes a page."""


@dataclass(frozen=True)
class CheckReport:
    """The report of a check.

    Attributes:
        pages: Number of checked pages; 0 where only people were checked.
        outcome: What changed.
        counts: Number of present findings, by code.
    """

    books: int
    entries: int
    pages: int
    outcome: ChecksOutcome
    counts: Mapping[str, int]


def check_books(registry: Registry, schemas: Schemas, book_ids: Sequence[int] | None = None) -> CheckReport:
    """Check all books with the offices and kinds of event of the given books (default: all), and save the findings."""
    from pipeline.books.book_rules import (  # pandas
        BOOK_CODES,
        book_findings,
        build_series,
        duplicate_page_findings,
    )

    entries, pages, books = registry.series_columns(book_ids)
    series = build_series(entries, in_order(pages), books)
    findings = list(_findings(book_findings(series), books, schemas))
    for prints in _prints_by_book(registry, books["book_id"].tolist()):
        findings += _findings(duplicate_page_findings(prints), books, schemas)
    looked_at = None if book_ids is None else _looked_at(books)
    if registry.undeclared_books():
        looked_at = _looked_at(books)
    outcome = registry.save_checks(findings, BOOK_CODES, looked_at)
    _logger.info("%d books checked: findings %s", len(books), dict(_counts(findings)))
    return CheckReport(len(books), len(entries), len(pages), outcome, _counts(findings))


def check_registry(registry: Registry, schemas: Schemas) -> CheckReport:
    """Compare the people of all books and save the findings."""
    from pipeline.books.book_rules import REGISTRY_CODES, comparable_people, registry_findings
    from pipeline.books.book_rules.act_findings import act_findings

    books = registry.book_columns()
    places = books.set_index("book_id")["place_code"]
    people = comparable_people(registry.people_columns())
    acts = _acts(schemas)
    records = dict(zip(people["entry_id"].tolist(), people["record"].tolist(), strict=True))
    confirmed = list(_confirmed_acts(registry, records, acts))
    differing = {(one.act_id, one.earlier_id): names for one, names in confirmed if names}
    noted = registry.act_columns()[2]
    contradictions = act_findings(people, noted, [one for one, _ in confirmed], differing, acts, places)
    findings = list(_findings([*registry_findings(people, places), *contradictions], books, schemas))
    outcome = registry.save_checks(
        findings, REGISTRY_CODES, _looked_at(books) if registry.undeclared_books() else None
    )
    _logger.info("people of %d books checked: findings %s", len(books), dict(_counts(findings)))
    return CheckReport(len(books), people["entry_id"].nunique(), 0, outcome, _counts(findings))


def _looked_at(books: pd.DataFrame) -> list[int]:
    """Return the checked books; findings of other books stay."""
    return [int(book_id) for book_id in books["book_id"]]


def suggest_links(registry: Registry, schemas: Schemas) -> ChecksOutcome:
    """Find entries that may belong to the same event or person, or that an act changes, and save them as suggestions.

    Needs splink.
    """
    from pipeline.books.book_rules import comparable_people
    from pipeline.books.book_rules.act_links import Entries, act_links
    from pipeline.books.book_rules.record_linkage import suggest_links

    people = comparable_people(registry.people_columns())
    named, own, _ = registry.act_columns()
    found = list(act_links(Entries(people, named, own), _acts(schemas)))
    of_acts = {(link.first[0], link.second[0]) for link in found}
    found += [link for link in suggest_links(people) if (link.first[0], link.second[0]) not in of_acts]
    return registry.save_links(
        Link(link.kind, *link.first, *link.second, link.probability, link.evidence) for link in found
    )


def _acts(schemas: Schemas) -> Mapping[str, ActSpec]:
    return {name: record.act for name, record in schemas.records.items() if record.act is not None}


def _confirmed_acts(
    registry: Registry, records: Mapping[int, str], acts: Mapping[str, ActSpec]
) -> Iterator[tuple[ConfirmedAct, Sequence[str]]]:
    """Yield the confirmed links of acts, and what of the entry that they name differs.

    Args:
        records: The record of each entry, by its id.
    """
    from pipeline.books.book_rules.act_findings import ConfirmedAct

    for link in registry.links("act"):
        if link.decision is None or link.decision.verdict is not LinkVerdict.CONFIRMED:
            continue
        sides = (link.first_entry_id, link.second_entry_id)
        for act_id, earlier_id in (sides, sides[::-1]):
            act = acts.get(records.get(act_id, ""))
            if act is not None and records.get(earlier_id) in act.earlier:
                differing = [
                    name for name in ("named_number", "named_day") if link.evidence.get(name) == "differs"
                ]
                yield ConfirmedAct(act_id, earlier_id), differing
                break


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
    """Return the pages with their ``order`` in the book: by scan name, as a folder shows the scans."""
    names = pages.drop_duplicates("scan_id")
    ranks = {scan: rank for rank, scan in enumerate(sorted(names["scan"].unique(), key=natural_key))}
    return pages.assign(order=pages["scan"].map(ranks).astype("int64") * SCAN_PAGES + pages["page_no"])


def _findings(
    findings: Iterable[BookFinding], books: pd.DataFrame, schemas: Schemas
) -> Iterator[CrossEntryFinding]:
    """Yield the findings with their severity, and with fields in place of the check's roles.

    Findings switched off by the office are left out.
    """
    records = dict(zip(books["book_id"].tolist(), books["record"].tolist(), strict=True))
    for book_finding in findings:
        severity = schemas.severity_of(book_finding.code)
        if severity is None:
            continue
        bound = schemas.record(records[book_finding.book_id]).book
        roles = bound.model_dump() if bound else {}
        fields = tuple(roles.get(name, name) for name in book_finding.fields)
        finding = Finding(book_finding.code, severity, fields, book_finding.details)
        yield CrossEntryFinding(book_finding.book_id, book_finding.page_id, book_finding.entry_id, finding)


def _counts(findings: Sequence[CrossEntryFinding]) -> Mapping[str, int]:
    return dict(Counter(standing.finding.code for standing in findings).most_common())
