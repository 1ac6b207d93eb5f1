"""The chooser of ways: it keeps the bound, and more careless people cost more keys."""

from __future__ import annotations

from dataclasses import replace
from math import inf

from hypothesis import given
from hypothesis import strategies as st

from pipeline.declarations.office.review import Way
from pipeline.registry.tasks.cheapest_ways import (
    Carefulness,
    Doubt,
    WayCost,
    cheapest,
    price_within,
    way_costs,
    worthwhile,
)

USUAL = Carefulness(overlooked=0.2, overlooked_again=0.2, mistyped=0.002)

shares = st.floats(0.01, 0.6)
doubts = st.builds(
    Doubt,
    wrong=st.one_of(st.just(1.0), st.floats(0.002, 0.9)),
    keys=st.integers(1, 60),
    listed=st.floats(0.0, 0.4),
)
books = st.lists(doubts, min_size=1, max_size=60)
people = st.builds(Carefulness, shares, shares, st.floats(0.0002, 0.02))


def chosen(book: list[Doubt], careful: Carefulness, allowed: float) -> list[WayCost]:
    price = price_within(book, careful, allowed)
    return [cheapest(doubt, careful, price) for doubt in book]


def surest(book: list[Doubt], careful: Carefulness) -> float:
    return sum(min(cost.wrong for cost in way_costs(doubt, careful)) for doubt in book)


@given(books, people, st.floats(0.0, 1.0))
def test_the_bound_holds_wherever_any_way_keeps_it(
    book: list[Doubt], careful: Carefulness, allowed: float
) -> None:
    wrong = sum(cost.wrong for cost in chosen(book, careful, allowed))
    assert wrong <= max(allowed, surest(book, careful)) + 1e-9


@given(books, people, st.floats(0.0, 1.0))
def test_no_other_choice_at_that_price_has_fewer_keys_and_no_more_wrong_values(
    book: list[Doubt], careful: Carefulness, allowed: float
) -> None:
    price = price_within(book, careful, allowed)
    if price == inf:
        return
    for doubt in book:
        taken = cheapest(doubt, careful, price)
        for other in way_costs(doubt, careful):
            assert taken.keys + price * taken.wrong <= other.keys + price * other.wrong + 1e-6


@given(books, people, st.floats(1.0, 3.0), st.floats(0.0005, 0.02))
def test_more_careless_people_cost_no_fewer_keys(
    book: list[Doubt], careful: Carefulness, worse: float, bound: float
) -> None:
    """The last step of a book is that of a field, so that books may differ by the keys of a field."""
    careless = Carefulness(
        min(1.0, worse * careful.overlooked), min(1.0, worse * careful.overlooked_again), careful.mistyped
    )
    allowed = bound * len(book)
    before, after = (
        sum(cheapest_keys.keys for cheapest_keys in chosen(book, one, allowed)) for one in (careful, careless)
    )
    field = 2 * max(doubt.keys for doubt in book) + 4
    assert after >= before - field * sum(book.count(doubt) > 1 for doubt in book) - field


def test_the_more_is_allowed_the_fewer_keys_a_book_costs() -> None:
    book = [Doubt(wrong, 20) for wrong in (0.005, 0.02, 0.05, 0.1, 0.3, 1.0)]
    keys = [
        sum(cost.keys for cost in chosen(book, USUAL, bound * len(book)))
        for bound in (0.0, 0.0005, 0.001, 0.004, 0.02, 0.1)
    ]
    assert keys == sorted(keys, reverse=True)
    assert keys[0] > 2 * keys[-1]


def test_a_sure_reading_is_looked_at_and_a_doubtful_one_is_typed() -> None:
    price = 2_000.0
    assert cheapest(Doubt(0.003, 20), USUAL, price).way is Way.GLANCE
    assert cheapest(Doubt(0.05, 20), USUAL, price).way is Way.CHECKED
    assert cheapest(Doubt(1.0, 20), USUAL, price).way is Way.KEYED_CHECKED
    assert cheapest(Doubt(0.3, 20), USUAL, inf).way is Way.BLIND_TWICE


@given(doubts, people)
def test_worthwhile_ways_cost_ever_more_keys_and_leave_ever_fewer_wrong_values(
    doubt: Doubt, careful: Carefulness
) -> None:
    ways = worthwhile(doubt, careful)
    assert [cost.keys for cost in ways] == sorted(cost.keys for cost in ways)
    assert [cost.wrong for cost in ways] == sorted((cost.wrong for cost in ways), reverse=True)
    assert ways[-1].wrong == min(cost.wrong for cost in way_costs(doubt, careful))


def test_what_nobody_overlooks_is_never_typed_for_it() -> None:
    careful = replace(USUAL, overlooked=0.0, overlooked_again=0.0, mistyped=0.0)
    assert {cost.way for cost in chosen([Doubt(0.2, 20)] * 5, careful, 0.0)} == {Way.GLANCE}
