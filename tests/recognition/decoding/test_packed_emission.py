"""What is kept of emissions says of texts what the emissions said."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.recognition.decoding import Emission, pack_emissions, score_texts, unpack_emissions
from tests.recognition.decoding.written import LETTERS, written

texts = st.text(LETTERS.strip(), min_size=1, max_size=12)


@given(text=texts, other=texts, seed=st.integers(0, 9), certainty=st.floats(0.6, 0.99))
@settings(max_examples=60, deadline=None)
def test_texts_are_weighed_as_before(text: str, other: str, seed: int, certainty: float) -> None:
    emissions = [written(text, certainty=certainty, seed=seed), written(text, seed=seed + 1)]
    before = score_texts(emissions, [text, other])
    after = score_texts(unpack_emissions(pack_emissions(emissions)), [text, other])
    assert abs(after[0] - before[0]) < 0.05 + 0.02 * len(text)
    assert (after[0] >= after[1]) == (before[0] >= before[1]) or abs(before[0] - before[1]) < 0.5


def test_a_doubt_is_kept() -> None:
    emissions = [written("Tuấn", {2: {"â": 0.3}})]
    clear, doubt, _ = score_texts(unpack_emissions(pack_emissions(emissions)), ["Tuấn", "Tuân", "Tuồn"])
    assert clear - doubt == pytest.approx(np.log(0.68 / 0.3), abs=0.1)


def test_a_line_takes_a_few_hundred_bytes() -> None:
    line = "Chủ tịch UBND xã Tân Lợi, huyện Long Mỹ"
    assert len(pack_emissions([written(line), written(line, seed=1)])) < 2000


def test_no_emissions_are_no_bytes() -> None:
    assert pack_emissions([]) == b""
    assert unpack_emissions(b"") == ()


def test_an_alphabet_that_does_not_fit_is_not_kept() -> None:
    letters = "".join(chr(0x4E00 + number) for number in range(300))
    assert pack_emissions([Emission(np.zeros((3, 301), np.float32), letters)]) == b""


@given(cut=st.integers(1, 200))
@settings(deadline=None)
def test_bytes_that_are_cut_short_are_refused(cut: int) -> None:
    packed = pack_emissions([written("Nguyễn Văn Thử")])
    with pytest.raises(ValueError, match="packed emissions"):
        unpack_emissions(packed[: -min(cut, len(packed) - 1)])
