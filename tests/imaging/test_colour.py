"""Red stamps are one layer, ink another."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pipeline.imaging.colour import ink_layer, split_colour_layers
from pipeline.imaging.ink.binarization import ink_mask, normalize_illumination
from pipeline.model import Pixels
from pipeline.synth.pen_fonts import INKS

SEALS = ((206, 32, 44), (190, 40, 60), (170, 30, 40), (222, 80, 84))
PAPERS = ((255, 255, 255), (246, 240, 226), (232, 222, 200))
BLUE = (28, 48, 150)


def stain(picture: Pixels, mask: Pixels, ink: tuple[int, int, int], alpha: float = 1.0) -> None:
    """Ink laid over the paper as light through a glass of its colour."""
    share = mask[..., None] / 255 * alpha
    picture[:] = picture * (1 - share * (1 - np.array(ink) / 255))


def circle() -> Pixels:
    mask = np.zeros((200, 300), np.uint8)
    cv2.circle(mask, (150, 100), 70, 255, 6)
    cv2.putText(mask, "UBND", (105, 112), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 255, 4)
    return mask


def stroke() -> Pixels:
    mask = np.zeros((200, 300), np.uint8)
    cv2.line(mask, (20, 100), (280, 104), 255, 4)
    return mask


def sheet(paper: tuple[int, int, int]) -> Pixels:
    return np.full((200, 300, 3), paper, np.uint8)


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("seal", SEALS)
def test_a_red_seal_vanishes_from_the_ink(seal: tuple[int, int, int], paper: tuple[int, int, int]) -> None:
    page = sheet(paper)
    stain(page, circle(), seal)
    assert not ink_mask(normalize_illumination(ink_layer(page))).any()


@pytest.mark.parametrize("seal", SEALS)
@pytest.mark.parametrize("ink", INKS)
def test_a_stroke_that_crosses_a_seal_stays_whole(
    ink: tuple[int, int, int], seal: tuple[int, int, int]
) -> None:
    page = sheet((250, 246, 236))
    stain(page, circle(), seal)
    stain(page, stroke(), ink, 0.9)
    mask = ink_mask(normalize_illumination(ink_layer(page)))
    assert (mask[97:108].max(axis=0) > 0)[25:275].all()
    assert not mask[:80].any()


@pytest.mark.parametrize("paper", PAPERS)
def test_the_layer_of_stamps_holds_the_seal_and_no_other_ink(paper: tuple[int, int, int]) -> None:
    page = sheet(paper)
    stain(page, stroke(), BLUE)
    assert not ink_mask(split_colour_layers(page).red).any()
    stain(page, circle(), SEALS[0])
    mask = ink_mask(split_colour_layers(page).red)
    core = (circle() > 0) & (stroke() == 0)
    assert (mask[core] > 0).mean() > 0.95
    assert (mask[circle() == 0] > 0).mean() < 0.01
