"""When a field is settled, over all words that any people may say in any order."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.base.model import FieldStatus
from pipeline.base.stages import Stage
from pipeline.declarations.office.review import SETTLED_BY_ONE, Way
from pipeline.registry import Verdict
from pipeline.registry.tasks.consensus import Consensus, KeyedValue, agree, consensus_of, finished, stage_of

ways = st.sampled_from(Way)
verdicts = st.builds(
    Verdict,
    st.just("child_name"),
    st.sampled_from([FieldStatus.READ, FieldStatus.BLANK, FieldStatus.ILLEGIBLE]),
    st.sampled_from(["Thử Một", "Thử Hai", "thử một"]),
)


def keyed(at: int, who: int, verdict: Verdict) -> KeyedValue:
    """A keyed value of an office where capitals make no difference."""
    return KeyedValue(at, who, f"nguoi-{who}", verdict, verdict.text.casefold())


@st.composite
def words(draw: st.DrawFn, people: int = 4, most: int = 6, least: int = 0) -> list[KeyedValue]:
    """Words of a few people, who may speak twice."""
    said = draw(st.lists(st.tuples(st.integers(1, people), verdicts), min_size=least, max_size=most))
    return [keyed(at, who, verdict) for at, (who, verdict) in enumerate(said)]


@st.composite
def independent_words(draw: st.DrawFn, least: int = 0, most: int = 3) -> list[KeyedValue]:
    """One word each of different people."""
    said = draw(st.lists(verdicts, min_size=least, max_size=most))
    return [keyed(at, at, verdict) for at, verdict in enumerate(said)]


def settled_value(one: Consensus) -> str | None:
    return one.settled.compared if one.settled else None


@given(ways, words())
def test_a_word_beside_another_one_of_the_same_person_changes_nothing(
    way: Way, said: list[KeyedValue]
) -> None:
    for word in said:
        again = KeyedValue(99, word.account_id, word.login, Verdict("child_name", FieldStatus.READ, "khác"))
        before, after = consensus_of(way, said), consensus_of(way, [*said, again])
        assert (before.stage, before.settled) == (after.stage, after.settled)


@given(ways, words(people=1))
def test_one_person_alone_settles_only_what_one_is_enough_for(way: Way, said: list[KeyedValue]) -> None:
    assert (consensus_of(way, said).stage is Stage.SETTLED) == (way in SETTLED_BY_ONE and bool(said))


@given(words())
def test_a_field_keyed_blind_is_settled_by_agreement_of_two_or_by_a_third(said: list[KeyedValue]) -> None:
    one = consensus_of(Way.BLIND, said)
    if one.settled is None:
        return
    same = {word.account_id for word in said if agree(word, one.settled)}
    people = {word.account_id for word in said}
    assert len(same) >= 2 or len(people) >= 3
    assert one.settled.account_id in people


@given(words())
def test_a_checked_field_is_settled_by_the_word_of_the_second_person(said: list[KeyedValue]) -> None:
    one = consensus_of(Way.CHECKED, said)
    assert (one.stage is Stage.SETTLED) == (len({word.account_id for word in said}) >= 2)
    if one.settled is not None:
        assert one.settled.account_id != said[0].account_id


@given(independent_words(least=2, most=2))
def test_two_who_keyed_blind_count_the_same_in_either_order(said: list[KeyedValue]) -> None:
    one, other = consensus_of(Way.BLIND, said), consensus_of(Way.BLIND, said[::-1])
    assert (one.stage, settled_value(one)) == (other.stage, settled_value(other))


@given(independent_words(least=3, most=3))
def test_the_third_word_stands_whoever_of_the_two_spoke_first(said: list[KeyedValue]) -> None:
    first, second, third = said
    one = consensus_of(Way.BLIND, [first, second, third])
    other = consensus_of(Way.BLIND, [second, first, third])
    assert settled_value(one) == settled_value(other)
    if not agree(first, second):
        assert one.settled is third


@given(independent_words(least=3, most=3))
def test_of_three_independent_people_two_who_agree_are_never_overruled(said: list[KeyedValue]) -> None:
    for one, other, third in permutations(said):
        if agree(one, other) and not agree(one, third):
            found = consensus_of(Way.BLIND, [one, other, third]).settled
            assert found is not None
            assert agree(found, one)


def spelled(who: int, text: str, compared: str | None, *, in_force: bool = False) -> KeyedValue:
    verdict = Verdict("child_name", FieldStatus.READ, text)
    return KeyedValue(who, who, f"nguoi-{who}", verdict, compared, in_force)


def test_of_two_spellings_that_agree_the_one_keyed_from_the_ink_alone_is_kept() -> None:
    first, second = spelled(1, "Bùi Thử", "bùi thử"), spelled(2, "BÙI THỬ", "bùi thử")
    one = consensus_of(Way.BLIND, [first, second])
    assert (one.settled, one.authors) == (second, ("nguoi-1", "nguoi-2"))


def test_an_effective_value_that_the_sample_of_a_lot_confirms_keeps_its_spelling() -> None:
    first, second = spelled(1, "Bùi Thử", "bùi thử", in_force=True), spelled(2, "BÙI THỬ", "bùi thử")
    one = consensus_of(Way.BLIND, [first, second])
    assert (one.settled, one.authors) == (first, ("nguoi-1", "nguoi-2"))
    third = spelled(2, "Bùi Thứ", "bùi thứ")
    assert consensus_of(Way.BLIND, [first, third]).stage is Stage.THIRD


def test_values_keyed_before_there_was_a_form_for_comparison_are_compared_by_their_text() -> None:
    old, new = spelled(1, "Bùi Thử", None), spelled(2, "BÙI THỬ", "bùi thử")
    assert consensus_of(Way.BLIND, [old, new]).stage is Stage.THIRD
    assert consensus_of(Way.BLIND, [old, spelled(2, "Bùi  Thử", None)]).stage is Stage.SETTLED


@given(ways, independent_words(most=3), independent_words(most=1))
def test_what_was_settled_stays_settled_whatever_is_said_afterwards(
    way: Way, said: list[KeyedValue], later: list[KeyedValue]
) -> None:
    before = consensus_of(way, said)
    after = consensus_of(way, [*said, *(KeyedValue(50, 50, "nguoi-50", word.verdict) for word in later)])
    if before.settled is not None:
        assert after.settled == before.settled


@given(ways, independent_words(least=1))
def test_a_field_goes_forward_one_stage_a_word(way: Way, said: list[KeyedValue]) -> None:
    order = [Stage.REVIEW, Stage.CHECK, Stage.THIRD, Stage.SETTLED]
    stages = [order.index(consensus_of(way, said[:number]).stage) for number in range(len(said) + 1)]
    assert stages == sorted(stages)


@given(ways, words())
def test_the_next_word_is_asked_of_those_who_have_said_none(way: Way, said: list[KeyedValue]) -> None:
    one = consensus_of(way, said)
    spoken = {word.account_id for word in said}
    for who in range(1, 6):
        assert one.waits_for(who) == (one.stage is not Stage.SETTLED and who not in spoken)


@given(st.lists(st.tuples(ways, words(people=3, most=3)), max_size=4))
def test_who_is_finished_with_a_task_has_nothing_to_say_on_any_of_its_fields(
    fields: Sequence[tuple[Way, list[KeyedValue]]],
) -> None:
    standings = [consensus_of(way, said) for way, said in fields]
    stage = stage_of(standings)
    waiting = [one for one in standings if one.stage is stage]
    if stage is Stage.SETTLED:
        return
    done = finished(standings, stage)
    assert len(done) <= 2
    for who in range(1, 4):
        assert (who not in done) == any(one.waits_for(who) for one in waiting)


@given(st.lists(st.tuples(ways, independent_words()), max_size=4))
def test_a_task_is_settled_when_all_of_its_fields_are(fields: Sequence[tuple[Way, list[KeyedValue]]]) -> None:
    standings = [consensus_of(way, said) for way, said in fields]
    assert (stage_of(standings) is Stage.SETTLED) == all(one.stage is Stage.SETTLED for one in standings)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Thử Một", " Thử  Một ", True),
        (unicodedata.normalize("NFD", "Thử Một"), unicodedata.normalize("NFC", "Thử Một"), True),
        ("Thử Một", "Thử Mot", False),
        ("Thử Một", "THỬ MỘT", False),
    ],
)
def test_words_agree_when_they_look_the_same(one: str, other: str, same: bool) -> None:
    assert agree(spelled(1, one, None), spelled(2, other, None)) is same


def test_blank_and_illegible_are_different_words() -> None:
    blank, illegible = (Verdict("notes", status) for status in (FieldStatus.BLANK, FieldStatus.ILLEGIBLE))
    assert not agree(KeyedValue(1, 1, "nguoi-1", blank, ""), KeyedValue(2, 2, "nguoi-2", illegible, ""))
