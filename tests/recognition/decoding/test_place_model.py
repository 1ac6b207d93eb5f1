"""Places near a book are likelier than others where the ink is in doubt, and only there."""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.base.model import NearUnits
from pipeline.base.text.syllables import count_syllables
from pipeline.declarations import schema
from pipeline.recognition.decoding import Language, Prior, decode_line, prior_for, read_language
from pipeline.recognition.decoding.place_model import CLASSES, WEIGHTS, place_model
from pipeline.values.places import DayRange, Level
from pipeline.values.places.near_units import near_units
from tests.recognition.decoding.written import LETTERS, written


@lru_cache
def language() -> Language:
    return read_language(Path(__file__).parents[3] / "ocr_models" / "vietnamese-text")


@lru_cache
def near() -> NearUnits:
    found = near_units(schema.load().places, "UBND xã Thạnh Phú, huyện Cờ Đỏ, TP Cần Thơ", "", 2010)
    assert found is not None
    return found


def at_home() -> Prior:
    return prior_for("place", "", (), language(), near=near())


def anywhere() -> Prior:
    return prior_for("place", "", (), language())


def best(text: str, prior: Prior, doubts: dict[int, dict[str, float]] | None = None) -> tuple[str, float]:
    found = decode_line([written(text, doubts)], prior).hypotheses[0]
    return found.text, found.chance


@lru_cache
def addresses() -> tuple[str, ...]:
    """Every commune of the country in its district and province."""
    gazetteer, days = schema.load().places.gazetteer, DayRange.of((2010,))
    lines = (
        gazetteer.line_of(unit, days)[::-1]
        for unit in gazetteer.units
        if unit.level is Level.COMMUNE and unit.scheme == "2004" and unit.span.at(days).exists
    )
    texts = (", ".join(f"{unit.type.lower()} {unit.name}" for unit in line) for line in lines)
    return tuple(text for text in texts if all(letter in LETTERS for letter in text))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000_000))
def test_a_place_that_is_clearly_written_wins_wherever_it_lies(number: int) -> None:
    text = addresses()[number % len(addresses())]
    assert best(text, at_home())[0] == text


@pytest.mark.parametrize(
    ("text", "doubts", "meant"),
    [
        ("Thanh Phú", {2: {"ạ": 0.3}}, "Thạnh Phú"),
        ("xã Trung Hùng, huyện Cờ Đỏ", {10: {"ư": 0.15}}, "xã Trung Hưng, huyện Cờ Đỏ"),
        ("x. Trung Hùng, h. Cờ Đỏ", {10: {"ư": 0.15}}, "x. Trung Hưng, h. Cờ Đỏ"),
        ("Trạm Y tế xã Thạnh Phi", {21: {"ú": 0.1}}, "Trạm Y tế xã Thạnh Phú"),
        ("BVĐK Cờ Đủ", {9: {"ỏ": 0.1}}, "BVĐK Cờ Đỏ"),
    ],
)
def test_ink_in_doubt_is_likelier_a_unit_near_the_book(
    text: str, doubts: dict[int, dict[str, float]], meant: str
) -> None:
    def chance(prior: Prior) -> float:
        found = decode_line([written(text, doubts)], prior).hypotheses
        return next((one.chance for one in found if one.text == meant), 0.0)

    assert best(text, at_home(), doubts)[0] == meant
    assert chance(at_home()) > chance(anywhere()) - 0.01  # what the ink leaves to other texts bounds both


@settings(max_examples=30, deadline=None)
@given(st.text("bcdghklmnpqrstvxaeiouơưâêôăđ ", min_size=6, max_size=24), st.integers(0, 9))
def test_a_garbled_text_is_not_made_a_sure_place_near_the_book(text: str, seed: int) -> None:
    """Half the ink of every letter is open: what comes out is no surer for knowing where the book is."""
    line = [written(" ".join(text.split()) or "x", certainty=0.5, seed=seed)]
    names = {
        word.casefold()
        for ring in (near().own, near().district)
        for chain in ring
        for _, name in chain
        for word in name.split()
    }
    found = decode_line(line, at_home()).hypotheses[0]
    words = {word.casefold() for word in found.text.split()}
    assert not (words and words <= names and found.chance > 0.5), found


@settings(max_examples=60, deadline=None)
@given(
    st.text(LETTERS, max_size=12),
    st.lists(st.sampled_from(("xã", "Thạnh", "Phú", "12", "Cờ", "zz")), max_size=3),
)
def test_the_prior_stays_within_its_bounds(text: str, before: list[str]) -> None:
    prior = at_home()
    for word in text.split():
        assert -60.0 * count_syllables(word) <= prior.word(tuple(before), word) <= 0.0


def test_no_word_loses_more_than_the_share_of_the_country() -> None:
    """What is written of elsewhere costs at most what the mixture takes from the country's words."""
    country = language().model("place")
    assert country is not None
    model = place_model(country, near())
    least = min(WEIGHTS[name][0] for name in CLASSES)
    for before, word in (
        (("<đầu>",), "Trung"),
        (("Thạnh",), "Lợi"),
        (("Thạnh", "Phú"), "Châu"),
        (("xã",), "Củ"),
    ):
        assert model.log_chance(before, word) >= country.log_chance(before, word) + math.log(least) - 1e-9


@pytest.mark.parametrize("name", CLASSES)
def test_shares_of_a_mixture_sum_to_one(name: str) -> None:
    assert sum(WEIGHTS[name]) == pytest.approx(1.0, abs=0.005)
    assert all(share > 0.0 for share in WEIGHTS[name])
