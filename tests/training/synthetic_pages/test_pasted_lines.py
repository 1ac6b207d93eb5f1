"""Lines of real ink stand where places are written, and truth says what they say."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.declarations import schema
from pipeline.training.synthetic_pages import InkCutout, SynthOptions, write_book

SCHEMAS = schema.load()
OPTIONS = SynthOptions(seed=8, entries=2, dpi=120, cover=False, blank=0.0, scanner="none", struck=0.0)


def cutout(text: str, width: int = 350) -> InkCutout:
    """Ink of that width: a comb of strokes on a level line."""
    mask = np.zeros((50, width), np.uint8)
    mask[10:40, ::12] = 255
    mask[25] = 255
    return InkCutout(mask, text)


def entries_of(folder: Path) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["entries"]
    return entries


def columns(form: schema.Form, kind: str) -> list[str]:
    record = SCHEMAS.record(form.record)
    return [record.by_name[name].column for name in form.field_names if record.by_name[name].kind == kind]


@pytest.mark.parametrize("name", ["birth-2006", "marriage-2006", "death-2006"])
def test_every_place_holds_the_cutouts_that_truth_names(tmp_path: Path, name: str) -> None:
    form = SCHEMAS.form(name)
    given = [cutout(f"Dòng {number}") for number in range(40)]
    entries = entries_of(write_book(tmp_path / "book", form, SCHEMAS, OPTIONS, given))
    written = " ".join(entry[column] for entry in entries for column in columns(form, "place"))
    pasted = written.count("Dòng")
    assert written == " ".join(each.text for each in given[:pasted])
    assert pasted >= 3 * len(entries)


def test_the_ink_of_a_cutout_is_noted_line_by_line_as_handwriting(tmp_path: Path) -> None:
    form = SCHEMAS.form("birth-2006")
    book = write_book(tmp_path / "book", form, SCHEMAS, OPTIONS, [cutout("Dòng một"), cutout("Dòng hai")] * 4)
    for entry in entries_of(book):
        assert entry["nksQueQuan"].count("Dòng") == 2
        assert len(entry["_ink"]["child_native_place"]) == 2
        assert "child_native_place" in entry["_by_hand"]


def test_a_long_cutout_is_made_smaller_and_a_too_long_one_is_left_out(tmp_path: Path) -> None:
    form = SCHEMAS.form("birth-2006")
    given = [cutout("Quá dài", 5000), *[cutout("Dài", 560)] * 5]
    book = write_book(tmp_path / "book", form, SCHEMAS, replace(OPTIONS, entries=1), given)
    width = form.paper_mm[0] * OPTIONS.dpi / 25.4
    right = (form.frame[0] + form.right * (form.frame[2] - form.frame[0])) * width
    (entry,) = entries_of(book)
    assert entry["nksQueQuan"] == "Dài Dài"
    for quad in entry["_ink"]["child_native_place"]:
        assert max(quad[::2]) <= right + 1


def test_places_are_drawn_again_when_no_cutout_is_left(tmp_path: Path) -> None:
    form = SCHEMAS.form("birth-2006")
    first, second = entries_of(write_book(tmp_path / "book", form, SCHEMAS, OPTIONS, [cutout("Dòng một")]))
    assert first["nksNoiSinh"] == "Dòng một"
    assert "Dòng" not in second["nksNoiSinh"] + second["nksQueQuan"]
    assert second["nksNoiSinh"]


def test_a_blank_stays_blank(tmp_path: Path) -> None:
    form = SCHEMAS.form("birth-2006")
    options = replace(OPTIONS, blank=1.0)
    for entry in entries_of(write_book(tmp_path / "book", form, SCHEMAS, options, [cutout("Dòng một")] * 9)):
        assert entry["nksNoiSinh"] == ""
