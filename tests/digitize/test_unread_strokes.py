"""Strokes that no line of a field holds keep its value waiting: a pale figure, a word far off, an insertion."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.training.synthetic_pages.blank_writing import SheetWriter, write_words
from tests.digitize.pages import PAGE_FORMS, SCHEMAS
from tests.digitize.written_pages import Writing, drawn_sheet, fields_of, found, looked_at, on_line, slot_of

pytestmark = pytest.mark.tesseract

FORM = SCHEMAS.form("birth-2006")
PALE = (197, 197, 212)


def then(
    field: str, text: str, *, apart: float, rise: float = 0.0, ink: tuple[int, int, int] | None = None
) -> Writing:
    """More writing behind the last ink of a field: so many mm apart, so many mm above its line, in that ink."""

    def write(writer: SheetWriter) -> None:
        sheet, piece = writer.sheet, slot_of(writer.sheet.form, field).pieces[0]
        other = SheetWriter(sheet, replace(writer.hand, ink=ink) if ink else writer.hand, writer.rng)
        x = sheet.inks[-1].box.right + sheet.mm(apart)
        write_words(other, slot_of(sheet.form, field), text, x, sheet.y(piece.v) - sheet.mm(rise))

    return write


@pytest.mark.parametrize(
    ("pen", "grey"), [("patrick-hand", 190), ("mali", 210), ("patrick-hand", 210), ("dancing-script", 205)]
)
def test_a_pale_last_figure_keeps_the_number_waiting(pen: str, grey: int) -> None:
    number = on_line("entry_number", "24", start=0.15)
    written = [number, then("entry_number", "0", apart=0.3, ink=(grey, grey, grey + 15))]
    result = looked_at(drawn_sheet(FORM, written, pens=(pen,)), FORM.id)
    assert "entry_number" in found(result, "INK-LEFT")
    assert not fields_of(result)["entry_number"].accepted


def test_a_pale_word_far_to_the_right_keeps_a_name_waiting() -> None:
    name = on_line("child_name", "Lê Thị", start=0.02)
    written = [name, then("child_name", "Hoa", apart=40, ink=PALE)]
    result = looked_at(drawn_sheet(FORM, written, pens=("mali",)), FORM.id)
    assert "child_name" in found(result, "INK-LEFT")


def test_a_figure_above_the_line_keeps_the_number_waiting() -> None:
    number = on_line("entry_number", "24", start=0.15)
    written = [number, then("entry_number", "8", apart=-2, rise=4)]
    result = looked_at(drawn_sheet(FORM, written, pens=("patrick-hand",)), FORM.id)
    assert "entry_number" in found(result, "INK-LEFT") | found(result, "INK-TOUCHES")


@pytest.mark.parametrize("form", PAGE_FORMS)
def test_a_number_alone_leaves_no_ink(form: str) -> None:
    declared = SCHEMAS.form(form)
    result = looked_at(drawn_sheet(declared, [on_line("entry_number", "24", start=0.15)]), form)
    assert found(result, "INK-LEFT") == set()
