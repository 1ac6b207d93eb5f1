"""A page placed by the plate of its book, without reading its labels."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from pipeline.base.model import Ledger, PageImage, PageKind, PageRef, PageResult, Pixels
from pipeline.digitize import DigitizeOptions, digitize_page
from pipeline.digitize.match import match_template
from pipeline.digitize.normalize import deskewed_orientations, letter_height, normalize
from pipeline.layout.imaging.geometry import warp
from pipeline.layout.imaging.geometry.deskew import DeskewedPage
from pipeline.layout.locate.label_matching import LabelCandidate
from tests.digitize.pages import SCHEMAS, drawn, engines, held, page_context
from tests.layout.imaging.form_templates import template

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


def level_of(pixels: Pixels, form: str) -> DeskewedPage:
    context = page_context(SCHEMAS.form(form))
    image = normalize(PageImage(PageRef("0" * 64, 1), pixels, 200), context)
    return next(deskewed_orientations(image, context, (0,)))


def found_by(
    pixels: Pixels, form: str = "birth-2006"
) -> tuple[DeskewedPage, tuple[LabelCandidate, ...]] | None:
    """The level page and the labels that the template found on it."""
    level, declared = level_of(pixels, form), SCHEMAS.form(form)
    found = match_template(template(form), level, declared, letter_height(declared, level.dpi))
    return None if found is None else (level, found[1])


def test_a_page_of_another_form_is_none_of_the_template() -> None:
    """Of all forms that of deaths of the same year has most labels at the same places."""
    assert found_by(drawn("death-2006").pixels) is None


def test_a_blank_page_and_one_upside_down_are_none_of_the_template() -> None:
    page = drawn("birth-2006", seed=31).pixels
    assert found_by(np.ascontiguousarray(np.rot90(page, 2))) is None
    assert found_by(np.full_like(page, 244)) is None


def test_a_shifted_page_has_its_labels_where_they_are_printed() -> None:
    page = drawn("birth-2006", seed=31, tilt=-4.0)
    height, width = page.pixels.shape[:2]
    sheet = page.drawing.page.sheet
    for shift in ((0, 0), (60, 25), (-40, 80)):
        move = np.array([[1, 0, shift[0]], [0, 1, shift[1]]], float)
        pixels = cv2.warpAffine(page.pixels, move, (width, height), borderValue=(240, 240, 238))
        found = found_by(np.asarray(pixels, np.uint8))
        assert found is not None
        level, labels = found
        carried = np.asarray(level.matrix @ np.vstack([move, [0, 0, 1]]) @ page.matrix)
        printed = [
            (
                sheet.labels[one.label][1].left,
                sheet.frame.top + sheet.form.labels[one.label].v * sheet.frame.height,
            )
            for one in labels
        ]
        off = warp.transform_points(carried, np.array(printed)) - [
            (one.box.left, one.baseline) for one in labels
        ]
        assert len(labels) > 15
        assert np.abs(off).max() < 3
        assert np.median(np.abs(off)) < 1
