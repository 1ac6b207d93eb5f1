"""What the checks of books and of the registry found, in words and with where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline import schema
from pipeline.registry import CrossEntryFinding, Registry


@dataclass(frozen=True)
class Place:
    """Where an entry or a page stands. ``page_no``: in the scan, from 1."""

    book: str
    scan: str
    page_no: int
    number: str = ""

    @property
    def told(self) -> str:
        number = f", số {self.number}" if self.number else ""
        return f"{self.book}, {self.scan} trang {self.page_no}{number}"


class Places:
    """Where things stand, for telling. Reads the registry's columns once."""

    def __init__(self, registry: Registry) -> None:
        entries, pages, books = registry.series_columns()
        names = dict(zip(books["book_id"].tolist(), books["folder_name"].tolist(), strict=True))
        self._pages = {
            page: Place(names[book], scan, number)
            for page, book, scan, number in zip(
                *(pages[column].tolist() for column in ("page_id", "book_id", "scan", "page_no")), strict=True
            )
        }
        self._entries = {
            entry: (page, number or "")
            for entry, page, number in zip(
                *(entries[column].tolist() for column in ("entry_id", "page_id", "number")), strict=True
            )
        }

    def of_entry(self, entry_id: int) -> Place | None:
        page_id, number = self._entries.get(entry_id, (None, ""))
        page = self._pages.get(page_id) if page_id is not None else None
        return Place(page.book, page.scan, page.page_no, number) if page else None

    def of_finding(self, one: CrossEntryFinding) -> Place | None:
        return self._pages.get(one.page_id) if one.entry_id is None else self.of_entry(one.entry_id)


def describe_details(one: CrossEntryFinding, places: Places | None = None) -> str:
    """The details of a finding in words; the other entries it speaks of only with ``places``."""
    parts = [*schema.describe_details(one.finding)]
    if places and (others := one.finding.details.get("others")):
        parts += [f"cùng với {place.told}" for place in _each(others, places)]
    return "; ".join(parts)


def by_task(found: Iterable[CrossEntryFinding]) -> Mapping[tuple[int, int | None], list[CrossEntryFinding]]:
    """Findings by page and entry, as tasks name them."""
    grouped: dict[tuple[int, int | None], list[CrossEntryFinding]] = {}
    for one in found:
        grouped.setdefault((one.page_id, one.entry_id), []).append(one)
    return grouped


def _each(ids: str, places: Places) -> Iterable[Place]:
    return filter(None, (places.of_entry(int(one)) for one in ids.split()))
