"""A blank is called one only where the paper is seen; whatever else lies there is left to a person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

import cv2
import numpy as np
import pytest

from pipeline.base.model import (
    Box,
    Crop,
    FieldStatus,
    Ledger,
    LineReading,
    PageImage,
    PageRef,
    PageResult,
    Pixels,
)
from pipeline.digitize import digitize_page
from pipeline.training.synthetic_pages.stamps import name_stamp, round_seal
from tests.digitize.pages import DPI, SCHEMAS, DrawnPage, drawn, engines, readings

pytestmark = pytest.mark.tesseract

FORM, SEED, TABLE = "birth-2006", 2, "birth-table"


class Silent:
    """A reader that reads nothing."""

    name = fingerprint = "silent"

    def read(self, crops: Sequence[Crop]) -> tuple[LineReading, ...]:
        return (LineReading("", 0.0, self.name),) * len(crops)


def looked_at(page: DrawnPage) -> PageResult:
    """What is seen of a page of which nothing is read."""
    silent = replace(engines(), print=Silent(), digits=None, hand=None)
    ledger = Ledger(page.form.id, "UBND xã Thử", "93611", f"01/{page.year}")
    image = PageImage(PageRef("0" * 64, 1), page.pixels, DPI)
    return digitize_page(image, page.form, ledger, SCHEMAS, silent)


@cache
def plain(form: str) -> PageResult:
    return looked_at(drawn(form, SEED, "mild"))


def blank_places(form: str) -> dict[tuple[int, str], Box]:
    """The places of the page's blanks on the straight page."""
    return {
        key: one.box
        for key, one in readings(plain(form)).items()
        if one.status is FieldStatus.BLANK and one.box is not None
    }


def with_ink(form: str, places: Sequence[tuple[Box, Callable[[Pixels], None]]]) -> DrawnPage:
    """The page with something drawn into places of the straight page; each drawing gets its part of a sheet on which
    the page's picture is straight."""
    page, matrix = drawn(form, SEED, "mild"), plain(form).matrix
    pixels = page.pixels.copy()
    for place, drawing in places:
        corners = np.array([[[place.left, place.top], [place.right, place.bottom]]])
        (x0, y0), (x1, y1) = cv2.perspectiveTransform(corners, np.linalg.inv(matrix))[0].round().astype(int)
        drawing(pixels[y0:y1, x0:x1])
    return replace(page, pixels=pixels)


def written(shade: tuple[int, int, int], tall: float = 0.4) -> Callable[[Pixels], None]:
    """A few letters' strokes of that colour over the place's middle."""

    def draw(part: Pixels) -> None:
        height, width = part.shape[:2]
        step = tall * height
        x = np.arange(0.3 * width, 0.3 * width + 4 * step, 0.5 * step)
        y = np.where(np.arange(len(x)) % 2, 0.68, 0.68 - tall) * height
        points = np.rint(np.column_stack([x, y])).astype(np.int32)
        ink = np.full_like(part, 255)
        cv2.polylines(ink, [points.reshape(-1, 1, 2)], False, shade, 2, cv2.LINE_AA)
        part[:] = np.minimum(part, ink)

    return draw


def painted_over(part: Pixels) -> None:
    part[:] = np.median(part.reshape(-1, 3), axis=0)


def test_a_blank_with_pale_or_red_ink_or_without_its_leader_is_not_called_blank() -> None:
    alone = {slot.field_names for slot in SCHEMAS.form(FORM).slots if len(slot.pieces) == 1}
    places = [(key, place) for key, place in blank_places(FORM).items() if (key[1],) in alone]
    assert len(places) == 4
    (pale, one), (red, two), (bare, three), (left_alone, _) = places
    page = with_ink(
        FORM, [(one, written((205, 205, 205))), (two, written((225, 60, 60))), (three, painted_over)]
    )
    found = readings(looked_at(page))
    assert [found[key].status for key in (pale, red, bare)] == [FieldStatus.UNREADABLE] * 3
    assert found[left_alone].status is FieldStatus.BLANK
    for key in (pale, red, bare):
        assert not found[key].accepted


def test_a_stamp_that_touches_a_seal_leaves_its_place_in_doubt() -> None:
    page = drawn(FORM, SEED, "mild")
    notes = next(slot for slot in page.form.slots if slot.field_names == ("notes",))
    assert notes.area is not None
    assert readings(plain(FORM))[0, "notes"].status is FieldStatus.BLANK
    sheet = page.drawing.page.sheet
    before = sheet.pixels.copy()
    u0, v0, u1, v1 = notes.area
    x, y = sheet.x((u0 + u1) / 2), sheet.y((v0 + v1) / 2)
    rng = np.random.default_rng(3)
    round_seal(sheet, "ủy ban nhân dân xã thử", x, y, rng)
    name_stamp(sheet, "ĐĂNG KÝ LẠI", x, y + sheet.mm(19), rng)
    stamped = cv2.warpPerspective(
        sheet.pixels, page.matrix, page.pixels.shape[1::-1], borderMode=cv2.BORDER_REPLICATE
    )
    sheet.pixels[:] = before
    changed = np.minimum(page.pixels, stamped)
    found = looked_at(replace(page, pixels=np.asarray(changed, np.uint8)))
    reading = readings(found)[0, "notes"]
    doubts = {
        code for entry in found.entries for f in entry.findings if "notes" in f.fields for code in [f.code]
    }
    assert reading.status is not FieldStatus.BLANK
    assert not reading.accepted
    assert doubts & {"READ-NONE", "INK-LEFT"}


def test_a_rule_from_wall_to_wall_of_the_notes_is_no_writing() -> None:
    place, page = blank_places(FORM)[0, "notes"], drawn(FORM, SEED, "mild")
    y = 0.2 * place.top + 0.8 * place.bottom
    ends = np.array([[[place.left, y], [place.right, y]]])
    (start, end) = (
        cv2.perspectiveTransform(ends, np.linalg.inv(plain(FORM).matrix))[0].round().astype(int).tolist()
    )
    pixels = page.pixels.copy()
    cv2.line(pixels, start, end, (60, 60, 60), 3)
    assert readings(looked_at(replace(page, pixels=pixels)))[0, "notes"].status is FieldStatus.BLANK


def test_a_cell_with_pale_ink_is_not_called_blank() -> None:
    key, place = next(iter(blank_places(TABLE).items()))
    found = readings(looked_at(with_ink(TABLE, [(place, written((205, 205, 205)))])))
    assert found[key].status is FieldStatus.UNREADABLE


def test_specks_of_show_through_all_over_the_notes_are_no_writing() -> None:
    rng = np.random.default_rng(5)

    def specks(part: Pixels) -> None:
        height, width = part.shape[:2]
        for x, y in zip(rng.integers(9, width - 9, 60), rng.integers(9, height - 9, 60), strict=True):
            part[y : y + 2, x : x + 2] = np.minimum(part[y : y + 2, x : x + 2], 170)

    place = blank_places(FORM)[0, "notes"]
    found = readings(looked_at(with_ink(FORM, [(place, specks)])))
    assert found[0, "notes"].status is FieldStatus.BLANK


def test_a_few_pale_letters_in_the_notes_are_not_called_blank() -> None:
    place = blank_places(FORM)[0, "notes"]
    line = Box(place.left, place.top + 200, place.right, place.top + 260)
    found = readings(looked_at(with_ink(FORM, [(line, written((205, 205, 205)))])))
    assert found[0, "notes"].status is not FieldStatus.BLANK
