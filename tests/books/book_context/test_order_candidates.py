"""A number or a year that fits a book is a hypothesis only where the ink of its own line supports it."""

from __future__ import annotations

from pipeline.base.model import Box, Hypothesis, KeptLine, KeptRegion, LineReading, Writing
from pipeline.books.book_context.order_candidates import with_candidates, with_years
from pipeline.recognition.decoding import pack_emissions
from tests.recognition.decoding.written import written

BOX = Box(0.0, 0.0, 10.0, 10.0)


def region(text: str, doubts: dict[int, dict[str, float]] | None = None) -> KeptRegion:
    reading = LineReading(text, 0.9, "hand", emissions=pack_emissions([written(text, doubts)]))
    return KeptRegion("entry_number", Writing.HAND, BOX, (KeptLine(0, BOX, reading),))


def chances(said: tuple[Hypothesis, ...]) -> dict[str, float]:
    return {one.text: one.chance for one in said}


def test_a_number_that_the_ink_allows_becomes_a_hypothesis() -> None:
    found = chances(with_candidates([Hypothesis("18", 0.9)], [16], region("18", {1: {"6": 0.3}})))
    assert found["16"] > 0.1
    assert found["18"] > found["16"]
    assert sum(found.values()) <= 1.0


def test_a_number_that_the_ink_rules_out_does_not() -> None:
    assert chances(with_candidates([Hypothesis("73", 0.98)], [16], region("73"))) == {"73": 0.98}


def test_the_rest_of_the_text_stays_as_it_was_read() -> None:
    found = with_candidates([Hypothesis("18/2006", 0.9)], [16], region("18/2006", {1: {"6": 0.3}}))
    assert [one.text for one in found] == ["18/2006", "16/2006"]


def test_nothing_is_asked_where_nothing_was_read_or_no_emissions_were_kept() -> None:
    assert with_candidates([], [16], region("18", {1: {"6": 0.3}})) == ()
    bare = KeptRegion("entry_number", Writing.HAND, BOX, (KeptLine(0, BOX, LineReading("18", 0.9, "hand")),))
    said = (Hypothesis("18", 0.9),)
    assert with_candidates(said, [16], bare) == said
    assert with_candidates(said, [16], None) == said
    assert with_candidates(said, [], region("18", {1: {"6": 0.3}})) == said


def test_the_year_of_the_book_becomes_a_hypothesis_where_the_ink_allows_it() -> None:
    day = [Hypothesis("8/5/2007", 0.9)]
    found = chances(with_years(day, [2009], region("8/5/2007", {7: {"9": 0.3}})))
    assert set(found) == {"8/5/2007", "8/5/2009"}
    assert 0.1 < found["8/5/2009"] < found["8/5/2007"]
    assert with_years(day, [2009], region("8/5/2007")) == tuple(day)


def test_the_year_may_stand_on_a_line_of_its_own() -> None:
    parts = [
        region(text, doubts).lines[0]
        for text, doubts in (("8", None), ("5", None), ("2007", {3: {"9": 0.3}}))
    ]
    parted = KeptRegion("registered_on", Writing.HAND, BOX, tuple(parts))
    assert "8/5/2009" in chances(with_years([Hypothesis("8/5/2007", 0.9)], [2009], parted))


def test_no_year_is_added_where_none_was_read_or_it_is_known() -> None:
    doubted = region("8/5/2007", {7: {"9": 0.3}})
    for day in ((), (Hypothesis("8/5", 0.9),), (Hypothesis("8/5/2007", 0.5), Hypothesis("8/5/2009", 0.4))):
        assert with_years(day, [2009], doubted) == day
    day = (Hypothesis("8/5/2007", 0.9),)
    assert with_years(day, [], doubted) == with_years(day, [2009], None) == day
