"""What is put on training lines."""

from __future__ import annotations

import unicodedata
from collections import Counter

import numpy as np
import pytest

from pipeline.training.network import LETTERS
from pipeline.training.synthetic_lines import numbers_and_dates, texts
from pipeline.training.synthetic_lines.texts import draw_syllable
from pipeline.values.kinds import DATE_WORDS


@pytest.fixture(scope="module")
def many() -> list[str]:
    rng = np.random.default_rng(11)
    return [texts.draw_text(rng) for _ in range(6000)]


def test_every_text_is_in_letters_that_the_network_writes(many: list[str]) -> None:
    assert set(LETTERS) >= texts.LETTERS
    assert all(set(text) <= texts.LETTERS for text in many)


def test_every_text_is_nfc_with_single_spaces_and_is_not_empty(many: list[str]) -> None:
    for text in many:
        assert text
        assert text == unicodedata.normalize("NFC", text)
        assert text == " ".join(text.split())


def test_every_letter_occurs_often_enough_to_be_learned(many: list[str]) -> None:
    seen = Counter("".join(many))
    assert [letter for letter in texts.LETTERS if seen[letter] < 5] == []
    assert all(seen[digit] > 500 for digit in "0123456789")


def test_texts_do_not_repeat_themselves(many: list[str]) -> None:
    assert len(set(many)) > 0.8 * len(many)


def test_texts_are_the_same_for_the_same_seed() -> None:
    first, second = np.random.default_rng(3), np.random.default_rng(3)
    assert [texts.draw_text(first) for _ in range(200)] == [texts.draw_text(second) for _ in range(200)]


def test_syllables_are_of_many_kinds() -> None:
    rng = np.random.default_rng(0)
    made = {draw_syllable(rng) for _ in range(20000)}
    assert len(made) > 6000
    assert all(made_of.isalpha() for made_of in made)


def test_whole_dates_in_words_are_among_those_that_the_project_reads() -> None:
    rng = np.random.default_rng(5)
    made = [numbers_and_dates.draw_word_date(rng) for _ in range(800)]
    assert sum(bool(DATE_WORDS.parse(text).canonical) for text in made) > 150


def test_a_typographic_sign_becomes_the_one_that_the_network_writes() -> None:
    assert texts.normalize_text("Kh\u2019mer  \u2013 \u201cNT\u201d\u2026") == 'Kh\'mer - "NT".'
