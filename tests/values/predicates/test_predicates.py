import datetime
import importlib
import pkgutil
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.base.model import BookSeries, FieldStatus
from pipeline.declarations import schema
from pipeline.declarations.schema import RuleSpec
from pipeline.values import predicates
from pipeline.values.predicates import (
    BLANK,
    NOT_ON_FORM,
    PREDICATES,
    Predicate,
    RuleContext,
    Value,
    date_parts,
)
from pipeline.values.predicates.dates import (
    age_within,
    full_date,
    late_is_noted,
    late_note_agrees,
    not_after,
    same_date,
)
from pipeline.values.predicates.events import entered_marriageable_age
from pipeline.values.predicates.keys import absent, present, same_year

UNREAD = Value("", "", FieldStatus.UNREADABLE)


def value(canonical: str) -> Value:
    return Value(canonical, canonical)


_dates = st.dates(datetime.date(1000, 1, 1), datetime.date(2999, 12, 31))
_partial = st.tuples(_dates, st.sampled_from([0, 3, 6])).map(
    lambda pair: value(f"{pair[0]:%d.%m}.{pair[0].year:04d}"[pair[1] :])
)


def test_ink_that_nobody_could_read_is_present_all_the_same() -> None:
    assert present(UNREAD) is True
    assert absent(UNREAD) is False
    assert present(BLANK) is False
    assert absent(BLANK) is True


@pytest.mark.parametrize(
    ("written", "full"), [("09.03.1952", True), ("03.1952", False), ("1952", False), ("", False)]
)
def test_only_day_month_and_year_are_a_full_date(written: str, full: bool) -> None:
    assert full_date(Value("chữ", written)) is full


def test_whether_an_unread_date_is_full_is_not_known() -> None:
    assert full_date(UNREAD) is None
    assert full_date(BLANK) is False


def test_a_number_says_its_year_as_a_date_does() -> None:
    assert same_year(value("41/2010"), value("12.03.2010")) is True
    assert same_year(value("41/2010"), value("12.03.2011")) is False
    assert same_year(value("41"), value("12.03.2011")) is None
    assert not_after(value("01/2010"), value("12.03.2009")) is False


@pytest.mark.parametrize(
    ("in_north", "year", "answer"),
    [
        (True, 1959, None),
        (True, 1960, False),
        (True, 1978, False),
        (False, 1976, None),
        (None, 1976, None),
        (False, 1977, False),
        (None, 1977, False),
    ],
)
def test_the_age_of_marriage_is_asked_since_the_law_held_there(
    in_north: bool | None, year: int, answer: bool | None
) -> None:
    limits = {"years": 18, "since": 1977, "since_in_north": 1960}
    context = RuleContext(in_north=in_north)
    born, married = value(f"01.01.{year - 16}"), value(f"02.01.{year}")
    assert entered_marriageable_age(born, married, context=context, **limits) is answer
    grown = value(f"01.01.{year - 18}")
    assert entered_marriageable_age(grown, married, context=context, **limits) is not False


@pytest.mark.parametrize(
    ("series", "days", "noted", "agrees"),
    [
        (BookSeries.ORDINARY, 10, True, None),
        (BookSeries.ORDINARY, 20, False, None),
        (BookSeries.SECOND_COPY, 20, False, None),
        (BookSeries.LATE, 10, None, False),
        (BookSeries.LATE, 20, None, True),
        (BookSeries.AGAIN, 20, None, None),
    ],
)
def test_a_book_of_late_registration_holds_what_is_late(
    series: BookSeries, days: int, noted: bool | None, agrees: bool | None
) -> None:
    context = RuleContext(series=series)
    died, registered = value("01.03.2010"), value(f"{1 + days:02}.03.2010")
    asked = died, registered, NOT_ON_FORM, BLANK
    assert late_is_noted(*asked, days=15, context=context) is noted
    limits = {"days": 15, "since": 2006, "days_before": 2}
    assert late_note_agrees(*asked, context=context, **limits) is agrees


def test_a_question_with_limits_of_its_own_leaves_the_predicate_as_it_was() -> None:
    born, on = value("01.01.2000"), value("01.01.2010")
    child, adult = (
        age_within.limited({"lowest": 0, "highest": 17}),
        age_within.limited({"lowest": 18, "highest": 60}),
    )
    assert (child(born, on), adult(born, on)) == (True, False)
    assert same_year.limited({}) is same_year.ask
    with pytest.raises(TypeError):
        age_within.ask(born, on)


def test_dates_are_compared_as_exactly_as_both_are_known() -> None:
    assert same_date(value("1952"), value("09.03.1952")) is True
    assert same_date(value("04.1952"), value("09.03.1952")) is False
    assert not_after(value("1952"), value("09.03.1952")) is True
    assert not_after(value("10.03.1952"), value("09.03.1952")) is False


@pytest.mark.parametrize("predicate", [same_year, same_date, not_after])
@given(date_parts=_partial)
def test_what_is_not_known_raises_nothing(
    predicate: Callable[[Value, Value], bool | None], date_parts: Value
) -> None:
    for unknown in (BLANK, UNREAD, value("chữ")):
        assert predicate(date_parts, unknown) is None
        assert predicate(unknown, date_parts) is None


@given(_partial, _partial)
def test_two_dates_are_the_same_or_one_comes_first(one: Value, other: Value) -> None:
    assert not_after(one, other) or not_after(other, one)
    assert same_date(one, other) == (not_after(one, other) and not_after(other, one))


@given(_dates, _dates)
def test_full_dates_are_ordered_as_the_calendar_orders_them(one: datetime.date, other: datetime.date) -> None:
    first, second = (value(f"{day:%d.%m}.{day.year:04d}") for day in (one, other))
    assert not_after(first, second) is (one <= other)


@pytest.mark.parametrize(
    ("record", "rule"),
    [(record.record, rule) for record in schema.load().records.values() for rule in record.rules],
    ids=lambda part: getattr(part, "code", part),
)
def test_fields_that_are_not_on_the_form_raise_nothing(record: str, rule: RuleSpec) -> None:
    predicate = PREDICATES[rule.predicate]
    for nothing in (NOT_ON_FORM, UNREAD):
        answer = predicate(*[nothing] * len(rule.fields), **rule.limits)
        assert answer is None or (nothing is UNREAD and predicate.of_states)


def test_every_predicate_is_listed_under_a_name_of_its_own() -> None:
    families = pkgutil.walk_packages(predicates.__path__, f"{predicates.__name__}.")
    modules = [importlib.import_module(family.name) for family in families]
    defined = {thing for module in modules for thing in vars(module).values() if isinstance(thing, Predicate)}
    assert {f"{found.ask.__module__}.{found.name}" for found in defined - set(PREDICATES.values())} == set()


def test_every_predicate_is_bound_to_fields() -> None:
    bound = {rule.predicate for record in schema.load().records.values() for rule in record.rules}
    assert set(PREDICATES) - bound == set()


@given(st.text(st.sampled_from("0123456789./ ab²٣"), max_size=11))
def test_whatever_is_no_date_says_none(text: str) -> None:
    assert date_parts(text) == () or date_parts(text)[0] >= 0
    assert date_parts("09.03.1952") == (1952, 3, 9)
    assert date_parts("03.1952") == (1952, 3)
    assert date_parts("41/1952") == date_parts("1952") == (1952,)
