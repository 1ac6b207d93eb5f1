"""What a search may ask, and the conditions on the index that follow from it and from who asks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Select, or_, select

from pipeline.registry.model.accounts import Person
from pipeline.registry.model.desk import NotYours
from pipeline.registry.model.search import (
    MOST_LETTERS,
    MOST_WORDS,
    SearchCriteria,
    SearchPurpose,
    SearchReason,
    SearchRefused,
)
from pipeline.registry.model.typed_text import refuse_hidden_characters
from pipeline.registry.repositories.permissions import SEARCHES
from pipeline.registry.repositories.search_index import bare_number, entry_number
from pipeline.registry.repositories.search_words import hold_words, words_of
from pipeline.registry.repositories.withdrawals import book_stands, entry_stands
from pipeline.registry.tables.books import book
from pipeline.registry.tables.search import search_entry, search_number

MOST_REASON = 300
"""Letters of a reason in somebody's own words."""

FEWEST_REASON = 3

YEARS = range(1800, 2200)

MOST_BOOKS = 2000
"""Books that a condition names one by one."""

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
    """Check that a reason is one.

    Raises:
        SearchRefused: It is none, or too long.
    """
    if reason.purpose not in list(SearchPurpose):
        raise SearchRefused("Hãy chọn mục đích tra cứu.")
    refuse_hidden_characters(reason.words, "lý do", allowed="")
    if len(reason.words.strip()) < FEWEST_REASON:
        raise SearchRefused("Hãy ghi lý do tra cứu: số hồ sơ, số công văn, hay một câu ngắn.")
    if len(reason.words) > MOST_REASON:
        raise SearchRefused(f"Lý do dài quá {MOST_REASON} ký tự. Hãy ghi ngắn lại.")


def check_criteria(criteria: SearchCriteria) -> None:
    """Check that enough is asked, and not too much.

    Raises:
        SearchRefused: Nothing is asked that an index finds, or something is too long.
    """
    texts = [(_WORDED[name], getattr(criteria, name)) for name in _WORDED]
    texts += [("tên cha, mẹ, vợ, chồng", one) for one in criteria.parents]
    for label, told in texts:
        refuse_hidden_characters(told, label, allowed="")
        if len(told) > MOST_LETTERS:
            raise SearchRefused(f"“{label}” dài quá {MOST_LETTERS} ký tự. Hãy ghi ngắn lại.")
        if len(words_of(told)) > MOST_WORDS:
            raise SearchRefused(f"“{label}” có quá {MOST_WORDS} chữ. Hãy ghi ít chữ hơn.")
        if told.strip() and not words_of(told):
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
    connection: Connection, person: Person, criteria: SearchCriteria
) -> Sequence[ColumnElement[bool]]:
    """Return the conditions on ``search_entry`` but those on names.

    Args:
        person: Who asks: of other places nothing is found.
    """
    found: list[ColumnElement[bool]] = [entry_stands(search_entry.c.entry_id)]
    books = _books(connection, person, criteria)
    if books is not None:
        found.append(search_entry.c.book_id.in_(books))
    if criteria.record:
        found.append(search_entry.c.record == criteria.record)
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


def _books(
    connection: Connection, person: Person, criteria: SearchCriteria
) -> Sequence[int] | Select[int] | None:
    """The books to look in: by their ids as far as they are few; None: all."""
    asked: list[ColumnElement[bool]] = []
    if person.places is not None:
        asked.append(book.c.place_code.in_(sorted(person.places)))
    if criteria.volume:
        asked.append(book.c.volume.in_(_volumes(connection, criteria.volume)))
    if criteria.place:
        asked.append(book.c.place_code.in_(_places(connection, criteria.place)))
    if not asked:
        return None
    query = select(book.c.id).where(book_stands, *asked)
    ids = connection.scalars(query.limit(MOST_BOOKS + 1)).all()
    return ids if len(ids) <= MOST_BOOKS else query


def _volumes(connection: Connection, written: str) -> Sequence[str]:
    """The volumes that are meant, with or without leading zeros, with or without the year."""
    number, _, year = written.strip().partition("/")
    known = connection.scalars(select(book.c.volume).where(book_stands).distinct())
    return [
        volume
        for volume in known
        if volume.partition("/")[0].lstrip("0") == number.strip().lstrip("0")
        and (not year.strip() or volume.partition("/")[2] == year.strip())
    ]


def _places(connection: Connection, written: str) -> Sequence[str]:
    """The codes of the registration places that are meant: by their code, or by words of their names."""
    known = connection.execute(select(book.c.place_code, book.c.place).where(book_stands).distinct()).all()
    if any(code == written.strip() for code, _ in known):
        return [written.strip()]
    wanted = set(words_of(written))
    return sorted({code for code, name in known if wanted <= set(words_of(name))})
