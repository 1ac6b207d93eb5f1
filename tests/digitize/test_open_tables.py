"""A picture of an open book each of whose pages holds a table: the rows of both, each with its own numbers."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from benchmarks.books.open_books import open_book
from pipeline.base.model import (
    LEFT_ROWS,
    RIGHT_ROWS,
    Box,
    Ledger,
    PageImage,
    PageKind,
    PageRef,
    PageResult,
    Pixels,
    facing_side,
)
from pipeline.declarations.schema import Form
from pipeline.delivery.export.page_pictures import facing_columns, row_bands
from pipeline.digitize import digitize_page
from pipeline.reports.content import row_label
from pipeline.training.synthetic_pages import SynthOptions, draw_book
from tests.digitize.open_books import SCANNER
from tests.digitize.pages import SCHEMAS, silent_engines
from tests.digitize.unruled_forms import unruled_form

pytestmark = pytest.mark.tesseract

ROWS, DPI = 6, 110
COLUMNS = (
    ("Số", 0.12, "entry_number"),
    ("Ngày đăng ký", 0.24, "registered_on"),
    ("Họ và tên", 0.64, "child_name"),
)


@cache
def table_form() -> Form:
    return unruled_form("dung", (210.0, 297.0), ROWS, COLUMNS)


@cache
def sheets() -> tuple[Pixels, ...]:
    options = SynthOptions(
        seed=5, entries=2 * ROWS, dpi=DPI, cover=False, scanner="none", blank=0, notes=0, ditto=0
    )
    return tuple(page.page.sheet.pixels for page in draw_book(table_form(), SCHEMAS, options))


def read(pixels: Pixels) -> PageResult:
    form = table_form()
    image = PageImage(PageRef("0" * 64, 1), pixels, DPI)
    return digitize_page(image, form, Ledger(form.id, "", "", "01/1980"), SCHEMAS, silent_engines())


def test_both_tables_of_an_open_book_are_read_and_each_row_keeps_its_number() -> None:
    left, right = sheets()
    result = read(open_book(left, right, DPI, SCANNER, np.random.default_rng(2)).scan.pixels)
    assert result.kind is PageKind.ENTRIES
    assert "PAGE-SPREAD" in {one.code for one in result.findings}
    rows = [*range(LEFT_ROWS, LEFT_ROWS + ROWS), *range(RIGHT_ROWS, RIGHT_ROWS + ROWS)]
    assert [entry.row for entry in result.entries] == rows
    middle = result.size[0] / 2
    for entry in result.entries:
        boxes = [reading.box for reading in entry.readings if reading.box is not None]
        assert boxes
        assert {box.centre[0] > middle for box in boxes} == {bool(facing_side(entry.row))}


def test_a_single_table_is_one_page() -> None:
    result = read(sheets()[0])
    assert [entry.row for entry in result.entries] == list(range(ROWS))


def test_an_entry_of_one_of_two_facing_tables_is_cut_out_of_its_own_page() -> None:
    rows = {
        first + n: Box(x, 100 + 100 * n, x + 800, 150 + 100 * n)
        for first, x in ((LEFT_ROWS, 100), (RIGHT_ROWS, 1100))
        for n in range(3)
    }
    columns, bands = facing_columns(rows), row_bands(rows)
    assert columns[LEFT_ROWS + 1] == (0, 1000)
    assert columns[RIGHT_ROWS] == (1000, np.inf)
    assert bands[LEFT_ROWS + 1] == bands[RIGHT_ROWS + 1]
    assert bands[LEFT_ROWS + 1][0] > rows[LEFT_ROWS].bottom
    assert bands[LEFT_ROWS + 1][1] < rows[LEFT_ROWS + 2].top


def test_people_are_told_which_row_of_which_page_it_is() -> None:
    assert row_label(LEFT_ROWS) == "sự kiện thứ 1 ở trang trái của ảnh"
    assert row_label(RIGHT_ROWS + 4) == "sự kiện thứ 5 ở trang phải của ảnh"
