"""A page placed by the plate of its book, without reading its labels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.digitize import DigitizeOptions, digitize_page
from pipeline.model import Ledger, PageImage, PageKind, PageRef, PageResult, Pixels
from tests.digitize.pages import SCHEMAS, drawn, engines, held
from tests.imaging.form_templates import template

pytestmark = pytest.mark.tesseract


def read(pixels: Pixels, form: str, teach: bool = False) -> PageResult:
    ledger = Ledger(form, "UBND xã Thử", "93611", "01/2010")
    image = PageImage(PageRef("0" * 64, 1), pixels, 200)
    readers = replace(engines(), template=template("birth-2006"), hand=None)
    return digitize_page(image, SCHEMAS.form(form), ledger, SCHEMAS, readers, DigitizeOptions(teach=teach))


def test_a_page_of_the_plate_is_placed_by_it_and_teaches_it_further() -> None:
    page = drawn("birth-2006", seed=31, tilt=-4.0)
    result = read(page.pixels, "birth-2006", teach=True)
    assert "labels" not in result.timings
    assert result.kind is PageKind.ENTRIES
    covered = [share for _, share in held(page, result)]
    assert sum(share >= 0.9 for share in covered) >= len(covered) - 1
    assert result.view is not None
    assert len(result.view.labels) > 15


def test_a_page_on_which_the_plate_does_not_fit_is_read_by_its_labels() -> None:
    turned = np.ascontiguousarray(np.rot90(drawn("birth-2006", seed=31).pixels, 2))
    result = read(turned, "birth-2006")
    assert (result.kind, result.turn) == (PageKind.ENTRIES, 180)
    assert "labels" in result.timings
