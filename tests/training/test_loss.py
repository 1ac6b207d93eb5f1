from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from pipeline.recognition.ocr.line_image import HEIGHT
from pipeline.training.batch_pools import batches
from pipeline.training.batches import CLASSES, Batch
from pipeline.training.ctc import ctc_loss
from pipeline.training.dataset import ROWS, DatasetLine
from pipeline.training.line_sources import mixture_of
from pipeline.training.network import LETTERS, CtcNetwork, NetworkOptions, folded_classes


class Fixed(CtcNetwork):
    """A network that reads the same text from every picture."""

    def __init__(self, text: str) -> None:
        super().__init__(NetworkOptions(channels=(4, 4, 4, 4), width=4, depth=1))
        self.text = text

    def forward(self, lines: Tensor) -> Tensor:
        scores = torch.full((1, 2 * len(self.text) + 1, 1 + len(LETTERS)), -8.0)
        scores[:, ::2, 0] = 8.0
        for number, letter in enumerate(self.text):
            scores[:, 2 * number + 1, CLASSES[letter]] = 8.0
        return scores


def _loss(seen: str, label: str, *, full: bool) -> float:
    batch = Batch(np.zeros((1, 1, HEIGHT, 8), np.float32), (2 * len(seen) + 1,), (label,), (full,))
    return float(ctc_loss(Fixed(seen), batch))


@pytest.mark.parametrize(
    ("seen", "label"),
    [("thôn 3, xã An Phú", "Thôn 3 Xã An Phú"), ("TP. HỒ", "Tp Hồ"), ("(Ấp 5)", "Ấp 5"), ("M'gar", "M'Gar")],
)
def test_case_and_signs_that_a_label_leaves_out_cost_nothing(seen: str, label: str) -> None:
    assert _loss(seen, label, full=False) < 0.01
    assert _loss(seen, label, full=True) > 0.5


@pytest.mark.parametrize(
    ("seen", "label"), [("Hoà", "Hòa"), ("Ấp 51", "Ấp 57"), ("12/8", "128"), ("An", "Ân")]
)
def test_another_letter_mark_or_figure_always_costs(seen: str, label: str) -> None:
    assert _loss(seen, label, full=False) > 0.5


def test_every_letter_folds_to_its_lower_case_or_to_nothing() -> None:
    folds, letters = folded_classes()
    assert folds[0] == 0
    for letter, fold in zip(LETTERS, folds[1:], strict=True):
        assert fold == 0 or letters[fold - 1] == letter.lower()
        assert fold != 0 or not letter.isalnum()


def test_lines_with_full_labels_come_as_often_as_the_others_however_few_they_are() -> None:
    ink = np.zeros((ROWS, 200), np.uint8)
    ink[20:40, 10:190:8] = 255
    real = [DatasetLine(ink, "an", False, "w001")] * 40 + [DatasetLine(ink, "An.", True, "t001")] * 2
    source = batches(mixture_of((), real), 24, np.random.default_rng(6))
    full = [is_full for _ in range(20) for is_full in next(source).full_labels]
    assert 0.35 < sum(full) / len(full) < 0.65
