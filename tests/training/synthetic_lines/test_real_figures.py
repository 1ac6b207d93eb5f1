"""Dates and numbers written in figures of real pens, and the figures cut out of lines."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from torch import Tensor

from pipeline.base.errors import SetupError
from pipeline.recognition.ocr.line_image import STRIDE
from pipeline.training.dataset import ROWS, DatasetLine
from pipeline.training.letter_alignment import Aligner, align_lines
from pipeline.training.line_cutting import figures_by_writer
from pipeline.training.network import LETTERS
from pipeline.training.synthetic_lines.fonts import FontSet
from pipeline.training.synthetic_lines.lines import synthetic_line
from pipeline.training.synthetic_lines.real_figures import SIDE, Figure, RealFigures
from pipeline.training.synthetic_lines.texts import draw_figures


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    """A folder like that of the script: three pictures of each figure, each as broad as it is high a value."""
    for digit in range(10):
        pictures = []
        for shift in range(3):
            picture = np.zeros((SIDE, SIDE), np.uint8)
            cv2.putText(picture, str(digit), (5 + shift, 24), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 255, 2)
            pictures.append(picture / 255)
        data = np.stack(pictures).ravel().round(3).tolist()
        (tmp_path / f"{digit}.json").write_text(json.dumps({"data": data}), encoding="utf-8")
    return tmp_path


def test_a_date_is_written_with_one_piece_of_ink_a_figure_and_sign(collection: Path) -> None:
    figures = RealFigures.gather({}, collection)
    assert figures is not None
    rng = np.random.default_rng(2)
    for text in ("2009", "15/08/1979", "7-3-1981"):
        ink = figures.write(text, 24, rng)
        pieces = cv2.connectedComponents((ink.mask > 60).astype(np.uint8))[0] - 1
        assert 0.6 * len(text) <= pieces <= len(text)
        assert ink.mask[0].max() > 60
        assert ink.mask[:, -1].max() > 60
        assert 0 < ink.base <= len(ink.mask) + 4


def test_a_figure_that_was_cut_from_a_line_keeps_its_faint_ink_when_it_is_lent(collection: Path) -> None:
    """Ink that is thinned away under its label teaches a network to read what is not there."""
    faint = np.zeros((30, 12), np.uint8)
    faint[:, 4:8] = 90
    cut = {"w001": {"1": (Figure(faint),) * 400}}
    figures = RealFigures.gather(cut, collection)
    assert figures is not None
    lent = RealFigures((), figures.collection)
    rng = np.random.default_rng(9)
    assert all((lent.write("1", 24, rng).mask > 60).mean() > 0.1 for _ in range(40))


def test_only_figures_and_the_signs_between_them_can_be_written(collection: Path) -> None:
    figures = RealFigures.gather({}, collection)
    assert figures is not None
    assert figures.can_write("12/ 03. 2009")
    assert not figures.can_write("12 tháng 3")
    assert not figures.can_write("/-")


def test_texts_of_figures_alone_can_all_be_written(collection: Path) -> None:
    figures = RealFigures.gather({}, collection)
    assert figures is not None
    rng = np.random.default_rng(4)
    assert all(figures.can_write(draw_figures(rng)) for _ in range(300))


def test_without_a_collection_and_without_every_figure_there_is_nothing_to_write_with() -> None:
    assert RealFigures.gather({}, None) is None


def test_a_folder_that_lacks_a_figure_is_refused_by_name(collection: Path) -> None:
    (collection / "7.json").unlink()
    with pytest.raises(SetupError, match=r"7\.json"):
        RealFigures.gather({}, collection)


def test_a_line_of_the_same_seed_is_the_same_and_has_the_text_of_its_figures(collection: Path) -> None:
    figures, pens = RealFigures.gather({}, collection), FontSet.find()
    first = [synthetic_line(np.random.default_rng(seed), pens, figures) for seed in range(12)]
    again = [synthetic_line(np.random.default_rng(seed), pens, figures) for seed in range(12)]
    assert [line.text for line in first] == [line.text for line in again]
    assert all((one.grey == two.grey).all() for one, two in zip(first, again, strict=True))


def _line_of_bars(text: str, touching: bool = False) -> tuple[DatasetLine, list[int]]:
    """A line whose every letter is an upright bar, and the middle of each."""
    pitch = 34
    ink = np.zeros((ROWS, pitch * len(text) + 20), np.uint8)
    middles = []
    for at, letter in enumerate(text):
        x = 20 + pitch * at
        middles.append(x)
        if letter != " ":
            ink[18:46, x - 4 : x + 4] = 255
    if touching:
        ink[30:33, 20:-20] = 255
    return DatasetLine(ink, text, False, "w001"), middles


def _knowing(text: str, middles: list[int], scale: float) -> Callable[[Tensor], Tensor]:
    """A network that sees each letter of the text where it stands."""

    def network(lines: Tensor) -> Tensor:
        steps = lines.shape[3] // STRIDE
        scores = torch.full((1, steps, 1 + len(LETTERS)), -8.0)
        scores[:, :, 0] = 2.0
        for letter, x in zip(text, middles, strict=True):
            step = min(steps - 1, round(x * scale / STRIDE))
            scores[0, step, 0], scores[0, step, 1 + LETTERS.index(letter)] = -8.0, 8.0
        return scores

    return network


@pytest.mark.parametrize(("touching", "found"), [(False, {"1": 1, "9": 2}), (True, {})])
def test_figures_are_cut_out_of_a_line_where_no_ink_joins_them(touching: bool, found: dict[str, int]) -> None:
    line, middles = _line_of_bars("số 199", touching)
    scale = 40 / (ROWS - 2 * round(ROWS * (1 - 1 / 1.4) / 2))
    cut = figures_by_writer(align_lines([line], Aligner(_knowing(line.text, middles, scale))))
    assert {digit: len(figures) for digit, figures in cut.get("w001", {}).items()} == found


def test_a_label_of_signs_alone_gives_neither_words_nor_figures() -> None:
    line, middles = _line_of_bars("---")
    assert align_lines([line], Aligner(_knowing("---", middles, 1.0))) == ()


def test_a_kept_alignment_is_the_one_that_was_made(tmp_path: Path) -> None:
    line, middles = _line_of_bars("số 199")
    aligner = Aligner(_knowing(line.text, middles, 40 / 52))
    kept = tmp_path / "kept.npz"
    assert align_lines([line], aligner, kept) == align_lines([line], aligner, kept) != ()
