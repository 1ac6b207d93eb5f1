from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from pipeline.base.model import Box, PageImage, PageRef, Pixels
from pipeline.declarations.schema import Form
from pipeline.digitize.match import FormMatch, match_table
from pipeline.digitize.normalize import deskewed_orientations, normalize
from pipeline.digitize.rectify import RectifiedPage, rectify
from pipeline.digitize.regions import EntryRegion, FieldRegion
from pipeline.digitize.unruled_rows import unruled_rows
from pipeline.layout.imaging.geometry import warp
from pipeline.training.synthetic_pages import SynthOptions, draw_book
from pipeline.training.synthetic_pages.pages import DrawnEntry
from pipeline.training.synthetic_pages.sheet import DrawnLine
from tests.digitize.pages import SCHEMAS, page_context
from tests.digitize.unruled_forms import unruled_form

ROWS = 8
"""Rows that are drawn evenly; their entries take one line to as many as fit."""

COLUMNS = (
    ("Số", 0.06, "entry_number"),
    ("Ngày đăng ký", 0.12, "registered_on"),
    ("Họ và tên", 0.22, "child_name"),
    ("Nơi sinh", 0.30, "child_birth_place"),
    ("Dân tộc", 0.10, "child_ethnicity"),
    ("Ghi chú", 0.20, "notes"),
)


@cache
def table_form() -> Form:
    return unruled_form("unruled", (297.0, 210.0), ROWS, COLUMNS)


@cache
def drawing() -> tuple[Pixels, np.ndarray, tuple[DrawnLine, ...], tuple[DrawnEntry, ...]]:
    options = SynthOptions(
        seed=3, entries=ROWS, dpi=150, cover=False, scanner="mild", skew=0.5, blank=0.2, notes=0, ditto=0
    )
    (page,) = draw_book(table_form(), SCHEMAS, options)
    sheet = page.page.sheet
    return page.scan.pixels, page.scan.matrix, tuple(sheet.inks), page.page.entries


def rectified(pixels: Pixels) -> RectifiedPage:
    form = table_form()
    context = page_context(form)
    image = normalize(PageImage(PageRef("0" * 64, 1), pixels, 0), context)
    level = next(deskewed_orientations(image, context, (0,)))
    fit = match_table(form, level)
    assert fit is not None
    return rectify(image, FormMatch(level, form, fit), context)


def entries(page: RectifiedPage) -> list[EntryRegion]:
    return [row for row in unruled_rows(page, table_form()) if row.is_entry]


def region(entry: EntryRegion, name: str) -> FieldRegion:
    return next(one for one in entry.fields if one.slot.name == name)


@cache
def plain() -> tuple[RectifiedPage, list[EntryRegion]]:
    page = rectified(drawing()[0])
    return page, entries(page)


def drawn_over(place: Box, text: str = "", brace: bool = False, on: Pixels | None = None) -> Pixels:
    """The picture (or another one) with words, or a brace, on a place of the rectified page."""
    pixels, page = (drawing()[0] if on is None else on).copy(), plain()[0]
    back = np.asarray(np.linalg.inv(page.matrix), np.float64)
    ends = warp.transform_points(back, np.array([[place.left, place.bottom], [place.left, place.top]]))
    (x, y), (_, top) = np.rint(ends).astype(int).tolist()
    if brace:
        cv2.polylines(
            pixels, [np.array([[x, top], [x + 6, (top + y) // 2], [x, y]], np.int32)], False, (40, 40, 60), 2
        )
    else:
        cv2.putText(pixels, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (40, 40, 60), 1, cv2.LINE_AA)
    return pixels


def test_each_written_line_is_in_the_row_and_column_of_its_entry() -> None:
    _, matrix, inks, drawn = drawing()
    page, found = plain()
    assert [entry.row for entry in found] == list(range(ROWS)) == [entry.row for entry in drawn]
    for line in inks:
        (name,) = line.fields
        corners = np.array([[line.box.left, line.box.top], [line.box.right, line.box.bottom]])
        middle = warp.transform_points(page.matrix @ matrix, corners).mean(axis=0)
        place = region(found[line.row], name).box
        assert place.left < middle[0] < place.right
        assert place.top < middle[1] < place.bottom


def test_what_was_left_out_is_blank_and_nothing_of_a_clean_page_is_doubtful() -> None:
    _, found = plain()
    for entry, drawn in zip(found, drawing()[3], strict=True):
        for name, text in drawn.texts.items():
            assert bool(region(entry, name).lines) == bool(text), (entry.row, name)
            assert not region(entry, name).is_doubtful


def test_a_month_between_two_entries_is_no_entry() -> None:
    _, found = plain()
    place = region(found[4], "child_name").box
    pixels = drawn_over(Box(place.left + 30, place.top, place.right, place.bottom - 14), "Thang 5")
    rows = list(unruled_rows(rectified(pixels), table_form()))
    assert [row.is_entry for row in rows].count(False) == 1
    assert [bool(one.lines) for row in rows if row.is_entry for one in row.fields] == [
        bool(one.lines) for row in found for one in row.fields
    ]


def test_an_entry_without_its_number_is_kept_and_all_of_it_is_doubtful() -> None:
    _, found = plain()
    number = region(found[4], "entry_number")
    assert number.lines
    pixels = painted_over(number.box)
    row = next(
        row
        for row in entries(rectified(pixels))
        if region(row, "child_name").box.bottom > number.box.top + 20
    )
    assert region(row, "entry_number").is_doubtful or len(region(row, "child_name").lines) > 1
    assert all(one.is_doubtful or one.is_touched for one in row.fields)


def test_a_correction_between_two_lines_is_a_doubt() -> None:
    _, found = plain()
    lines = [line.box for line in region(found[0], "child_birth_place").lines]
    assert len(lines) == 2
    between = (lines[0].bottom + lines[1].bottom) / 2 + 4
    pixels = drawn_over(Box(lines[1].right + 40, between, lines[1].right + 200, between + 20), "sua lai")
    told = region(entries(rectified(pixels))[0], "child_birth_place")
    assert told.is_touched
    assert not region(found[0], "child_birth_place").is_touched


def test_below_the_value_of_a_brace_the_rows_are_as_above_and_the_rows_above_it_are_doubtful() -> None:
    _, found = plain()
    assert not any(region(entry, "notes").lines for entry in found[1:4])
    value, last = region(found[2], "notes").box, region(found[3], "notes").box
    first = region(found[1], "notes").box
    page = rectified(
        drawn_over(Box(value.left + 150, first.top + 25, value.right, last.bottom - 20), brace=True)
    )
    unwritten = [region(entry, "notes") for entry in entries(page)[1:4]]
    assert [one.is_doubtful for one in unwritten] == [True, True, True]
    pixels = drawn_over(Box(value.left + 20, value.top + 10, value.right, value.top + 34), "Ghi chung")
    both = drawn_over(
        Box(value.left + 150, first.top + 25, value.right, last.bottom - 20), brace=True, on=pixels
    )
    told = [region(entry, "notes") for entry in entries(rectified(both))[1:4]]
    assert [(one.is_doubtful, one.is_repeated, one.is_touched) for one in told] == [
        (True, False, False),
        (False, False, True),
        (False, True, False),
    ]


def painted_over(place: Box) -> Pixels:
    """The picture with paper over a place of the rectified page."""
    pixels, page = drawing()[0].copy(), plain()[0]
    inner = place.grown(-8, -2)
    corners = np.array(
        [
            (inner.left, inner.top),
            (inner.right, inner.top),
            (inner.right, inner.bottom),
            (inner.left, inner.bottom),
        ]
    )
    back = warp.transform_points(np.asarray(np.linalg.inv(page.matrix), np.float64), corners)
    cv2.fillConvexPoly(
        pixels, np.rint(back).astype(np.int32), tuple(int(n) for n in np.median(pixels, axis=(0, 1)))
    )
    return pixels
