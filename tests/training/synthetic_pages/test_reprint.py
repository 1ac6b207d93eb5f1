"""Another printer's sheets: the blanks of the form in their order, elsewhere on the paper."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.declarations import schema
from pipeline.declarations.schema import Form
from pipeline.training.synthetic_pages import ReprintOptions, SynthOptions, draw_book
from pipeline.training.synthetic_pages.reprint import Printing, draw_printing

SCHEMAS = schema.load()
PAGES = [form for form in SCHEMAS.forms.values() if form.layout == "page"]


def printing_of(form: Form, seed: int, options: ReprintOptions | None = None) -> Printing:
    return draw_printing(np.random.default_rng(seed), form, options or ReprintOptions(), "tỉnh Cà Mau")


def test_without_options_the_form_is_printed_as_declared() -> None:
    form = PAGES[0]
    assert draw_printing(np.random.default_rng(1), form, None, "tỉnh Cà Mau") == Printing(form)


@pytest.mark.parametrize("form", PAGES, ids=lambda form: form.id)
@pytest.mark.parametrize("seed", range(8))
def test_blanks_stay_in_their_order_and_on_the_paper(form: Form, seed: int) -> None:
    printed = printing_of(form, seed).form
    assert [slot.name for slot in printed.slots] == [slot.name for slot in form.slots]
    for slot, declared in zip(printed.slots, form.slots, strict=True):
        assert slot.roles == declared.roles
        for piece in slot.pieces:
            assert -0.09 < piece.v < 1.04
            assert 0 < piece.u0 < piece.u1 < 1
            assert piece.u1 - piece.u0 > 0.02
        if slot.area:
            u0, v0, u1, v1 = slot.area
            assert 0 <= u0 < u1 <= 1
            assert 0 <= v0 < v1 <= 1
    rows = [line.at for line in printed.lines if 0 < line.at < 1]
    declared_rows = [line.at for line in form.lines if 0 < line.at < 1]
    assert np.array_equal(np.argsort(rows, kind="stable"), np.argsort(declared_rows, kind="stable"))


@pytest.mark.parametrize("form", PAGES, ids=lambda form: form.id)
def test_no_two_lines_of_a_column_are_printed_over_each_other(form: Form) -> None:
    for seed in range(8):
        printed = printing_of(form, seed).form
        left = sorted({line.at for line in printed.lines if line.cells[0].style != "small"})
        assert min(np.diff(left)) > 0.009


def test_line_heights_reach_from_a_quarter_less_to_a_fifth_more() -> None:
    form = SCHEMAS.form("birth-2006")
    pitches = []
    for seed in range(40):
        lines = {
            line.cells[0].label: line.at
            for line in printing_of(form, seed, ReprintOptions(wordings=0)).form.lines
        }
        pitches.append((lines["Họ và tên cha:"] - lines["Họ và tên:"]) / (0.329 - 0.483))
    assert min(pitches) < 0.78
    assert max(pitches) > 1.18


def test_a_reworded_label_keeps_its_blank_behind_it() -> None:
    options = ReprintOptions(wordings=1.0)
    form = printing_of(SCHEMAS.form("birth-2006"), 3, options).form
    texts = {label.text for label in form.labels}
    assert "Quê quán:" not in texts
    for line in form.lines:
        for cell in line.cells:
            if cell.label and cell.from_ is not None and cell.start is not None:
                assert cell.from_ > cell.start


def test_a_second_colour_is_on_the_frame_and_not_on_the_labels() -> None:
    form = SCHEMAS.form("death-2006")
    options = SynthOptions(
        entries=1, dpi=100, cover=False, scanner="none", blank=1.0,
        reprint=ReprintOptions(coloured=1.0, provincial=0.0),
    )  # fmt: skip
    (drawing,) = draw_book(form, SCHEMAS, options)
    sheet = drawing.page.sheet
    frame = sheet.pixels[round((sheet.frame.top + sheet.frame.bottom) / 2), round(sheet.frame.left)]
    assert int(frame.max()) - int(frame.min()) > 40
