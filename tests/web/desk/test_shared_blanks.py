"""Fields that share one blank of the paper: one picture that stays in sight, one reason, a line each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from pipeline.base.model import FieldReading, FieldStatus, Finding, Severity, Writing
from pipeline.registry.accounts.model import Role
from pipeline.registry.tasks.model import RegionReading, RegionToRead
from pipeline.web.desk.field_view import FieldPicture, FieldView
from pipeline.web.desk.shared_blanks import field_groups
from tests.web.desk.drawn_book import Line, decided, draw_book
from tests.web.desk.office import Office
from tests.web.desk.typist import Typist

UNREAD = "Có ảnh chữ viết nhưng máy không đọc ra chữ nào đáng tin."
BLANK = FieldPicture("/ink", 40, 10, (0, 0, 40, 10))


def field(name: str, ink: FieldPicture | None, *reasons: str) -> FieldView:
    return FieldView(
        name=name,
        label=name,
        whole=False,
        blind=False,
        critical=False,
        completed=False,
        derived=False,
        prefilled="",
        ink=ink,
        choices=(),
        findings=(),
        reasons=reasons,
    )


def test_fields_of_one_blank_are_together_and_a_reason_of_all_is_told_once() -> None:
    elsewhere = replace(BLANK, box=(0, 20, 40, 30))
    number, day = field("number", BLANK, UNREAD), field("day", BLANK, UNREAD, "mờ")
    alone = field("name", elsewhere, UNREAD)
    shared, other = field_groups((number, day, alone))
    assert (shared.fields, shared.ink, shared.reasons) == ((number, day), BLANK, (UNREAD,))
    assert (other.fields, other.ink, other.reasons) == ((alone,), None, ())


def test_fields_without_a_place_share_none() -> None:
    assert [len(group.fields) for group in field_groups((field("a", None), field("b", None)))] == [1, 1]


def unreadable(asked: RegionToRead, /) -> RegionReading:
    """Reads nothing in whatever region was drawn."""
    nothing = FieldReading(asked.drawn.field, FieldStatus.UNREADABLE, writing=Writing.HAND, engine="drawn")
    return RegionReading(nothing, "reader")


def test_papers_in_one_blank_are_keyed_under_one_picture(
    office: Office, sit_down: Callable[[str], Typist]
) -> None:
    unread = Line("declarant_paper_type", "CMND 012345678 cấp 2.3.2010", "", status=FieldStatus.UNREADABLE)
    beside = [
        Line(name, "", status=FieldStatus.UNREADABLE, blank_of=unread.field)
        for name in ("declarant_paper_number", "declarant_paper_issued_on")
    ]
    book = draw_book(office, [(Line("child_name", "Trần Thị Thử"), unread, *beside)])
    office.regions = unreadable
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        blank = an.page.locator(".shared")
        expect(blank.locator("textarea").first).to_be_hidden()
        an.press("Enter")
        expect(blank.locator("img.ink")).to_have_count(1)
        expect(blank.locator("img.ink")).to_be_visible()
        expect(blank.get_by_text(UNREAD)).to_have_count(1)
        expect(blank.locator("textarea:visible")).to_have_count(3)
        an.press("F10", "ArrowRight").page.keyboard.press("Enter")
        expect(blank.locator(".current img.ink")).to_be_visible()
        expect(blank.locator("> img.ink")).to_be_visible()
        blank.locator("textarea").nth(1).click()
        assert an.field == "declarant_paper_number", "an input that is clicked comes up"
        an.press("Shift+Enter").type("CMND").press("Enter").type("012345678").press(
            "Enter", "F3"
        ).see_the_end()
    assert decided(office, book) == {
        "child_name": (FieldStatus.READ, "Trần Thị Thử"),
        "declarant_paper_type": (FieldStatus.READ, "CMND"),
        "declarant_paper_number": (FieldStatus.READ, "012345678"),
        "declarant_paper_issued_on": (FieldStatus.BLANK, ""),
    }


@pytest.mark.parametrize("width", [1440, 1024])
def test_title_and_ink_stay_above_what_is_typed_and_no_reading_stands_on_several_lines(
    office: Office, sit_down: Callable[[str], Typist], width: int
) -> None:
    number = "declarant_paper_number"
    doubts = [Finding(code, Severity.REVIEW, (number,)) for code in ("K01", "K04", "K05", "K06")]
    first = Line("declarant_paper_type", "CMND 012345678 cấp 2.3.2010", "CMND")
    beside = [
        Line(name, text, others=(f"{text}9",), blank_of=first.field)
        for name, text in ((number, "012345678"), ("declarant_paper_issued_on", "2.3.2010"))
    ]
    draw_book(office, [(Line("child_name", "Trần Thị Thử"), first, *beside)], {1: doubts})
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an")
        an.page.set_viewport_size({"width": width, "height": 768})
        an.start().press("Enter")
        for name in (first.field, number, "declarant_paper_issued_on"):
            assert an.field == name
            expect(an.page.locator(".shared > img.ink")).to_be_in_viewport(ratio=1)
            expect(an.input).to_be_in_viewport(ratio=1)
            expect(an.page.locator(".task h1")).to_be_in_viewport(ratio=1)
            ink, typed = an.page.locator(".shared > img.ink").bounding_box(), an.input.bounding_box()
            assert ink is not None
            assert typed is not None
            assert ink["y"] + ink["height"] <= typed["y"]
            for choice in an.current.locator(".choices .text").all():
                assert choice.evaluate("one => one.getClientRects().length") == 1
            an.press("Enter")
        an.see_the_end()
