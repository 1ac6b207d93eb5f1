"""The data behind all sections of a report: counts, the plan, and titles."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import TypeVar
from urllib.parse import urlencode

from pipeline.base.localtime import local_date
from pipeline.declarations.office.review import ReviewPolicy
from pipeline.declarations.schema import Schemas
from pipeline.registry.statistics.model import BookStatistics, HourStatistics, Statistics
from pipeline.registry.statistics.statistics import RegistryStatistics
from pipeline.reports.columns import ReportColumn, texts
from pipeline.reports.plan import WorkPlan, WorkPlanRow

K = TypeVar("K")
T = TypeVar("T")

SPAN = 56
"""Default number of days in which events are counted: eight weeks."""

NO_READER: Mapping[str | None, str] = {None: "không rõ", "": "không có"}


@dataclass(frozen=True, slots=True)
class WorkDay:
    """A day of the office.

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
    """The known state of the scan store.

    Attributes:
        finished_at: Time of the last complete check, as text; ``""``: never.
        wrong: Altered or missing scans by SHA-256: the name in books or manifests (``folder/file``) and the flaw.
    """

    finished_at: str = ""
    wrong: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WrongScan:
    """A scan that is altered or missing in the store.

    Attributes:
        what: The flaw in words.
        book: The folder name of its book; ``""``: no book.
        book_id: The book's id; 0: no book.
        place_code: The registration place of the book.
        pages: Number of pages; ``None``: unknown.
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
        span: Number of days in which events are counted.
        store: The known state of the scan store.
        wrong_scans: Altered or missing scans of these books.
        unconfirmed: Unconfirmed acts on privileged accounts, as sentences.
        loosened: Loosened settings that nobody else has seen, as sentences.
        forged_notices: Rows about notices to other systems that are not the program's own, as sentences.
    """

    tallies: Statistics
    plan: WorkPlan
    schemas: Schemas
    span: int = SPAN
    store: StoreCheck = StoreCheck()
    wrong_scans: tuple[WrongScan, ...] = ()
    unconfirmed: tuple[str, ...] = ()
    loosened: tuple[str, ...] = ()
    forged_notices: tuple[str, ...] = ()
    review: ReviewPolicy = field(default_factory=ReviewPolicy)

    @property
    def today(self) -> date:
        return local_date(self.tallies.at)

    @property
    def since(self) -> date:
        return local_date(self.tallies.since)

    @cached_property
    def days(self) -> tuple[WorkDay, ...]:
        """Every day of the counting period up to today, in order."""
        hours_by_day: dict[date, list[HourStatistics]] = {}
        for hour in self.tallies.hours:
            hours_by_day.setdefault(local_date(hour.at), []).append(hour)
        first = min([self.since, *hours_by_day])
        span = (self.today - first).days + 1
        return tuple(_day(on, hours_by_day.get(on, [])) for on in (first + timedelta(n) for n in range(span)))

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
        """Return the number of entries to be done, at least the number found.

        Rows of the plan count with their number; a book outside the plan counts with its closing note, or with
        the number of its entries.
        """
        books = tuple(books)
        planned = sum(row.entries for row in rows or ())
        loose = (book for book in books if not any(row.covers(book) for row in self.plan.rows))
        known = sum(max(book.said_entries or 0, book.entries) for book in loose)
        return max(planned + known, sum(book.entries for book in books))

    def during(self, page: str, **parameters: str | int | None) -> str:
        """Return the address of a list of events in the days of this report."""
        return list_href(page, **parameters, days=None if self.span == SPAN else self.span)

    @cached_property
    def all_to_do(self) -> int:
        return self.target(self.tallies.books, self.plan.rows)

    @cached_property
    def all_done(self) -> int:
        return sum(book.done for book in self.tallies.books)


def wrong_scans_of(
    counting: RegistryStatistics, store: StoreCheck, places: frozenset[str] | None
) -> tuple[WrongScan, ...]:
    """Return the altered or missing scans of the books in these places.

    A scan without a book belongs to no place: only a report on all places has it.

    Args:
        counting: Counts over the books of these places.
        places: The codes of the places, ``None`` for all.
    """
    if not store.wrong:
        return ()
    scans = [
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
    without_book = store.wrong.keys() - {scan.sha256 for scan in scans} if places is None else ()
    return (*scans, *(WrongScan(sha256, *store.wrong[sha256]) for sha256 in sorted(without_book)))


def list_href(page: str, **parameters: str | int | None) -> str:
    """Return the address of a list in the web application."""
    query = urlencode({key: value for key, value in parameters.items() if value not in (None, "")})
    return f"/reports/{page}?{query}" if query else f"/reports/{page}"


def grouped(counted: Iterable[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    """Group items by a key, in order of first occurrence."""
    groups: dict[K, list[T]] = {}
    for item in counted:
        groups.setdefault(key(item), []).append(item)
    return groups


def book_columns(data: ReportData) -> tuple[ReportColumn[BookStatistics], ...]:
    """Return the columns with a book's name, linked to its waiting tasks, and its place."""
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
