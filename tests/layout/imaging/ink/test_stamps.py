"""Red marks are told apart by what they are."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from pipeline.base.model import StampKind
from pipeline.declarations import schema
from pipeline.layout.imaging.geometry import warp
from pipeline.layout.imaging.ink.binarization import split_colour_layers
from pipeline.layout.imaging.ink.stamps import find_stamps, rectify_red_layer
from pipeline.training.synthetic_pages.sheet import PaperSheet
from pipeline.training.synthetic_pages.stamps import boxed_stamp, name_stamp, round_seal
from tests.layout.imaging.drawings import ink_mask, painted

DPI = 200.0


def stamp_on(draw: Callable[[PaperSheet, np.random.Generator], object], seed: int) -> set[StampKind]:
    sheet = PaperSheet.blank(schema.load().form("birth-2006"), DPI)
    draw(sheet, np.random.default_rng(seed))
    found = find_stamps(ink_mask(split_colour_layers(sheet.pixels).red), DPI)
    return {stamp.kind for stamp in found if stamp.box.width * stamp.box.height > 1000}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_seal_in_the_page_a_seal_over_its_edge_a_boxed_stamp_and_a_name_are_four_things(seed: int) -> None:
    def seal(sheet: PaperSheet, rng: np.random.Generator) -> None:
        round_seal(sheet, "ủy ban nhân dân xã Thử", 800, 1200, rng)

    def straddle(sheet: PaperSheet, rng: np.random.Generator) -> None:
        round_seal(sheet, "ủy ban nhân dân xã Thử", sheet.size[0] + 5, 1200, rng)

    def boxed(sheet: PaperSheet, rng: np.random.Generator) -> None:
        boxed_stamp(sheet, "ĐĂNG KÝ LẠI", 1300, 600, rng)

    def name(sheet: PaperSheet, rng: np.random.Generator) -> None:
        name_stamp(sheet, "Nguyễn Văn Thử", 600, 2000, rng)

    assert stamp_on(seal, seed) == {StampKind.SEAL}
    assert stamp_on(straddle, seed) == {StampKind.STRADDLE}
    assert stamp_on(boxed, seed) == {StampKind.BOXED}
    assert stamp_on(name, seed) == {StampKind.NAME}


def test_a_page_without_red_has_no_stamps() -> None:
    assert find_stamps(np.zeros((600, 400), np.uint8), DPI) == ()


def test_red_far_apart_is_resampled_as_the_whole_layer_is_and_what_lies_between_is_paper() -> None:
    rng = np.random.default_rng(8)
    red = np.full((900, 500), 255, np.uint8)
    red[40:90, 30:200] = rng.integers(0, 256, (50, 170), np.uint8)
    red[600:700, 300:400] = rng.integers(0, 256, (100, 100), np.uint8)
    matrix = np.array([[0.99, 0.02, 4], [-0.02, 1.01, 9], [1e-6, 0, 1.0]])
    layer, mask, components = rectify_red_layer(red, matrix, (500, 920), DPI)
    whole = warp.warp_image(red, matrix, (500, 920))
    assert np.abs(layer.astype(int) - whole).max() <= 2
    assert (layer[200:500] == 255).all()
    assert np.array_equal(painted(components), mask)
    assert mask[40:90].any()
    assert mask[600:700].any()
