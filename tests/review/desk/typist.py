"""Somebody who works by keyboard alone, in a real browser."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.review.desk.office import PASSWORD

SECONDS = 30_000


class Typist:
    """One person at one screen. Nothing here uses a mouse."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.page: Page = context.new_page()
        self.page.set_default_timeout(SECONDS)
        self.url = url
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.requests: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))

    def come_in(self, login: str) -> Typist:
        self.page.goto(self.url)
        self.type(login)
        self.press("Tab")
        self.type(PASSWORD)
        self.press("Enter")
        self.page.wait_for_url(f"{self.url}/")
        return self

    def start(self) -> Typist:
        """From the first page to the first task."""
        self.press("Enter")
        self.page.wait_for_url(f"{self.url}/desk")
        return self.see_task()

    def see_task(self, besides: int | None = None) -> Typist:
        """Wait until a task is in work (another one than ``besides``)."""
        task = ".task" if besides is None else f'.task:not([data-task="{besides}"])'
        expect(self.page.locator(f"{task} .field.current")).to_be_visible(timeout=SECONDS)
        return self

    def press(self, *keys: str) -> Typist:
        for key in keys:
            self.page.keyboard.press(key)
        return self

    def type(self, text: str) -> Typist:
        self.page.keyboard.insert_text(text)
        return self

    @property
    def task(self) -> int:
        return int(self.page.locator(".task").get_attribute("data-task") or 0)

    @property
    def field(self) -> str:
        return self.page.locator(".field.current").get_attribute("data-field") or ""

    @property
    def current(self) -> Locator:
        return self.page.locator(".field.current")

    @property
    def input(self) -> Locator:
        return self.page.locator(".field.current input")

    @property
    def page_no(self) -> int:
        """Of the page that is shown: drawn books have one page a scan."""
        where = self.page.locator(".task .where").inner_text()
        return int(where.split("-")[1].split(".")[0])

    def has_focus(self) -> bool:
        """Whether what is typed goes into the field in work."""
        return bool(
            self.page.evaluate(
                "document.querySelector('.field.current')?.contains(document.activeElement) ?? false"
            )
        )
