"""Lines are decoded as their ink says, with chances that add up."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.base.model import Evidence
from pipeline.recognition.decoding import Emission, Prior, decode_line, prior_for
from tests.recognition.decoding.written import LETTERS, written

LINES = st.lists(st.text(LETTERS[1:], min_size=1, max_size=6), min_size=1, max_size=6).map(" ".join)


@settings(max_examples=40, deadline=None)
@given(text=LINES, seed=st.integers(0, 1000))
def test_a_clear_line_is_read_as_written(text: str, seed: int) -> None:
    found = decode_line([written(text, seed=seed), written(text, seed=seed + 1)], Prior())
    assert found.hypotheses[0].text == text
    assert found.evidence.agreement == 1.0
    assert found.evidence.weakest > 0.8


@settings(max_examples=25, deadline=None)
@given(text=LINES, seed=st.integers(0, 1000), certainty=st.floats(0.3, 0.999))
def test_chances_are_chances_and_the_best_comes_first(text: str, seed: int, certainty: float) -> None:
    found = decode_line([written(text, certainty=certainty, seed=seed)], Prior())
    chances = [hypothesis.chance for hypothesis in found.hypotheses]
    assert chances == sorted(chances, reverse=True)
    assert 0.0 < sum(chances) < 1.0
    evidence = found.evidence
    told = (
        evidence.chance,
        evidence.margin,
        evidence.optical,
        evidence.weakest,
        evidence.agreement,
        evidence.support,
    )
    assert all(0.0 <= value <= 1.0 for value in told)
    assert evidence.chance == chances[0]


def test_a_doubtful_letter_gives_a_second_reading_and_is_the_weakest() -> None:
    found = decode_line([written("Nam", {2: {"n": 0.3}})], Prior())
    assert [hypothesis.text for hypothesis in found.hypotheses[:2]] == ["Nam", "Nan"]
    assert found.hypotheses[1].chance > 0.1
    assert found.evidence.weakest < 0.75
    assert found.evidence.optical > found.evidence.weakest


def test_two_witnesses_decide_what_one_leaves_open() -> None:
    torn = written("Lê Thị Hoa", {3: {"P": 0.52}, 9: {"n": 0.3}}, seed=1)
    alone = decode_line([torn], Prior())
    assert alone.hypotheses[0].text == "Lê Phị Hoa"
    both = decode_line([torn, written("Lê Thị Hoa", {9: {"e": 0.4}}, seed=2)], Prior())
    assert both.hypotheses[0].text == "Lê Thị Hoa"
    assert both.hypotheses[0].chance > alone.hypotheses[0].chance


def test_a_letter_that_each_witness_sees_elsewhere_in_time_is_one_letter() -> None:
    text = "Cần Thơ"
    found = decode_line([written(text, pace=4, seed=3), written(text, pace=9, seed=4)], Prior())
    assert found.hypotheses[0].text == text
    assert found.evidence.agreement == 1.0


def test_witnesses_that_read_different_lines_do_not_agree_and_are_not_believed() -> None:
    found = decode_line([written("Trần Văn Ba", seed=1), written("Lý Thị Út", seed=2)], Prior())
    assert found.evidence.agreement < 0.6
    assert found.evidence.chance < 0.1


def test_a_single_witness_has_nobody_to_agree_with() -> None:
    assert decode_line([written("Nam")], Prior()).evidence.agreement == 0.0


def test_an_empty_line_is_read_as_nothing() -> None:
    found = decode_line([written("", seed=1), written("", seed=2)], Prior())
    assert found.hypotheses[0].text == ""
    assert found.evidence.optical == 0.0


def test_witnesses_with_different_letters_are_refused() -> None:
    other = Emission(written("a").log_chances, LETTERS[::-1])
    with pytest.raises(ValueError, match="letters"):
        decode_line([written("a"), other], Prior())


def all_of(evidence: Evidence) -> tuple[float, ...]:
    return tuple(asdict(evidence).values())


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_evidence_is_numbers_whatever_the_networks_say(seed: int) -> None:
    rng = np.random.default_rng(seed)
    said = []
    for _ in range(3):
        sure = float(rng.choice([0.5, 0.999999, 1.0]))
        chances = np.full((int(rng.choice([1, 3, 30, 90])), 1 + len(LETTERS)), (1.0 - sure) / len(LETTERS))
        chances[np.arange(len(chances)), rng.integers(0, 1 + len(LETTERS), len(chances))] += sure
        said.append(Emission(np.log(np.maximum(chances, 1e-30)).astype(np.float32), LETTERS))
    found = decode_line(said, Prior())
    assert all(0.0 <= value <= 1.0 for value in all_of(found.evidence))


def test_a_clear_letter_that_the_prior_leaves_out_is_the_weakest() -> None:
    prior = prior_for("choice", terms=("Kinh", "Tày"))
    for text, read in (("Kinhh", "Kinh"), ("tTày", "Tày")):
        place = 4 if read == "Kinh" else 0
        found = decode_line([written(text, {place: {"": 0.03}}, certainty=0.97)] * 2, prior)
        assert found.hypotheses[0].text == read
        assert found.evidence.weakest < 0.1
        assert found.evidence.optical < 0.9


def test_what_one_emission_reads_is_returned_though_another_sees_nothing() -> None:
    blind = Emission(np.log(np.full((60, 1 + len(LETTERS)), 1e-9, np.float32)), LETTERS)
    blind.log_chances[:, 0] = 0.0
    found = decode_line([written("Nguyễn Thị Hoa"), blind], Prior())
    assert "Nguyễn Thị Hoa" in [one.text for one in found.hypotheses]
    assert found.evidence.chance < 0.1
