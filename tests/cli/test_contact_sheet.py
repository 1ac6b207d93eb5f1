"""``hotich sheet``: a book at a glance."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image

from pipeline.base.model import Box
from pipeline.cli.contact_sheet import COLUMNS, ROWS, STATES, Thumb, contact_sheets, thumb_picture
from tests.cli.conftest import Hotich
from tests.fake_pages import GOOD, draw


@pytest.mark.usefixtures("fake_reading")
def test_a_book_that_was_read_has_a_sheet_of_its_pages(hotich: Hotich, book: Path, tmp_path: Path) -> None:
    draw(book / "a.tiff", GOOD, GOOD)
    assert hotich("run", book).exit_code == 0
    told = hotich("sheet", "book-1", "--output", tmp_path / "seen")
    assert told.exit_code == 0, told.output
    assert "1 tờ" in told.stdout
    with Image.open(tmp_path / "seen" / "book-1-001.png") as picture:
        assert picture.width > picture.height
    assert hotich("sheet", "book-1", "-o", tmp_path / "seen.pdf", "--page", 2).exit_code == 0
    with pikepdf.open(tmp_path / "seen.pdf") as pdf:
        assert len(pdf.pages) == 1


def test_a_book_that_is_not_known_is_told(hotich: Hotich) -> None:
    failed = hotich("sheet", "no-such-book")
    assert failed.exit_code == 5
    assert "no-such-book" in failed.stderr


def test_fields_are_boxed_in_the_colour_of_their_state() -> None:
    page = np.full((1188, 840, 3), 255, np.uint8)
    thumb = thumb_picture(page, np.eye(3), (840, 1188), [(Box(200, 400, 600, 500), "nhận ngay")])
    assert thumb.shape == (594, 420, 3)
    assert tuple(thumb[200, 200]) == STATES["nhận ngay"]
    assert tuple(thumb[20, 20]) == (255, 255, 255)


def test_ten_pages_stand_on_a_sheet_and_a_page_without_picture_too() -> None:
    thumbs = [Thumb(None, f"Trang {n}", "không đọc được", bad=True) for n in range(COLUMNS * ROWS + 1)]
    assert len(list(contact_sheets(iter(thumbs), "Sổ thử"))) == 2
