"""The exact chances, against every path spelt out."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.recognition.decoding import Emission
from pipeline.recognition.decoding.edits import Edit, edit_gains
from pipeline.recognition.decoding.emission import columns_of, prepare_emission
from pipeline.recognition.decoding.trellis import NEVER, build_trellises, log_chances

LETTERS = " ab"


def drawn(seed: int, steps: int = 5, calm: float = 2.0) -> Emission:
    logs = np.random.default_rng(seed).normal(size=(steps, 1 + len(LETTERS))) * calm
    logs -= np.log(np.exp(logs).sum(axis=1, keepdims=True))
    return Emission(logs.astype(np.float32), LETTERS)


def spelt_out(emission: Emission) -> dict[str, float]:
    """The chance of every text, path by path."""
    chances = np.exp(emission.log_chances.astype(np.float64))
    found: dict[str, float] = {}
    for path in itertools.product(range(chances.shape[1]), repeat=len(chances)):
        kept = [
            number for number, before in zip(path, (-1, *path), strict=False) if number and number != before
        ]
        text = "".join(LETTERS[number - 1] for number in kept)
        found[text] = found.get(text, 0.0) + float(
            np.prod([row[n] for row, n in zip(chances, path, strict=True)])
        )
    return found


@given(seed=st.integers(0, 10_000))
def test_the_chance_of_a_text_is_that_of_all_its_paths(seed: int) -> None:
    emission = drawn(seed)
    truth = spelt_out(emission)
    texts = tuple(truth)
    found = log_chances([prepare_emission(emission)], columns_of(LETTERS), texts)[0]
    assert np.exp(found) == pytest.approx([truth[text] for text in texts], rel=1e-3, abs=1e-9)
    assert np.exp(found).sum() == pytest.approx(1.0, abs=1e-4)


@given(
    seed=st.integers(0, 10_000),
    pivot=st.text(LETTERS, max_size=3),
    letters=st.text(LETTERS, max_size=2),
    data=st.data(),
)
def test_an_edit_gains_what_the_edited_text_is_likelier(
    seed: int, pivot: str, letters: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(pivot)))
    edit = Edit(start, data.draw(st.integers(start, len(pivot))), letters)
    chances, columns = prepare_emission(drawn(seed, steps=8)), columns_of(LETTERS)
    (trellis,) = build_trellises([chances], columns, (pivot,))
    assert trellis.log_chance == pytest.approx(log_chances([chances], columns, (pivot,))[0, 0], abs=1e-6)
    gain = edit_gains([trellis], columns, (edit,))[0, 0]
    edited = log_chances([chances], columns, (edit.applied(pivot),))[0, 0]
    if edited == NEVER or trellis.log_chance == NEVER:
        assert gain <= 0.0
    else:
        assert trellis.log_chance + gain == pytest.approx(edited, abs=1e-6)


def test_edits_of_any_length_are_weighed_in_one_go_as_each_by_itself() -> None:
    chances, columns = prepare_emission(drawn(7, steps=12)), columns_of(LETTERS)
    trellises = build_trellises([chances], columns, ("ab a",))
    edits = (Edit(0, 4, "bab"), Edit(1, 2, ""), Edit(4, 4, "b"), Edit(0, 0, "ab"))
    (together,) = edit_gains(trellises, columns, edits)
    assert together == pytest.approx([edit_gains(trellises, columns, (edit,))[0, 0] for edit in edits])


@given(seed=st.integers(0, 10_000), steps=st.tuples(st.integers(1, 30), st.integers(1, 30)))
def test_witnesses_of_any_length_are_weighed_in_one_go_as_each_by_itself(
    seed: int, steps: tuple[int, int]
) -> None:
    columns, texts = columns_of(LETTERS), ("ab a", "", "b", "aab")
    both = [prepare_emission(drawn(seed + place, count)) for place, count in enumerate(steps)]
    logs = log_chances(both, columns, texts)
    assert logs == pytest.approx(np.array([log_chances([one], columns, texts)[0] for one in both]), rel=1e-9)
    together = build_trellises(both, columns, texts)
    pivot = together[0].pivot
    assert logs.mean(axis=0)[texts.index(pivot)] == pytest.approx(logs.mean(axis=0).max(), rel=1e-9)
    edits = (Edit(0, 0, "a"), Edit(0, len(pivot), "ba"), Edit(0, len(pivot), "b"))
    alone = [build_trellises([one], columns, (pivot,)) for one in both]
    apart = np.array([edit_gains(trellises, columns, edits)[0] for trellises in alone])
    assert edit_gains(together, columns, edits) == pytest.approx(apart, rel=1e-6, abs=1e-6)


def test_a_text_that_has_no_room_in_the_line_can_never_be() -> None:
    found = log_chances([prepare_emission(drawn(1, steps=3))], columns_of(LETTERS), ("abab", "ä", "ab"))[0]
    assert found[0] == NEVER
    assert found[1] == NEVER
    assert found[2] > NEVER


def test_quiet_steps_weigh_as_one_without_changing_what_is_likely() -> None:
    loud = drawn(3, steps=6, calm=1.0)
    quiet = np.full((40, 1 + len(LETTERS)), np.log(1e-4), np.float32)
    quiet[:, 0] = np.log(1.0 - 3e-4)
    stretched = np.concatenate([loud.log_chances[:3], quiet, loud.log_chances[3:]])
    ready = prepare_emission(Emission(stretched, LETTERS))
    assert len(ready) == 6 + 1 + 2
    columns = columns_of(LETTERS)
    exact = np.zeros((len(stretched) + 2, len(LETTERS) + 3))
    exact[1:-1, :-2] = np.exp(stretched)
    exact[0, -2] = exact[-1, -1] = 1.0
    texts = ("a", "ab", "ab a", "ba")
    assert log_chances([ready], columns, texts)[0] == pytest.approx(
        log_chances([exact], columns, texts)[0], abs=0.05
    )
