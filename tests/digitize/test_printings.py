"""Sheets that another press made: lines, margins, rules, types and wordings other than declared."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.digitize import digitize_page
from pipeline.model import FieldStatus, Ledger, PageImage, PageRef
from pipeline.synth import SCANNER_LEVELS, SynthOptions, draw_book
from pipeline.synth.options import ReprintOptions
from tests.digitize.pages import DPI, SCHEMAS, DrawnPage, engines, held, readings
from tests.digitize.written_pages import Silent

pytestmark = pytest.mark.tesseract


@pytest.mark.parametrize(("form", "seed"), [("birth-2006", 1), ("birth-2006", 2), ("death-2006", 2)])
def test_boxes_of_another_printing_hold_their_ink_and_no_value_is_accepted_as_blank(
    form: str, seed: int
) -> None:
    declared = SCHEMAS.form(form)
    scanner = replace(SCANNER_LEVELS["mild"], skew=1.0)
    options = SynthOptions(
        seed=seed, entries=1, blank=0.1, dpi=DPI, cover=False, scanner=scanner, reprint=ReprintOptions()
    )
    (drawing,) = draw_book(declared, SCHEMAS, options)
    page = DrawnPage(declared, 2010, drawing, drawing.scan.pixels, drawing.scan.matrix)
    silent = replace(engines(), print=Silent(), digits=None, hand=Silent())
    ledger = Ledger(form, "UBND xã Thử", "93611", "01/2010")
    result = digitize_page(
        PageImage(PageRef("0" * 64, 1), page.pixels, DPI), declared, ledger, SCHEMAS, silent
    )
    fields: dict[str, bool] = {}
    for field, share in held(page, result):
        fields[field] = fields.get(field, True) and share >= 0.9
    assert sum(fields.values()) >= len(fields) - 1, fields
    accepted = {
        key
        for key, one in readings(result).items()
        if one.status is FieldStatus.BLANK and one.accepted and one.engine != "ledger"
    }
    assert not [key for key in accepted if page.texts.get(key)]
