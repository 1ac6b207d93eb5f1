"""A region that a person redraws, at the desk in a real browser and with a reader that fails in every way."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from pipeline.base.errors import HotichError, ScanError, ScanTimeout, SetupError
from pipeline.base.model import FieldReading, FieldStatus, Writing
from pipeline.registry.accounts.model import Role
from pipeline.registry.tasks.model import RegionReading, RegionToRead
from pipeline.web.desk.redrawn_regions import RedrawnRegions, RegionRefused
from tests.competing import WAIT_SECONDS
from tests.web.desk.drawn_book import decision, one_line_book
from tests.web.desk.office import Office
from tests.web.desk.typist import Typist, held_up

TWICE = """() => {
  const press = () => new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true });
  const [first, second] = [press(), press()];
  Object.defineProperty(second, "timeStamp", { value: first.timeStamp + 150 });
  for (const event of [first, second]) document.activeElement.dispatchEvent(event);
}"""
"""Enter pressed twice by a finger, whatever time the page takes over the first one."""


class Reader:
    """Reads every region as one text, and keeps what it was asked."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.asked: list[RegionToRead] = []

    def __call__(self, asked: RegionToRead, /) -> RegionReading:
        self.asked.append(asked)
        reading = FieldReading(
            asked.drawn.field, FieldStatus.READ, self.text, self.text, 0.7, Writing.HAND, "drawn"
        )
        return RegionReading(reading, "reader")


def test_a_region_is_redrawn_by_keys_and_by_mouse_and_pages_beside_are_looked_at_while_typing(
    office: Office, sit_down: Callable[[str], Typist]
) -> None:
    book = one_line_book(office, pages=2)
    reader = Reader("Trần Thị Thử")
    office.regions = reader
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        task, before = an.task, an.current.get_attribute("data-box")
        an.press("F10", "ArrowRight", "Shift+ArrowDown").page.evaluate(TWICE)
        expect(an.input).to_have_value("Trần Thị Thử")
        assert an.task == task, "who presses Enter twice means the region, not the text that was there"
        expect(an.current).not_to_have_attribute("data-box", before or "")
        assert (reader.asked[0].drawn.field, reader.asked[0].form) == ("child_name", "birth-2006")
        office.clock.pass_minutes(1)

        an.page.keyboard.type("gõ dở")
        an.press("Alt+PageDown")
        expect(an.page.locator("#beside")).to_contain_text("phía sau")
        expect(an.page.locator(".sheet img")).to_have_attribute(
            "alt", "Ảnh " + an.page.locator("#beside").inner_text().split(": ")[1].split(". Không")[0]
        )
        assert (an.input.input_value(), an.has_focus()) == ("gõ dở", True)
        an.press("Alt+PageDown")
        expect(an.page.locator("#said")).to_contain_text("Không còn trang nào phía sau")
        an.press("Alt+Home")
        expect(an.page.locator("#beside")).to_be_hidden()

        reader.text = "Đọc Lại"
        an.page.get_by_role("button", name="Vẽ lại khung").click()
        lit = an.page.locator(".lit").bounding_box()
        assert lit is not None
        an.page.mouse.move(lit["x"] + 5, lit["y"] + 5)
        an.page.mouse.down()
        an.page.mouse.move(lit["x"] + lit["width"] / 2, lit["y"] + lit["height"] - 2)
        an.page.mouse.up()
        an.page.get_by_role("button", name="Nhận khung").click()
        expect(an.current.locator(".choices")).to_contain_text("Đọc Lại")
        assert an.input.input_value() == "gõ dở", "what a person types is theirs"
        assert reader.asked[1].drawn.box.width < reader.asked[0].drawn.box.width
        assert decision(office, book) is None

        an.press("F9").see_task()
        expect(an.input).to_have_value("gõ dở")
        expect(an.current.locator(".choices")).not_to_contain_text("Đọc Lại")
        an.press("Escape")
        expect(an.input).to_have_value("Trần Thị Thử")
        goes_on = held_up(an.page, "**/region")
        an.press("F10", "Enter", "Enter").see_task().see_all_saved()
        an.press("Control+A").type("của nhiệm vụ sau")
        goes_on()
        expect(an.page.locator("#unsaved")).to_contain_text("chưa được đọc lại")
        assert (an.input.input_value(), an.has_focus()) == ("của nhiệm vụ sau", True)
    assert decision(office, book) == ("Trần Thị Thử", office.login("an"))


def asked_of() -> RegionToRead:
    return None  # type: ignore[return-value]  # nothing looks at it


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ScanTimeout("x"), "quá lâu"),
        (ScanError("/kho/bí-mật.pdf"), "không đọc lại được"),
        (SetupError("/opt/model"), "chưa dùng được"),
    ],
)
def test_whatever_the_reader_fails_by_is_told_without_names_of_files(error: HotichError, told: str) -> None:
    def fail(_asked: RegionToRead) -> RegionReading:
        raise error

    with pytest.raises(RegionRefused, match=told) as refused:
        RedrawnRegions(fail).read("an", asked_of())
    assert "/" not in refused.value.message
    assert "gõ chữ trên giấy" in refused.value.message


def test_without_a_reader_a_person_is_told_to_type() -> None:
    with pytest.raises(RegionRefused, match="không có máy đọc"):
        RedrawnRegions(None).read("an", asked_of())


def test_a_person_has_one_region_read_at_a_time_and_few_wait_altogether() -> None:
    begun, go_on = threading.Semaphore(0), threading.Event()

    def wait(_asked: RegionToRead) -> RegionReading:
        begun.release()
        go_on.wait(WAIT_SECONDS)
        raise ScanError("x")

    def ask(login: str) -> None:
        with pytest.raises(RegionRefused):
            regions.read(login, asked_of())

    regions = RedrawnRegions(wait)
    threads = [threading.Thread(target=ask, args=(f"người {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
        assert begun.acquire(timeout=WAIT_SECONDS)
    with pytest.raises(RegionRefused, match="khung khác của bạn"):
        regions.read("người 0", asked_of())
    with pytest.raises(RegionRefused, match="Nhiều người"):
        regions.read("người 9", asked_of())
    go_on.set()
    for thread in threads:
        thread.join()
    with pytest.raises(RegionRefused, match="không đọc lại được"):
        regions.read("người 0", asked_of())
