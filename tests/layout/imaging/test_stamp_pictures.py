"""Pictures of stamps: what is kept of them, and which are the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.layout.imaging.stamp_pictures import (
    DPI,
    SAME,
    StampPicture,
    merged_picture,
    pack_picture,
    place_on,
    unpack_picture,
)
from tests.books.book_context.test_stamps import FIRST, SECOND, stamp


def picture(name: str, seed: int, crossed: float = 0.0) -> StampPicture:
    return StampPicture(unpack_picture(pack_picture(stamp(name, seed, crossed), 200.0)))


@given(st.integers(1, 60), st.integers(1, 90), st.randoms(use_true_random=False))
def test_a_picture_comes_back_in_its_grey_levels(height: int, width: int, random: object) -> None:
    pixels = np.random.default_rng(random.getrandbits(32)).integers(0, 256, (height, width)).astype(np.uint8)  # type: ignore[attr-defined]
    back = unpack_picture(pack_picture(pixels, DPI))
    assert back.shape == pixels.shape
    assert np.abs(back.astype(int) - pixels).max() <= 9


@pytest.mark.parametrize("packed", [b"", b"abc", pack_picture(np.zeros((5, 5), np.uint8), DPI)[:-6]])
def test_bytes_that_are_no_picture_are_refused(packed: bytes) -> None:
    with pytest.raises(ValueError, match="no picture"):
        unpack_picture(packed)


def test_a_kept_picture_is_small() -> None:
    assert len(pack_picture(stamp(FIRST, 1), 200.0)) < 4000
    assert unpack_picture(pack_picture(np.full((2000, 9000), 255, np.uint8), 200.0)).size <= 900 * 150


def test_a_stamp_is_the_same_picture_worn_turned_and_crossed() -> None:
    whole = picture(FIRST, 1)
    for seed, crossed in ((2, 0.0), (3, 0.3), (4, 0.5)):
        assert place_on(picture(FIRST, seed, crossed), whole)[0] >= SAME


def test_another_name_is_another_picture() -> None:
    assert place_on(picture(SECOND, 1), picture(FIRST, 1))[0] < SAME


def test_what_crosses_a_stamp_on_single_pages_is_gone_from_the_merged_picture() -> None:
    whole, crossed = picture(FIRST, 1), picture(FIRST, 2, 0.9)
    merged = merged_picture(whole, [crossed, picture(FIRST, 3), picture(FIRST, 4)])
    strokes = np.quantile(crossed.pixels, 0.01)
    assert merged.shape == whole.pixels.shape
    assert (merged <= strokes + 5).sum() < 20
