"""The menus tell on which of their pages somebody is, also below it."""

from __future__ import annotations

import pytest

from pipeline.registry.accounts.model import Role
from pipeline.web.rendering import UNDER, active_link, menus_of
from pipeline.web.security.access import ACCESS

MENUS = menus_of(Role.SUPERVISOR)


@pytest.mark.parametrize(
    ("path", "link"),
    [
        ("/", "/"),
        ("/books", "/books"),
        ("/books/7/entries", "/books"),
        ("/entries/7/print", "/books"),
        ("/withdrawals", "/books"),
        ("/terms", "/rules"),
        ("/settings/review", "/settings"),
        ("/bookshelf", ""),
        ("/handbook/how-to/review", ""),
    ],
)
def test_a_page_belongs_under_the_link_above_it(path: str, link: str) -> None:
    assert active_link(path, MENUS) == link


def test_where_somebody_has_no_such_link_nothing_is_marked() -> None:
    assert active_link("/entries/7", menus_of(Role.REVIEWER)) == ""
    assert active_link("/desk", ()) == ""


def test_what_is_put_under_a_link_is_a_page() -> None:
    begins = {access.path for access in ACCESS if access.method == "GET"}
    links = {target for role in Role for menu in menus_of(role) for target, _ in menu.links}
    assert all(any(page == one or page.startswith(f"{one}/") for page in begins) for one in UNDER)
    assert set(UNDER.values()) <= links
