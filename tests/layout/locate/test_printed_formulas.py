"""Printed words of an act are found in their order, however they are read; in doubt nothing is cut off."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.base.model import Box, Word
from pipeline.layout.locate.printed_formulas import SpottedFormula, find_formula, find_in_order
from pipeline.layout.locate.running_text import RunningText, running_text

LETTER, APART, WIDE = 20.0, 60.0, 12.0


def words_of(lines: Sequence[str], slope: float = 0.0) -> list[Word]:
    """Words of lines one below the other; ``~`` before a word: written, and read without confidence."""
    found = []
    for number, line in enumerate(lines):
        x = 100.0
        for part in line.split():
            text, confidence = (part[1:], 0.3) if part.startswith("~") else (part, 0.95)
            top = 100 + APART * number + slope * x
            found.append(Word(text, Box(x, top, x + WIDE * len(text), top + LETTER), confidence))
            x += WIDE * (len(text) + 1)
    return found


def text_of(*lines: str, slope: float = 0.0) -> RunningText:
    return running_text(words_of(lines, slope), 0.0, 2000.0, LETTER)


def said(text: RunningText, found: SpottedFormula | None) -> str:
    if found is None:
        return "none"
    assert found.earliest == found.latest
    return " ".join(word.text for word in text.words[found.earliest.first : found.earliest.last + 1])


def test_words_are_read_line_by_line_though_lines_fall_across_the_page() -> None:
    lines = "đứa con tên là ~Thử ~Văn ~A phái nam sanh ngày", "mồng một tháng hai tại ~làng ~Mẫu con của ông"
    text = text_of(*lines, slope=0.03)
    assert " ".join(word.text for word in text.words) == " ".join(lines).replace("~", "")
    assert set(text.lines) == {0, 1}
    assert abs(text.spacing - APART) < 0.1 * APART


def test_handwriting_off_its_line_does_not_lead_the_line_away() -> None:
    words = words_of(["con của ông ~Nguyễn ~Thử và bà"])
    moved = [
        Word(
            one.text, Box(one.box.left, one.box.top - 14, one.box.right, one.box.bottom - 14), one.confidence
        )
        if one.confidence < 0.5
        else one
        for one in words
    ]
    assert set(running_text(moved, 0.0, 2000.0, LETTER).lines) == {0}


def test_a_formula_is_found_though_letters_and_tones_are_misread_and_a_line_ends_in_it() -> None:
    text = text_of("phai nam con cua", "ộng ~Lê ~Thử và bả ~Trần ~Mẫu")
    father, mother = find_in_order(text, ["con của ông", "và bà"])
    assert said(text, father) == "con cua ộng"
    assert said(text, mother) == "và bả"


def test_what_is_read_together_with_the_value_is_found_all_the_same() -> None:
    text = text_of("con của ôngNguyễn ~Thử")
    (place,) = find_formula(text, "con của ông")
    assert (place.first, place.last) == (0, 2)


def test_the_same_words_are_told_apart_by_what_stands_around_them() -> None:
    text = text_of("tên là ~An con của ông ~Bình tuổi ~ba ~mươi tuổi và bà ~Cúc tuổi ~hai ~mươi")
    formulas = ["con của ông", "tuổi", "và bà", "tuổi"]
    spotted = find_in_order(text, formulas)
    father, behind_father, mother, behind_mother = spotted
    assert said(text, father) == "con của ông"
    assert said(text, mother) == "và bà"
    assert said(text, behind_mother) == "tuổi"
    assert behind_father is not None
    assert behind_father.earliest != behind_father.latest, "two places are left: both are told"
    assert mother is not None
    assert behind_father.latest.last < mother.earliest.first


def test_a_name_that_sounds_like_a_short_formula_is_none() -> None:
    text = text_of("sanh ngày ~một con của ông ~Lê ~Tài và bà")
    assert find_formula(text, "tại") == ()


def test_a_short_formula_alone_between_words_that_were_not_found_is_not_sure() -> None:
    text = text_of("~abc ~def tại ~ghi")
    assert find_in_order(text, ["con của ông", "tại", "cư ngụ tại làng"]) == (None, None, None)


def test_an_order_that_the_page_contradicts_is_doubtful_around_it() -> None:
    text = text_of("mẹ tên là ~Cúc cha tên là ~Bình người khai ký tên")
    spotted = find_in_order(text, ["cha tên là", "mẹ tên là", "người khai ký tên"])
    assert spotted[0] is None
    assert spotted[1] is None


def test_one_formula_may_end_in_the_word_with_which_the_next_begins() -> None:
    text = text_of("tên là ~An con trai hay con gái: ~nữ sinh ngày ~một")
    before, after = find_in_order(text, ["con trai hay", "hay con gái:"])
    assert (said(text, before), said(text, after)) == ("con trai hay", "hay con gái:")


def test_what_ends_one_value_and_begins_the_next_is_found_once() -> None:
    text = text_of("con của ông ~Bình và bà ~Cúc ở tại ~làng")
    spotted = find_in_order(text, ["con của ông", "và bà", "và bà", "ở tại"])
    assert spotted[1] == spotted[2] is not None
