"""The second layer of a value beside the first, at the desk of a real browser. No person in it is real."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

from playwright.sync_api import expect

from pipeline.delivery_rules import DeliveryPolicy
from pipeline.registry.accounts.model import Role
from tests.web.desk.drawn_book import Line, draw_book
from tests.web.desk.office import Office
from tests.web.desk.typist import Typist

SitDown = Callable[[str], Typist]


def test_what_will_be_delivered_stands_under_the_input_and_one_key_confirms_it(
    office: Office, sit_down: SitDown
) -> None:
    known = Line("registered_on", "01/04/2010", accepted=True)
    book = draw_book(office, [(known, Line("child_born_on", "05/3/07", read=""), Line("notes", "x"))])
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        an.type("15/8/1990 ÂL")
        shown = an.page.locator(".field.current .delivered")
        expect(shown).to_contain_text("Bàn giao: 03.10.1990")
        expect(shown).to_contain_text("chữ trên giấy giữ nguyên")
        an.press("Control+A").type("05/3/07")
        expect(shown).to_contain_text("chờ xác nhận")
        if folder := os.environ.get("HOTICH_SCREENSHOTS"):
            an.page.screenshot(path=f"{folder}/delivered.png")
        an.press("Alt+Digit0")
        expect(shown).to_contain_text(re.compile(r"Người Thử an.* đã xác nhận"))
        assert an.input.input_value() == "05/3/07"
        an.press("Control+Enter").press("Enter").see_the_end()
    (entry_id,) = office.registry.entries(book.book_id)
    assert office.registry.entry(entry_id).values["child_born_on"] == "05/3/07"
    layers = office.registry.delivery_layers(entry_id, DeliveryPolicy())["child_born_on"]
    assert (layers.delivered.value, layers.delivered.confirmed_by) == ("05.03.2007", office.login("an"))
