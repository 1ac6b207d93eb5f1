"""Numbers and days of a book are weighed by their order, which fills nothing in and takes nothing clear away."""

from __future__ import annotations

import math
import random
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.base.model import Hypothesis
from pipeline.books.book_context.order_chain import (
    MOST_FAVOUR,
    EntryOrder,
    expected_numbers,
    expected_pages,
    reweigh_entries,
    reweigh_pages,
)


def texts(**chances: float) -> tuple[Hypothesis, ...]:
    """Hypotheses of numbers: ``_6=0.9`` is the text 6."""
    return tuple(Hypothesis(text.strip("_"), chance) for text, chance in chances.items())


def clear(text: object, chance: float = 0.95) -> tuple[Hypothesis, ...]:
    return (Hypothesis(str(text), chance),)


def numbered(*numbers: tuple[Hypothesis, ...]) -> list[EntryOrder]:
    return [EntryOrder(number) for number in numbers]


def best(entry: EntryOrder) -> Hypothesis:
    return entry.number[0]


def test_a_misread_number_between_its_neighbours_becomes_the_one_that_is_missing() -> None:
    read = numbered(clear(14), clear(15), texts(_6=0.9, _16=0.06), clear(17), clear(18))
    weighed = reweigh_entries(read)
    assert best(weighed[2]).text == "16"
    assert best(weighed[2]).chance > 0.8
    assert [best(entry).text for entry in weighed] == ["14", "15", "16", "17", "18"]


def test_what_no_hypothesis_says_is_not_read_however_well_it_would_fit() -> None:
    weighed = reweigh_entries(numbered(clear(15), texts(_6=0.6, _8=0.2), clear(17)))
    assert {one.text for one in weighed[1].number} == {"6", "8"}
    assert sum(one.chance for one in weighed[1].number) < 0.6, "the values that are left gain"


def test_a_blank_stays_blank() -> None:
    weighed = reweigh_entries(
        [EntryOrder(clear(15), clear("01/03/2006")), EntryOrder(), EntryOrder(clear(17), clear("05/03/2006"))]
    )
    assert weighed[1] == EntryOrder()
    assert reweigh_pages([clear(1), (), clear(3)])[1] == ()


@pytest.mark.parametrize("behind", [(21, 22, 23), (17, 18, 19)])
def test_a_clearly_written_jump_stays(behind: tuple[int, ...]) -> None:
    """Whether pages are missing or one is inserted: what the ink leaves no doubt about is not argued away."""
    read = [clear(14), clear(15), texts(_20=0.994, _16=0.002), *map(clear, behind)]
    assert best(reweigh_entries(numbered(*read))[2]).text == "20"


def test_a_number_that_fits_is_surer_and_one_that_does_not_is_less_sure() -> None:
    fitting, odd = (
        best(reweigh_entries(numbered(clear(15), clear(number, 0.7), clear(17)))[1]).chance
        for number in (16, 61)
    )
    assert fitting > 0.95
    assert odd < 0.3


def test_numbers_begin_anew_in_a_new_year() -> None:
    weighed = reweigh_entries(
        [
            EntryOrder(clear(214), clear("28/12/2005")),
            EntryOrder(clear(215), clear("30/12/2005")),
            EntryOrder(texts(_7=0.5, _1=0.4), clear("04/01/2006")),
            EntryOrder(clear("02"), clear("05/01/2006")),
        ]
    )
    assert best(weighed[2]).text == "1"
    within = reweigh_entries(
        [
            EntryOrder(clear(5), clear("28/11/2005")),
            EntryOrder(clear(6), clear("30/11/2005")),
            EntryOrder(texts(_7=0.5, _1=0.4), clear("04/12/2005")),
            EntryOrder(clear(8), clear("05/12/2005")),
        ]
    )
    assert best(within[2]).text == "7"


def test_a_year_that_its_neighbours_contradict_gives_way_to_one_that_they_bear_out() -> None:
    doubtful = (Hypothesis("14/03/2000", 0.55), Hypothesis("14/03/2006", 0.4))
    read = [EntryOrder((), clear(f"{day}/03/2006")) for day in (10, 12, 15, 16)]
    read.insert(2, EntryOrder((), doubtful))
    assert reweigh_entries(read)[2].registered_on[0].text == "14/03/2006"


def test_a_day_is_likelier_on_a_working_day_and_in_the_year_of_the_book_but_clear_ink_stays() -> None:
    sunday, monday = texts(**{"7/6/2009": 0.48, "8/6/2009": 0.48})
    (weighed,) = reweigh_entries([EntryOrder((), (sunday, monday))])
    assert weighed.registered_on[0].text == "8/6/2009"
    assert weighed.registered_on[0].chance <= 3.01 * weighed.registered_on[1].chance
    doubtful = texts(**{"8/6/2007": 0.5, "8/6/2009": 0.4})
    assert reweigh_entries([EntryOrder((), doubtful)], year=2009)[0].registered_on[0].text == "8/6/2009"
    surely = texts(**{"7/6/2007": 0.95, "8/6/2009": 0.01})
    assert reweigh_entries([EntryOrder((), surely)], year=2009)[0].registered_on[0].text == "7/6/2007"


def test_a_book_whose_days_are_weeks_apart_is_not_taken_for_one_whose_days_are_the_same() -> None:
    months = [Hypothesis(f"23/0{month}/2014", 0.36 if month == 1 else 0.026) for month in (1, 2, 4, 7, 8)]
    later = ("10/04/2014", "23/04/2014", "10/05/2014", "23/05/2014", "08/07/2014", "11/08/2014", "12/09/2014")
    read = [EntryOrder((), tuple(months)), *(EntryOrder((), clear(day, 0.53)) for day in later)]
    assert reweigh_entries(read)[0].registered_on[0].text == "23/01/2014"


def test_missing_and_repeated_pages_do_not_lose_the_count() -> None:
    read = [*map(clear, (1, 2, 3)), *map(clear, (3, 4, 5)), *map(clear, (9, 10)), texts(_71=0.6, _11=0.3)]
    kept = [best(entry).text for entry in reweigh_entries(numbered(*read))]
    assert kept == ["1", "2", "3", "3", "4", "5", "9", "10", "11"]


def test_unread_numbers_do_not_lose_the_count() -> None:
    read = [clear(4), clear(5), (), texts(xu=0.4), (), texts(_6=0.5, _9=0.4)]
    assert best(reweigh_entries(numbered(*read))[5]).text == "9"


def test_page_numbers_may_count_spreads_and_do_not_begin_anew() -> None:
    assert reweigh_pages([clear(2), clear(4), texts(_8=0.5, _6=0.4), clear(8)])[2][0].text == "6"
    assert reweigh_pages([clear(2), clear(3), texts(_1=0.5, _4=0.4), clear(5)])[2][0].text == "4"


def test_the_year_behind_a_number_is_kept() -> None:
    read = numbered(
        clear("15/2006"), (Hypothesis("6/2006", 0.6), Hypothesis("16/2006", 0.3)), clear("17/2006")
    )
    assert best(reweigh_entries(read)[1]).text == "16/2006"


def test_the_ink_is_asked_about_the_number_that_is_missing_and_about_nothing_where_nothing_is_written() -> (
    None
):
    read = numbered(clear(14), clear(15), texts(_6=0.9), clear(17), (), texts(xu=0.3), clear(20))
    assert expected_numbers(read) == ((), (), (16,), (), (), (19,), ())
    assert expected_pages([clear(2), clear(3), clear(7, 0.5), clear(5), clear(6), ()]) == (
        (),
        (),
        (4,),
        (),
        (),
        (),
    )


def test_a_candidate_that_the_ink_bears_out_is_weighed_like_any_hypothesis() -> None:
    read = numbered(clear(15), texts(_6=0.9, _16=0.04), clear(17))
    assert best(reweigh_entries(read)[1]).text == "16"
    assert expected_numbers(read)[1] == ()


numbers = st.integers(1, 60).map(str) | st.sampled_from(("", "xu", "1 2 3", "07/2006", "999999"))
days = st.integers(0, 800).map(lambda later: (date(2005, 6, 1) + timedelta(days=later)).strftime("%d/%m/%Y"))
some_days = days | st.sampled_from(("", "2006", "31/02/2006", "03.2006", "xx"))


@st.composite
def hypotheses(draw: st.DrawFn, of: st.SearchStrategy[str]) -> tuple[Hypothesis, ...]:
    said = draw(st.lists(of, max_size=4, unique=True))
    weights = [draw(st.floats(0.0, 1.0)) for _ in said]
    total = sum(weights) + draw(st.floats(0.0, 1.0))
    return tuple(
        Hypothesis(text, weight / total if total else 0.0) for text, weight in zip(said, weights, strict=True)
    )


entries = st.builds(EntryOrder, hypotheses(numbers), hypotheses(some_days))


@settings(max_examples=80, deadline=None)
@given(st.lists(entries, max_size=12))
def test_any_book_keeps_its_texts_and_probabilities(book: list[EntryOrder]) -> None:
    weighed = reweigh_entries(book)
    assert len(weighed) == len(book)
    for before, after in zip(book, weighed, strict=True):
        for read, made in ((before.number, after.number), (before.registered_on, after.registered_on)):
            assert {one.text for one in made} == {one.text for one in read}
            assert sum(one.chance for one in made) <= 1.0 + 1e-9
            assert all(0.0 <= one.chance <= 1.0 for one in made)


@settings(max_examples=60, deadline=None)
@given(st.lists(entries, min_size=1, max_size=8))
def test_no_probability_moves_against_another_by_more_than_a_prior_may(book: list[EntryOrder]) -> None:
    for before, after in zip(book, reweigh_entries(book), strict=True):
        made = {one.text: one.chance for one in after.number}
        known = [one for one in before.number if one.chance > 1e-6]
        for one in known:
            for other in known:
                odds = math.log(one.chance / other.chance)
                assert abs(math.log(made[one.text] / made[other.text]) - odds) <= MOST_FAVOUR + 1e-6


@settings(max_examples=40, deadline=None)
@given(st.lists(entries, max_size=8), st.randoms(use_true_random=False))
def test_the_order_in_which_hypotheses_come_does_not_matter(
    book: list[EntryOrder], shuffled: random.Random
) -> None:
    mixed = [
        EntryOrder(*(tuple(shuffled.sample(some, len(some))) for some in (entry.number, entry.registered_on)))
        for entry in book
    ]
    for one, other in zip(reweigh_entries(book), reweigh_entries(mixed), strict=True):
        assert {a.text: pytest.approx(a.chance) for a in one.number} == {
            b.text: b.chance for b in other.number
        }
        assert {a.text: pytest.approx(a.chance) for a in one.registered_on} == {
            b.text: b.chance for b in other.registered_on
        }


def test_an_entry_is_weighed_by_the_ink_of_the_others_and_not_by_what_was_made_of_it() -> None:
    """Weighed by what was made of those before, doubtful ones would prop one another up."""
    read = numbered(
        *(texts(**{f"_{n}": 0.5, f"_{n + 40}": 0.45}) for n in (1, 2, 3, 4)), clear(45), clear(46)
    )
    assert [best(entry).text for entry in reweigh_entries(read)] == ["41", "42", "43", "44", "45", "46"]
