"""Results of second looks, agreement of people, and the machine's readings of settled fields.

All counts start from decisions, which refer to their keyed values and to the reading of that time. Keyed values that
were taken back, and decisions that rest on them, do not count.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    or_,
    select,
)

from pipeline.registry.accounts.rows import account
from pipeline.registry.books.rows import book, page, page_run, scan
from pipeline.registry.database.columns import rows_of
from pipeline.registry.entries.rows import entry
from pipeline.registry.statistics.model import (
    MOST_LINES,
    ChangedField,
    ListFilter,
    PersonStatistics,
    ReadingStatistics,
    SecondLook,
)
from pipeline.registry.statistics.scope import Places, of_places
from pipeline.registry.tasks.consensus import WHOLE_ENTRY
from pipeline.registry.tasks.leases import NOT_KEYED_HERE, KeyingMode
from pipeline.registry.tasks.rows import WITHDRAWN, decision, keying, review_task
from pipeline.registry.withdrawals.stored_withdrawals import decision_stands

_first, _second, _last = keying.alias("first_word"), keying.alias("second_word"), keying.alias("last_word")
_gone, _questioned = keying.alias("gone"), keying.alias("questioned")
_keyings: Any = decision.c.keyings
_word_ids = tuple(_keyings[at].as_integer() for at in range(3))

not_taken_back = ~exists().where(_gone.c.takes_back_id.in_(_word_ids))
"""The condition on ``decision`` that none of its keyed values was taken back."""

not_questioned = ~exists().where(_questioned.c.id == _word_ids[0], _questioned.c.mode == KeyingMode.LOT)
"""The condition on ``decision`` that it does not come from a reopened field of a lot."""


def _same_value(one: FromClause, other: FromClause) -> ColumnElement[bool]:
    """Return the condition that two keyed values are equal, in their text or their compared form."""
    same_form = and_(one.c.compared.is_not(None), func.coalesce(one.c.compared == other.c.compared, false()))
    return and_(one.c.status == other.c.status, or_(one.c.text == other.c.text, same_form))


_as_settled = and_(_first.c.status == decision.c.status, _first.c.text == decision.c.text)
_overturned = ~or_(_as_settled, _same_value(_first, _last))
"""The condition that the first keyed value was not settled; a difference of spelling does not count."""

_of_form = and_(~_as_settled, _same_value(_first, _last))
"""The condition that the first keyed value was settled in another spelling."""

_differing = ~_same_value(_first, _second)
_read_right = and_(
    decision.c.seen_status == decision.c.status,
    or_(
        decision.c.seen_text == decision.c.text,
        and_(decision.c.canonical != "", decision.c.seen_canonical == decision.c.canonical),
    ),
)


def second_looks(connection: Connection, places: Places, since: datetime) -> tuple[SecondLook, ...]:
    """Return the counts of fields with a second look, by record, field and way of keying."""
    by = (book.c.record, decision.c.field, _first.c.way)
    query = (
        select(*by, func.count(), _sum(_overturned), _sum(_differing), _sum(_of_form))
        .select_from(_said_twice(decision.join(book, book.c.id == decision.c.book_id)))
        .where(*_counted(places, since))
        .group_by(*by)
        .order_by(*by)
    )
    return tuple(rows_of(connection, SecondLook, query))


def reading_statistics(
    connection: Connection, places: Places, since: datetime
) -> tuple[ReadingStatistics, ...]:
    """Return the counts of settled fields, by form, reader of handwriting and field."""
    by = (_form_read, book.c.record, page_run.c.hand_reader, decision.c.field)
    query = (
        select(*by, func.count(), _sum(_read_right))
        .select_from(_with_run())
        .where(*_counted(places, since), decision.c.seen_status.is_not(None))
        .group_by(*by)
        .order_by(_form_read, page_run.c.hand_reader, decision.c.field)
    )
    return tuple(rows_of(connection, ReadingStatistics, query))


def person_statistics(
    connection: Connection, places: Places, since: datetime
) -> tuple[PersonStatistics, ...]:
    """Return the counts of keyed values by person and the outcome of their first values, by login."""
    words = (
        select(keying.c.login, func.count().label("words"), func.sum(keying.c.seconds).label("seconds"))
        .join(review_task, review_task.c.id == keying.c.task_id)
        .where(
            keying.c.keyed_at >= since,
            keying.c.status != WITHDRAWN,
            keying.c.mode.not_in(NOT_KEYED_HERE),
            of_places(places, review_task.c.place_code),
        )
        .group_by(keying.c.login)
    )
    looked = (
        select(_first.c.login, func.count().label("first"), _sum(_overturned).label("overturned"))
        .select_from(_said_twice(decision.join(book, book.c.id == decision.c.book_id)))
        .where(*_counted(places, since))
        .group_by(_first.c.login)
    )
    first = {row.login: row for row in connection.execute(looked)}
    names: dict[str, str] = dict(connection.execute(select(account.c.login, account.c.name)).all())
    return tuple(
        PersonStatistics(
            row.login,
            names.get(row.login, ""),
            row.words,
            float(row.seconds or 0.0),
            first[row.login].first if row.login in first else 0,
            first[row.login].overturned if row.login in first else 0,
        )
        for row in connection.execute(words.order_by(keying.c.login))
    )


def overturned_fields(
    connection: Connection, places: Places, since: datetime, listed: ListFilter, limit: int = MOST_LINES
) -> tuple[ChangedField, ...]:
    """Return the fields whose first keyed value was not settled, newest first."""
    said = (_first.c.status, _first.c.text)
    return _lines(connection, _said_twice(_with_run()), said, _overturned, (places, since, listed, limit))


def misread_fields(
    connection: Connection, places: Places, since: datetime, listed: ListFilter, limit: int = MOST_LINES
) -> tuple[ChangedField, ...]:
    """Return the settled fields that the machine had read differently, newest first."""
    said = (decision.c.seen_status, decision.c.seen_text)
    wrong = ~_read_right & decision.c.seen_status.is_not(None)
    return _lines(connection, _with_run(), said, wrong, (places, since, listed, limit))


def _lines(
    connection: Connection,
    source: FromClause,
    said: tuple[ColumnElement[Any], ColumnElement[Any]],
    wrong: ColumnElement[bool],
    asked: tuple[Places, datetime, ListFilter, int],
) -> tuple[ChangedField, ...]:
    places, since, listed, limit = asked
    chosen = [] if listed.book_id is None else [book.c.id == listed.book_id]
    chosen += [] if listed.record is None else [book.c.record == listed.record]
    chosen += [] if listed.form is None else [_form_read == listed.form]
    chosen += [] if listed.field is None else [decision.c.field == listed.field]
    query = (
        select(
            func.coalesce(entry.c.number_text, ""),
            book.c.id,
            book.c.folder_name,
            scan.c.name,
            decision.c.page_no,
            book.c.record,
            decision.c.field,
            *said,
            decision.c.status,
            decision.c.text,
            decision.c.decided_at,
        )
        .select_from(source)
        .outerjoin(entry, (entry.c.page_id == page.c.id) & (entry.c.row == decision.c.row))
        .where(*_counted(places, since), wrong, *chosen)
        .order_by(decision.c.decided_at.desc(), decision.c.id.desc())
        .limit(limit)
    )
    return tuple(rows_of(connection, ChangedField, query))


def _counted(places: Places, since: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of decisions on fields since a moment, of these places, without lots."""
    since_then = decision.c.decided_at >= since
    field = decision.c.field != WHOLE_ENTRY
    return since_then, field, decision_stands, not_taken_back, not_questioned, of_places(places)


_run_seen = (
    select(func.max(page_run.c.id))
    .where(page_run.c.page_id == page.c.id, page_run.c.fingerprint == decision.c.seen_fingerprint)
    .correlate(page, decision)
    .scalar_subquery()
)
_form_read = case((page_run.c.form.is_(None), book.c.form), else_=page_run.c.form)


def _with_page() -> FromClause:
    same_scan = (scan.c.book_id == decision.c.book_id) & (scan.c.sha256 == decision.c.scan_sha256)
    return (
        decision.join(book, book.c.id == decision.c.book_id)
        .join(scan, same_scan)
        .join(page, (page.c.scan_id == scan.c.id) & (page.c.page_no == decision.c.page_no))
    )


def _with_run() -> FromClause:
    """Return decisions joined with the run whose reading was seen."""
    return _with_page().outerjoin(page_run, page_run.c.id == _run_seen)


def _said_twice(decisions: FromClause) -> FromClause:
    """Return decisions joined with their first, second and last keyed value."""
    last = func.coalesce(_word_ids[2], _word_ids[1])
    return (
        decisions.join(_first, _first.c.id == _word_ids[0])
        .join(_second, _second.c.id == _word_ids[1])
        .join(_last, _last.c.id == last)
    )


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(cast(condition, Integer))
