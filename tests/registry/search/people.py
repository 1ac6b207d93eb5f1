"""Who searches in the tests, and why."""

from __future__ import annotations

from pipeline.registry import Registry
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.search.model import Nearness, SearchCriteria, SearchOptions, SearchReason

SUPERVISOR = Person(1, "lan", "Lan", Role.SUPERVISOR, None)
CHECKER = Person(2, "hai", "Hải", Role.CHECKER, frozenset({"00000"}))
ELSEWHERE = Person(3, "xa", "Xa", Role.SUPERVISOR, frozenset({"11111"}))
REVIEWER = Person(4, "moi", "Mới", Role.REVIEWER, None)
WHY = SearchReason("citizen", "HS 12/2026")


def found(
    registry: Registry, person: Person = SUPERVISOR, **asked: object
) -> list[tuple[str, Nearness | None]]:
    """Number and nearness of what a person finds on the first page."""
    criteria = SearchCriteria(**asked)  # type: ignore[arg-type]
    return [(one.number, one.nearness) for one in registry.search(person, criteria, WHY).hits]


def numbers(registry: Registry, person: Person = SUPERVISOR, **asked: object) -> list[str]:
    return [number for number, _ in found(registry, person, **asked)]


def in_pages(registry: Registry, criteria: SearchCriteria, size: int) -> list[list[str]]:
    """What is found, page by page."""
    pages, after = [], ""
    while True:
        result = registry.search(SUPERVISOR, criteria, WHY, after=after, options=SearchOptions(page=size))
        pages.append([one.number for one in result.hits])
        after = result.cursor
        if not after:
            return pages
