"""Vietnamese as it is typed: Telex and VNI through an input method, which composes before it commits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import CDPSession, expect

from pipeline.registry.accounts.model import Role
from tests.web.desk.drawn_book import Line, draw_book
from tests.web.desk.office import Office
from tests.web.desk.typist import Typist

SitDown = Callable[[str], Typist]
COMPOSED = 229
"""The key code that browsers give to keys that an input method takes."""


class InputMethod:
    """An input method as the browser sees one: each key arrives as 229 and changes the text under composition."""

    def __init__(self, typist: Typist) -> None:
        self._session: CDPSession = typist.page.context.new_cdp_session(typist.page)

    def compose(self, *states: str) -> None:
        """The text under composition after each key."""
        for state in states:
            self._key("Process", COMPOSED)
            self._session.send(
                "Input.imeSetComposition",
                {"text": state, "selectionStart": len(state), "selectionEnd": len(state)},
            )

    def commit(self, text: str) -> None:
        self._session.send("Input.insertText", {"text": text})

    def enter_while_composing(self) -> None:
        """Enter that the input method takes for itself."""
        self._key("Enter", COMPOSED)

    def _key(self, key: str, code: int) -> None:
        for kind in ("rawKeyDown", "keyUp"):
            self._session.send(
                "Input.dispatchKeyEvent", {"type": kind, "key": key, "windowsVirtualKeyCode": code}
            )


@contextmanager
def typing(office: Office, sit_down: SitDown, *lines: Line) -> Iterator[tuple[Typist, InputMethod]]:
    draw_book(office, [lines])
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        yield an, InputMethod(an)


def test_a_name_typed_in_telex_is_taken_as_it_was_composed(office: Office, sit_down: SitDown) -> None:
    with typing(office, sit_down, Line("child_name", "Nguyễn", read=""), Line("notes", "x")) as (an, telex):
        telex.compose("N", "Ng", "Ngu", "Nguy", "Nguye", "Nguyê", "Nguyên", "Nguyễn")
        telex.commit("Nguyễn")
        assert an.input.input_value() == "Nguyễn"
        an.press("Enter")
        assert an.field == "notes"
        expect(an.page.locator('[data-field="child_name"] .given')).to_have_text("Nguyễn")


def test_keys_that_the_input_method_takes_do_nothing_else(office: Office, sit_down: SitDown) -> None:
    with typing(office, sit_down, Line("child_name", "Thử", read=""), Line("notes", "x")) as (an, telex):
        telex.compose("T", "Th", "Thư")
        telex.enter_while_composing()
        assert an.field == "child_name"
        telex.compose("Thử")
        telex.commit("Thử")
        assert (an.field, an.input.input_value()) == ("child_name", "Thử")
        an.press("Enter")
        assert an.field == "notes"


def test_a_key_held_down_accepts_one_field_and_no_page_stays_when_all_is_done(
    office: Office, sit_down: SitDown
) -> None:
    with typing(office, sit_down, Line("child_name", "Thử"), Line("notes", "x")) as (an, _):
        keyboard = an.press("End").page.keyboard
        for _ in range(3):
            keyboard.down("Enter")  # without letting go: the browser calls it a repeat
        assert an.field == "notes"
        keyboard.up("Enter")
        expect(an.page.locator("#viewer img")).to_have_count(1)
        an.press("Enter")
        expect(an.page.locator(".waiting")).to_contain_text("Hết nhiệm vụ")
        expect(an.page.locator("#viewer img")).to_have_count(0)


def test_every_letter_and_figure_of_telex_and_vni_goes_into_the_input(
    office: Office, sit_down: SitDown
) -> None:
    with typing(office, sit_down, Line("notes", "x", read="")) as (an, _):
        letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789[]{}.,/-()'"
        an.page.keyboard.type(letters)
        assert an.input.input_value() == letters
        assert an.page.locator("dialog[open]").count() == 0


def test_what_is_decomposed_is_stored_composed(office: Office, sit_down: SitDown) -> None:
    book = draw_book(office, [(Line("child_name", "Thử", read=""),)])
    office.hire("an", Role.REVIEWER)
    with office.open():
        sit_down("an").start().type("Thu\u031b\u0309").press("Enter").see_the_end()
    (entry_id,) = office.registry.entries(book.book_id)
    assert office.registry.effective_value(entry_id, "child_name") == "Th\u1eed"


def test_known_words_are_offered_only_while_typing_and_taken_only_when_chosen(
    office: Office, sit_down: SitDown
) -> None:
    with typing(office, sit_down, Line("child_name", "Nguyễn Thị Thử", read=""), Line("notes", "x")) as (
        an,
        _,
    ):
        offered = an.current.locator(".known li")
        expect(offered).to_have_count(0)
        assert an.input.input_value() == ""
        an.page.keyboard.type("Nguye")
        expect(offered.first).to_have_text("Nguyễn")
        assert an.input.input_value() == "Nguye"
        an.press("ArrowDown")
        assert an.input.input_value() == "Nguyễn"
        expect(offered.first).to_have_attribute("aria-selected", "true")
        an.press("ArrowUp")
        assert an.input.input_value() == "Nguye"
        an.press("Tab")
        assert an.input.input_value() == "Nguyễn"
        expect(offered).to_have_count(0)
        assert an.has_focus()
        an.page.keyboard.type(" Thi")
        expect(offered.first).to_have_text("Nguyễn Thị")
        an.press("Escape")
        expect(offered).to_have_count(0)
        assert an.input.input_value() == "Nguyễn Thi"
        an.press("Enter")
        assert an.field == "notes"
