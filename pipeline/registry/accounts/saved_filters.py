"""Filters that a person saves under a name: of the search, and of the list of books.

No name of a person and no number of a paper is saved: what is typed in a search stays out of the registry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, delete, func, insert, select

from pipeline.base.errors import RegistryError
from pipeline.registry.accounts.model import Person
from pipeline.registry.accounts.permissions import require_text
from pipeline.registry.accounts.rows import saved_filter
from pipeline.registry.database import clock
from pipeline.registry.errors import NotThere

MOST_FILTERS = 20
"""Maximum number of filters of a person for one page."""

MOST_NAME = 60
"""Maximum length of the name of a filter."""

MOST_VALUE = 200
"""Maximum length of a criterion."""


class FilteredPage(StrEnum):
    """A page with filters that can be saved."""

    SEARCH = "search"
    BOOKS = "books"


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """A saved filter; ``criteria``: as typed, by the name of the input."""

    filter_id: int
    name: str
    criteria: Mapping[str, str]


def filters_of(connection: Connection, person: Person, page: FilteredPage) -> tuple[SavedFilter, ...]:
    """Return the filters of a person for a page, by name."""
    query = select(saved_filter).where(
        saved_filter.c.account_id == person.account_id, saved_filter.c.page == page
    )
    rows = connection.execute(query.order_by(saved_filter.c.name, saved_filter.c.id))
    return tuple(SavedFilter(row.id, row.name, row.criteria) for row in rows)


def save_filter(
    connection: Connection, person: Person, page: FilteredPage, name: str, criteria: Mapping[str, str]
) -> None:
    """Save a filter of a person; another one of that name is replaced.

    Raises:
        RegistryError: It has no name or no criterion, something is too long, or the person has too many.
    """
    name = require_text(name, "tên bộ lọc")
    kept = {key: value.strip() for key, value in criteria.items() if value.strip()}
    if len(name) > MOST_NAME:
        raise RegistryError(f"Tên bộ lọc dài quá {MOST_NAME} ký tự. Hãy ghi ngắn lại.")
    if not kept:
        raise RegistryError("Chưa chọn điều kiện nào để lưu. Hãy chọn hay ghi trong bộ lọc rồi lưu.")
    if any(len(value) > MOST_VALUE for value in kept.values()):
        raise RegistryError(f"Có điều kiện dài quá {MOST_VALUE} ký tự. Hãy ghi ngắn lại.")
    of_page = (saved_filter.c.account_id == person.account_id) & (saved_filter.c.page == page)
    connection.execute(delete(saved_filter).where(of_page, saved_filter.c.name == name))
    if (connection.scalar(select(func.count()).where(of_page)) or 0) >= MOST_FILTERS:
        raise RegistryError(
            f"Đã có {MOST_FILTERS} bộ lọc, là mức nhiều nhất. Hãy xóa một bộ lọc rồi lưu lại."
        )
    row = {"account_id": person.account_id, "page": page.value, "name": name, "criteria": kept}
    connection.execute(insert(saved_filter), [{**row, "saved_at": clock.now(connection)}])


def delete_filter(connection: Connection, person: Person, filter_id: int) -> None:
    """Delete a filter of a person.

    Raises:
        NotThere: They have no such filter.
    """
    mine = (saved_filter.c.id == filter_id) & (saved_filter.c.account_id == person.account_id)
    if not connection.execute(delete(saved_filter).where(mine)).rowcount:
        raise NotThere("Bộ lọc ấy không còn. Hãy tải lại trang.")
