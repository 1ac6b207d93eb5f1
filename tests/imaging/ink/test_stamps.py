"""Red marks are told apart by what they are."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from pipeline import schema
from pipeline.imaging.ink.binarization import split_colour_layers
from pipeline.imaging.ink.stamps import find_stamps
from pipeline.model import StampKind
from pipeline.synth.sheet import PaperSheet
from pipeline.synth.stamps import boxed_stamp, name_stamp, round_seal
from tests.imaging.drawings import ink_mask

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
