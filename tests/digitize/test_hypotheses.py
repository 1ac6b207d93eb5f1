"""Ways to read a shared blank: those that come apart weigh more, together they weigh the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.digitize.hypotheses import ParseCandidate, weigh_by_grammar


def way(chance: float, parted: bool) -> ParseCandidate:
    return ParseCandidate(f"{chance}", {}, parted, chance)


def test_a_way_that_comes_apart_is_taken_unless_the_ink_is_clear() -> None:
    torn, whole = way(0.2, True), way(0.6, False)
    assert [one.is_split for one in weigh_by_grammar([whole, torn])] == [True, False]
    clear = way(0.97, False)
    assert weigh_by_grammar([clear, way(0.02, True)])[0].text == clear.text


@given(ways=st.lists(st.builds(way, st.floats(0.001, 0.2), st.booleans()), min_size=1, max_size=5))
def test_together_the_ways_weigh_the_same(ways: list[ParseCandidate]) -> None:
    weighed = weigh_by_grammar(ways)
    assert sum(one.chance for one in weighed) == pytest.approx(sum(one.chance for one in ways))
    assert sorted(one.text for one in weighed) == sorted(one.text for one in ways)


def test_where_none_comes_apart_nothing_changes() -> None:
    ways = [way(0.5, False), way(0.3, False)]
    assert weigh_by_grammar(ways) == ways
