"""What the rules say of what is typed: the function itself, its route, and the desk in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from pipeline.base.model import FieldReading, FieldStatus, Finding, Severity
from pipeline.registry import Verdict
from pipeline.registry.accounts.model import Role
from pipeline.registry.tasks.model import KnownEntry
from pipeline.web.desk.expected_form import expected_form, is_doubted
from pipeline.web.desk.live_rules import LiveRules, live_codes
from tests.registry.pages import LEDGER, SCHEMAS
from tests.web.desk.drawn_book import Line, decided, draw_book
from tests.web.desk.office import Office
from tests.web.desk.typist import Typist

SitDown = Callable[[str], Typist]
FIELDS = SCHEMAS.record("birth").by_name
RULES = LiveRules(SCHEMAS)
BORN, REGISTERED = "child_born_on", "registered_on"
KNOWN = (FieldReading(REGISTERED, FieldStatus.READ, "05/03/2010", "05.03.2010", accepted=True),)


def typed(field: str, text: str, status: FieldStatus = FieldStatus.READ) -> Verdict:
    return Verdict(field, status, text)


def codes(
    *words: Verdict, fields: tuple[str, ...] = (BORN,), known: tuple[FieldReading, ...] = KNOWN
) -> set[str]:
    entry = KnownEntry(1, "birth", "birth-2006", LEDGER, fields, known)
    return {found.code for one in RULES.checked(entry, words).values() for found in one.findings}


@pytest.mark.parametrize(
    ("field", "text", "doubted"),
    [
        (BORN, "32/13/2017", True),
        (BORN, "5/3/2007", False),
        (BORN, "30 tuổi", False),
        (BORN, "như trên", False),
        (BORN, "15/8/1990 ÂL", False),
        (BORN, "", False),
        ("entry_number", "số mười", True),
        ("child_sex", "nam", False),
        ("child_sex", "năm", True),
        ("child_name", "Thử 3", True),
        ("child_birth_place", "—- ĐÁNG..¡ LJ]", False),
        ("notes", "32/13/2017", False),
    ],
)
def test_a_text_is_doubted_where_it_is_no_value_of_its_field(field: str, text: str, *, doubted: bool) -> None:
    assert is_doubted(FIELDS[field], typed(field, text), SCHEMAS) is doubted


def test_what_is_not_read_is_never_doubted() -> None:
    assert not is_doubted(FIELDS[BORN], typed(BORN, "32/13", FieldStatus.STRUCK_THROUGH), SCHEMAS)


def test_every_kind_with_a_form_tells_it_beside_the_input() -> None:
    told = {spec.kind: expected_form(spec, SCHEMAS) for spec in FIELDS.values()}
    assert {kind for kind, form in told.items() if not form} == {"text", "place"}
    assert expected_form(FIELDS["child_sex"], SCHEMAS) == "một trong: Nam, Nữ, Không xác định"
    assert "ví dụ Kinh" in expected_form(FIELDS["child_ethnicity"], SCHEMAS)


def test_rules_are_asked_about_what_is_typed_together_with_what_is_known() -> None:
    assert "D04" in codes(typed(BORN, "06/03/2010"))
    assert "D04" not in codes(typed(BORN, "04/03/2010"))
    assert "D01" in codes(typed(BORN, "32/13/2017"))
    assert "D04" not in codes(typed(BORN, "06/03/2010"), known=())


def test_nothing_is_said_of_fields_that_the_person_does_not_key_nor_of_empty_inputs() -> None:
    assert codes(typed(BORN, "06/03/2010"), fields=()) == set()
    assert codes(typed(BORN, "")) == set()
    assert "MISSING" in codes(typed(BORN, "", FieldStatus.BLANK))


def test_only_findings_of_rules_give_way_to_what_the_rules_say_now() -> None:
    live = live_codes(SCHEMAS.record("birth"), SCHEMAS)
    assert {"D01", "D04", "MISSING", "L01"} <= live
    assert live.isdisjoint({"READ-HAND", "INK-CUT", "LABEL-UNREAD", "BOOK-HELD", "K06"})


def test_a_date_that_cannot_be_is_doubted_before_enter_and_kept_only_as_it_stands_on_paper(
    office: Office, sit_down: SitDown
) -> None:
    early = Finding("D04", Severity.REVIEW, (BORN, REGISTERED))
    lines = (
        Line(REGISTERED, "05.03.2010", accepted=True),
        Line(BORN, "32/13/2017", read="06/03/2010"),
        Line("child_sex", "nam"),
    )
    book = draw_book(office, [lines, lines], {1: [early]})
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        warning = an.current.locator("[data-code=D04]")
        assert (
            an.press("Enter").field == BORN
        )  # as it stands on paper: sex, birth, at the end the registration
        expect(warning).to_be_visible()
        expect(an.current.locator(".expected")).to_contain_text("05/03/2007")
        an.press("Control+A").type("04/03/2010")
        expect(warning).to_have_count(0)
        an.press("Control+A").type("32/13/2017")
        expect(an.current.locator(".doubt")).to_be_visible()
        expect(an.current.locator("[data-code=D01]")).to_be_visible()
        an.press("Enter")
        expect(an.page.locator("#said")).to_contain_text("Ctrl+Enter")
        assert an.field == BORN
        an.press("Control+Enter")
        assert an.field == REGISTERED
        # the last field of a task: typed and accepted before the rules could answer
        an.at_once("32/13/2010", "Enter")
        expect(an.current.locator(".doubt")).to_be_visible()
        expect(an.page.locator("#said")).to_contain_text("Ngày đăng ký")
        an.press("Control+A").type("05.03.2010").press("Enter").see_task().press(
            "Enter", "Enter"
        ).see_the_end()
    assert decided(office, book, 1) == {
        REGISTERED: (FieldStatus.READ, "05.03.2010"),
        BORN: (FieldStatus.READ, "32/13/2017"),
        "child_sex": (FieldStatus.READ, "nam"),
    }


def test_a_reading_below_the_floor_stands_not_in_the_input_but_among_the_choices(
    office: Office, sit_down: SitDown
) -> None:
    book = draw_book(office, [(Line("notes", "ĐĂNG KÝ LẠI", read="—- ĐÁNG..¡ LJ]", confidence=0.1),)])
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        assert an.input.input_value() == ""
        an.press("Enter")
        expect(an.page.locator("#said")).to_contain_text("F3 nếu trên giấy để trống")
        an.press("Alt+2")
        assert an.input.input_value() == "—- ĐÁNG..¡ LJ]"
        an.press("Alt+1").press("Enter").see_the_end()
    assert decided(office, book) == {"notes": (FieldStatus.READ, "ĐĂNG KÝ LẠI")}
