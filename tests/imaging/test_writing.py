"""Type and handwriting are told apart by shape."""

from __future__ import annotations

from statistics import median

import numpy as np
import pytest

from pipeline.digitize.page import TYPED_PAGE
from pipeline.imaging.writing import WritingModel, line_shape
from pipeline.ocr.models import card
from pipeline.synth.pens import PENS, Hand, pen_hand, typed_hand
from tests.imaging.drawings import paper, written

LINES = (
    "Nguyễn Thị Hồng Hạnh",
    "12/3/1985",
    "xã Tân Lợi, huyện Châu Thành, tỉnh Hậu Giang",
    "Kinh",
    "Việt Nam",
    "Phó Chủ tịch UBND",
    "ngày mười hai tháng ba năm một ngàn chín trăm",
    "Trần Văn Đức",
)
SHAPES = card("print-or-hand")
MODEL = WritingModel(SHAPES.weights, SHAPES.mean, SHAPES.spread)


def chances(hand: Hand, seed: int, dpi: float = 300) -> list[float]:
    rng = np.random.default_rng(seed)
    return [MODEL.print_chance(written(text, hand, dpi, rng)) for text in LINES]


TYPED = [typed_hand(np.random.default_rng(seed)) for seed in range(8)]
PENNED = [pen_hand(np.random.default_rng(seed)) for seed in range(40)]


@pytest.mark.parametrize("number", range(len(TYPED)))
def test_a_typed_page_is_known_as_typed(number: int) -> None:
    assert median(chances(TYPED[number], number)) >= TYPED_PAGE


def test_pages_by_pen_are_not_taken_for_typed() -> None:
    assert {hand.font for hand in PENNED} == {hand.font for hand in PENNED if "fonts" in str(hand.font)}
    assert len({hand.font for hand in PENNED}) >= len(PENS) - 1
    taken = [median(chances(hand, 100 + number)) >= TYPED_PAGE for number, hand in enumerate(PENNED)]
    assert sum(taken) == 0


def test_lines_by_themselves_are_mostly_told_apart() -> None:
    typed = [chance for number, hand in enumerate(TYPED) for chance in chances(hand, number)]
    penned = [chance for number, hand in enumerate(PENNED[:12]) for chance in chances(hand, number)]
    right = np.mean([chance > 0.5 for chance in typed]) + np.mean([chance < 0.5 for chance in penned])
    assert right / 2 > 0.85


def test_too_little_ink_says_nothing() -> None:
    assert line_shape(paper(200, 60)) is None
    assert MODEL.print_chance(paper(200, 60)) == 0.0
