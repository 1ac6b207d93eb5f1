from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.recognition.ocr.line_image import HEIGHT
from pipeline.training.augmentation import HARDER, augment, recompose_line, split_words
from pipeline.training.dataset import ROWS, DatasetLine, dataset_line, load_lines, save_lines
from pipeline.training.synthetic_lines.fonts import FontSet
from pipeline.training.synthetic_lines.lines import synthetic_line


def _lines(count: int) -> list[DatasetLine]:
    rng, pens = np.random.default_rng(2), FontSet.find(None)
    drawn = (synthetic_line(rng, pens) for _ in range(count))
    return [dataset_line(line.grey, line.text, True) for line in drawn]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 900))
def test_an_augmented_picture_is_ink_of_the_network_s_height(seed: int, width: int) -> None:
    ink = (np.random.default_rng(seed).random((ROWS, width)) * 255).astype(np.uint8)
    rng = np.random.default_rng(seed)
    everything = replace(HARDER, beyond=1.0, through=1.0, fade=1.0, stamp=1.0, label=1.0, coarse=1.0)
    picture = augment(ink, rng, everything, HEIGHT, ink[:, : max(2, width // 2)])
    assert picture.shape[0] == HEIGHT
    assert picture.dtype == np.float32
    assert 0 <= picture.min() <= picture.max() <= 1


def test_the_same_seed_gives_the_same_picture() -> None:
    (line,) = _lines(1)
    first, second = (augment(line.ink, np.random.default_rng(9)) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_a_dataset_comes_back_as_it_was_saved(tmp_path) -> None:  # type: ignore[no-untyped-def]
    lines = _lines(5)
    save_lines(tmp_path / "lines.npz", lines)
    for before, after in zip(lines, load_lines(tmp_path / "lines.npz"), strict=True):
        assert (before.text, before.full_label, before.writer) == (after.text, after.full_label, after.writer)
        np.testing.assert_array_equal(before.ink, after.ink)


def test_words_cut_from_a_line_hold_all_its_ink_and_come_together_in_any_order() -> None:
    ink = np.zeros((ROWS, 90), np.uint8)
    for left in (5, 35, 65):
        ink[20:40, left : left + 20] = 255
    words = split_words(DatasetLine(ink, "Ấp Tân Lợi", False, "w001"), (30, 60))
    assert [word.text for word in words] == ["Ấp", "Tân", "Lợi"]
    assert sum(int(word.ink.sum()) for word in words) == int(ink.sum())
    line = recompose_line(words, np.random.default_rng(4))
    assert set(line.text.split(" ")) <= {"Ấp", "Tân", "Lợi"}
    assert int((line.ink > 0).sum()) == 400 * len(line.text.split(" "))
    assert (line.full_label, line.writer) == (False, "w001")


def test_a_line_cut_at_the_wrong_number_of_places_gives_no_words() -> None:
    assert split_words(DatasetLine(np.zeros((ROWS, 50), np.uint8), "Ấp Tân Lợi", False), (20,)) == ()
