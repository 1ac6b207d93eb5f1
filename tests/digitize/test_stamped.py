"""A boxed stamp that a seal touches is not lost: its blank is not called empty."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.digitize import digitize_page
from pipeline.model import FieldStatus, Ledger, PageImage, PageRef, StampKind
from pipeline.synth.printing import print_form
from pipeline.synth.sheet import Sheet
from pipeline.synth.stamps import boxed_stamp, round_seal
from tests.digitize.pages import SCHEMAS, engines
from tests.imaging.plates import plate

pytestmark = pytest.mark.tesseract


def test_a_boxed_stamp_under_the_rim_of_a_straddle_seal_is_told() -> None:
    form = SCHEMAS.form("birth-2006")
    sheet = Sheet.blank(form, 200)
    print_form(sheet)
    rng = np.random.default_rng(5)
    boxed_stamp(sheet, "ĐĂNG KÝ LẠI", sheet.x(0.86), sheet.y(0.4), rng)
    round_seal(sheet, "ủy ban nhân dân xã", sheet.size[0], sheet.y(0.4) + sheet.mm(9), rng)
    readers = replace(engines(), plate=plate("birth-2006"), hand=None)
    ledger = Ledger(form.id, "UBND xã Thử", "93611", "01/2010")
    image = PageImage(PageRef("0" * 64, 1), sheet.pixels, 200)
    result = digitize_page(image, form, ledger, SCHEMAS, readers)
    assert {StampKind.BOXED, StampKind.STRADDLE} <= {stamp.kind for stamp in result.stamps}
    (notes,) = (one for one in result.entries[0].readings if one.field == "notes")
    assert notes.status is not FieldStatus.BLANK
    assert notes.lines
