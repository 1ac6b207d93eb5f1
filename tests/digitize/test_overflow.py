"""Writing that leaves its place: over the form's vertical rule into the notes, over the next label."""

from __future__ import annotations

import pytest

from pipeline.base.model import FieldStatus
from pipeline.training.synthetic_pages.blank_writing import SheetWriter, write_line
from tests.digitize.pages import SCHEMAS
from tests.digitize.written_pages import Writing, drawn_sheet, fields_of, found, looked_at, on_line, slot_of

pytestmark = pytest.mark.tesseract

FORM = SCHEMAS.form("birth-2006")
WORDS = "child_born_on_words"
MARGINS = 20
"""How much wider than its ink the box of a line is at most."""


def test_words_with_more_ink_behind_the_rule_may_be_cut_short() -> None:
    """A word stands behind the rule, further off than the next word of the value would."""
    value = on_line(WORDS, "trăm bảy mươi", line=1, ends_at=0.728)
    far = on_line(WORDS, "chín", line=1, ends_at=0.82)
    result = looked_at(drawn_sheet(FORM, (value, far)), FORM.id)
    assert WORDS in found(result, "INK-CUT")
    assert WORDS not in found(looked_at(drawn_sheet(FORM, (value,)), FORM.id), "INK-CUT")


def noted(lines: tuple[str, ...], beside: str, line: int = 0) -> Writing:
    """A note whose first line is about level with a value's."""

    def write(writer: SheetWriter) -> None:
        sheet, notes = writer.sheet, slot_of(FORM, "notes")
        assert notes.area is not None
        y = sheet.y(slot_of(FORM, beside).pieces[line].v) + sheet.mm(1.2)
        for number, text in enumerate(lines):
            write_line(writer, notes, text, sheet.x(notes.area[0]) + sheet.mm(1.2), y + number * sheet.mm(7))

    return write


@pytest.mark.parametrize("ends_at", [0.745, 0.76, 0.79])
def test_words_over_the_rule_stay_with_their_value_and_the_notes_are_blank(ends_at: float) -> None:
    sheet = drawn_sheet(FORM, [on_line("child_native_place", "thành phố Cần Thơ", line=1, ends_at=ends_at)])
    result = looked_at(sheet, FORM.id)
    read = fields_of(result)
    assert len(read["child_native_place"].lines) == 1
    (line,), written = read["child_native_place"].lines, sheet.inks[0].box
    assert line.width > written.width - 4
    assert read["notes"].status is FieldStatus.BLANK or found(result, "INK-TOUCHES") >= {"notes"}
    assert "child_native_place" not in found(result, "INK-CUT")


@pytest.mark.parametrize("value_ends", [0.70, 0.725, 0.733])
def test_a_note_beside_a_value_stays_a_note(value_ends: float) -> None:
    value = on_line("child_native_place", "huyện Ba Tri", line=1, ends_at=value_ends)
    note = noted(("Đã cấp lại", "bản chính", "ngày 3/4/2015"), "child_native_place", 1)
    sheet = drawn_sheet(FORM, [value, note])
    read = fields_of(looked_at(sheet, FORM.id))
    assert len(read["notes"].lines) == 3
    assert read["child_native_place"].lines[0].width < sheet.inks[0].box.width + MARGINS


BLUE, BLACK = (28, 48, 150), (28, 28, 30)


def test_a_date_in_blue_over_the_next_label_stays_whole_and_waits_for_a_person() -> None:
    sheet = drawn_sheet(FORM, [on_line("child_born_on", "15/05/2014", ends_at=0.475)], ink=BLUE)
    result = looked_at(sheet, FORM.id)
    (line,), written = fields_of(result)["child_born_on"].lines, sheet.inks[0].box
    assert written.width - 4 < line.width < written.width + MARGINS
    assert "child_born_on" in found(result, "INK-TOUCHES")
    assert "child_born_on" not in found(result, "INK-CUT")


def test_a_date_in_black_over_the_next_label_is_shown_whole_and_may_be_cut_short() -> None:
    over = drawn_sheet(FORM, [on_line("child_born_on", "15/05/2014", ends_at=0.475)], ink=BLACK)
    beside = drawn_sheet(FORM, [on_line("child_born_on", "15/05/2014", ends_at=0.42)], ink=BLACK)
    result = looked_at(over, FORM.id)
    assert fields_of(result)["child_born_on"].lines[-1].width > over.inks[0].box.width - 6
    assert "child_born_on" in found(result, "INK-CUT")
    assert "child_born_on" not in found(looked_at(beside, FORM.id), "INK-CUT")


@pytest.mark.parametrize("ink", [BLUE, BLACK])
def test_a_date_that_begins_on_its_own_label_is_not_believed(ink: tuple[int, int, int]) -> None:
    slot = slot_of(FORM, "child_born_on")
    sheet = drawn_sheet(FORM, [on_line("child_born_on", "26-12-2005", start=-0.16)], ink=ink)
    assert sheet.inks[0].box.left < sheet.x(slot.pieces[0].u0) - 10
    result = looked_at(sheet, FORM.id)
    assert "child_born_on" in found(result, "INK-TOUCHES") | found(result, "INK-CUT")
