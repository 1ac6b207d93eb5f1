"""Places of a book are weighed by how they end; figures, and what one page alone says, are not."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.base.model import Hypothesis
from pipeline.books.book_context.place_tails import PlaceTails, SaidPlace, tails_of
from tests.books.book_context.written_books import page_ref

HOME = "xã Xuân Hiệp, Trà Ôn, Vĩnh Long"


def tails(*places: Sequence[tuple[str, float]]) -> PlaceTails:
    return tails_of(said(*places))


def said(*places: Sequence[tuple[str, float]]) -> list[SaidPlace]:
    return [
        SaidPlace(page_ref(number), tuple(Hypothesis(*one) for one in texts))
        for number, texts in enumerate(places)
    ]


BOOK = tails(*([(f"Ấp {number}, {HOME}", 0.9)] for number in (1, 2, 5, 6)))


def test_a_place_ends_as_those_of_the_book_and_begins_as_it_was_read() -> None:
    assert f"Ấp 9, {HOME}" in BOOK.near("Ấp 9, xã uân Hiệp, 1rà Ôn, Vĩnh Long")


def test_words_that_were_run_together_are_parted() -> None:
    book = tails(*[[("BVĐK TP Cần Thơ", 0.9)]] * 3)
    assert "BVĐK TP Cần Thơ" in book.near("BVĐKTP Cần Thơ")


def test_what_is_written_otherwise_gains_nothing() -> None:
    assert BOOK.factor(f"Ấp 9, {HOME}", 0.4) > 5.0
    assert BOOK.factor("Ấp 9, Phú Thành B, Tam Nông, Đồng Tháp", 0.4) < 0.0


def test_figures_are_never_exchanged_and_gain_nothing() -> None:
    assert not [one for one in BOOK.near(f"Ấp 9, {HOME}") if "9," not in one]
    assert BOOK.factor(f"Ấp 1, {HOME}", 0.4) == BOOK.factor(f"Ấp 9, {HOME}", 0.4)


def test_a_place_without_the_beginning_that_all_others_have_may_lack_it() -> None:
    assert BOOK.goes_on("Xuân Hiệp, Trà Ôn, Vĩnh Long")
    assert not BOOK.goes_on(f"Ấp 9, {HOME}")
    assert not tails(*[[("Trà Ôn, Vĩnh Long", 0.9)]] * 3, *[[(HOME, 0.9)]] * 2).goes_on("Trà Ôn, Vĩnh Long")


def test_one_page_says_nothing_and_a_decision_does() -> None:
    assert not tails([(HOME, 0.9)]).words
    decided = SaidPlace(page_ref(1), (Hypothesis(HOME, 1.0),), is_decided=True)
    assert tails_of([decided]).factor(HOME, 0.4) > 1.0


def test_a_misreading_that_few_pages_repeat_gives_way_to_what_most_say() -> None:
    right, wrong = "huyện Tịnh Biên t. An Giang", "huyện Tịnh Biên +. An Giang"
    book = tails(*[[(right, 0.8), (wrong, 0.1)]] * 10, *[[(wrong, 0.5), (right, 0.4)]] * 2)
    assert book.factor(right, 0.4) > book.factor(wrong, 0.4) + 1.0


def test_a_doubt_of_every_page_counts_as_one_doubt() -> None:
    one, other = "Trinh Phú, Kế Sách", "Trịnh Phú, Kế Sách"
    many, few = (tails(*[[(one, 0.3), (other, 0.6)]] * pages) for pages in (20, 3))
    ahead = [book.factor(other, 0.4) - book.factor(one, 0.4) for book in (many, few)]
    assert 0.0 < ahead[0] <= math.log(2.0) + 0.01
    assert ahead[0] == pytest.approx(ahead[1], abs=0.3)


@given(st.randoms(use_true_random=False))
def test_pages_count_as_a_set(shuffle: random.Random) -> None:
    places = said(
        [(HOME, 0.7), ("xã Xuân Hiệp, Tra Ôn, Vĩnh Long", 0.2)], [(HOME, 0.5)], [("Vĩnh Long", 0.3)]
    )
    other = [*places]
    shuffle.shuffle(other)
    assert tails_of(places) == tails_of(other)
