"""Every line of a blank has its place on the page."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.locate import field_lines as placing
from pipeline.schema import Form
from tests.locate.forms import PAGE_FORMS
from tests.locate.strips import FORM_IDS, fit_of, long_strip, strips_of


@pytest.mark.parametrize("form", PAGE_FORMS, ids=FORM_IDS)
def test_every_blank_has_its_strips_in_reading_order(form: Form) -> None:
    strips = strips_of(form)
    names = [strip.piece.slot for strip in strips]
    wanted = [slot.name for slot in form.slots for _ in slot.pieces]
    assert names == wanted
    for strip in strips:
        assert strip.piece.box.top < strip.piece.baseline < strip.piece.box.bottom
        assert strip.piece.box.width > 20


@settings(max_examples=20, deadline=None)
@given(off=st.floats(-0.3, 0.3))
def test_the_leaders_dots_tell_where_a_line_really_is(off: float) -> None:
    form = PAGE_FORMS[0]
    plain = strips_of(form)
    number = long_strip(plain)
    box, level = plain[number].piece.box, plain[number].piece.baseline + off * plain[number].pitch
    dots = np.array([[x, level - 4, x + 4, level] for x in np.arange(box.left + 5, box.right - 5, 9)]).round()
    found = placing.place_field_lines(form, fit_of(form), dots.astype(np.int32))
    assert found[number].piece.baseline == pytest.approx(level, abs=1.5)
