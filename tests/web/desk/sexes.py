"""A book of sexes, and people at its column."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.web.desk.drawn_book import DrawnBook, Line, draw_book
from tests.web.desk.office import Office
from tests.web.desk.typist import Typist

SitDown = Callable[[str], Typist]
SEXES = ("nam", "nữ", "nam", "nữ", "nam", "nam", "nữ", "nam")


def sexes(office: Office, misread: int = 3) -> DrawnBook:
    """A book of sexes that are read rightly but for that page."""
    pages = [
        (
            Line("entry_number", f"{number}/2010", accepted=True),
            Line("child_sex", ink, read=("nam" if ink == "nữ" else "nữ") if number == misread else None),
        )
        for number, ink in enumerate(SEXES, 1)
    ]
    return draw_book(office, pages)


def at_the_column(office: Office, sit_down: SitDown, name: str, book: DrawnBook) -> Typist:
    """Somebody who has chosen the column of sexes."""
    person = sit_down(name)
    person.page.goto(f"{person.url}/column?book={book.book_id}")
    link = person.page.get_by_role("link", name="Giới tính").first
    link.focus()
    person.press("Enter")
    expect(person.page.locator(".cell input:focus")).to_be_visible()
    return person


def rows(person: Typist) -> list[tuple[str, int]]:
    """Each row's reading and how many pictures it holds."""
    return [
        (row.get_attribute("data-text") or "", row.locator(".cell").count())
        for row in person.page.locator(".row-of-like").all()
    ]
