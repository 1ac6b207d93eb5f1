"""The half of a seal on a page's edge is known whatever its red, and what is written across it stays."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.base.model import Pixels
from pipeline.declarations import schema
from pipeline.layout.imaging.geometry.pyramid import Pyramid
from pipeline.layout.imaging.ink.binarization import (
    ColourLayers,
    binarize,
    normalize_illumination,
    split_colour_layers,
)
from pipeline.layout.imaging.ink.straddle_seals import find_straddle_seals, without_seals
from pipeline.training.synthetic_pages import stamps
from pipeline.training.synthetic_pages.sheet import PaperSheet
from pipeline.training.synthetic_pages.stamps import round_seal, stroke_path

DPI = 150
PEN = (25, 35, 110)
FORM = schema.load().form("birth-2006")


def sealed(colour: tuple[int, int, int], over: float, monkeypatch: pytest.MonkeyPatch) -> PaperSheet:
    """Paper with a seal of that colour whose centre lies so many mm beyond its right edge."""
    sheet = PaperSheet.blank(FORM, DPI)
    monkeypatch.setattr(stamps, "RED", colour)
    round_seal(
        sheet, "ủy ban nhân dân xã thử", sheet.size[0] + sheet.mm(over), 700, np.random.default_rng(4), 0.7
    )
    return sheet


def separated(pixels: Pixels) -> ColourLayers:
    return without_seals(split_colour_layers(pixels), pixels, find_straddle_seals(Pyramid(pixels), DPI), DPI)


def ink_of(layers: ColourLayers) -> int:
    return int((binarize(normalize_illumination(layers.ink))[0] > 0).sum())


@pytest.mark.parametrize("over", [-5.0, 0.0, 5.0])
@pytest.mark.parametrize("colour", [(196, 30, 44), (140, 50, 95), (90, 40, 60), (200, 110, 120)])
def test_no_ink_is_left_of_half_a_seal(
    colour: tuple[int, int, int], over: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels = sealed(colour, over, monkeypatch).pixels
    assert len(find_straddle_seals(Pyramid(pixels), DPI)) == 1
    assert ink_of(separated(pixels)) < 40


def test_a_dark_seal_is_ink_where_it_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = sealed((90, 40, 60), 0.0, monkeypatch).pixels
    assert ink_of(split_colour_layers(pixels)) > 1000


@pytest.mark.parametrize("colour", [(196, 30, 44), (140, 50, 95), (90, 40, 60)])
def test_what_is_written_across_half_a_seal_stays(
    colour: tuple[int, int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = sealed(colour, 0.0, monkeypatch)
    right = sheet.size[0]
    points = np.array([[right - sheet.mm(x), 700 + sheet.mm(3 * np.sin(x))] for x in np.arange(2, 17, 0.2)])
    alone = PaperSheet.blank(FORM, DPI)
    stroke_path(alone, points, PEN, 0.85, 0.5)
    stroke_path(sheet, points, PEN, 0.85, 0.5)
    assert ink_of(separated(sheet.pixels)) > 0.9 * ink_of(split_colour_layers(alone.pixels))


def test_red_that_is_no_seal_changes_nothing() -> None:
    sheet = PaperSheet.blank(FORM, DPI)
    stamps.boxed_stamp(sheet, "ĐĂNG KÝ LẠI", 900, 500, np.random.default_rng(2))
    layers = split_colour_layers(sheet.pixels)
    assert not find_straddle_seals(Pyramid(sheet.pixels), DPI)
    assert without_seals(layers, sheet.pixels, (), DPI) is layers
