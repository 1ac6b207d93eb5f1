"""Sheets that another press made: lines, margins, rules, types and wordings other than declared."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.designer.layouts import reprint
from pipeline.base.model import FieldStatus, PageImage, PageRef
from pipeline.digitize import DigitizeOptions, digitize_page
from pipeline.digitize.match import match_form
from pipeline.digitize.normalize import normalize
from pipeline.runs.book_run import reading_fingerprint
from pipeline.training.synthetic_pages import SCANNER_LEVELS, SynthOptions, draw_book
from pipeline.training.synthetic_pages.synthesis_options import ReprintOptions
from tests.digitize.pages import (
    DPI,
    SCHEMAS,
    DrawnPage,
    drawn,
    engines,
    held,
    located,
    page_context,
    readings,
    silent_engines,
)

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
    result = located(page)
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


def test_a_page_is_read_by_the_printing_that_it_shows_and_else_by_the_form_of_its_book() -> None:
    """Facing shelves: a book of one press, some of whose pages are of another one."""
    form = SCHEMAS.form("death-2006")
    other = reprint(form, 20_260).model_copy(update={"printing_of": form.id, "fingerprint": "f" * 16})
    twin = form.model_copy(update={"id": "a-twin", "printing_of": form.id})
    known = replace(SCHEMAS, forms={**SCHEMAS.forms, other.id: other, twin.id: twin})
    context = replace(page_context(form), schemas=known)
    options = SynthOptions(seed=2, entries=1, dpi=DPI, cover=False, scanner=SCANNER_LEVELS["mild"])
    (drawing,) = draw_book(other, known, options)
    own = PageImage(PageRef("0" * 64, 1), drawn(form.id, 2, "mild").pixels, DPI)
    match = match_form(normalize(own, context), context, (0,))
    assert match.form is form, "what shows no lead stays of the form of the book"
    image = PageImage(PageRef("0" * 64, 1), drawing.scan.pixels, DPI)
    result = digitize_page(image, form, context.ledger, known, silent_engines())
    page = DrawnPage(other, 2010, drawing, drawing.scan.pixels, drawing.scan.matrix)
    covered = [share >= 0.9 for _, share in held(page, result)]
    assert (result.form, sum(covered) >= len(covered) - 1) == (other.id, True)
    assert known.form_of_page(form, other.id) is other
    assert known.form_of_page(form, "birth-2006") is form
    marks = {
        reading_fingerprint("0", form, context.ledger, some, engines(), DigitizeOptions())
        for some in (SCHEMAS, known)
    }
    assert len(marks) == 2, "the books of the form are read anew"
