"""Pictures of an open book: each page an entry of its own, and single pages never parted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from benchmarks.books.scan_damage import fingered
from benchmarks.books.table_photos import CLOTH, DARK, WOOD, photograph_on_table
from benchmarks.reading.box_coverage import InkCoverage, ink_coverages
from pipeline.base.model import LEFT_PAGE, RIGHT_PAGE, PageKind, PageResult, Pixels, Severity
from pipeline.training.evaluation.truth import BookTruth, Quad, TrueEntry
from pipeline.training.synthetic_pages import SCANNER_LEVELS
from pipeline.training.synthetic_pages.scanning import ScannedPage, scan_sheet
from tests.digitize.open_books import bound, detected, drawings, open_at
from tests.digitize.pages import DPI, PAGE_FORMS, SCHEMAS, digitized_pixels, drawn, readings, silent_engines
from tests.module_cache import module_cache

pytestmark = pytest.mark.tesseract

ROWS = (LEFT_PAGE, RIGHT_PAGE)


@cache
def read(form: str, tilt: float = 0.0) -> PageResult:
    return digitized_pixels(open_at(form, tilt).scan.pixels, form)


def texts(side: int, form: str) -> Mapping[str, str]:
    (entry,) = drawings(form)[side].page.entries
    return {name: text for name, text in entry.texts.items() if text}


def places(form: str, tilt: float) -> Iterator[InkCoverage]:
    """How much of each drawn line of each page the boxes of the entry of its side hold."""
    book, entries = open_at(form, tilt), []
    for side, drawing in enumerate(drawings(form)):
        ink: dict[str, list[Quad]] = {}
        for line in drawing.page.sheet.inks:
            x0, y0, x1, y1, x2, y2, x3, y3 = (float(n) for n in book.quad(line.box, bool(side)).ravel())
            for name in filter(None, () if line.struck else line.fields):
                ink.setdefault(name, []).append((x0, y0, x1, y1, x2, y2, x3, y3))
        entries.append(TrueEntry({}, 0, ROWS[side], {name: tuple(quads) for name, quads in ink.items()}))
    yield from ink_coverages(BookTruth("birth", 2010, tuple(entries)), [read(form, tilt)])


@pytest.mark.parametrize(
    ("form", "tilt"),
    [("birth-2006", 0.0), ("birth-2006", -3.0), ("marriage-2006", 3.0)],
)
def test_both_pages_of_an_open_book_are_read_each_as_its_own_entry(form: str, tilt: float) -> None:
    result = read(form, tilt)
    assert result.kind is PageKind.ENTRIES
    assert result.form == form
    assert [entry.row for entry in result.entries] == [LEFT_PAGE, RIGHT_PAGE]
    assert ("PAGE-SPREAD", Severity.INFO) in {(one.code, one.severity) for one in result.findings}
    held = list(places(form, tilt))
    assert {one.row for one in held} == set(ROWS)
    assert sum(one.held for one in held) >= 0.95 * len(held), [one for one in held if not one.held]
    found = readings(result)
    for side in (0, 1):
        own = [found[ROWS[side], name].text == text for name, text in texts(side, form).items()]
        other = texts(1 - side, form)
        mixed = [
            name
            for name, text in other.items()
            if found[ROWS[side], name].text == text != texts(side, form).get(name)
        ]
        assert sum(own) >= 0.4 * len(own)
        assert not mixed


@pytest.mark.parametrize("turn", [270])
def test_an_open_book_may_lie_any_way(turn: int) -> None:
    pixels = np.ascontiguousarray(np.rot90(open_at("birth-2006").scan.pixels, k=-(turn // 90)))
    result = digitized_pixels(pixels, "birth-2006")
    assert [entry.row for entry in result.entries] == [LEFT_PAGE, RIGHT_PAGE]
    assert result.turn == 360 - turn
    numbers = [readings(result)[row, "page_number"].canonical for row in (LEFT_PAGE, RIGHT_PAGE)]
    assert numbers == ["1", "2"]


def test_a_finger_on_one_page_is_told_of_that_page_alone() -> None:
    pixels = fingered(open_at("birth-2006").scan.pixels, DPI, np.random.default_rng(4))
    result = digitized_pixels(pixels, "birth-2006", using=silent_engines())
    told = [entry.row for entry in result.entries if "SCAN-FINGER" in {one.code for one in entry.findings}]
    assert len(result.entries) == 2
    assert len(told) == 1
    assert "SCAN-FINGER" in {one.code for one in result.findings}


def test_an_entry_keeps_its_row_though_the_other_page_is_a_cover() -> None:
    cover, page = drawings("birth-2006", 1, cover=True)
    book = bound(cover.page.sheet.pixels, page.page.sheet.pixels)
    result = digitized_pixels(book.scan.pixels, "birth-2006", using=silent_engines())
    assert result.kind is PageKind.ENTRIES
    assert [entry.row for entry in result.entries] == [RIGHT_PAGE]


def test_where_one_page_is_of_another_form_the_picture_is_not_parted_but_waits() -> None:
    (other,), page = drawings("death-2006", 1), drawings("birth-2006")[1]
    result = digitized_pixels(
        bound(other.page.sheet.pixels, page.page.sheet.pixels).scan.pixels, "birth-2006"
    )
    assert "PAGE-SPREAD" not in {one.code for one in result.findings}
    assert [entry.row for entry in result.entries] == [0]
    told = {(one.code, one.severity) for entry in result.entries for one in entry.findings}
    assert ("PAGE-HALF", Severity.REVIEW) in told
    assert not any(entry.accepted for entry in result.entries)


@pytest.mark.parametrize(
    ("form", "turn"),
    [
        *((form, 0) for form in sorted(SCHEMAS.forms) if form not in PAGE_FORMS),
        *((form, 90) for form in ("birth-2006", "birth-table", "cover-2016", "death-2016")),
    ],
)
def test_a_single_page_and_a_wide_table_are_not_parted(form: str, turn: int) -> None:
    """Nor is any page of ``test_every_form``."""
    cover = SCHEMAS.form(form).layout == "cover"
    pixels = drawings("birth-2006", 1, cover=True)[0].scan.pixels if cover else drawn(form, 2, "mild").pixels
    pixels = np.ascontiguousarray(np.rot90(pixels, k=-(turn // 90)))
    found = detected(pixels, "birth-2006" if cover else form)
    assert not found.is_spread
    assert not found.is_doubtful


def photographed(
    scan: ScannedPage, shape: float, tone: tuple[float, float, float], at: tuple[float, float] = (0.5, 0.5)
) -> ScannedPage:
    return photograph_on_table(scan, shape, tone, np.random.default_rng(7), at)


def test_a_book_on_a_picture_that_is_higher_than_wide_is_read_page_by_page() -> None:
    book = open_at("birth-2006")
    result = digitized_pixels(photographed(book.scan, 0.75, DARK, (0.5, 0.3)).pixels, "birth-2006")
    assert [entry.row for entry in result.entries] == [LEFT_PAGE, RIGHT_PAGE]
    numbers = [readings(result)[row, "page_number"].canonical for row in ROWS]
    assert numbers == ["1", "2"]


@pytest.mark.parametrize(
    ("shape", "tone", "at", "turn"), [(1.0, DARK, (0.5, 1.0), 90), (2.2, CLOTH, (0.1, 0.5), 0)]
)
def test_a_book_among_much_table_is_parted_at_its_gutter(
    shape: float, tone: tuple[float, float, float], at: tuple[float, float], turn: int
) -> None:
    book = open_at("marriage-2006")
    scan = photographed(book.scan, shape, tone, at)
    pixels = np.ascontiguousarray(np.rot90(scan.pixels, k=-(turn // 90)))
    found = detected(pixels, "marriage-2006")
    assert found.turn == (360 - turn) % 360
    assert found.gutter is not None
    height, width = scan.pixels.shape[:2]
    gutter = found.gutter if not turn else np.column_stack([found.gutter[:, 1], height - found.gutter[:, 0]])
    true = replace(book, scan=scan).gutter
    assert np.abs(gutter[:, 0] - np.interp(gutter[:, 1], true[:, 1], true[:, 0])).max() <= 0.01 * width


def test_where_the_facing_page_on_a_photograph_is_of_another_form_the_picture_waits() -> None:
    (other,), page = drawings("death-2006", 1), drawings("birth-2006")[1]
    book = bound(other.page.sheet.pixels, page.page.sheet.pixels)
    found = detected(photographed(book.scan, 0.75, DARK).pixels, "birth-2006")
    assert not found.is_spread
    assert found.is_doubtful


@pytest.mark.parametrize(
    ("shape", "tone", "at"), [(0.75, WOOD, (0.5, 0.5)), (1.5, CLOTH, (0.0, 0.5)), (2.6, WOOD, (0.5, 0.5))]
)
def test_a_page_photographed_on_a_table_with_a_grain_is_neither_parted_nor_marked(
    shape: float, tone: tuple[float, float, float], at: tuple[float, float]
) -> None:
    scan = ScannedPage(single(), np.eye(3), 0.0, 0)
    found = detected(photographed(scan, shape, tone, at).pixels, "birth-2006")
    assert found.sheets[0].match.form is not None
    assert not found.is_spread
    assert not found.is_doubtful


@cache
def alone() -> PageResult:
    return digitized_pixels(single(), "birth-2006")


@module_cache
def single() -> Pixels:
    sheet = drawings("birth-2006")[0].page.sheet.pixels
    return scan_sheet(
        sheet, None, DPI, replace(SCANNER_LEVELS["normal"], skew=2.0), np.random.default_rng(3)
    ).pixels


@pytest.mark.parametrize(("tone", "on_right"), [(28, False), (246, True)])
def test_a_page_on_a_wide_bed_is_not_parted_and_its_light_is_its_own(tone: int, on_right: bool) -> None:
    page = single()
    height, width = page.shape[:2]
    picture = np.full((height, 2 * width, 3), tone, np.uint8)
    picture[:, width * on_right : width * (1 + on_right)] = page
    result = digitized_pixels(picture, "birth-2006")
    assert result.kind is PageKind.ENTRIES
    assert not result.findings
    assert result.quality.shade == pytest.approx(alone().quality.shade, abs=0.1)
    found, own = readings(result), readings(alone())
    right = texts(0, "birth-2006")
    assert sum(found[0, name].text == text for name, text in right.items()) >= (
        sum(own[0, name].text == text for name, text in right.items()) - 2
    )
