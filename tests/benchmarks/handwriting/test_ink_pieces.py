"""Words and figures are cut out where the networks see them, and only where the ink is their own."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.handwriting.ink_pieces import MARGIN, cut_line
from benchmarks.handwriting.pen_figures import collected_figures, pen_figure, stroke_width
from pipeline.base.errors import SetupError
from pipeline.base.model import Pixels
from pipeline.recognition.decoding import Emission
from pipeline.recognition.ocr.line_image import STRIDE, line_image
from pipeline.training.synthetic_pages import WriterInk

LETTERS = " abc123/"
TALL, WIDE, GAP, SPACE = 30, 14, 5, 30


def boxed(text: str) -> tuple[Pixels, list[tuple[int, int]]]:
    """A picture with an outlined box for each letter, and where each box lies; the letters of a word touch."""
    places, x = [], 20
    for at, letter in enumerate(text):
        if letter == " ":
            x += SPACE
        else:
            joined = at and text[at - 1].isalpha() and letter.isalpha()
            x += 0 if joined else GAP
            places.append((x, x + WIDE))
            x += WIDE
    mask = np.zeros((90, x + 20), np.uint8)
    for left, right in places:
        mask[30 : 30 + TALL, left:right] = 255
        mask[34 : 26 + TALL, left + 4 : right - 4] = 0
    return mask, places


def seen(mask: Pixels, text: str, places: list[tuple[int, int]]) -> Emission:
    """A network that sees each letter in the middle of its box."""
    width = line_image(np.asarray(255 - mask, np.uint8)).shape[1]
    inked = np.flatnonzero(mask.any(axis=0))
    scale = (width - 2 * MARGIN) / (inked[-1] + 1 - inked[0])
    chances = np.full((-(-width // STRIDE), 1 + len(LETTERS)), 1e-4, np.float32)
    chances[:, 0] = 1.0
    middles = iter(places)
    last = 0
    for letter in text:
        if letter == " ":
            step = last + 2
        else:
            left, right = next(middles)
            step = last = int((((left + right) / 2 - inked[0]) * scale + MARGIN) / STRIDE)
        chances[step] = 1e-4
        chances[step, 1 + LETTERS.index(letter)] = 1.0
    return Emission(np.log(chances / chances.sum(axis=1, keepdims=True)), LETTERS)


def test_words_are_cut_whole_and_figures_one_by_one() -> None:
    text = "abc 12/3 cab"
    mask, places = boxed(text)
    pieces, gaps = cut_line(mask, text, [seen(mask, text, places)])
    assert [piece.text for piece in pieces] == ["abc", "1", "2", "/", "3", "cab"]
    for piece in pieces:
        assert piece.piece.mask.shape == (TALL, WIDE * len(piece.text))
        assert (piece.piece.mask > 0).mean() == pytest.approx(
            (mask > 0)[30:60, 25 : 25 + 3 * WIDE].mean(), rel=0.02
        )
    assert gaps == pytest.approx([SPACE + GAP + 1] * 2, abs=1)


def test_words_that_a_stroke_joins_are_left_out() -> None:
    text = "abc cab ab"
    mask, places = boxed(text)
    mask[40:44, places[2][1] - 2 : places[3][0] + 2] = 255
    pieces, _ = cut_line(mask, text, [seen(mask, text, places)])
    assert [piece.text for piece in pieces] == ["ab"]


def test_what_the_edge_of_the_photograph_cuts_off_is_left_out() -> None:
    text = "abc cab"
    mask, places = boxed(text)
    mask[: 30 + 2, places[0][0] : places[0][0] + 4] = 255
    pieces, _ = cut_line(mask, text, [seen(mask, text, places)])
    assert [piece.text for piece in pieces] == ["cab"]


def test_a_label_that_the_networks_do_not_see_cuts_nothing() -> None:
    mask, places = boxed("abc cab")
    assert cut_line(mask, "123 321", [seen(mask, "abc cab", places)]) == ((), ())


def ring(size: int = 28) -> np.ndarray:
    rows, columns = np.mgrid[:size, :size]
    far = np.hypot(rows - size / 2, columns - size / 2)
    return np.asarray(np.abs(far - 8) < 2, np.float32)


@pytest.mark.parametrize("stroke", [2.5, 4.0, 6.0])
def test_a_figure_of_the_collection_gets_the_height_and_the_stroke_of_the_writer(stroke: float) -> None:
    piece = pen_figure(ring(), 50.0, stroke, 220.0, np.random.default_rng(1))
    assert piece is not None
    assert len(piece.mask) == pytest.approx(50, abs=3)
    assert stroke_width(piece.mask) == pytest.approx(stroke, rel=0.3)
    assert piece.baseline == len(piece.mask)


def test_a_writer_is_lent_the_same_figures_each_time(tmp_path: Path) -> None:
    (tmp_path / "0.json").write_text(json.dumps({"data": np.stack([ring()] * 6).ravel().tolist()}))
    plain = WriterInk("w001", {}, {}, 12.0, 3.0, 15.0)
    first, again = (collected_figures("0", plain, 220.0, tmp_path) for _ in range(2))
    assert [piece.mask.tolist() for piece in first] == [piece.mask.tolist() for piece in again]
    with pytest.raises(SetupError, match=r"scripts/training-figures\.sh"):
        collected_figures("1", plain, 220.0, tmp_path)
