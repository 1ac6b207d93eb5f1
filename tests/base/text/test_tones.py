"""Letters, marks and tones come apart as Vietnamese spelling has them."""

from __future__ import annotations

import unicodedata

import pytest

from pipeline.base.text.tones import (
    ACUTE,
    BAR,
    CIRCUMFLEX,
    DOT,
    GRAVE,
    TONED_VOWELS,
    folded,
    normalized,
    split_marks,
    split_tones,
    unaccented,
)


def test_all_vowels_bear_all_tones() -> None:
    assert len(set(TONED_VOWELS)) == len(TONED_VOWELS) == 12 * 6
    assert unicodedata.is_normalized("NFC", TONED_VOWELS)


@pytest.mark.parametrize(
    ("text", "letters", "tones"),
    [
        ("Hoà", "Hoa", GRAVE),
        ("hóa", "hoa", ACUTE),
        ("Nguyễn", "Nguyên", "\u0303"),
        ("an", "an", ""),
        ("đê", "đê", ""),
    ],
)
def test_a_word_is_its_letters_and_its_tone(text: str, letters: str, tones: str) -> None:
    assert split_tones(text) == split_tones(unicodedata.normalize("NFD", text)) == (letters, tones)


def test_a_letter_is_taken_apart_into_its_marks() -> None:
    assert split_marks("ậ") == ("a", DOT + CIRCUMFLEX)
    assert split_marks("Đ") == ("D", BAR)


def test_spellings_of_one_text_share_a_key() -> None:
    assert normalized(" Mồng \n Một ") == "Mồng Một"
    assert folded("MỒNG  MỘT") == folded(unicodedata.normalize("NFD", "mồng một"))
    assert unaccented("Đặng  Mồng") == "dang mong"
