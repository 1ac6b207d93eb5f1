"""The search among readings that nobody has reviewed, for supervisors: entries that the reviewed values do not find.

Every criterion may hold by a reviewed value or by a reading; at least one holds by a reading alone.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, exists, not_, or_, select

from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.search.finding import YEARS, in_books
from pipeline.registry.search.index import bare_number, entry_number
from pipeline.registry.search.model import Nearness, SearchCriteria
from pipeline.registry.search.name_matches import UNREVIEWED, NameMatches, NameStep
from pipeline.registry.search.rows import (
    UnreviewedKind,
    hold_words,
    one_of,
    search_entry,
    search_number,
    search_person,
    search_unreviewed,
    words_of,
)
from pipeline.registry.tasks.model import NotYours


@dataclass(frozen=True, slots=True)
class UnreviewedFound:
    """Entries found by readings: id of each and the nearness of its name; names that match; whether there are more."""

    entries: tuple[tuple[int, Nearness | None], ...] = ()
    name_ids: frozenset[int] = frozenset()
    more: bool = False


@dataclass(frozen=True, slots=True)
class _Criterion:
    """A criterion as it holds by ``reviewed`` values and by ``unreviewed`` readings."""

    reviewed: ColumnElement[bool]
    unreviewed: ColumnElement[bool]

    @property
    def either(self) -> ColumnElement[bool]:
        return or_(self.reviewed, self.unreviewed)


def check_unreviewed(person: Person) -> None:
    """Check that the person may search readings that nobody has reviewed.

    Raises:
        NotYours: They may not.
    """
    if person.role is not Role.SUPERVISOR:
        raise NotYours("Chỉ người phụ trách mới được tìm trong chữ máy đọc chưa rà soát.")


def find_unreviewed(
    connection: Connection, declared: RecordSchema, person: Person, criteria: SearchCriteria, most: int
) -> UnreviewedFound:
    """Return the entries of a person's places that a search finds only by readings, the nearest first."""
    names = [one for one in (criteria.name, *criteria.parents) if words_of(one)]
    reviewed = [NameMatches(connection, one) for one in names]
    read = [NameMatches(connection, one, UNREVIEWED) for one in names]
    asked = _criteria(connection, criteria)
    asked += [
        _Criterion(_named(connection, one.name_ids()), _named_in_reading(connection, other.name_ids()))
        for one, other in zip(reviewed, read, strict=True)
    ]
    if not asked:
        return UnreviewedFound()
    conditions = [
        *in_books(connection, declared, person, criteria),
        *(one.either for one in asked),
        not_(and_(*(one.reviewed for one in asked))),
    ]
    found: dict[int, Nearness | None] = {}
    for condition, nearness in _ways(connection, asked, reviewed[:1], read[:1]):
        query = select(search_entry.c.entry_id).where(condition, *conditions)
        ids = connection.scalars(query.order_by(search_entry.c.entry_id.desc()).limit(most + 1 + len(found)))
        for entry_id in ids:
            found.setdefault(entry_id, nearness)
        if len(found) > most:
            break
    matching = (one for match in (*reviewed, *read) for one in match.name_ids(made=True))
    return UnreviewedFound(tuple(found.items())[:most], frozenset(matching), len(found) > most)


def _ways(
    connection: Connection,
    asked: Sequence[_Criterion],
    reviewed: Sequence[NameMatches],
    read: Sequence[NameMatches],
) -> Iterator[tuple[ColumnElement[bool], Nearness | None]]:
    """Yield the conditions by which entries are found, the nearest name first; each can use an index."""
    if not read:
        yield from ((one.unreviewed, None) for one in asked)
        return
    steps = heapq.merge(
        ((step, search_person.name) for step in reviewed[0].steps),
        ((step, search_unreviewed.name) for step in read[0].steps),
        key=lambda one: one[0].place,
    )
    for step, table in steps:
        in_reading = table == search_unreviewed.name
        named = _named_in_reading if in_reading else _named
        yield named(connection, step.name_ids, step), step.nearness


def _named(
    connection: Connection, name_ids: Sequence[int], step: NameStep | None = None
) -> ColumnElement[bool]:
    query = select(search_person.c.entry_id).where(one_of(connection, search_person.c.name_id, name_ids))
    if step is not None and step.spelled is not None:
        query = query.where(search_person.c.spelled == step.spelled)
    return search_entry.c.entry_id.in_(query)


def _named_in_reading(
    connection: Connection, name_ids: Sequence[int], step: NameStep | None = None
) -> ColumnElement[bool]:
    spelled = [] if step is None or step.spelled is None else [search_unreviewed.c.spelled == step.spelled]
    return _read(UnreviewedKind.NAME, one_of(connection, search_unreviewed.c.name_id, name_ids), *spelled)


def _read(kind: UnreviewedKind, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that an entry has a reading of a kind that meets all conditions."""
    query = select(search_unreviewed.c.entry_id).where(search_unreviewed.c.kind == kind, *conditions)
    return search_entry.c.entry_id.in_(query)


def _criteria(connection: Connection, criteria: SearchCriteria) -> list[_Criterion]:
    """Return the criteria except those on names, books and records."""
    found: list[_Criterion] = []
    read_number = search_unreviewed.c.number
    if criteria.number:
        number, year = entry_number(criteria.number), criteria.number.partition("/")[2].strip()
        found.append(
            _Criterion(
                (search_entry.c.number == number).is_(True),
                _read(UnreviewedKind.NUMBER, read_number == number),
            )
        )
        if re.fullmatch(r"[0-9]{4}", year):
            found.append(
                _Criterion(
                    (search_entry.c.year == int(year)).is_(True),
                    _read(UnreviewedKind.YEAR, read_number == year),
                )
            )
    first, last = criteria.year_from, criteria.year_to
    if first is not None or last is not None:
        low, high = YEARS.start if first is None else first, YEARS.stop if last is None else last
        between = [column.between(low, high) for column in (search_entry.c.year, search_entry.c.event_year)]
        kinds = (UnreviewedKind.YEAR, UnreviewedKind.EVENT_YEAR)
        in_years = read_number.between(str(low), str(high))
        found.append(_Criterion(or_(*between).is_(True), or_(*(_read(kind, in_years) for kind in kinds))))
    if criteria.id_number:
        paper = bare_number(criteria.id_number)
        of_person = exists().where(
            search_number.c.entry_id == search_entry.c.entry_id, search_number.c.number == paper
        )
        found.append(_Criterion(of_person, _read(UnreviewedKind.PAPER, read_number == paper)))
    if words := words_of(criteria.text):
        found.append(
            _Criterion(
                hold_words(connection, search_entry, words),
                _read(UnreviewedKind.WORDS, hold_words(connection, search_unreviewed, words)),
            )
        )
    return found
