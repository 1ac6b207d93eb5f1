"""The same page lying otherwise, larger or smaller, is the same page."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from pipeline.base.model import PageImage, PageKind, PageRef, Pixels
from pipeline.base.print_fonts import print_font
from pipeline.digitize.match import match_form
from pipeline.digitize.normalize import normalize
from pipeline.digitize.rectify import rectify
from pipeline.training.synthetic_pages.scanning import quad
from tests.digitize.pages import (
    DPI,
    blanks,
    digitized,
    digitized_pixels,
    drawn,
    located,
    page_context,
    read,
    scaled,
    seen,
    slanting,
    statuses,
    turned,
)

pytestmark = pytest.mark.tesseract


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_turned_page_is_set_upright_and_says_the_same(turn: int) -> None:
    result = digitized(turned(drawn("birth-2006"), turn))
    assert result.kind is PageKind.ENTRIES
    assert (result.turn + turn) % 360 == 0
    assert statuses(result) == statuses(read("birth-2006"))


def test_a_table_upside_down_is_set_upright_and_has_the_same_blanks() -> None:
    result = located(turned(drawn("birth-table", scanner="mild"), 180))
    assert (result.kind, result.turn) == (PageKind.ENTRIES, 180)
    assert set(statuses(result)) == set(statuses(seen("birth-table", scanner="mild")))
    assert blanks(result) == blanks(seen("birth-table", scanner="mild"))


@pytest.mark.parametrize(("seed", "level", "upright"), [(2, 3.0, -0.3), (3, -1.2, 2.3)])
def test_the_frame_of_a_table_whose_level_rules_lean_far_from_the_upright_ones_is_found(
    seed: int, level: float, upright: float
) -> None:
    page = slanting(drawn("birth-table", seed, "mild"), level, upright)
    context = page_context(page.form)
    image = normalize(PageImage(PageRef("0" * 64, 1), page.pixels, DPI), context)
    rectified = rectify(image, match_form(image, context), context)
    frame = page.drawing.page.sheet.frame
    corners = np.array(quad(frame, rectified.matrix @ page.matrix)).reshape(4, 2)
    assert rectified.frame.corners == pytest.approx(corners, abs=5)


@pytest.mark.parametrize(("form", "seed"), [("birth-2006", 2), ("death-2016", 1), ("marriage-2006", 1)])
def test_a_page_seven_tenths_as_large_has_the_same_blanks(form: str, seed: int) -> None:
    result = located(scaled(drawn(form, seed), 0.7))
    assert result.kind is PageKind.ENTRIES
    assert set(statuses(result)) == set(statuses(seen(form, seed)))
    assert blanks(result) == blanks(seen(form, seed))


def test_a_large_page_is_read_at_the_size_that_is_enough() -> None:
    result = located(scaled(drawn("birth-2006", 2), 1.9))
    assert max(result.size) < 1.15 * 300 * 297 / 25.4
    assert blanks(result) == blanks(seen("birth-2006", 2))


def letter() -> Pixels:
    """A printed A4 page that is of no ledger."""
    page = Image.new("RGB", (1654, 2339), "white")
    pen, font = ImageDraw.Draw(page), print_font("regular", 34)
    for line in range(12):
        told = f"{line + 1}. Đề nghị các phòng ban gửi kế hoạch tháng sau cho văn phòng trước ngày mùng năm."
        pen.text((150, 200 + 155 * line), told, "black", font)
    return np.asarray(page)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_page_of_no_form_is_set_upright_too(turn: int) -> None:
    result = digitized_pixels(np.rot90(letter(), -turn // 90).copy(), "birth-2006")
    assert result.kind is PageKind.UNKNOWN
    assert (result.turn + turn) % 360 == 0
