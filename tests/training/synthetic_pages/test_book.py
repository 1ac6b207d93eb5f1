"""A written book: the same bytes from the same seed, files that open again, truth that matches the ink."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from pipeline.base.errors import SchemaError
from pipeline.declarations import schema
from pipeline.declarations.ledger import load_ledger
from pipeline.training.synthetic_pages import SyntheticPage, SynthOptions, draw_book, write_book
from pipeline.training.synthetic_pages.synthesis_options import Container, OfficeOptions

SCHEMAS = schema.load()
PAGE_FORMS = [form for form in SCHEMAS.forms.values() if form.layout != "cover"]
SMALL = SynthOptions(entries=2, dpi=110)


def truth_of(folder: Path) -> dict[str, Any]:
    truth: dict[str, Any] = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    return truth


def form_of(name: str) -> schema.Form:
    return SCHEMAS.form(name)


@pytest.mark.parametrize("container", ["pdf", "tiff", "jpeg"])
def test_the_same_seed_gives_the_same_bytes(tmp_path: Path, container: Container) -> None:
    options = replace(SMALL, container=container, seed=5)
    first = write_book(tmp_path / "first", form_of("birth-2006"), SCHEMAS, options)
    again = write_book(tmp_path / "again", form_of("birth-2006"), SCHEMAS, options)
    assert sorted(path.name for path in first.iterdir()) == sorted(path.name for path in again.iterdir())
    for path in first.iterdir():
        assert path.read_bytes() == (again / path.name).read_bytes()


def test_another_seed_gives_other_people(tmp_path: Path) -> None:
    books = [
        write_book(tmp_path / str(seed), form_of("birth-2006"), SCHEMAS, replace(SMALL, seed=seed))
        for seed in (1, 2)
    ]
    assert truth_of(books[0])["entries"][0]["nksHoTen"] != truth_of(books[1])["entries"][0]["nksHoTen"]


def test_a_pdf_holds_a_page_a_picture_and_the_jpeg_as_it_is(tmp_path: Path) -> None:
    folder = write_book(tmp_path / "book", form_of("death-2006"), SCHEMAS, SMALL)
    (path,) = folder.glob("*.pdf")
    with pikepdf.open(path) as pdf:
        assert len(pdf.pages) == 3
        picture = pdf.pages[1].Resources.XObject.Im0.read_raw_bytes()
    loose = write_book(tmp_path / "loose", form_of("death-2006"), SCHEMAS, replace(SMALL, container="jpeg"))
    assert picture == sorted(loose.glob("*.jpg"))[1].read_bytes()


def test_a_tiff_holds_all_pages(tmp_path: Path) -> None:
    folder = write_book(tmp_path / "book", form_of("birth-2016"), SCHEMAS, replace(SMALL, container="tiff"))
    (path,) = folder.glob("*.tif")
    with Image.open(path) as image:
        assert getattr(image, "n_frames", 1) == 3
        assert image.info["dpi"] == (110, 110)


def test_a_folder_of_jpegs_has_a_file_a_page(tmp_path: Path) -> None:
    folder = write_book(
        tmp_path / "book", form_of("marriage-2016"), SCHEMAS, replace(SMALL, container="jpeg", cover=False)
    )
    assert len(list(folder.glob("*.jpg"))) == 2
    assert [page["page_no"] for page in truth_of(folder)["_pages"]] == [1, 1]


def test_the_ledger_of_a_book_can_be_loaded(tmp_path: Path) -> None:
    folder = write_book(
        tmp_path / "book", form_of("birth-2006"), SCHEMAS, replace(SMALL, year=2010, volume=3)
    )
    ledger = load_ledger(folder)
    assert (ledger.form, ledger.volume, ledger.entries) == ("birth-2006", "03/2010", 2)


def test_a_cover_alone_is_no_book(tmp_path: Path) -> None:
    cover = next(form for form in SCHEMAS.forms.values() if form.layout == "cover")
    with pytest.raises(SchemaError):
        write_book(tmp_path, cover, SCHEMAS, SMALL)


def test_truth_gives_the_entry_number_with_the_year(tmp_path: Path) -> None:
    options = replace(SMALL, year=2011, first_number=7)
    folder = write_book(tmp_path / "book", form_of("birth-2006"), SCHEMAS, options)
    assert [entry["so"].lstrip("0") for entry in truth_of(folder)["entries"]] == ["7/2011", "8/2011"]


@pytest.mark.parametrize("form", PAGE_FORMS, ids=lambda form: form.id)
def test_truth_holds_every_column_of_the_form_and_no_other(tmp_path: Path, form: schema.Form) -> None:
    folder = write_book(tmp_path / "book", form, SCHEMAS, replace(SMALL, blank=0.5, cover=False))
    record = SCHEMAS.record(form.record)
    expected = {record.by_name[name].column for name in form.field_names} - {""}
    for entry in truth_of(folder)["entries"]:
        assert {key for key in entry if not key.startswith("_")} == expected


def drawings(form: schema.Form, options: SynthOptions) -> Iterator[SyntheticPage]:
    yield from (page for page in draw_book(form, SCHEMAS, options) if page.kind == "entries")


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@pytest.mark.parametrize("form", PAGE_FORMS, ids=lambda form: form.id)
@given(seed=st.integers(0, 10_000), writing=st.sampled_from(["hand", "typed"]))
def test_every_form_draws_ink_exactly_where_there_is_a_value(
    form: schema.Form, seed: int, writing: Any
) -> None:
    options = SynthOptions(
        seed=seed, entries=1, dpi=100, writing=writing, cover=False, blank=0.2, scanner="none"
    )
    for drawing in drawings(form, options):
        (entry,) = drawing.page.entries
        assert set(entry.texts) == set(form.field_names)
        inked = {name for ink in drawing.page.sheet.inks if not ink.struck for name in ink.fields if name}
        filled = {name for name, text in entry.texts.items() if text}
        assert filled <= inked
        alone = {name for slot in form.slots if len(slot.roles) == 1 for name in slot.field_names}
        assert inked & alone <= filled


def held_by(quad: NDArray[np.float64], spots: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which spots (n, 2) lie in a convex quad (4, 2) or at most a pixel beyond a side."""
    sides = np.roll(quad, -1, axis=0) - quad

    def beyond(points: NDArray[np.float64]) -> NDArray[np.float64]:
        x, y = np.moveaxis(points[:, None] - quad, 2, 0)
        return np.asarray((sides[:, 0] * y - sides[:, 1] * x) / np.hypot(*sides.T))

    return np.asarray((beyond(spots) * np.sign(beyond(quad.mean(axis=0)[None])) > -1).all(axis=1))


@pytest.mark.parametrize("form", PAGE_FORMS, ids=lambda form: form.id)
@pytest.mark.parametrize("turned", [0.0, 1.0])
def test_quads_lie_on_the_page_and_hold_the_ink(tmp_path: Path, form: schema.Form, turned: float) -> None:
    options = SynthOptions(seed=11, entries=1, dpi=120, turned=turned, cover=False)
    folder = write_book(tmp_path / "book", form, SCHEMAS, options)
    true_quads = truth_of(folder)["entries"][0]["_ink"]
    (drawing,) = drawings(form, options)
    height, width = drawing.scan.pixels.shape[:2]
    grey = cv2.cvtColor(drawing.scan.pixels, cv2.COLOR_RGB2GRAY)
    for ink in drawing.page.sheet.inks:
        rows, columns = np.nonzero(ink.mask > 128)
        flat = np.stack([columns + ink.box.left + 0.5, rows + ink.box.top + 0.5], axis=1)[None]
        spots = cv2.perspectiveTransform(flat.astype(np.float64), drawing.scan.matrix)[0]
        on_page = spots[(spots > 1).all(axis=1) & (spots[:, 0] < width - 1) & (spots[:, 1] < height - 1)]
        assert np.median(grey[on_page[:, 1].astype(int), on_page[:, 0].astype(int)]) < 190
        for name in filter(None, ink.fields if not ink.struck else ()):
            quads = [np.array(numbers).reshape(4, 2) for numbers in true_quads[name]]
            assert np.mean(np.any([held_by(quad, spots) for quad in quads], axis=0)) >= 0.95
            assert all(-2 <= x <= width + 2 and -2 <= y <= height + 2 for quad in quads for x, y in quad)


def test_a_struck_value_is_distinguished_from_the_value_that_counts(tmp_path: Path) -> None:
    folder = write_book(tmp_path / "book", form_of("birth-2006"), SCHEMAS, replace(SMALL, struck=1.0))
    entry = truth_of(folder)["entries"][0]
    assert entry["_struck"]
    for name in entry["_struck"]:
        assert entry["_struck_ink"][name]
        assert name not in entry["_ink"] or entry["_struck_ink"][name] != entry["_ink"][name]


def test_a_value_may_be_written_anew_between_the_lines() -> None:
    options = replace(SMALL, entries=1, struck=1.0, inserted=1.0)
    inks = [
        ink for page in draw_book(form_of("birth-2006"), SCHEMAS, options) for ink in page.page.sheet.inks
    ]
    struck = {ink.fields: ink.box for ink in inks if ink.struck}
    anew = [ink for ink in inks if not ink.struck and ink.fields in struck]
    above = [
        ink
        for ink in anew
        if ink.box.bottom < struck[ink.fields].bottom and ink.box.top < struck[ink.fields].top
    ]
    assert len(above) >= 0.8 * len(anew)


def test_truth_says_what_is_written_by_hand(tmp_path: Path) -> None:
    options = replace(SMALL, entries=6, stamped=1.0, notes=1.0)
    entries = truth_of(write_book(tmp_path / "book", form_of("birth-2006"), SCHEMAS, options))["entries"]
    for entry in entries:
        assert {"child_name", "entry_number", "registered_on"} <= set(entry["_by_hand"])
        assert not {"page_number", "notes"} & set(entry["_by_hand"])
    assert len({"registrar_name" in entry["_by_hand"] for entry in entries}) == 2
    typed = write_book(tmp_path / "typed", form_of("birth-2006"), SCHEMAS, replace(SMALL, writing="typed"))
    assert [entry["_by_hand"] for entry in truth_of(typed)["entries"]] == [[], []]


def test_a_ditto_mark_repeats_the_value_above(tmp_path: Path) -> None:
    table = next(form for form in PAGE_FORMS if form.table)
    options = replace(SMALL, entries=4, ditto=1.0, blank=0.0, no_father=0.0)
    entries = truth_of(write_book(tmp_path / "book", table, SCHEMAS, options))["entries"]
    record = SCHEMAS.record(table.record)
    above, below = entries[0], entries[1]
    assert below["_ditto"]
    for name, stands_for in below["_ditto"].items():
        assert above[record.by_name[name].column] == stands_for
        assert below[record.by_name[name].column] != stands_for


def test_pages_state_their_turn(tmp_path: Path) -> None:
    folder = write_book(tmp_path / "book", form_of("birth-2006"), SCHEMAS, replace(SMALL, turned=1.0))
    assert all(page["turn"] in (90, 180, 270) for page in truth_of(folder)["_pages"])


def test_the_tilt_can_be_chosen() -> None:
    straight = replace(SMALL, skew=0.0)
    assert all(page.scan.skew == 0 for page in draw_book(form_of("birth-2006"), SCHEMAS, straight))


def test_a_flat_scan_of_the_blank_options_is_the_sheet_itself() -> None:
    options = replace(SMALL, scanner="none", cover=False, entries=1)
    (page,) = draw_book(form_of("birth-2006"), SCHEMAS, options)
    assert np.array_equal(page.scan.pixels, page.page.sheet.pixels)


def test_a_missing_father_leaves_his_whole_block_blank(tmp_path: Path) -> None:
    folder = write_book(tmp_path / "book", form_of("birth-2006"), SCHEMAS, replace(SMALL, no_father=1.0))
    for entry in truth_of(folder)["entries"]:
        assert [entry[column] for column in ("chaHoTen", "chaDanToc", "chaQuocTich")] == ["", "", ""]
        assert entry["meHoTen"]


def test_pages_are_jpegs_of_the_stated_resolution(tmp_path: Path) -> None:
    options = replace(SMALL, container="jpeg", entries=1, cover=False)
    (path,) = write_book(tmp_path / "book", form_of("birth-2006"), SCHEMAS, options).glob("*.jpg")
    with Image.open(io.BytesIO(path.read_bytes())) as image:
        assert image.info["dpi"] == (110, 110)


def test_another_printing_moves_lines_and_their_ink_together() -> None:
    options = replace(SMALL, scanner="none", cover=False, entries=1, seed=3)
    (declared,) = draw_book(form_of("birth-2006"), SCHEMAS, options)
    (moved,) = draw_book(form_of("birth-2006"), SCHEMAS, replace(options, printing=0.01))
    assert moved.page.entries == declared.page.entries
    shifts = [
        second.top - first.top
        for (_, first), (_, second) in zip(declared.page.sheet.labels, moved.page.sheet.labels, strict=True)
    ]
    assert len({shift > 0 for shift in shifts if abs(shift) > 1}) == 1
    assert max(map(abs, shifts)) <= 0.01 * declared.page.sheet.frame.height + 1


def test_copies_of_a_ledger_say_the_same_in_other_ink(tmp_path: Path) -> None:
    options = replace(SMALL, container="jpeg", entries=1, office=OfficeOptions())
    books = [
        write_book(tmp_path / str(copy), form_of("birth-2006"), SCHEMAS, replace(options, copy=copy))
        for copy in (1, 2)
    ]
    entries = [truth_of(book)["entries"][0] for book in books]
    notes = SCHEMAS.record("birth").by_name["notes"].column
    values = [
        {key: text.casefold() for key, text in entry.items() if key[0] != "_" and key != notes}
        for entry in entries
    ]
    assert values[0] == values[1]
    scans = [max(book.glob("*.jpg")).read_bytes() for book in books]
    assert scans[0] != scans[1]
