"""The data that all sections of a report are made from: counts, the plan, and what things are called."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import TypeVar
from urllib.parse import urlencode

from pipeline.base.localtime import local_date
from pipeline.declarations.schema import Schemas
from pipeline.registry.statistics.model import BookStatistics, HourStatistics, Statistics
from pipeline.registry.statistics.statistics import RegistryStatistics
from pipeline.reports.columns import ReportColumn, texts
from pipeline.reports.plan import WorkPlan, WorkPlanRow

K = TypeVar("K")
T = TypeVar("T")

SPAN = 56
"""Days in which events are counted, unless other ones are asked for: eight weeks."""

NO_READER: Mapping[str | None, str] = {None: "không rõ", "": "không có"}


@dataclass(frozen=True, slots=True)
class WorkDay:
    """One day of the office.

    Attributes:
        pages: Pages read.
        straight: Entries accepted without a person.
        closed: Entries finished by people.
        words: Fields keyed.
        machine_hours: Hours in which the machine read.
        people_hours: Hours in which people keyed.
    """

    on: date
    pages: int = 0
    straight: int = 0
    closed: int = 0
    words: int = 0
    machine_hours: int = 0
    people_hours: int = 0

    @property
    def done(self) -> int:
        return self.straight + self.closed

    @property
    def is_idle(self) -> bool:
        return not (self.pages or self.closed or self.words)


@dataclass(frozen=True)
class StoreCheck:
    """What is known of the store of scans.

    Attributes:
        finished_at: When all of it had been looked through for the last time, as text; ``""``: never yet.
        wrong: The scans that are altered or missing, by SHA-256: how books or manifests name each
            (``folder/file``), and what is wrong, in words.
    """

    finished_at: str = ""
    wrong: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WrongScan:
    """A scan that is altered or missing in the store.

    Attributes:
        what: What is wrong, in words.
        book: The name of the folder of its book; ``""``: it is of none yet.
        book_id: That book; 0: none.
        place_code: The registration place of the book.
        pages: The pages of the scan; ``None``: not known.
    """

    sha256: str
    scan: str
    what: str
    book: str = ""
    book_id: int = 0
    place_code: str = ""
    pages: int | None = None


@dataclass(frozen=True)
class ReportData:
    """The data of a report.

    Attributes:
        span: The days in which events are counted.
        store: What is known of the store of scans.
        wrong_scans: The scans of these books that are altered or missing in it.
        unconfirmed: What was done to privileged accounts and nobody else has confirmed, as sentences.
    """

    tallies: Statistics
    plan: WorkPlan
    schemas: Schemas
    span: int = SPAN
    store: StoreCheck = StoreCheck()
    wrong_scans: tuple[WrongScan, ...] = ()
    unconfirmed: tuple[str, ...] = ()

    @property
    def today(self) -> date:
        return local_date(self.tallies.at)

    @property
    def since(self) -> date:
        return local_date(self.tallies.since)

    @cached_property
    def days(self) -> tuple[WorkDay, ...]:
        """Every day since the counting begins, today included, in order."""
        found: dict[date, list[HourStatistics]] = {}
        for hour in self.tallies.hours:
            found.setdefault(local_date(hour.at), []).append(hour)
        first = min([self.since, *found])
        span = (self.today - first).days + 1
        return tuple(_day(on, found.get(on, [])) for on in (first + timedelta(n) for n in range(span)))

    @cached_property
    def places(self) -> Mapping[str, str]:
        """The name of each place, with its code."""
        names = {book.place_code: book.place for book in self.tallies.books}
        codes = dict.fromkeys([*names, *(row.place for row in self.plan.rows)])
        return {code: f"{names[code]} ({code})" if names.get(code) else code for code in codes}

    def record_title(self, record: str) -> str:
        spec = self.schemas.records.get(record)
        return spec.title if spec else record

    def field_label(self, record: str, field: str) -> str:
        spec = self.schemas.records.get(record)
        known = spec.by_name.get(field) if spec else None
        return known.label if known else field

    def form_title(self, form: str) -> str:
        spec = self.schemas.forms.get(form)
        return spec.title if spec else form

    def target(self, books: Iterable[BookStatistics], rows: Iterable[WorkPlanRow] | None) -> int:
        """Return how many entries are to be done; never fewer than were found.

        Rows of the plan count as they say; books that no row of the plan covers count by their closing notes, or by
        what was found.
        """
        books = tuple(books)
        planned = sum(row.entries for row in rows or ())
        loose = (book for book in books if not any(row.covers(book) for row in self.plan.rows))
        known = sum(max(book.said_entries or 0, book.entries) for book in loose)
        return max(planned + known, sum(book.entries for book in books))

    def during(self, page: str, **asked: str | int | None) -> str:
        """Return the address of a list of events in the days of this report."""
        return list_href(page, **asked, days=None if self.span == SPAN else self.span)

    @cached_property
    def all_to_do(self) -> int:
        return self.target(self.tallies.books, self.plan.rows)

    @cached_property
    def all_done(self) -> int:
        return sum(book.done for book in self.tallies.books)


def wrong_scans_of(
    counting: RegistryStatistics, store: StoreCheck, places: frozenset[str] | None
) -> tuple[WrongScan, ...]:
    """Return the scans that are altered or missing in the store, of the books of these places.

    A scan that is of no book yet belongs to no place: only a report on all places has it.

    Args:
        counting: Counts over the books of these places.
        places: The codes of the places, ``None`` for all.
    """
    if not store.wrong:
        return ()
    found = [
        WrongScan(
            scan.sha256,
            scan.name,
            store.wrong[scan.sha256][1],
            scan.folder_name,
            scan.book_id,
            scan.place_code,
            scan.pages,
        )
        for scan in counting.scans(store.wrong.keys())
    ]
    loose = store.wrong.keys() - {one.sha256 for one in found} if places is None else ()
    return (*found, *(WrongScan(sha256, *store.wrong[sha256]) for sha256 in sorted(loose)))


def list_href(page: str, **asked: str | int | None) -> str:
    """Return the address of a list of the web application."""
    query = urlencode({key: value for key, value in asked.items() if value not in (None, "")})
    return f"/reports/{page}?{query}" if query else f"/reports/{page}"


def grouped(counted: Iterable[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    """Group books or other counts by a key, in the order in which it comes up."""
    groups: dict[K, list[T]] = {}
    for one in counted:
        groups.setdefault(key(one), []).append(one)
    return groups


def book_columns(data: ReportData) -> tuple[ReportColumn[BookStatistics], ...]:
    """Return the columns that name a book, which leads to its waiting tasks, and its place."""
    return (
        texts("Sổ", lambda book: book.folder_name, lambda book: list_href("waiting", book=book.book_id)),
        texts("Nơi đăng ký", lambda book: data.places[book.place_code]),
    )


def _day(on: date, hours: Iterable[HourStatistics]) -> WorkDay:
    hours = tuple(hours)
    return WorkDay(
        on,
        sum(hour.pages for hour in hours),
        sum(hour.straight for hour in hours),
        sum(hour.closed for hour in hours),
        sum(hour.words for hour in hours),
        sum(hour.pages > 0 for hour in hours),
        sum(hour.words > 0 for hour in hours),
    )
