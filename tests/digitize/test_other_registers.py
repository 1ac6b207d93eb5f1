"""Registers besides births, marriages and deaths, and acts before 1976: a page by hand of each, drawn and read."""

from __future__ import annotations

import pytest

from pipeline.base.model import FieldStatus, PageKind
from pipeline.base.text.tones import folded
from tests.digitize.pages import SCHEMAS, digitized, drawn, readings

pytestmark = pytest.mark.tesseract

OTHERS = sorted(
    form.id
    for form in SCHEMAS.forms.values()
    if form.layout == "page" and form.record not in ("birth", "marriage", "death")
)
FORMS = (*OTHERS, "birth-south", "marriage-north", "death-colonial")


@pytest.mark.parametrize("form", FORMS)
def test_a_page_is_known_its_values_are_found_and_most_are_read_right(form: str) -> None:
    page = drawn(form, scanner="mild")
    result = digitized(page)
    assert (result.kind, result.form, len(result.entries)) == (PageKind.ENTRIES, form, 1)
    found = readings(result)
    written = {key: text for key, text in page.texts.items() if text}
    assert set(page.texts) <= set(found)
    whole = {name for slot in page.form.slots if not slot.kind for name in slot.field_names}
    assert not [key for key in written if key[1] in whole and found[key].status is FieldStatus.BLANK]
    wrong = {
        key: (text, found[key].text)
        for key, text in written.items()
        if folded(text) != folded(found[key].text)
    }
    assert len(wrong) <= 0.2 * len(written), wrong
    assert not [key for key in wrong if found[key].accepted]
    ticked = {box.field for box in page.form.boxes}
    assert ticked.isdisjoint(name for _, name in wrong)
