"""Handwriting is not taken for type (that typed pages are known is told where whole pages are read)."""

from __future__ import annotations

from statistics import median

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.digitize.recognize import TYPED_PAGE
from pipeline.layout.imaging.ink.print_or_hand import PrintOrHandModel, line_features, strongest_percent
from pipeline.recognition.ocr.models import read_card
from pipeline.training.synthetic_pages.pen_fonts import PENS, HandStyle, draw_hand_style
from tests.layout.imaging.drawings import paper, written

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
SHAPES = read_card("print-or-hand")
MODEL = PrintOrHandModel(SHAPES.weights, SHAPES.mean, SHAPES.spread)


def chances(hand: HandStyle, seed: int, dpi: float = 300) -> list[float]:
    rng = np.random.default_rng(seed)
    return [MODEL.print_chance(written(text, hand, dpi, rng), dpi) for text in LINES]


PENNED = [draw_hand_style(np.random.default_rng(seed)) for seed in range(40)]


def test_pages_by_pen_are_not_taken_for_typed() -> None:
    assert {hand.font for hand in PENNED} == {hand.font for hand in PENNED if "fonts" in str(hand.font)}
    assert len({hand.font for hand in PENNED}) >= len(PENS) - 1
    taken = [median(chances(hand, 100 + number)) >= TYPED_PAGE for number, hand in enumerate(PENNED)]
    assert sum(taken) == 0


def test_too_little_ink_says_nothing() -> None:
    assert line_features(paper(200, 60)) is None
    assert MODEL.print_chance(paper(200, 60), 300) == 0.0


@given(seed=st.integers(0, 10_000), size=st.integers(1, 3_000), levels=st.integers(1, 500))
def test_the_strongest_percent_is_the_percentile(seed: int, size: int, levels: int) -> None:
    rng = np.random.default_rng(seed)
    strength = np.sqrt(rng.integers(0, levels, size).astype(np.float32))
    strength[rng.random(size) < rng.choice([0.0, 0.98, 0.999])] = 0.0
    assert strongest_percent(strength) == np.percentile(strength, 99)
