"""The screens of a fresh office: who sits where, and what several of them do alike."""

from __future__ import annotations

import re
import time
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks.desk.desk_expert import READY, do_task
from benchmarks.desk.keystroke_model import DeskAction
from benchmarks.life.browser_person import BrowserPerson, Seen
from benchmarks.life.fresh_office import PaperBook
from pipeline.declarations.schema import Schemas

PASSWORD = "con mèo trèo cây cau"
READING_SECONDS = 3600


class OfficeScreens:
    """People, their books and their screens.

    Args:
        first_password: The file that the server names on its first start.
        folder: For files that people have on their own machines.
    """

    def __init__(
        self,
        browser: Browser,
        url: str,
        first_password: Path,
        books: list[PaperBook],
        schemas: Schemas,
        folder: Path,
    ) -> None:
        self.browser, self.url, self.books, self.schemas, self.folder = browser, url, books, schemas, folder
        self.seen = Seen()
        self.first_password = first_password
        self.people: dict[str, BrowserPerson] = {}
        self.one_time: dict[str, str] = {}
        self.numbers: dict[int, str] = {}
        self.truths = {f"so-{at}": book.truth for at, book in enumerate(books, 1) if book.truth}

    def who(self, login: str) -> BrowserPerson:
        """Return the person of that login at their screen; at first they log in with what their slip says."""
        if login not in self.people:
            person = self.people[login] = BrowserPerson(self.browser, self.url, login, self.seen)
            person.come_in(self.one_time[login], PASSWORD)
        return self.people[login]

    def photograph_screens(self, folder: Path, title: str) -> None:
        """Keep what everybody has on their screen."""
        folder.mkdir(parents=True, exist_ok=True)
        for login, person in self.people.items():
            person.page.screenshot(path=folder / f"{re.sub('[^a-zà-ỹ]+', '-', title)}-{login}.png")

    def open_book(self, number: int) -> None:
        self.who("quet").go("/books")
        self.who("quet").go(f"/books/{self.numbers[number]}/scans")

    def send(self, number: int, scans: list[Path]) -> None:
        self.open_book(number)
        at = self.who("quet")
        at.page.locator("#drop[data-ready]").wait_for()
        with at.page.expect_navigation(timeout=300_000):
            at.give(at.page.locator("#files"), scans)
        at.page.locator("#state", has_text=f"Đã nhận {len(scans)} tệp").wait_for()
        at.look()

    def wait_for_reading(self, at: BrowserPerson) -> None:
        until = time.monotonic() + READING_SECONDS
        at.page.wait_for_timeout(5000)
        while at.page.locator("#progress").inner_text().strip() != "Không có quyển nào đang được đọc.":
            assert time.monotonic() < until, "reading does not end"
            at.page.wait_for_timeout(2000)

    def sit(self, login: str, stage: str, number: int) -> BrowserPerson:
        at = self.who(login)
        at.click(at.page.locator("a.brand"))
        at.go(f"/desk?stage={stage}&book={self.numbers[number]}")
        return at

    def work(self, login: str, stage: str, number: int, most: int = 10_000) -> None:
        """Do tasks of a book until none is left."""
        at = self.sit(login, stage, number)
        deeds: list[DeskAction] = []
        for _ in range(most):
            at.page.locator(f"{READY}, #place[data-again]").first.wait_for()
            if at.page.locator("#place[data-again]").count() or self._book_in_work(at) != f"so-{number}":
                break
            do_task(at.page, self.truths, self.schemas, deeds)
        at.look()
        self.pause(at)
        assert deeds, f"no task of book {number} for {login}"
        at.seen.keys += sum(deed.keys for deed in deeds)

    def pause(self, at: BrowserPerson) -> None:
        """Hand back what is in work, so that it waits for nobody."""
        at.page.wait_for_load_state("networkidle")
        at.press("Tạm dừng")
        at.page.wait_for_url(f"{self.url}/")

    def _book_in_work(self, at: BrowserPerson) -> str:
        return at.page.locator(".task").get_attribute("data-book") or ""
