from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.base.text.tones import has_marks
from pipeline.values.places.written_places import bare_letters, lacks_only_marks, syllables

NAMES = st.text(alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạấầẩẫậýỳỷỹỵ 'IV1", max_size=16)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hòa Bình", "Hoà Bình"), ("Vị Thủy", "Vị Thuỷ"), ("Mỹ Tú", "Mĩ Tú"), ("Phú Quý", "Phú Quí"),
        ("Phường IV", "phường 4"), ("3", "03"), ("Ea H'leo", "Ea H’leo"), ("ĐẮK LẮK", "đắk lắk"),
    ],
)  # fmt: skip
def test_two_spellings_of_one_name_are_one(one: str, other: str) -> None:
    assert bare_letters(one) == bare_letters(other)
    assert syllables(one) == syllables(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Thúy", "Thúi"), ("Mai", "May"), ("Tân Thành", "Tân Thạnh"), ("Ba", "Bà")]
)
def test_other_names_are_others(one: str, other: str) -> None:
    assert syllables(one) != syllables(other)


def test_a_word_that_may_be_a_roman_figure_is_one_at_the_end_alone() -> None:
    assert bare_letters("Vi Thanh") == bare_letters("Vị Thanh")
    assert bare_letters("O Long Vi") == bare_letters("Ô Long Vĩ")
    assert bare_letters("Hòa Tú II") == bare_letters("Hòa Tú 2")
    assert bare_letters("VI") == bare_letters("6")


def test_marks_left_out_are_distinguished_from_marks_changed() -> None:
    assert lacks_only_marks("Tan Thanh", "Tân Thạnh")
    assert lacks_only_marks("Tân Thanh", "Tân Thạnh")
    assert not lacks_only_marks("Tân Thành", "Tân Thạnh")
    assert not lacks_only_marks("Đa", "Da")


@given(NAMES)
def test_composed_or_not_is_the_same(name: str) -> None:
    decomposed = unicodedata.normalize("NFD", name)

    assert syllables(name) == syllables(decomposed)
    assert bare_letters(name) == bare_letters(decomposed)
    assert has_marks(name) == has_marks(decomposed)


@given(NAMES)
def test_a_name_lacks_only_marks_of_itself(name: str) -> None:
    assert lacks_only_marks(name, name)
