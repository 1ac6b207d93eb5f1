"""The shipped pen fonts hold every Vietnamese letter and come with their licence."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fontTools.ttLib import TTFont
from PIL import ImageFont

from pipeline.base.text.tones import TONED_VOWELS
from pipeline.declarations import schema
from pipeline.training.synthetic_pages import SynthOptions, draw_book
from pipeline.training.synthetic_pages.line_drawing import draw_line, ink_box, text_width
from pipeline.training.synthetic_pages.pen_fonts import (
    PEN_FOLDER,
    PENS,
    PenFont,
    draw_hand_style,
    draw_type_style,
    load_font,
)

LETTERS = {*TONED_VOWELS, "đ"}


@pytest.mark.parametrize("pen", PENS, ids=lambda pen: pen.file)
def test_a_pen_font_holds_every_vietnamese_letter_and_its_licence(pen: PenFont) -> None:
    path = PEN_FOLDER / pen.file
    font = TTFont(path)
    known = set(font.getBestCmap())
    wanted = {letter for each in LETTERS for letter in (each, each.upper())} | set('0123456789/.,-()":')
    assert {letter for letter in wanted if ord(letter) not in known} == set()
    assert {"GSUB", "GPOS"} <= set(font.keys())
    licence = (path.parent / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert pen.file.split("/")[0] in (PEN_FOLDER / "SOURCE.md").read_text(encoding="utf-8")


SMALL = SynthOptions(seed=3, entries=1, dpi=100, scanner="none", cover=False)


def _lent(folder: Path) -> Path:
    target = folder / "quill"
    target.mkdir()
    return Path(shutil.copy(PEN_FOLDER / PENS[0].file, target / "Quill.ttf"))


def test_books_can_be_drawn_with_pens_from_elsewhere(tmp_path: Path) -> None:
    elsewhere = PenFont(str(PEN_FOLDER / "borel" / "Borel_400Regular.ttf"), 4.0, True, 0.0)
    other = PenFont("/no/such/quill/Quill.ttf", 4.0, False, 0.0)
    rng = np.random.default_rng(1)
    fonts = {draw_hand_style(rng, ("quill",), (elsewhere, other)).font.name for _ in range(20)}
    assert fonts == {"Quill.ttf"}
    with pytest.raises(ValueError, match="quill"):
        draw_hand_style(rng, ("quill",))
    with pytest.raises(ValueError, match="quill"):
        SynthOptions(pens=("quill",))
    schemas = schema.load()
    form = schemas.form("birth-2006")
    usual, larger = (
        next(iter(draw_book(form, schemas, replace(SMALL, pens=(pen.family,), more_pens=(pen,))))).scan.pixels
        for pen in (PENS[0], replace(PENS[0], file=str(_lent(tmp_path)), size=2 * PENS[0].size))
    )
    assert not np.array_equal(usual, larger)


def test_every_shipped_font_is_used() -> None:
    assert {path.relative_to(PEN_FOLDER).as_posix() for path in PEN_FOLDER.glob("*/*.ttf")} == {
        pen.file for pen in PENS
    }


def test_hands_are_drawn_with_the_pens_that_are_named_and_all_pens_come_up() -> None:
    chosen = ("charm", "mali")
    rng = np.random.default_rng(5)
    assert {draw_hand_style(rng, chosen).font.parent.name for _ in range(40)} == set(chosen)
    assert {draw_hand_style(rng).font.parent.name for _ in range(300)} == {pen.family for pen in PENS}


def test_a_book_is_written_only_with_its_pens(monkeypatch: pytest.MonkeyPatch) -> None:
    used: set[Path] = set()

    def noting(path: Path, pixels: int) -> ImageFont.FreeTypeFont:
        used.add(path)
        return load_font(path, pixels)

    monkeypatch.setattr("pipeline.training.synthetic_pages.line_drawing.load_font", noting)
    schemas = schema.load()
    options = SynthOptions(seed=4, entries=2, dpi=100, pens=("ms-madi",))
    assert len(list(draw_book(schemas.form("birth-2006"), schemas, options))) == 3
    assert {path.parent.name for path in used if PEN_FOLDER in path.parents} == {"ms-madi"}


@pytest.mark.parametrize("seed", range(12))
def test_a_line_is_about_as_long_as_it_measures(seed: int) -> None:
    rng = np.random.default_rng(seed)
    hand = draw_type_style(rng) if seed % 4 == 0 else draw_hand_style(rng)
    patch = draw_line("Nguyễn Thị Hồng Ngọc", hand, 150, rng)
    box = ink_box(patch.mask)
    assert box is not None
    assert (box[2] - box[0]) == pytest.approx(text_width("Nguyễn Thị Hồng Ngọc", hand, 150), rel=0.2)


def test_gaps_stretch_a_line_without_changing_its_letters() -> None:
    hand = draw_hand_style(np.random.default_rng(3))
    close = draw_line("360118405", hand, 150, np.random.default_rng(1))
    apart = draw_line("360118405", hand, 150, np.random.default_rng(1), gaps=(12.0,) * 9)
    assert apart.advance > close.advance + 80
