"""Printed formulas narrow what is shown of a field; where they are in doubt, all of its block is shown."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.base.model import COPIED, Box, FieldStatus, PageResult
from tests.digitize.act_pages import (
    HIGH,
    LEADING,
    LEFT,
    LETTER,
    WIDE,
    CannotRead,
    act_form,
    printed,
    read_page,
)

TEXT = [0.28, 0.05, 0.98, 0.6]
BLOCK = Box(TEXT[0] * WIDE, TEXT[1] * HIGH, TEXT[2] * WIDE, TEXT[3] * HIGH)

GUIDED: list[dict[str, Any]] = [
    {"box": [0.0, 0.0, 0.2, 0.1], "field": "entry_number"},
    {"box": TEXT, "field": "child_name", "after": "đứa con tên là", "before": "con của ông"},
    {"box": TEXT, "field": "father_name", "after": "con của ông", "before": "và bà"},
    {"box": TEXT, "field": "mother_name", "after": "và bà", "before": "cư ngụ tại"},
    {"box": TEXT, "field": "mother_residence_place", "after": "cư ngụ tại"},
]

LINES = (
    "Năm một ngàn chín trăm ~sáu ~mươi đến khai rằng",
    "đứa con tên là ~Nguyễn ~Thị ~Thử con của ông ~Nguyễn ~Văn",
    "~Mẫu ~ba ~mươi ~tuổi và bà ~Lê ~Thị ~Giả cư ngụ tại",
    "~làng ~Mẫu ~tỉnh ~Thử",
)


def at(line: int) -> float:
    return 120 + LEADING * line


def boxes_of(result: PageResult) -> dict[str, Box]:
    (entry,) = result.entries
    waiting = [one for one in entry.readings if one.box is not None]
    assert {(one.status, one.accepted, one.engine, one.text) for one in waiting} == {
        (FieldStatus.UNREADABLE, False, COPIED, "")
    }, "narrowed or not, nobody but a person reads it, and nothing is called blank"
    return {one.field: one.box for one in waiting if one.box is not None}


def read(*lines: str) -> dict[str, Box]:
    return boxes_of(read_page(act_form(GUIDED), printed([(at(n), line) for n, line in enumerate(lines)])))


def is_block(box: Box) -> bool:
    return max(abs(a - b) for a, b in zip(_sides(box), _sides(BLOCK), strict=True)) < 3


def _sides(box: Box) -> tuple[float, float, float, float]:
    return box.left, box.top, box.right, box.bottom


def test_a_value_on_one_line_is_shown_between_its_formulas() -> None:
    found = read(*LINES)
    child = found["child_name"]
    assert child.left <= LEFT + 7 * len("đứa con tên là") < child.right
    assert child.right < LEFT + 7 * len("đứa con tên là Nguyễn Thị Thử con của ông") + 3
    assert at(0) < child.top < at(1) - 0.3 * LEADING, "room above the line, where people insert"
    assert at(1) + LETTER + 0.3 * LEADING < child.bottom < at(3)


def test_a_value_over_the_end_of_a_line_is_shown_on_both() -> None:
    father = read(*LINES)["father_name"]
    assert father.left <= BLOCK.left
    assert father.right >= BLOCK.right
    assert father.top < at(1)
    assert at(2) + LETTER < father.bottom < at(3) + LETTER


def test_the_last_value_is_shown_to_the_end_of_its_block() -> None:
    place = read(*LINES)["mother_residence_place"]
    assert place.top < at(2)
    assert abs(place.bottom - BLOCK.bottom) < 3


def test_a_form_without_formulas_asks_for_no_print() -> None:
    plain = act_form([{"box": TEXT, "field": "child_name"}])
    result = read_page(plain, printed([(at(n), line) for n, line in enumerate(LINES)]), CannotRead())
    assert is_block(boxes_of(result)["child_name"])


def test_a_formula_that_was_not_read_ends_the_place_at_the_next_one() -> None:
    found = read(LINES[0], LINES[1], "~Mẫu ~ba ~mươi ~tuổi ~x ~Lê ~Thị ~Giả cư ngụ tại", LINES[3])
    father = found["father_name"]
    assert father.bottom > at(2) + LETTER
    assert father.bottom < BLOCK.bottom
    mother = found["mother_name"]
    assert mother.top < at(1), "from where the father's begins: nothing says where it ends"


def test_words_of_another_order_narrow_nothing_around_them() -> None:
    found = read(
        LINES[0],
        "cư ngụ tại ~làng ~Mẫu đứa con tên là ~Nguyễn ~Thị ~Thử",
        "con của ông ~Nguyễn ~Văn ~Mẫu và bà ~Lê ~Thị ~Giả",
    )
    assert is_block(found["mother_residence_place"])


@pytest.mark.parametrize("lines", [(), ("~một ~hai ~ba ~bốn ~năm ~sáu ~bảy",)])
def test_a_page_on_which_nothing_is_read_shows_whole_blocks(lines: tuple[str, ...]) -> None:
    found = read(*["~xx ~yy ~zz ~xx ~yy ~zz ~xx ~yy"] * 5, *lines)
    assert all(is_block(box) for name, box in found.items() if name != "entry_number")


def test_words_beyond_the_block_are_none_of_its_formulas() -> None:
    far = [(at(n), line) for n, line in enumerate(LINES[:1])] + [(1000.0, "đứa con tên là ~Ai con của ông")]
    found = boxes_of(read_page(act_form(GUIDED), printed(far)))
    assert is_block(found["child_name"])
