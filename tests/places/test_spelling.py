from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.places.written_places import lacks_only_marks, letters_of, syllables_of
from pipeline.text.tones import has_marks

NAMES = st.text(alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạấầẩẫậýỳỷỹỵ 'IV1", max_size=16)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hòa Bình", "Hoà Bình"), ("Vị Thủy", "Vị Thuỷ"), ("Mỹ Tú", "Mĩ Tú"), ("Phú Quý", "Phú Quí"),
        ("Phường IV", "phường 4"), ("3", "03"), ("Ea H'leo", "Ea H’leo"), ("ĐẮK LẮK", "đắk lắk"),
    ],
)  # fmt: skip
def test_two_spellings_of_one_name_are_one(one: str, other: str) -> None:
    assert letters_of(one) == letters_of(other)
    assert syllables_of(one) == syllables_of(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Thúy", "Thúi"), ("Mai", "May"), ("Tân Thành", "Tân Thạnh"), ("Ba", "Bà")]
)
def test_other_names_are_others(one: str, other: str) -> None:
    assert syllables_of(one) != syllables_of(other)


def test_a_word_that_may_be_a_roman_figure_is_one_at_the_end_alone() -> None:
    assert letters_of("Vi Thanh") == letters_of("Vị Thanh")
    assert letters_of("O Long Vi") == letters_of("Ô Long Vĩ")
    assert letters_of("Hòa Tú II") == letters_of("Hòa Tú 2")
    assert letters_of("VI") == letters_of("6")


def test_marks_left_out_are_told_from_marks_changed() -> None:
    assert lacks_only_marks("Tan Thanh", "Tân Thạnh")
    assert lacks_only_marks("Tân Thanh", "Tân Thạnh")
    assert not lacks_only_marks("Tân Thành", "Tân Thạnh")
    assert not lacks_only_marks("Đa", "Da")


@given(NAMES)
def test_composed_or_not_is_the_same(name: str) -> None:
    decomposed = unicodedata.normalize("NFD", name)

    assert syllables_of(name) == syllables_of(decomposed)
    assert letters_of(name) == letters_of(decomposed)
    assert has_marks(name) == has_marks(decomposed)


@given(NAMES)
def test_a_name_lacks_only_marks_of_itself(name: str) -> None:
    assert lacks_only_marks(name, name)
