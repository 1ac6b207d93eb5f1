"""A person at a screen of their own: what they do is counted, and every page they see is judged."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, Response, ViewportSize
from playwright.sync_api import Error as BrowserError

from pipeline.base.text.telex import telex_keys

SCREEN: ViewportSize = {"width": 1366, "height": 768}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
LATE = frozenset({"/desk/tasks/…/check", "/desk/tasks/…/delivered"})
"""What the desk asks while a word is keyed; who is faster than the answer no longer holds the task by then (403)."""
PATIENCE = 40_000
"""Milliseconds that anything may take; what takes longer is a dead end."""


@dataclass
class Seen:
    """What all people of an office did and saw.

    Attributes:
        unlinked: Pages that no link of the page before led to.
        judged: Kinds of pages that axe-core has judged, by role.
        violations: What it found.
        errors: Answers of the server of 400 and above, and scripts that failed.
    """

    clicks: int = 0
    keys: int = 0
    unlinked: Counter[str] = field(default_factory=Counter)
    judged: set[tuple[str, str]] = field(default_factory=set)
    violations: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class BrowserPerson:
    """One person in a browser context of their own.

    Args:
        url: The office.
        login: What they log in with.
        seen: Where what they do is counted.
    """

    def __init__(self, browser: Browser, url: str, login: str, seen: Seen) -> None:
        self.url, self.login, self.seen = url, login, seen
        self.page: Page = browser.new_context(
            viewport=SCREEN, reduced_motion="reduce", accept_downloads=True
        ).new_page()
        self._watch(self.page)

    def come_in(self, password: str, chosen: str = "") -> None:
        """Log in, and choose a password if this one is for one time."""
        self.page.goto(f"{self.url}/login")
        self.look()
        self.fill("Tên đăng nhập", self.login)
        self.fill("Mật khẩu", password)
        self.press("Đăng nhập")
        if chosen:
            self.fill("Mật khẩu dùng một lần", password)
            self.fill("Mật khẩu mới", chosen)
            self.fill("Mật khẩu mới, lần nữa", chosen)
            self.press("Đổi mật khẩu")

    def go(self, address: str) -> None:
        """Go to a page by a link of the page that is open, or of the first page."""
        link = self.page.locator(f'a[href="{address}"]').first
        if not link.count():
            self.click(self.page.locator("a.brand"))
            link = self.page.locator(f'a[href="{address}"]').first
        if not link.count():
            self.seen.unlinked[kind_of(address)] += 1
            self.page.goto(f"{self.url}{address}")
            self.look()
            return
        menu = link.locator("xpath=ancestor::details[not(@open)]")
        if menu.count():
            self.click(menu.locator("summary").first)
        self.click(link)

    def click(self, target: Locator) -> None:
        """Click, and look at what comes up."""
        self.seen.clicks += 1
        target.click()
        self.look()

    def press(self, name: str, *, of: Locator | None = None) -> None:
        """Press the first button of that name."""
        self.click((of or self.page).get_by_role("button", name=name).first)

    def fill(self, label: str, text: str) -> None:
        """Type into an input: a click and the keys of Telex."""
        self.seen.clicks += 1
        self.seen.keys += telex_keys(text)
        self.page.get_by_label(label, exact=label.startswith("Mật khẩu")).first.fill(text)

    def choose(self, select: Locator, value: str) -> None:
        """Choose of a list: two clicks."""
        self.seen.clicks += 2
        select.select_option(value)

    def give(self, target: Locator, files: Path | list[Path]) -> None:
        """Choose files: three clicks, whatever their number."""
        self.seen.clicks += 3
        target.set_input_files(files)

    def see(self, text: str) -> Locator:
        """Wait until the page says something."""
        found = self.page.locator("main").get_by_text(text).first
        found.wait_for()
        return found

    def look(self) -> None:
        """Have axe-core judge the page, each kind of page once a person."""
        try:
            self.page.wait_for_load_state("load")
            kind = (self.login, kind_of(urlsplit(self.page.url).path))
            if kind in self.seen.judged:
                return
            found = Axe().run(self.page, options=RULES).response["violations"]
        except BrowserError:  # the page went on to another one meanwhile, which is judged then
            return
        self.seen.judged.add(kind)
        self.seen.violations += [
            f"{kind[1]}: {one['id']} {node['target']}" for one in found for node in one["nodes"]
        ]

    @contextmanager
    def new_tab(self, browser: Browser, address: str) -> Iterator[Page]:
        """A telephone that opens an address it was shown."""
        context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
        page = context.new_page()
        self._watch(page)
        page.goto(address)
        yield page
        context.close()

    def _watch(self, page: Page) -> None:
        page.set_default_timeout(PATIENCE)
        page.on("response", self._note)
        page.on("pageerror", lambda error: self.seen.errors.append(f"script: {error}"))

    def _note(self, response: Response) -> None:
        path = kind_of(urlsplit(response.url).path)
        if response.status >= 400 and not (response.status == 403 and path in LATE):
            self.seen.errors.append(f"{response.request.method} {path} {response.status}")


def kind_of(path: str) -> str:
    """Return a path with its numbers and hashes left out."""
    return re.sub(r"/(?:\d+|[0-9a-f]{12,}|[^/]*[.][^/]*)(?=/|$)", "/…", path.partition("?")[0])
