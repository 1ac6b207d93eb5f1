"""The search of the registry, for all callers.

The search itself locks no writer. Person and reason are recorded in the audit before the results are shown; without the
audit nothing is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select

from pipeline.base.model import Box, PageRef
from pipeline.registry.accounts.model import Person
from pipeline.registry.accounts.permissions import check_place_of_book
from pipeline.registry.books.rows import page, page_run, scan
from pipeline.registry.database import clock
from pipeline.registry.database.audit import add, record
from pipeline.registry.database.audit.key import Key
from pipeline.registry.database.database import Database
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.entries.rows import entry, reading
from pipeline.registry.errors import NotThere
from pipeline.registry.search.finding import check_criteria, check_person, check_reason, find
from pipeline.registry.search.following import SeenApproval, is_built, note_approval
from pipeline.registry.search.hits import hits_of
from pipeline.registry.search.index import indexed_fields
from pipeline.registry.search.model import (
    HitInk,
    SearchCriteria,
    SearchOptions,
    SearchReason,
    SearchRefused,
    SearchResult,
    TooManySearches,
)
from pipeline.registry.search.rows import search_request
from pipeline.registry.search.unreviewed_finding import UnreviewedFound, check_unreviewed, find_unreviewed
from pipeline.registry.tampered_rows import altered_among
from pipeline.registry.tasks.found_readings import note_found
from pipeline.registry.withdrawals.stored_withdrawals import entry_stands


def search(
    database: Database,
    declared: RecordSchema,
    person: Person,
    criteria: SearchCriteria,
    reason: SearchReason,
    key: Key | None,
    *,
    after: str = "",
    options: SearchOptions = SearchOptions(),
    now: Callable[[], datetime] | None = None,
) -> SearchResult:
    """Search entries, and record person and reason.

    Args:
        person: The results are limited to this person's places.
        key: The key that signs the audit; it proves which entries were altered behind the program's back.
        after: The cursor of the page; ``""``: the first page.
        now: The clock, in UTC; by default that of the database.

    Raises:
        NotYours: The person may not search, or not among readings that nobody has reviewed.
        SearchRefused: Too little or too much is asked, no reason is given, or the index is not built yet.
        TooManySearches: The person searched too often.
    """
    check_person(person)
    check_reason(reason)
    check_criteria(criteria)
    if criteria.unreviewed:
        check_unreviewed(person)
    with database.reading() as connection:
        if not is_built(connection):
            raise SearchRefused("Chỉ mục tra cứu chưa dựng xong. Hãy chạy hotich search rebuild rồi thử lại.")
        _check_rate(connection, person, options, now)
        found = find(connection, declared, person, criteria, after=after, most=options.page)
        read = UnreviewedFound()
        if criteria.unreviewed and not found.cursor:
            read = find_unreviewed(connection, declared, person, criteria, options.page)
        altered = altered_among(
            connection, declared, key, [one for one, _ in (*found.entries, *read.entries)]
        )
        hits, seen = hits_of(connection, declared, found.entries, found.name_ids, altered)
    with database.writing() as connection:
        at = _check_rate(connection, person, options, now)
        may_see = note_found(connection, person, [one for one, _ in read.entries], at)
        told = [(one, nearness) for one, nearness in read.entries if one in may_see]
        unreviewed, _ = hits_of(connection, declared, told, read.name_ids, altered, read=True)
        shown = [entry_id for entry_id, _ in (*found.entries, *told)]
        request_id = _note(connection, person, criteria, reason, shown, seen, at)
    return SearchResult(
        request_id, hits, found.cursor, found.narrowed, unreviewed, more_unreviewed=read.more and bool(told)
    )


def _note(
    connection: Connection,
    person: Person,
    criteria: SearchCriteria,
    reason: SearchReason,
    shown: Sequence[int],
    seen: tuple[SeenApproval, ...],
    at: datetime,
) -> int:
    """Record a search: the entries shown, not the names that were searched."""
    for one in seen:
        note_approval(connection, one)
    row = {
        "author": person.login,
        "purpose": reason.purpose,
        "reason": reason.words.strip(),
        "criteria": list(criteria.asked),
        "found": list(shown),
        "searched_at": at,
    }
    (request_id,) = add(connection, search_request, [row])
    detail: Mapping[str, object] = {
        "purpose": reason.purpose,
        "criteria": list(criteria.asked),
        "found": len(shown),
    }
    record(connection, person.login, "searched", f"search:{request_id}", detail)
    return request_id


def _check_rate(
    connection: Connection, person: Person, options: SearchOptions, now: Callable[[], datetime] | None
) -> datetime:
    """Check that the person may search once more; return the moment."""
    at = clock.now(connection) if now is None else now()
    made = connection.scalar(
        select(func.count())
        .select_from(search_request)
        .where(
            search_request.c.author == person.login,
            search_request.c.searched_at > at - options.window,
            search_request.c.searched_at <= at + clock.CLOCK_DIFFERENCE,
        )
    )
    if (made or 0) >= options.most:
        minutes = max(1, int(options.window.total_seconds() // 60))
        raise TooManySearches(
            f"Đã tra cứu {made} lần trong {minutes} phút, là mức nhiều nhất. Hãy đợi ít phút rồi tra cứu tiếp."
        )
    return at


def ink_of_hit(
    connection: Connection,
    declared: RecordSchema,
    person: Person,
    request_id: int,
    entry_id: int,
    field: str,
    *,
    options: SearchOptions = SearchOptions(),
    now: Callable[[], datetime] | None = None,
) -> HitInk:
    """Return the region of the ink of a name in a hit of an earlier search.

    Raises:
        NotThere: The search did not return the entry, belongs to another person or is too old, the field holds no name,
            or the region is unknown.
        NotYours: The person may not search, or not see the place any more.
    """
    check_person(person)
    at = clock.now(connection) if now is None else now()
    found = connection.scalar(
        select(search_request.c.found).where(
            search_request.c.id == request_id,
            search_request.c.author == person.login,
            search_request.c.searched_at > at - options.ink,
        )
    )
    row = connection.execute(
        select(scan.c.book_id, scan.c.sha256, page.c.page_no, reading.c.box, entry.c.record)
        .join_from(reading, page_run, reading.c.page_run_id == page_run.c.id)
        .join(entry, reading.c.entry_id == entry.c.id)
        .join(page, entry.c.page_id == page.c.id)
        .join(scan, page.c.scan_id == scan.c.id)
        .where(entry.c.id == entry_id, entry_stands(entry.c.id), page_run.c.latest, reading.c.field == field)
    ).first()
    named = row is not None and field in indexed_fields(declared.schemas.record(row.record)).people
    if not isinstance(found, list) or entry_id not in found or row is None or row.box is None or not named:
        raise NotThere("Không còn xem được ảnh chữ viết ấy. Hãy tra cứu lại.")
    check_place_of_book(connection, person, row.book_id)
    return HitInk(row.book_id, PageRef(row.sha256, row.page_no), Box(*row.box))
