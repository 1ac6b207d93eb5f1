"""A book as an office keeps it: the signers, the order of entries, the values that run over, and the truth."""

from __future__ import annotations

import itertools
import json
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.base.text.dates_in_words import date_in_words
from pipeline.declarations import schema
from pipeline.declarations.ledger import load_ledger
from pipeline.training.evaluation import load_truth
from pipeline.training.synthetic_pages import OfficeOptions, SynthOptions, draw_book, write_book
from pipeline.training.synthetic_pages.office import draw_order
from pipeline.values.places import DayRange

SCHEMAS = schema.load()
OFFICE = SynthOptions(
    entries=8, dpi=100, cover=False, container="jpeg", scanner="none", office=OfficeOptions()
)


def entries_of(folder: Path) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["entries"]
    return entries


def test_the_same_seed_gives_the_same_book(tmp_path: Path) -> None:
    form = SCHEMAS.form("birth-2006")
    first, again = (write_book(tmp_path / name, form, SCHEMAS, replace(OFFICE, entries=2)) for name in "ab")
    for path in first.iterdir():
        assert path.read_bytes() == (again / path.name).read_bytes()


def test_one_officer_signs_all_entries_of_a_month(tmp_path: Path) -> None:
    options = replace(OFFICE, entries=24, dpi=100, struck=0.0)
    signers: defaultdict[int, set[str]] = defaultdict(set)
    folder = write_book(tmp_path, SCHEMAS.form("birth-2006"), SCHEMAS, options)
    for entry in entries_of(folder):
        signers[int(entry["ngayDangKy"].split("/")[1])].add(entry["nguoiKy"].casefold())
    assert len(signers) > 4
    assert all(len(names) == 1 for names in signers.values())
    assert len(set.union(*signers.values())) > 1


def test_the_place_code_is_that_of_the_commune(tmp_path: Path) -> None:
    ledger = load_ledger(
        write_book(tmp_path, SCHEMAS.form("death-2006"), SCHEMAS, replace(OFFICE, entries=1))
    )
    days = DayRange.of((ledger.year,))
    units = [unit for unit in SCHEMAS.places.gazetteer.units if unit.code == ledger.place_code]
    assert any(f"xã {unit.name}," in ledger.place for unit in units if unit.span.at(days).exists)


@pytest.mark.parametrize("seed", range(20))
def test_days_never_go_back_and_numbers_only_where_they_begin_anew(seed: int) -> None:
    options = OfficeOptions(gap=0.2, missing=0.2, restart=0.5)
    order = draw_order(np.random.default_rng(seed), options, entries=40, rows=1, first=5, year=2011)
    assert all(one.registered_on <= other.registered_on for one, other in itertools.pairwise(order))
    assert all(one.page_no < other.page_no for one, other in itertools.pairwise(order))
    back = [other.number for one, other in itertools.pairwise(order) if other.number <= one.number]
    assert back in ([], [1])


def test_gaps_missing_pages_and_restarts_occur() -> None:
    options = OfficeOptions(gap=0.2, missing=0.2, restart=1.0)
    order = draw_order(np.random.default_rng(3), options, entries=60, rows=1, first=1, year=2011)
    steps = [other.number - one.number for one, other in itertools.pairwise(order)]
    assert min(steps) < 0
    assert max(steps) > 1
    assert order[-1].page_no > 60


def test_an_overflow_is_ink_of_its_field_beyond_the_blank(tmp_path: Path) -> None:
    form = SCHEMAS.form("birth-2006")
    options = replace(OFFICE, entries=12, office=OfficeOptions(overflow=1.0))
    truth = load_truth(write_book(tmp_path, form, SCHEMAS, options) / "truth.json")
    width = form.paper_mm[0] * options.dpi / 25.4
    ends = {
        name: [
            form.frame[0] * width + piece.u1 * (form.frame[2] - form.frame[0]) * width
            for piece in slot.pieces
        ]
        for slot in form.slots
        for name in slot.field_names
    }
    found = 0
    for entry in truth.entries:
        for name, quads in entry.overflow.items():
            for quad in quads:
                found += 1
                assert any(abs(quad[0] - end) < 40 and quad[2] > end for end in ends[name])
                assert any(ink[2] == pytest.approx(quad[2], abs=2) for ink in entry.ink[name])
    assert found > 12


def test_without_overflow_nothing_is_noted_beyond_its_blank(tmp_path: Path) -> None:
    options = replace(OFFICE, office=OfficeOptions(overflow=0.0))
    truth = load_truth(write_book(tmp_path, SCHEMAS.form("birth-2006"), SCHEMAS, options) / "truth.json")
    assert not any(entry.overflow for entry in truth.entries)


def test_every_page_of_a_sealed_book_bears_half_a_seal_on_its_outer_edge() -> None:
    options = replace(OFFICE, entries=3, office=OfficeOptions(half_seal=1.0))
    for drawing in draw_book(SCHEMAS.form("death-2006"), SCHEMAS, options):
        (seal,) = drawing.page.sheet.seals
        assert seal.right == drawing.page.sheet.size[0]
        assert seal.width < 0.7 * seal.height


def test_notes_do_not_lie_over_what_runs_into_their_column() -> None:
    options = replace(OFFICE, entries=10, notes=1.0, stamped=0.0, office=OfficeOptions(overflow=1.0))
    for drawing in draw_book(SCHEMAS.form("marriage-2006"), SCHEMAS, options):
        sheet = drawing.page.sheet
        notes = [line.box for line in sheet.inks if line.fields == ("notes",)]
        assert notes
        for over in sheet.overflows:
            assert all(note.intersection(over.box).area <= 0 or note.left > over.box.right for note in notes)


def test_a_single_stroke_is_no_other_figure() -> None:
    plain, single = (
        replace(OFFICE, entries=2, office=OfficeOptions(one_stroke=share, overflow=0.0))
        for share in (0.0, 1.0)
    )
    form = SCHEMAS.form("birth-2006")
    drawn = [[page.page for page in draw_book(form, SCHEMAS, options)] for options in (plain, single)]
    for one, other in zip(*drawn, strict=True):
        assert one.entries == other.entries
        assert not np.array_equal(one.sheet.pixels, other.sheet.pixels)


def test_dates_in_words_say_the_day_in_figures(tmp_path: Path) -> None:
    folder = write_book(tmp_path, SCHEMAS.form("birth-2006"), SCHEMAS, replace(OFFICE, struck=0.0, blank=0.0))
    for entry in entries_of(folder):
        year = int(entry["nksNgaySinh"].replace("-", "/").replace(".", "/").split("/")[2])
        assert date_in_words(1, 1, year).split("năm")[-1].split()[-1] in entry["nksNgaySinhBangChu"].lower()
