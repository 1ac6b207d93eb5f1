"""The search for entries: conditions of the criteria and of the person, results by nearness of the name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, FromClause, Select, exists, func, or_, select, true

from pipeline.base.localtime import local_date
from pipeline.registry.accounts.model import Person
from pipeline.registry.accounts.permissions import SEARCHES
from pipeline.registry.books.rows import book
from pipeline.registry.database import clock
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.search.index import bare_number, entry_number
from pipeline.registry.search.model import (
    MOST_LETTERS,
    MOST_WORDS,
    Nearness,
    SearchCriteria,
    SearchPurpose,
    SearchReason,
    SearchRefused,
)
from pipeline.registry.search.name_matches import NameMatches, NameStep
from pipeline.registry.search.rows import (
    hold_words,
    one_of,
    row_of_each,
    search_entry,
    search_number,
    search_person,
    words_of,
)
from pipeline.registry.tasks.model import NotYours
from pipeline.registry.typed_text import refuse_hidden_characters
from pipeline.registry.withdrawals.stored_withdrawals import book_stands, entry_stands
from pipeline.values.places import AnsweringUnits

MOST_REASON = 300
"""Maximum length of a reason."""

FEWEST_REASON = 3

YEARS = range(1800, 2200)

MOST_BOOKS = 2000
"""Maximum number of books that a condition lists by id."""

_WORDED = {
    "name": "họ tên",
    "number": "số đăng ký",
    "volume": "quyển số",
    "place": "nơi đăng ký",
    "id_number": "số định danh, số giấy tờ",
    "text": "chữ trong ghi chú",
}


def check_person(person: Person) -> None:
    """Check that the person may search.

    Raises:
        NotYours: They may not.
    """
    if person.role not in SEARCHES:
        raise NotYours("Chỉ người kiểm tra và người phụ trách mới được tra cứu.")


def check_reason(reason: SearchReason) -> None:
    """Check the reason of a search.

    Raises:
        SearchRefused: The reason is missing or too long.
    """
    if reason.purpose not in list(SearchPurpose):
        raise SearchRefused("Hãy chọn mục đích tra cứu.")
    refuse_hidden_characters(reason.words, "lý do", allowed="")
    if len(reason.words.strip()) < FEWEST_REASON:
        raise SearchRefused("Hãy ghi lý do tra cứu: số hồ sơ, số công văn, hay một câu ngắn.")
    if len(reason.words) > MOST_REASON:
        raise SearchRefused(f"Lý do dài quá {MOST_REASON} ký tự. Hãy ghi ngắn lại.")


def check_criteria(criteria: SearchCriteria) -> None:
    """Check that the criteria are neither too vague nor too long.

    Raises:
        SearchRefused: No criterion can use an index, or a criterion is too long.
    """
    texts = [(_WORDED[name], getattr(criteria, name)) for name in _WORDED]
    texts += [("tên cha, mẹ, vợ, chồng", one) for one in criteria.parents]
    for label, text in texts:
        refuse_hidden_characters(text, label, allowed="")
        if len(text) > MOST_LETTERS:
            raise SearchRefused(f"“{label}” dài quá {MOST_LETTERS} ký tự. Hãy ghi ngắn lại.")
        if len(words_of(text)) > MOST_WORDS:
            raise SearchRefused(f"“{label}” có quá {MOST_WORDS} chữ. Hãy ghi ít chữ hơn.")
        if text.strip() and not words_of(text):
            raise SearchRefused(f"“{label}” không có chữ hay số nào để tìm.")
    if len(criteria.parents) > 2:
        raise SearchRefused("Chỉ tìm được cùng lúc nhiều nhất hai người nữa.")
    for year in (criteria.year_from, criteria.year_to):
        if year is not None and year not in YEARS:
            raise SearchRefused(f"Năm {year} không phải năm của sổ hộ tịch. Hãy ghi năm có bốn chữ số.")
    if None not in (first := criteria.year_from, last := criteria.year_to) and first > last:  # type: ignore[operator]
        raise SearchRefused("Năm đầu lớn hơn năm cuối. Hãy đổi lại.")
    found_by = (*criteria.parents, *(getattr(criteria, name) for name in _WORDED if name != "place"))
    if not any(words_of(one) for one in found_by):
        raise SearchRefused(
            "Hãy ghi ít nhất một điều: họ tên, số đăng ký, quyển số, số giấy tờ, hay chữ trong ghi chú. "
            "Chỉ năm hay nơi đăng ký thì chưa đủ."
        )


def conditions(
    connection: Connection, declared: RecordSchema, person: Person, criteria: SearchCriteria
) -> Sequence[ColumnElement[bool]]:
    """Return the conditions on ``search_entry``, except those on names.

    Args:
        person: The results are limited to this person's places.
    """
    found = in_books(connection, declared, person, criteria)
    if criteria.number:
        found.append(search_entry.c.number == entry_number(criteria.number))
        year = criteria.number.partition("/")[2].strip()
        if re.fullmatch(r"[0-9]{4}", year):
            found.append(search_entry.c.year == int(year))
    first, last = criteria.year_from, criteria.year_to
    if first is not None or last is not None:
        low, high = YEARS.start if first is None else first, YEARS.stop if last is None else last
        found.append(
            or_(search_entry.c.year.between(low, high), search_entry.c.event_year.between(low, high))
        )
    if criteria.id_number:
        bearing = select(search_number.c.entry_id).where(
            search_number.c.number == bare_number(criteria.id_number)
        )
        found.append(search_entry.c.entry_id.in_(bearing))
    if words := words_of(criteria.text):
        found.append(hold_words(connection, search_entry, words))
    return found


def in_books(
    connection: Connection, declared: RecordSchema, person: Person, criteria: SearchCriteria
) -> list[ColumnElement[bool]]:
    """Return the conditions on ``search_entry`` that follow from its book, its record and withdrawals."""
    found: list[ColumnElement[bool]] = [entry_stands(search_entry.c.entry_id)]
    books = _books(connection, declared, person, criteria)
    if books is not None:
        found.append(search_entry.c.book_id.in_(books))
    if criteria.record:
        found.append(search_entry.c.record == criteria.record)
    return found


def _books(
    connection: Connection, declared: RecordSchema, person: Person, criteria: SearchCriteria
) -> Sequence[int] | Select[int] | None:
    """Return the books to search: their ids if they are few, else their query; None: all."""
    asked: list[ColumnElement[bool]] = []
    if person.places is not None:
        asked.append(book.c.place_code.in_(sorted(person.places)))
    if criteria.volume:
        asked.append(book.c.volume.in_(_volumes(connection, criteria.volume)))
    if criteria.place:
        asked.append(book.c.place_code.in_(_places(connection, declared, criteria.place)))
    if not asked:
        return None
    query = select(book.c.id).where(book_stands, *asked)
    ids = connection.scalars(query.limit(MOST_BOOKS + 1)).all()
    return ids if len(ids) <= MOST_BOOKS else query


def _volumes(connection: Connection, written: str) -> Sequence[str]:
    """Return the volumes that match a text with or without leading zeros and year."""
    number, _, year = written.strip().partition("/")
    known = connection.scalars(select(book.c.volume).where(book_stands).distinct())
    return [
        volume
        for volume in known
        if volume.partition("/")[0].lstrip("0") == number.strip().lstrip("0")
        and (not year.strip() or volume.partition("/")[2] == year.strip())
    ]


def _places(connection: Connection, declared: RecordSchema, written: str) -> Sequence[str]:
    """Return the codes of the registration places that match a code or words of a name.

    Words also match the name of a unit that answers for the books of a place today, or may do so.
    """
    columns = (book.c.place_code, book.c.place, book.c.volume)
    known = connection.execute(select(*columns).where(book_stands).distinct()).all()
    if any(code == written.strip() for code, _, _ in known):
        return [written.strip()]
    wanted = set(words_of(written))
    units = AnsweringUnits(declared.schemas.places.gazetteer, local_date(clock.now(connection)))
    return sorted(
        {
            code
            for code, name, volume in known
            if wanted <= set(words_of(name))
            or any(wanted <= set(words_of(unit.title)) for unit in units.of_book(code, name, volume).units)
        }
    )


_CURSOR = re.compile(r"([0-4])\.([0-9]{1,5})\.([0-9]{1,10})", re.ASCII)

_other = search_person.alias("other_person")
_earlier = search_person.alias("earlier_person")


@dataclass(frozen=True, slots=True)
class Found:
    """A page of results.

    Attributes:
        entries: Id of each entry and the nearness of its name (None if no name was asked).
        name_ids: The names that match or nearly match.
        cursor: The beginning of the next page; ``""`` if there is none.
        narrowed: Whether more names hold the words than were examined.
    """

    entries: tuple[tuple[int, Nearness | None], ...]
    name_ids: frozenset[int]
    cursor: str
    narrowed: bool


def find(
    connection: Connection,
    declared: RecordSchema,
    person: Person,
    criteria: SearchCriteria,
    *,
    after: str,
    most: int,
) -> Found:
    """Return a page of matching entries of a person's places.

    Args:
        after: The cursor of the page; ``""``: the first page.
        most: Maximum number of entries.
    """
    place, entry_id = _read_cursor(after)
    asked = list(conditions(connection, declared, person, criteria))
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
    """Return the entries of a step that no earlier step has, newest first.

    On PostgreSQL the query takes the newest entries of each name and then the newest of all: with many names in one
    condition its planner overestimates some of them and scans all persons from the newest on. If there are more names
    than wanted entries, only the names with the newest entries are kept.
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
    """Return the query of the newest entries, each once."""
    return query.group_by(entry_id).order_by(entry_id.desc()).limit(most)


def _is_of(connection: Connection, step: NameStep) -> ColumnElement[bool]:
    named = one_of(connection, _earlier.c.name_id, step.name_ids)
    return named if step.spelled is None else named & (_earlier.c.spelled == step.spelled)


def _cursor(place: tuple[int, int], entry_id: int) -> str:
    return f"{place[0]}.{place[1]}.{entry_id}"


def _read_cursor(cursor: str) -> tuple[tuple[int, int], int | None]:
    if not cursor:
        return (0, 0), None
    parts = _CURSOR.fullmatch(cursor)
    if parts is None:
        raise SearchRefused("Trang kết quả ấy không có. Hãy tra cứu lại từ đầu.")
    return (int(parts[1]), int(parts[2])), int(parts[3])
