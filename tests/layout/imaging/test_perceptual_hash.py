from __future__ import annotations

from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.base.model import Box, Pixels
from pipeline.layout.imaging.ink.binarization import small_ink_layer
from pipeline.layout.imaging.perceptual_hash import (
    ACROSS,
    DOWN,
    HASH_BITS,
    MAX_DUPLICATE_DISTANCE,
    hash_distance,
    ink_print,
    perceptual_hash,
)
from pipeline.scans.intake import list_scans, page_count, page_of

SAMPLE = Path(__file__).resolve().parents[3] / "samples" / "birth-2006"


@pytest.fixture(scope="module")
def pages() -> list[Pixels]:
    """Three pages of one book, grey and small."""
    (scan, *_) = list_scans(SAMPLE)
    found = [page_of(scan, number).pixels for number in range(2, page_count(scan) + 1)][:3]
    return [small_ink_layer(pixels, 900 / max(pixels.shape)) for pixels in found]


def _scanned_again(page: Pixels, angle: float) -> Pixels:
    """Laid a little otherwise, darker, with what is left of noise on a page made this small."""
    height, width = page.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    turn[:, 2] += (2, -1)
    moved = np.asarray(
        cv2.warpAffine(page, turn, (width, height), borderMode=cv2.BORDER_REPLICATE), np.float64
    )
    noise = np.random.default_rng(1).normal(0, 2, page.shape)
    return np.clip(moved * 0.95 + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("angle", [-1.0, 0.6])
def test_a_page_scanned_again_has_nearly_the_same_hash(pages: list[Pixels], angle: float) -> None:
    for page in pages:
        assert (
            hash_distance(perceptual_hash(page), perceptual_hash(_scanned_again(page, angle)))
            <= MAX_DUPLICATE_DISTANCE
        )


def test_other_pages_of_the_same_form_have_other_hashes(pages: list[Pixels]) -> None:
    looks = [perceptual_hash(page) for page in pages]
    assert min(hash_distance(one, other) for one, other in combinations(looks, 2)) > MAX_DUPLICATE_DISTANCE


def test_an_empty_page_has_no_hash() -> None:
    empty = np.full((300, 200), 240, np.uint8)
    assert perceptual_hash(empty) == ""
    assert hash_distance("", "") == HASH_BITS


FRAME = Box(20, 30, 420, 590)


def inked(*boxes: tuple[int, int, int, int]) -> Pixels:
    ink = np.zeros((620, 440), np.uint8)
    for left, top, right, bottom in boxes:
        ink[top:bottom, left:right] = 255
    return ink


def test_a_print_has_one_digit_a_cell_and_nothing_where_there_is_no_ink() -> None:
    empty = ink_print(inked(), FRAME, ())
    assert empty == "0" * (ACROSS * DOWN)
    assert ink_print(inked((20, 30, 60, 70)), FRAME, ())[0] == "f"


def test_what_is_printed_does_not_count() -> None:
    label = Box(100, 100, 200, 120)
    assert ink_print(inked((100, 100, 200, 120)), FRAME, (label,)) == "0" * (ACROSS * DOWN)


def test_a_shift_of_a_millimetre_changes_little() -> None:
    """2 pixels of 440 are a millimetre of an A4 page."""
    here = [int(digit, 16) for digit in ink_print(inked((90, 200, 250, 212)), FRAME, ())]
    there = [int(digit, 16) for digit in ink_print(inked((92, 202, 252, 214)), FRAME, ())]
    elsewhere = [int(digit, 16) for digit in ink_print(inked((90, 300, 250, 312)), FRAME, ())]
    assert np.corrcoef(here, there)[0, 1] > 0.95
    assert np.corrcoef(here, elsewhere)[0, 1] < 0.2
