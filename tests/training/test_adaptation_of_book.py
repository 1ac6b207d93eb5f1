"""What of a book cannot be learnt is told and leaves nothing; one that is learnt is in test_way_of_a_hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from pipeline.base.model import Crop, PageRef, Pixels
from pipeline.recognition.ocr.handwriting import HandwritingReader
from pipeline.recognition.ocr.models import load_network, read_card
from pipeline.training.adaptation import AdaptOptions
from pipeline.training.adaptation_lesson import BookLearning, ConfirmedLine
from pipeline.training.adaptation_of_book import Learnt, learn_book
from tests.training.shipped_model import TINY, shipped_model

OPTIONS = BookLearning(
    adapt=AdaptOptions(steps=30, size=4, own=0.9, rate=2e-2, warm=1, scope="whole"),
    folds=2,
    least_lines=16,
    drawn=16,
    shapes={"tiny": TINY},
)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> HandwritingReader:
    models = tmp_path_factory.mktemp("models")
    with torch.random.fork_rng():
        torch.manual_seed(7)
        shipped_model(models / "hand-t")
    return HandwritingReader((load_network(read_card("hand-t", models), models),))


def strokes(seed: int) -> Pixels:
    rng = np.random.default_rng(seed)
    pixels = np.full((60, 200), 235, np.uint8)
    for left in 20 + 30 * np.arange(5) + rng.integers(0, 8, 5):
        pixels[12:48, left : left + 4] = 30
    return pixels


def lines(text: str = "7", many: int = 24, pages: int = 8) -> list[ConfirmedLine]:
    return [
        ConfirmedLine(Crop(strokes(number), 300.0, "number"), text, PageRef("a" * 64, 1 + number % pages))
        for number in range(many)
    ]


def learn(reader: HandwritingReader, of: list[ConfirmedLine], options: BookLearning = OPTIONS) -> Learnt:
    return learn_book(reader, of, book=7, version=3, made_at="2026-11-28", options=options)


def test_a_hand_of_which_nothing_can_be_learnt_is_left_alone(reader: HandwritingReader) -> None:
    still = replace(OPTIONS, adapt=replace(OPTIONS.adapt, steps=1, rate=0.0))
    learnt = learn(reader, lines(), still)
    assert (learnt.outcome, learnt.adapter) == ("no-gain", None)


@pytest.mark.parametrize(
    ("many", "pages", "options", "outcome"),
    [
        (12, 8, OPTIONS, "few-lines"),
        (40, 1, OPTIONS, "one-page"),
        (40, 8, replace(OPTIONS, seconds=0.0), "time"),
    ],
)
def test_what_cannot_be_learnt_is_told_and_leaves_nothing(
    reader: HandwritingReader, many: int, pages: int, options: BookLearning, outcome: str
) -> None:
    learnt = learn(reader, lines(many=many, pages=pages), options)
    assert (learnt.outcome, learnt.adapter) == (outcome, None)
