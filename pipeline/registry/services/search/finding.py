"""Entries that are looked for, the nearest first, a page at a time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, FromClause, Select, exists, func, or_, select, true

from pipeline.registry.model.accounts import Person
from pipeline.registry.model.search import Nearness, SearchCriteria, SearchRefused
from pipeline.registry.repositories.search_words import one_of, row_of_each, words_of
from pipeline.registry.services.search.conditions import conditions
from pipeline.registry.services.search.name_matches import NameMatches, NameStep
from pipeline.registry.tables.search import search_entry, search_person

_CURSOR = re.compile(r"([0-4])\.([0-9]{1,5})\.([0-9]{1,10})", re.ASCII)

_other = search_person.alias("other_person")
_earlier = search_person.alias("earlier_person")


@dataclass(frozen=True, slots=True)
class Found:
    """A page of entries.

    Attributes:
        entries: Entry and how near its name is (None where no name was asked).
        name_ids: The names that were looked for or are near.
        cursor: Where the next page begins; ``""``: there is none.
        narrowed: Whether more names hold the words than were looked through.
    """

    entries: tuple[tuple[int, Nearness | None], ...]
    name_ids: frozenset[int]
    cursor: str
    narrowed: bool


def find(connection: Connection, person: Person, criteria: SearchCriteria, *, after: str, most: int) -> Found:
    """Return at most so many entries of the places of a person.

    Args:
        after: The cursor of the page before; ``""``: the first page.
        most: Entries of a page.
    """
    place, entry_id = _read_cursor(after)
    asked = list(conditions(connection, person, criteria))
    names = [one for one in (criteria.name, *criteria.parents) if words_of(one)]
    if not names:
        query = select(search_entry.c.entry_id).where(*asked)
        if entry_id is not None:
            query = query.where(search_entry.c.entry_id < entry_id)
        ids = connection.scalars(query.order_by(search_entry.c.entry_id.desc()).limit(most + 1)).all()
        cursor = _cursor((0, 0), ids[most - 1]) if len(ids) > most else ""
        return Found(tuple((one, None) for one in ids[:most]), frozenset(), cursor, narrowed=False)
    matches = [NameMatches(connection, one) for one in names]
    asked += [
        exists().where(
            _other.c.entry_id == search_entry.c.entry_id,
            one_of(connection, _other.c.name_id, others.name_ids()),
        )
        for others in matches[1:]
    ]
    found: list[tuple[int, NameStep]] = []
    earlier: list[NameStep] = []
    for step in matches[0].steps:
        if step.place >= place:
            below = entry_id if step.place == place else None
            wanted = most + 1 - len(found)
            found += [(one, step) for one in _entries_of(connection, step, earlier, asked, below, wanted)]
        if len(found) > most:
            break
        earlier.append(step)
    cursor = _cursor(found[most - 1][1].place, found[most - 1][0]) if len(found) > most else ""
    return Found(
        tuple((one, step.nearness) for one, step in found[:most]),
        frozenset(one for match in matches for one in match.name_ids(made=True)),
        cursor,
        narrowed=any(match.narrowed for match in matches),
    )


def _entries_of(
    connection: Connection,
    step: NameStep,
    earlier: Sequence[NameStep],
    asked: Sequence[ColumnElement[bool]],
    below: int | None,
    most: int,
) -> Sequence[int]:
    """The entries of one step that no earlier step has, the newest first.

    PostgreSQL is asked for the newest of each name and then for the newest of all: of many names in one condition its
    planner takes some for far more frequent than they are, and goes through all persons from the newest on. Of more
    names than entries are wanted only those with the newest entries can have one among them.
    """
    conditions = list(asked)
    if step.spelled is not None:
        conditions.append(search_person.c.spelled == step.spelled)
    if below is not None:
        conditions.append(search_person.c.entry_id < below)
    if earlier:
        before = or_(*(_is_of(connection, one) for one in earlier))
        conditions.append(~exists().where(_earlier.c.entry_id == search_person.c.entry_id, before))
    names: FromClause | None = row_of_each(connection, step.name_ids)
    if names is None:
        named = one_of(connection, search_person.c.name_id, step.name_ids)
        return connection.scalars(_newest(_persons(named, conditions), search_person.c.entry_id, most)).all()
    key = names.c.key
    if len(step.name_ids) > most:
        newest = _newest(
            _persons(search_person.c.name_id == key, conditions), search_person.c.entry_id, 1
        ).lateral()
        place = func.dense_rank().over(order_by=newest.c.entry_id.desc())
        placed = select(key, place.label("place")).select_from(names).join(newest, true()).subquery()
        names = select(placed.c.key).where(placed.c.place <= most).subquery()
        key = names.c.key
    each = _newest(
        _persons(search_person.c.name_id == key, conditions), search_person.c.entry_id, most
    ).lateral()
    query = select(each.c.entry_id).select_from(names).join(each, true())
    return connection.scalars(_newest(query, each.c.entry_id, most)).all()


def _persons(named: ColumnElement[bool], conditions: Sequence[ColumnElement[bool]]) -> Select[int]:
    joined = select(search_person.c.entry_id).join(
        search_entry, search_entry.c.entry_id == search_person.c.entry_id
    )
    return joined.where(named, *conditions)


def _newest(query: Select[int], entry_id: ColumnElement[int], most: int) -> Select[int]:
    """The newest entries of a query, each once."""
    return query.group_by(entry_id).order_by(entry_id.desc()).limit(most)


def _is_of(connection: Connection, step: NameStep) -> ColumnElement[bool]:
    named = one_of(connection, _earlier.c.name_id, step.name_ids)
    return named if step.spelled is None else named & (_earlier.c.spelled == step.spelled)


def _cursor(place: tuple[int, int], entry_id: int) -> str:
    return f"{place[0]}.{place[1]}.{entry_id}"


def _read_cursor(told: str) -> tuple[tuple[int, int], int | None]:
    if not told:
        return (0, 0), None
    parts = _CURSOR.fullmatch(told)
    if parts is None:
        raise SearchRefused("Trang kết quả ấy không có. Hãy tra cứu lại từ đầu.")
    return (int(parts[1]), int(parts[2])), int(parts[3])
