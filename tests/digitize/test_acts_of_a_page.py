"""A page of several acts: each begins where its printed words are; what is in doubt is told."""

from __future__ import annotations

from typing import Any

from pipeline.base.model import EntryResult, PageResult, Severity, Word
from tests.digitize.act_pages import LEADING, LETTER, act_form, printed, read_page

OPENING = "Năm một ngàn chín trăm"

AREAS: list[dict[str, Any]] = [
    {"box": [0.28, 0.085, 0.98, 0.12], "after": OPENING, "begins_act": True},
    {"box": [0.02, 0.08, 0.26, 0.13], "field": "entry_number"},
    {
        "box": [0.28, 0.08, 0.98, 0.24],
        "field": "child_name",
        "after": "đứa con tên là",
        "before": "con của ông",
    },
    {
        "box": [0.28, 0.08, 0.98, 0.24],
        "field": "father_name",
        "after": "con của ông",
        "before": "ký tên dưới đây",
    },
    {"box": [0.02, 0.14, 0.26, 0.24], "field": "notes"},
]

FORM = act_form(AREAS)


def act(top: float, *, opening: str = OPENING, more: int = 0) -> list[tuple[float, str]]:
    """The lines of an act that begins there."""
    lines = [
        f"{opening} ~sáu ~mươi ~hai ngày ~mười tháng ~ba",
        "đến khai rằng đứa con tên là ~Nguyễn ~Thị ~Thử",
        *["~chữ ~viết ~tay ~nối ~thêm"] * more,
        "con của ông ~Nguyễn ~Văn ~Mẫu ký tên dưới đây",
    ]
    return [(top + LEADING * number, line) for number, line in enumerate(lines)]


def page(*acts: list[tuple[float, str]]) -> tuple[Word, ...]:
    return printed([line for one in acts for line in one])


def codes(entry: EntryResult) -> set[str]:
    return {one.code for one in entry.findings if one.code.startswith("ACT-")}


def told_of(result: PageResult) -> list[tuple[str, Severity]]:
    return [(one.code, one.severity) for one in result.findings if one.code.startswith("ACT-")]


def middle(entry: EntryResult, field: str) -> float:
    (box,) = (one.box for one in entry.readings if one.field == field)
    assert box is not None
    return box.centre[1]


def read(*acts: list[tuple[float, str]]) -> PageResult:
    return read_page(FORM, page(*acts))


def test_every_beginning_is_an_act_of_its_own_with_its_own_places() -> None:
    tops = 110.0, 300.0, 520.0
    result = read(act(110.0), act(300.0, more=1), act(520.0))
    assert [entry.row for entry in result.entries] == [0, 1, 2]
    for top, entry in zip(tops, result.entries, strict=True):
        assert codes(entry) == set()
        assert top < middle(entry, "child_name") < top + 2.5 * LEADING
        assert top + LEADING < middle(entry, "father_name") < top + 4 * LEADING
        assert top - 2 * LEADING < middle(entry, "entry_number") < top + 2 * LEADING
    assert told_of(result) == []


def test_misread_words_begin_an_act_and_the_same_words_in_its_text_do_not() -> None:
    result = read(act(110.0, opening="Nam mộf ngan chin trám"), act(300.0))
    assert len(result.entries) == 2


def test_what_is_above_the_first_act_is_told_and_not_lost() -> None:
    rest = [(110.0, "cư ngụ tại ~làng ~Mẫu các người chứng đã ký"), (140.0, "và đóng dấu vào sổ ~này")]
    result = read(rest, act(250.0), act(450.0))
    first, second = result.entries
    assert codes(first) == {"ACT-CONTINUED"}
    assert codes(second) == set()
    (told,) = (one for one in first.findings if one.code == "ACT-CONTINUED")
    assert told.severity is Severity.REVIEW
    assert told_of(result) == [("ACT-CONTINUED", Severity.INFO)]


def test_a_page_on_which_no_act_begins_is_one_act_that_somebody_looks_at() -> None:
    rest = [(110.0 + LEADING * n, "cư ngụ tại ~làng ~Mẫu các người chứng đã ký") for n in range(6)]
    (entry,) = read(rest).entries
    assert codes(entry) == {"ACT-UNPARTED"}
    assert {one.field for one in entry.readings if one.box is not None} >= {
        "child_name",
        "father_name",
        "notes",
    }


def test_an_act_as_long_as_two_is_doubtful() -> None:
    first, second = read(act(110.0), act(300.0), act(560.0, opening="~xx ~yy")).entries
    assert codes(first) == set()
    assert codes(second) == {"ACT-UNPARTED"}


def test_words_that_may_begin_an_act_do_where_the_formulas_of_another_one_follow() -> None:
    result = read(act(110.0), act(300.0, opening="Năm mộ aagàn chínn trnn"), act(500.0))
    assert [codes(entry) for entry in result.entries] == [set(), set(), set()]


def test_words_that_may_begin_an_act_make_the_one_around_them_doubtful() -> None:
    odd = [(250.0, "Năm mộ aagàn chínn trnn ~một ~hai")]
    first, second = read(act(110.0) + odd, act(400.0)).entries
    assert codes(first) == {"ACT-UNPARTED"}
    assert codes(second) == set()


def test_an_act_in_which_formulas_stand_twice_is_two_and_narrows_nothing() -> None:
    first, second = read(act(110.0), act(290.0) + act(430.0, opening="~xx ~yy"), act(700.0)).entries[:2]
    assert codes(first) == set()
    assert codes(second) == {"ACT-UNPARTED"}
    tops = {one.box.top for one in second.readings if one.box is not None and one.field.endswith("_name")}
    assert len(tops) == 1, "both names are shown in the block of the whole text"


def test_places_of_an_act_stay_within_it() -> None:
    result = read(act(110.0), act(300.0))
    for entry, below in zip(result.entries, (300.0 + LETTER, 500.0), strict=True):
        for one in entry.readings:
            assert one.box is None or one.box.bottom < below + LEADING


def test_a_form_that_does_not_say_what_begins_an_act_has_one_a_page_and_mixes_no_two() -> None:
    plain = act_form(
        [{**area, "box": [*area["box"][:3], 0.6]} for area in AREAS if not area.get("begins_act")]
    )
    (one,) = read_page(plain, page(act(110.0))).entries
    assert codes(one) == set()
    (mixed,) = read_page(plain, page(act(110.0), act(300.0))).entries
    assert codes(mixed) == {"ACT-UNPARTED"}
    sides = [
        {(one.box.top, one.box.bottom) for one in entry.readings if one.box is not None}
        for entry in (one, mixed)
    ]
    assert len(sides[1]) < len(sides[0]), (
        "what is in another act is never shown as this one's: blocks stay whole"
    )
