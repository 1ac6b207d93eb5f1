"""Hands whose letters run on into one another: nothing in them is taken for a stroke that strikes them out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.handwriting.books import TRAINING_PENS
from pipeline.base.model import FieldStatus, Ledger, PageImage, PageRef
from pipeline.digitize import digitize_page
from pipeline.training.synthetic_pages import SynthOptions, draw_book
from tests.digitize.pages import SCHEMAS, engines

pytestmark = pytest.mark.tesseract


@pytest.mark.parametrize(
    ("pen", "form", "seed"),
    [
        ("dancing-script", "birth-2006", 3000),
        ("ms-madi", "marriage-2006", 3003),
        ("borel", "birth-2016", 3004),
        ("borel", "marriage-2016", 3005),
    ],
)
def test_hardly_a_field_of_a_joined_hand_is_struck_through(pen: str, form: str, seed: int) -> None:
    """None in a hand that the weights of strokes were fitted on, one at most in any other (it waits for a person)."""
    options = SynthOptions(seed=seed, entries=1, pens=(pen,), cover=False, struck=0.0)
    (page,) = draw_book(SCHEMAS.form(form), SCHEMAS, options)
    result = digitize_page(
        PageImage(PageRef("0" * 64, 1), page.scan.pixels, 0),
        SCHEMAS.form(form),
        Ledger(form, "UBND xã Thử", "93611", "01/2008"),
        SCHEMAS,
        replace(engines(), hand=None, digits=None),
    )
    (entry,) = result.entries
    struck = [one.field for one in entry.readings if one.struck or one.status is FieldStatus.STRUCK_THROUGH]
    assert len(entry.readings) > 15
    assert len(struck) <= (0 if pen in TRAINING_PENS else 1), struck
