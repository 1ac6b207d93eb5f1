"""Synthetic lines: pens that may be used, marks, ink and paper."""

from __future__ import annotations

import re
import shutil
import unicodedata
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables.DefaultTable import DefaultTable

from pipeline.base.errors import SetupError
from pipeline.base.text.tones import split_marks
from pipeline.training.synthetic_lines.fonts import (
    HELD_OUT,
    HELD_OUT_LATIN,
    OF_DEBIAN,
    SHIPPED,
    VIETNAMESE,
    VIETNAMESE_LETTERS,
    FontSet,
    training_font,
)
from pipeline.training.synthetic_lines.handwriting import draw_handwriting
from pipeline.training.synthetic_lines.lines import synthetic_line
from pipeline.training.synthetic_lines.texts import LETTERS
from pipeline.training.synthetic_lines.tone_marks import GlyphBox, ToneMarkStyle, mark_curves
from pipeline.training.synthetic_lines.writers import WriterStyle
from pipeline.training.synthetic_pages.pen_fonts import PEN_FOLDER


@pytest.fixture(scope="module")
def pens() -> FontSet:
    return FontSet.find()


def test_the_shipped_training_pens_are_found_with_their_letters_and_measures(pens: FontSet) -> None:
    assert [pen.family for pen in pens.all] == ["borel", "mynerve", "pangolin"]
    for pen in pens.all:
        assert pen.whole
        assert 0.3 < pen.x_height < pen.capital < 1
        assert 0.02 < pen.stroke < 0.2
    assert [pen.joined for pen in pens.all] == [True, False, False]


@pytest.mark.parametrize(
    "folder",
    [
        "charm",
        "dancing-script",
        "fuzzy-bubbles",
        "grape-nuts",
        "mali",
        "ms-madi",
        "patrick-hand",
        "shantell-sans",
    ],
)
def test_a_family_held_out_is_refused(folder: str, tmp_path: Path) -> None:
    font = next((PEN_FOLDER / folder).glob("*.ttf"))
    shutil.copy(font, tmp_path / "innocent.ttf")
    with pytest.raises(SetupError, match="kiểm thử"):
        FontSet.find(tmp_path)


def test_a_font_with_vietnamese_letters_that_nobody_allowed_is_refused(tmp_path: Path) -> None:
    _renamed(PEN_FOLDER / "pangolin", tmp_path / "unknown.ttf", "Some Unknown Hand")
    with pytest.raises(SetupError, match="kiểm thử"):
        FontSet.find(tmp_path)


@pytest.mark.parametrize("family", sorted(HELD_OUT_LATIN))
def test_a_latin_family_of_the_calibration_is_refused(family: str, tmp_path: Path) -> None:
    _renamed(PEN_FOLDER / "pangolin", tmp_path / "latin.ttf", family.title(), drop=VIETNAMESE_LETTERS)
    with pytest.raises(SetupError, match="kiểm thử"):
        FontSet.find(tmp_path)


def test_a_font_without_vietnamese_letters_is_a_pen_whose_marks_are_drawn(tmp_path: Path) -> None:
    _renamed(PEN_FOLDER / "pangolin", tmp_path / "latin.ttf", "Some Latin Hand", drop=VIETNAMESE_LETTERS)
    found = FontSet.find(tmp_path)
    assert [pen.family for pen in found.all][-1] == "some latin hand"
    assert not found.all[-1].whole
    assert len(found.whole) == 3


def test_a_font_that_lacks_plain_letters_is_no_pen(tmp_path: Path) -> None:
    _renamed(
        PEN_FOLDER / "pangolin", tmp_path / "few.ttf", "Some Latin Hand", drop=VIETNAMESE_LETTERS | {"7"}
    )
    assert training_font(tmp_path / "few.ttf") is None


def test_unused_bytes_in_a_font_cause_no_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    font = TTFont(next((PEN_FOLDER / "pangolin").glob("*.ttf")))
    names = DefaultTable("post")
    names.data = font.reader["post"] + b"\0"
    font["post"] = names
    font.save(tmp_path / "longer.ttf")
    assert training_font(tmp_path / "longer.ttf") is not None
    assert caplog.messages == []


def test_the_licence_summary_names_debians_packages_and_licences(tmp_path: Path) -> None:
    for family, _ in OF_DEBIAN[:2]:
        _renamed(PEN_FOLDER / "pangolin", tmp_path / f"{family}.ttf", family, drop=VIETNAMESE_LETTERS)
    summary = FontSet.find(tmp_path).licence_summary
    assert "5 pen fonts of 5 families" in summary
    assert (
        "fonts-ecolier-court (SIL Open Font License 1.1), fonts-breip (SIL Open Font License 1.0)" in summary
    )
    assert "dkg" not in summary


def test_debians_pens_are_those_that_the_script_fetches() -> None:
    script = (Path(__file__).parents[3] / "scripts" / "training-fonts.sh").read_text(encoding="utf-8")
    fetched = re.findall(r'^debian="([^"]+)"$', script, re.MULTILINE)[0].split()
    assert [package.split()[0] for _, package in OF_DEBIAN] == fetched


def _renamed(folder: Path, target: Path, family: str, drop: frozenset[str] = frozenset()) -> None:
    font = TTFont(next(folder.glob("*.ttf")))
    for record in list(font["name"].names):
        if record.nameID in (1, 3, 4, 6, 16):
            font["name"].setName(family, record.nameID, record.platformID, record.platEncID, record.langID)
    for table in font["cmap"].tables:
        table.cmap = {code: name for code, name in table.cmap.items() if chr(code) not in drop}
    font.save(target)


def test_the_script_fetches_no_family_that_is_held_out_and_only_allowed_ones_with_vietnamese_letters() -> (
    None
):
    script = (Path(__file__).parents[3] / "scripts" / "training-fonts.sh").read_text(encoding="utf-8")
    lists = dict(re.findall(r'^(\w+)="([^"$]+)"$', script, re.MULTILINE))
    families = {name: {family.replace("-", " ") for family in text.split()} for name, text in lists.items()}
    drawn_with = families["vietnamese"] | set(SHIPPED)
    assert {family for family in drawn_with if not family.startswith(tuple(VIETNAMESE))} == set()
    assert {name for name in VIETNAMESE if not any(family.startswith(name) for family in drawn_with)} == set()
    assert len(families["latin"]) > 50
    assert len(VIETNAMESE) + len(HELD_OUT) == 24  # those that were set aside to be drawn with, and no more
    fetched = families["vietnamese"] | families["latin"]
    assert {family for family in fetched if family.startswith(tuple(HELD_OUT | HELD_OUT_LATIN))} == set()
    assert families["calibration"] == HELD_OUT_LATIN


@pytest.mark.parametrize("start", range(0, 500, 100))
def test_lines_can_be_drawn_endlessly_and_hold_ink_on_paper(pens: FontSet, start: int) -> None:
    for seed in range(start, start + 100):
        line = synthetic_line(np.random.default_rng(seed), pens)
        assert line.grey.dtype == np.uint8
        assert line.grey.ndim == 2
        assert min(line.grey.shape) >= 4
        assert line.grey.max() > line.grey.min() + 10
        assert set(line.text) <= LETTERS
        assert line.text == unicodedata.normalize("NFC", line.text)


def test_a_line_is_the_same_for_the_same_seed(pens: FontSet) -> None:
    first = [synthetic_line(np.random.default_rng(seed), pens) for seed in range(30)]
    again = [synthetic_line(np.random.default_rng(seed), pens) for seed in reversed(range(30))]
    for one, other in zip(first, reversed(again), strict=True):
        assert one.text == other.text
        assert np.array_equal(one.grey, other.grey)


def test_letters_and_their_marks_are_split_marks_and_none_is_lost() -> None:
    assert split_marks("a") == ("a", "")
    assert split_marks("đ")[0] == "d"
    parts = {letter: split_marks(letter) for letter in VIETNAMESE_LETTERS}
    assert len(set(parts.values())) == len(VIETNAMESE_LETTERS)
    assert all(base.isascii() and marks for base, marks in parts.values())


@pytest.mark.parametrize("own", [0.0, 1.0])
def test_every_marked_letter_looks_different_from_every_other_one_of_its_base(
    pens: FontSet, own: float
) -> None:
    hand = _steady(pens, own)
    drawn = {
        letter: draw_handwriting(letter, hand, np.random.default_rng(1)).mask
        for letter in sorted(VIETNAMESE_LETTERS)
    }
    drawn |= {base: draw_handwriting(base, hand, np.random.default_rng(1)).mask for base in "aeiouydAEIOUYD"}
    for letter in drawn:
        for other in drawn:
            if letter < other and split_marks(letter)[0] == split_marks(other)[0]:
                assert _apart(drawn[letter], drawn[other]), f"{letter} {other}"


def _apart(one: np.ndarray, other: np.ndarray) -> bool:
    if one.shape != other.shape:
        return True
    return int(np.abs(one.astype(int) - other.astype(int)).sum()) > 255 * 3


def test_every_writer_leaves_a_stroke_for_every_mark() -> None:
    for seed in range(200):
        rng = np.random.default_rng(seed)
        habits = ToneMarkStyle.draw(rng)
        for letter in sorted(VIETNAMESE_LETTERS):
            base, marks = split_marks(letter)
            curves = mark_curves(base, marks, GlyphBox(10, 24, 5, 25, 20), habits, rng)
            points = np.concatenate(curves)
            assert np.isfinite(points).all()
            assert np.ptp(points, axis=0).max() > 0.15
            assert (np.abs(points - (17, 15)) < 60).all()


def test_nothing_of_the_text_is_cut_off_before_the_paper_is_laid_under_it(pens: FontSet) -> None:
    rng = np.random.default_rng(2)
    for _ in range(60):
        ink = draw_handwriting("Ặg Nguyễn Thị Ỹ, ấp 10", WriterStyle.draw(rng, pens), rng)
        edge = np.concatenate([ink.mask[0], ink.mask[-1], ink.mask[:, 0], ink.mask[:, -1]])
        assert edge.max() > 60
        assert ink.mask.shape[1] > 4 * ink.mask.shape[0] / 2


def test_two_pens_can_make_one_hand_between_them(pens: FontSet) -> None:
    drawn = (WriterStyle.draw(np.random.default_rng(seed), pens) for seed in range(300))
    hand = next(hand for hand in drawn if hand.borrowed and hand.second is not hand.pen)
    assert not hand.pen.joined
    assert not hand.second.joined
    steady = replace(_steady(pens, own=0.0), second=pens.all[2], borrowed=frozenset("anu"))
    alone = replace(steady, borrowed=frozenset())
    for text, same in (("hồ ký", True), ("Ấn ủy", False), ("ANU", True)):
        ink = [draw_handwriting(text, one, np.random.default_rng(4)).mask for one in (steady, alone)]
        assert _apart(*ink) is not same, text


def test_a_joined_hand_can_have_the_capitals_of_another_joined_pen(pens: FontSet) -> None:
    one, other, apart = pens.all[:3]
    joined = [replace(pen, joined=True, stroke=one.stroke, x_height=0.3, capital=0.6) for pen in (one, other)]
    thick = replace(joined[0], family="thick", stroke=3 * one.stroke)
    tall = replace(joined[0], family="tall", capital=1.2)
    known = FontSet((*joined, thick, tall, replace(apart, joined=False)))
    drawn = [WriterStyle.draw(np.random.default_rng(seed), known) for seed in range(600)]
    neat = [hand for hand in drawn if hand.pen in joined and hand.tight == 1.0 and hand.broken == 0.0]
    others = [hand for hand in neat if hand.capitals != hand.pen]
    assert 0.05 < len(others) / len(neat) < 0.5
    assert {hand.capitals for hand in others} == set(joined)


def test_words_of_capitals_are_of_one_pen(pens: FontSet) -> None:
    hands = [WriterStyle.draw(np.random.default_rng(seed), pens, shouting=True) for seed in range(300)]
    assert {hand.borrowed for hand in hands} == {frozenset()}
    assert all(hand.capitals is hand.pen for hand in hands)
    pen = replace(pens.all[0], joined=True)
    neat = [
        replace(hands[0], pen=pen)._neatly(np.random.default_rng(seed), pens, alone=True)
        for seed in range(50)
    ]
    assert {hand.capitals for hand in neat} == {pen}


def _steady(pens: FontSet, own: float) -> WriterStyle:
    hand = WriterStyle.draw(np.random.default_rng(0), pens)
    pen = pens.all[1]
    return replace(
        hand, pen=pen, figures=pen, capitals=pen, own=own, unit=24.0, shaky=0.0, drift=0.0, wave=0.0, slant=0.0,
        barred_t=0.0, crossed_t=0.0, dotless=0.0, big_capitals=1.0, squeeze=1.0, stroke=3.5,
    )  # fmt: skip
