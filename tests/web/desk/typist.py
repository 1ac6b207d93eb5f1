"""Somebody who works by keyboard alone, in a real browser."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from tests.web.desk.office import PASSWORD

PATIENCE = 90_000
"""Milliseconds that a busy machine gets for anything; nothing takes as long where it has time."""
expect.set_options(timeout=PATIENCE)

LOOK = 15
"""Milliseconds between two looks at a page that one waits for. To look with every frame costs a frame each time."""


class Typist:
    """One person at one screen. Nothing here uses a mouse."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.url = url
        self.page.add_init_script(f"({NOTE_KEYS})()")
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.shown = 0
        self.requests: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))

    def go_on(self, session: str) -> Typist:
        """The first page, in a session that was begun before."""
        self.page.context.add_cookies([{"name": "hotich", "value": session, "url": self.url}])
        self.page.goto(f"{self.url}/")
        return self

    def come_in(self, login: str) -> Typist:
        self.page.goto(self.url)
        expect(self.page.locator("[autofocus]")).to_be_focused(timeout=PATIENCE)
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

    def see_task(self) -> Typist:
        """Wait until a task comes up that did not stand there when this was last asked."""
        self.page.wait_for_function(
            "shown => performance.getEntriesByName('task-shown').length > shown", arg=self.shown, polling=LOOK
        )
        self.shown = self.page.evaluate("performance.getEntriesByName('task-shown').length")
        return self

    def see_nothing_ahead(self) -> Typist:
        """Wait until the page was told that after the task it shows there is none: nothing is on its way then."""
        self.page.wait_for_function(
            "() => performance.getEntriesByType('resource')"
            ".some(({name, responseStatus}) => name.endsWith('/desk/next') && responseStatus === 204)",
            polling=LOOK,
        )
        return self

    def sees_a_task_or_the_end(self) -> bool:
        """Wait for the next task, or for there being none; returns whether there is one."""
        self.page.wait_for_function(
            "shown => performance.getEntriesByName('task-shown').length > shown || "
            "document.querySelector('#place[data-again]')",
            arg=self.shown,
            polling=LOOK,
        )
        shown = self.page.evaluate("performance.getEntriesByName('task-shown').length")
        came, self.shown = shown > self.shown, shown
        return bool(came)

    def accept(self, ink: str) -> Typist:
        """Accept a field whose ink is known: the reading in the input, or else the second one."""
        if self.input.input_value() != ink:
            self.press("Alt+2")
        assert self.input.input_value() == ink
        return self.press("Enter")

    def see_the_end(self) -> Typist:
        """Wait until nothing is left to do and all is saved."""
        expect(self.page.locator(".waiting")).to_contain_text("Hết nhiệm vụ")
        expect(self.page.locator("#unsaved")).to_be_empty()
        return self.see_all_saved()

    def see_all_saved(self) -> Typist:
        expect(self.page.locator("body[data-saving]")).to_have_count(0)
        return self

    def press(self, *keys: str) -> Typist:
        """Press keys one after another, each when what came up under the one before has stood for a moment: the page
        takes no word before. No finger presses the same key again as fast as a script can: to the page, that is a
        bounce."""
        for key in keys:
            self.page.wait_for_function(IS_READY, arg=[key, FINGER], polling=LOOK)
            self.page.keyboard.press(key)
        return self

    def at_once(self, *keys: str) -> Typist:
        """Press keys, or type texts, all within one turn of the page, however busy the machine is."""
        self.page.evaluate(AT_ONCE, keys)
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
        return self.page.locator(".field.current textarea")

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


FINGER = 80
"""Milliseconds between two presses of one key by the fastest of fingers."""

NOTE_KEYS = """() => {
  window.pressedLast = {};
  addEventListener("keydown", ({ key, timeStamp }) => (window.pressedLast[key] = timeStamp), { capture: true });
}"""

IS_READY = """([key, finger]) =>
  !document.querySelector("[data-fresh], [data-refused], [data-awaiting]") &&
  performance.now() - (window.pressedLast[key] ?? -finger) >= finger"""

TWICE = """() => {
  const pressed = ["Enter", "Enter", "F3"].map(
    (key) => new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  for (const one of pressed) document.activeElement.dispatchEvent(one);
}"""
"""Two Enters and the key that goes on, all within one turn of the page."""


AT_ONCE = """(keys) => {
  const event = (key, altKey = false, code = "") =>
    new KeyboardEvent("keydown", { key, altKey, code, bubbles: true, cancelable: true });
  const pressed = (key) => {
    if (key.startsWith("Alt+")) return [event(key.slice(4), true, `Digit${key.slice(4)}`)];
    return /^(?:Enter|Escape|F[0-9])$/.test(key) ? [event(key)] : Array.from(key, (letter) => event(letter));
  };
  for (const one of keys.flatMap(pressed))
    if (document.activeElement.dispatchEvent(one) && one.key.length === 1 && !one.altKey)
      document.execCommand("insertText", false, one.key);
}"""
"""All presses bear one time, that at which the first was made."""


def held_up(page: Page, address: str, after: int = 0) -> Callable[[], None]:
    """Hold up what the page asks there, but for the first ``after`` times; returns what lets it go on."""
    held: list[Route] = []
    free: list[bool] = []
    first = iter(range(after))

    def ask(route: Route) -> None:
        if free or next(first, None) is not None:
            route.continue_()
        else:
            held.append(route)

    page.route(address, ask)

    def go_on() -> None:
        free.append(True)
        for route in held:
            route.continue_()

    return go_on
