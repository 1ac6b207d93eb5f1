"""Books for fitting are drawn with pens that networks learn from, never with those of tests and calibration."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from benchmarks.handwriting.training_pens import LETTERS, training_pens
from pipeline.base.errors import SetupError
from pipeline.training.synthetic_lines.fonts import training_font
from pipeline.training.synthetic_lines.writers import nominal_x_height
from pipeline.training.synthetic_pages.pen_fonts import PEN_FOLDER


def _lent(folder: Path, file: str, as_: str) -> Path:
    target = folder / as_
    target.mkdir(parents=True)
    return Path(shutil.copy(PEN_FOLDER / file, target))


def test_a_pen_of_the_folder_writes_letters_of_a_middling_hand(tmp_path: Path) -> None:
    file = _lent(tmp_path, "borel/Borel_400Regular.ttf", "elsewhere")
    _lent(tmp_path, "mynerve/Mynerve_400Regular.ttf", "mynerve")
    (pen,) = training_pens(tmp_path)
    measured = training_font(file)
    assert measured is not None
    assert (pen.family, pen.joined, pen.capitals) == ("elsewhere", True, False)
    assert pen.size * nominal_x_height(measured) == pytest.approx(LETTERS)


def test_a_pen_of_the_tests_is_refused(tmp_path: Path) -> None:
    _lent(tmp_path, "ms-madi/MsMadi_400Regular.ttf", "script")
    with pytest.raises(SetupError):
        training_pens(tmp_path)


def test_a_pen_needs_a_folder_and_a_name_of_its_own(tmp_path: Path) -> None:
    _lent(tmp_path / "one", "borel/Borel_400Regular.ttf", "charm")
    with pytest.raises(SetupError, match="charm"):
        training_pens(tmp_path / "one")
    _lent(tmp_path / "two", "borel/Borel_400Regular.ttf", "script")
    shutil.copy(PEN_FOLDER / "mynerve/Mynerve_400Regular.ttf", tmp_path / "two" / "script")
    with pytest.raises(SetupError, match="script"):
        training_pens(tmp_path / "two")


def test_no_folder_holds_no_pens() -> None:
    assert training_pens(None) == ()
