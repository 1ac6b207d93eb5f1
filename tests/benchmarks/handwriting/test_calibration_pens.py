"""Latin pens get the Vietnamese letters they lack, so that joined hands can be drawn for calibration."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from fontTools.ttLib import TTFont
from numpy.typing import NDArray
from PIL import ImageFont

from benchmarks.handwriting.calibration_pens import LATIN_CALIBRATION_PENS, calibration_pens, with_marks
from pipeline.base.errors import SetupError
from pipeline.base.text.tones import split_marks
from pipeline.training.synthetic_lines.fonts import HELD_OUT_LATIN, PLAIN, VIETNAMESE_LETTERS
from pipeline.training.synthetic_pages.pen_fonts import PEN_FOLDER, draw_hand_style, load_font

BOREL = PEN_FOLDER / "borel" / "Borel_400Regular.ttf"


@pytest.fixture(scope="module")
def latin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A font without the Vietnamese letters, as it would be fetched."""
    font = TTFont(BOREL)
    for table in font["cmap"].tables:
        table.cmap = {code: name for code, name in table.cmap.items() if chr(code) in PLAIN | {"ı"}}
    folder = tmp_path_factory.mktemp("pens")
    for name in LATIN_CALIBRATION_PENS:
        (folder / name).mkdir()
        font.save(folder / name / "pen.ttf")
    return folder


def _ink(file: Path, letter: str) -> NDArray[np.bool_]:
    font = ImageFont.truetype(str(file), 120, layout_engine=ImageFont.Layout.BASIC)  # one glyph a letter
    mask = font.getmask2(letter, mode="L", anchor="ls")
    (width, height), (left, top) = mask[0].size, mask[1]
    page = np.zeros((400, 400), bool)
    ink = np.asarray(mask[0], np.uint8).reshape(height, width) > 127
    page[200 + top : 200 + top + height, 100 + left : 100 + left + width] = ink
    return page


def test_every_letter_is_its_plain_letter_with_ink_added_at_its_mark(latin: Path, tmp_path: Path) -> None:
    source, target = latin / LATIN_CALIBRATION_PENS[0] / "pen.ttf", tmp_path / "marked.ttf"
    with_marks(source, "pen").save(target)
    seen = set()
    for letter in sorted(VIETNAMESE_LETTERS):
        plain, _ = split_marks(letter)
        ink = _ink(target, letter)
        seen.add(ink.tobytes())
        if plain != "i":
            bare = _ink(source, plain)
            near = cv2.dilate(ink.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0  # hinting moves edges
            assert (near & bare).sum() > 0.99 * bare.sum(), letter
            assert ink.sum() > bare.sum() + 20, letter
    assert len(seen) == len(VIETNAMESE_LETTERS)  # no two letters look alike
    high, low = _ink(target, "ế"), _ink(target, "ẹ")
    assert np.flatnonzero(high.any(axis=1))[0] < np.flatnonzero(_ink(source, "e").any(axis=1))[0]
    assert np.flatnonzero(low.any(axis=1))[-1] > np.flatnonzero(_ink(source, "e").any(axis=1))[-1]


def test_a_changed_font_has_another_name_and_is_the_same_every_time(latin: Path, tmp_path: Path) -> None:
    for name in ("one.ttf", "two.ttf"):
        with_marks(latin / LATIN_CALIBRATION_PENS[0] / "pen.ttf", LATIN_CALIBRATION_PENS[0]).save(
            tmp_path / name
        )
    assert (tmp_path / "one.ttf").read_bytes() == (tmp_path / "two.ttf").read_bytes()
    with TTFont(tmp_path / "one.ttf") as font:
        told = " ".join(
            record.toUnicode() for record in font["name"].names if record.nameID in (1, 3, 4, 6, 16)
        )
        assert not [word for word in ("borel", *LATIN_CALIBRATION_PENS[0].split("-")) if word in told.lower()]
        assert "Copyright" in str(font["name"].getDebugName(0))


def test_letters_that_a_font_holds_are_left_as_they_are(tmp_path: Path) -> None:
    half = frozenset(sorted(VIETNAMESE_LETTERS)[::2])
    source = TTFont(BOREL)
    for table in source["cmap"].tables:
        table.cmap = {code: name for code, name in table.cmap.items() if chr(code) not in half}
    source.save(tmp_path / "half.ttf")
    with_marks(tmp_path / "half.ttf", "pen").save(tmp_path / "whole.ttf")
    same = {
        letter
        for letter in VIETNAMESE_LETTERS
        if np.array_equal(_ink(tmp_path / "whole.ttf", letter), _ink(BOREL, letter))
    }
    assert same == VIETNAMESE_LETTERS - half


def test_the_pens_of_a_folder_write_all_letters(latin: Path, tmp_path: Path) -> None:
    pens = calibration_pens(latin, tmp_path / "kept")
    assert tuple(pen.family for pen in pens) == LATIN_CALIBRATION_PENS
    for pen in pens:
        with TTFont(pen.file) as font:
            assert set(map(chr, font.getBestCmap())) >= VIETNAMESE_LETTERS


def test_calibration_pens_draw_a_book_from_any_folder(
    latin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    pens = calibration_pens(latin, Path("kept"))
    hand = draw_hand_style(np.random.default_rng(1), (LATIN_CALIBRATION_PENS[1],), pens)
    assert load_font(hand.font, 40).getlength("Ếạ") > 0


def test_another_drawing_of_a_pen_is_kept_beside_the_first(latin: Path, tmp_path: Path) -> None:
    (first, *_) = calibration_pens(latin, tmp_path / "kept")
    other = TTFont(latin / LATIN_CALIBRATION_PENS[0] / "pen.ttf")
    other["hmtx"][other.getBestCmap()[ord("a")]] = (900, 0)
    for name in LATIN_CALIBRATION_PENS:
        (tmp_path / "other" / name).mkdir(parents=True)
        other.save(tmp_path / "other" / name / "pen.ttf")
    (second, *_) = calibration_pens(tmp_path / "other", tmp_path / "kept")
    assert first.family == second.family
    assert Path(first.file).read_bytes() != Path(second.file).read_bytes()


def test_a_folder_that_lacks_a_pen_gets_advice_how_to_fetch_it(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="calibration"):
        calibration_pens(tmp_path, tmp_path / "kept")
    assert calibration_pens(None, tmp_path / "kept") == ()


def test_calibration_pens_are_held_out_of_training() -> None:
    assert {name.replace("-", " ") for name in LATIN_CALIBRATION_PENS} == HELD_OUT_LATIN
