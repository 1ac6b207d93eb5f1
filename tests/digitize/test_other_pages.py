"""Pages that are no entries, pages of another form, and pages that are not whole."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from benchmarks.books.scan_damage import fingered
from pipeline.base.model import FieldStatus, PageImage, PageKind, PageRef, PageResult, Pixels, Severity
from pipeline.digitize.match import match_form
from pipeline.digitize.normalize import normalize
from pipeline.layout.imaging.geometry import warp
from pipeline.training.synthetic_pages import SCANNER_LEVELS, SynthOptions, draw_book
from pipeline.training.synthetic_pages.form_printing import print_form
from pipeline.training.synthetic_pages.scanning import scan_sheet
from pipeline.training.synthetic_pages.sheet import PaperSheet
from tests.digitize.pages import (
    DPI,
    SCHEMAS,
    DrawnPage,
    cut_off,
    digitized,
    digitized_pixels,
    drawn,
    held,
    located,
    page_context,
    silent_engines,
    statuses,
    without_top_rule,
)

pytestmark = pytest.mark.tesseract


def assert_in_place(page: DrawnPage, result: PageResult, least: float = 0.97) -> None:
    assert result.kind is PageKind.ENTRIES
    covered = list(held(page, result))
    assert len(covered) > 15
    assert sum(share >= 0.9 for _, share in covered) >= least * len(covered) - 1, covered


@pytest.mark.parametrize("form", ["birth-2006", "birth-2016"])
def test_a_cover_is_a_cover(form: str) -> None:
    options = SynthOptions(seed=3, entries=1, dpi=DPI)
    cover = next(draw_book(SCHEMAS.form(form), SCHEMAS, options))
    result = digitized_pixels(cover.scan.pixels, form)
    assert result.kind is PageKind.COVER
    assert SCHEMAS.form(result.form).layout == "cover"
    assert not result.entries
    assert result.labels


def empty_page(behind: Pixels | None, dark_bed: bool) -> Pixels:
    """Paper without anything on it; ``behind`` shows through, ``dark_bed``: the scanner's lid was open."""
    sheet = PaperSheet.blank(SCHEMAS.form("birth-2006"), DPI)
    options = replace(SCANNER_LEVELS["normal"], dark_edges=float(dark_bed))
    return scan_sheet(sheet.pixels, behind, DPI, options, np.random.default_rng(5)).pixels


def assert_blank(pixels: Pixels) -> None:
    result = digitized_pixels(pixels, "birth-2006")
    assert result.kind is PageKind.BLANK
    assert [(finding.code, finding.severity) for finding in result.findings] == [
        ("PAGE-BLANK", Severity.INFO)
    ]
    assert not result.entries


@pytest.mark.parametrize("shows_through", [False, True])
def test_an_empty_page_is_blank_though_the_page_behind_shows_through(shows_through: bool) -> None:
    behind = drawn("birth-2006", 2).drawing.page.sheet.pixels if shows_through else None
    assert_blank(empty_page(behind, dark_bed=False))


def test_an_empty_page_is_blank_though_the_scanners_bed_is_dark() -> None:
    assert_blank(empty_page(None, dark_bed=True))


@pytest.mark.parametrize(
    ("form", "taken_for"),
    [
        ("death-2006", "birth-2006"),
        ("birth-2016", "death-2016"),
        ("marriage-2016", "birth-2016"),
        ("birth-2006", "birth-table"),
    ],
)
def test_a_page_of_another_form_waits_for_a_person(form: str, taken_for: str) -> None:
    result = digitized(drawn(form, 2), taken_for)
    assert result.kind is PageKind.UNKNOWN
    assert [(finding.code, finding.severity) for finding in result.findings] == [
        ("PAGE-FORM", Severity.REVIEW)
    ]
    assert not result.entries


def test_a_page_of_a_table_in_a_book_of_pages_is_told_with_its_form() -> None:
    context = page_context(SCHEMAS.form("birth-2006"))
    image = PageImage(PageRef("0" * 64, 1), drawn("birth-table", scanner="mild").pixels, 0)
    match = match_form(normalize(image, context), context, (0,))
    assert match.form is None
    assert match.other == "birth-table"


def test_a_picture_of_noise_is_no_page_of_the_form() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (1100, 800, 3)).astype(np.uint8)
    assert digitized_pixels(noise, "birth-2006").kind in (PageKind.UNKNOWN, PageKind.BLANK)


@pytest.mark.parametrize("pixels", [(1, 1), (3, 2000), (40, 30), (1600, 5)])
@pytest.mark.parametrize("grey", [0, 255])
def test_pictures_too_small_for_a_page_are_no_error(pixels: tuple[int, int], grey: int) -> None:
    result = digitized_pixels(np.full((*pixels, 3), grey, np.uint8), "birth-2006")
    assert result.kind in (PageKind.UNKNOWN, PageKind.BLANK)


@pytest.mark.parametrize("side", ["left", "top", "right", "bottom"])
def test_a_page_cut_off_at_one_side_still_places_its_fields(side: str) -> None:
    share = {"left": 0.04, "top": 0.08, "right": 0.05, "bottom": 0.06}[side]
    page = cut_off(drawn("birth-2006", 2), **{side: share})
    assert_in_place(page, located(page))


@pytest.mark.parametrize("form", ["marriage-2006", "death-2016"])
def test_a_page_whose_frame_has_lost_its_top_still_places_its_fields(form: str) -> None:
    page = without_top_rule(drawn(form, 2, tilt=4.0))
    assert_in_place(page, located(page))


def test_a_table_cut_off_at_its_foot_still_places_its_rows() -> None:
    page = cut_off(drawn("birth-table", scanner="mild"), bottom=0.03)
    assert_in_place(page, located(page))


def test_a_form_with_nothing_written_in_it_is_blank_in_every_field() -> None:
    options = SynthOptions(seed=4, entries=1, dpi=DPI, cover=False, scanner="mild")
    sheet = PaperSheet.blank(SCHEMAS.form("birth-2006"), DPI)
    print_form(sheet)
    skewed = replace(options.scanning, skew=2.0)
    pixels = scan_sheet(sheet.pixels, None, DPI, skewed, np.random.default_rng(2)).pixels
    result = digitized_pixels(pixels, "birth-2006")
    assert result.kind is PageKind.ENTRIES
    found = {key: status for key, status in statuses(result).items() if status is not FieldStatus.BLANK}
    assert set(found) == {(0, "volume_number"), (0, "registration_place")}


def test_a_page_cut_off_at_its_edge_is_read_and_marked() -> None:
    result = digitized(cut_off(drawn("birth-2006", seed=4), right=0.12))
    assert result.kind is PageKind.ENTRIES
    assert result.quality.cut > 5
    assert [(one.code, one.severity) for one in result.findings] == [("SCAN-CUT", Severity.INFO)]
    assert all("SCAN-CUT" in {one.code for one in entry.findings} for entry in result.entries)
    assert not any(entry.accepted for entry in result.entries)


@pytest.mark.parametrize("told", [[], ["SCAN-FINGER"]])
def test_a_brown_table_around_a_photographed_page_is_no_finger(told: list[str]) -> None:
    pixels = drawn("birth-2006", seed=5).pixels
    if told:
        pixels = fingered(pixels, DPI, np.random.default_rng(4))
    high, wide = pixels.shape[:2]
    corners = np.array([(0.15, 0.08), (1.08, 0.05), (1.18, 1.12), (0.06, 1.08)]) * (wide, high)
    flat = np.array([(0, 0), (wide, 0), (wide, high), (0, high)], float)
    table = np.full((int(high * 1.2), int(wide * 1.25), 3), (139, 94, 60), np.uint8)
    move = warp.homography(flat, corners)
    seen = cv2.warpPerspective(pixels, move, table.shape[1::-1], table, borderMode=cv2.BORDER_TRANSPARENT)
    result = digitized_pixels(np.asarray(seen, np.uint8), "birth-2006", using=silent_engines())
    assert [finding.code for finding in result.findings] == told
