"""The fields of an entry weighed together: exact marginals over links."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.base.model import Hypothesis
from pipeline.declarations import schema
from pipeline.recognition.decoding.declared_links import links_of
from pipeline.recognition.decoding.entry_links import BROKEN, MOST, Repetition, Source
from pipeline.recognition.decoding.entry_model import EntryLink, Option, Variable, joint_chances, options_of
from pipeline.values.predicates import NO_CONTEXT, PREDICATES

SCHEMAS = schema.load()
BIRTH = links_of(SCHEMAS.record("birth"), NO_CONTEXT)
Chances = dict[str, float]


def variable(field: str, *ways: tuple[str, float], fixed: bool = False) -> Variable:
    return Variable(field, tuple(Option(text, text, chance) for text, chance in ways), fixed)


def near(
    links: tuple[EntryLink, ...], *variables: Variable, inked: frozenset[str] = frozenset()
) -> list[EntryLink]:
    by_field = {each.field: each for each in variables}
    found = [
        link.within(by_field, inked | by_field.keys()) if isinstance(link, Repetition) else link
        for link in links
    ]
    return [link for link in found if link is not None]


def weighed(*variables: Variable, inked: frozenset[str] = frozenset()) -> dict[str, Chances]:
    by_field = {each.field: each for each in variables}
    chances = joint_chances(by_field, near(BIRTH, *variables, inked=inked))
    return {
        name: {option.text: chance for option, chance in zip(by_field[name].options, found, strict=True)}
        for name, found in chances.items()
    }


CHILD = variable("child_name", ("Phan Văn An", 0.6), ("Phạm Văn An", 0.3))
FATHER = variable("father_name", ("Phạm Văn Bình", 0.9))
MOTHER = variable("mother_name", ("Trần Thị Hoa", 0.9))


def test_a_child_is_read_with_the_surname_of_its_father() -> None:
    found = weighed(CHILD, FATHER, MOTHER)["child_name"]
    assert found["Phạm Văn An"] > 0.85
    assert found["Phan Văn An"] < 0.05


def test_a_child_without_a_father_has_the_surname_of_its_mother() -> None:
    child = variable("child_name", ("Trân Văn An", 0.6), ("Trần Văn An", 0.3))
    found = weighed(child, MOTHER)["child_name"]
    assert found["Trần Văn An"] > found["Trân Văn An"]


def test_an_unread_father_says_nothing_for_the_surname_of_the_mother() -> None:
    child = variable("child_name", ("Trân Văn An", 0.6), ("Trần Văn An", 0.3))
    found = weighed(child, MOTHER, inked=frozenset({"father_name"}))["child_name"]
    assert found["Trân Văn An"] > found["Trần Văn An"]


def test_the_surname_of_a_child_of_another_people_is_only_believed() -> None:
    people = variable("child_ethnicity", ("Ê Đê", 0.99))
    found = weighed(CHILD, FATHER, MOTHER, people)["child_name"]
    assert found["Phạm Văn An"] / found["Phan Văn An"] == pytest.approx(3 * 0.3 / 0.6)


def test_the_declarant_is_the_parent_that_the_relation_names() -> None:
    declarant = variable("declarant_name", ("Trần Thị Hoá", 0.5), ("Trần Thị Hoa", 0.45))
    mother = weighed(declarant, FATHER, MOTHER, variable("declarant_relation", ("Mẹ", 0.9)))
    assert mother["declarant_name"]["Trần Thị Hoa"] > 0.9
    other = weighed(declarant, FATHER, MOTHER, variable("declarant_relation", ("Bà ngoại", 0.99)))
    assert other["declarant_name"]["Trần Thị Hoá"] > other["declarant_name"]["Trần Thị Hoa"]


def test_the_relation_is_that_of_the_parent_who_declares() -> None:
    declarant = variable("declarant_name", ("Phạm Văn Bình", 0.9))
    relation = variable("declarant_relation", ("Mẹ", 0.5), ("Cha", 0.4))
    found = weighed(declarant, relation, FATHER, MOTHER)["declarant_relation"]
    assert found["Cha"] > 0.85


def test_two_names_of_one_hand_that_may_be_misread_alike_count_as_one_reading() -> None:
    father = variable("father_name", ("Lê Phú Thơ", 0.5), ("Lê Phú Thư", 0.3))
    declarant = variable("declarant_name", ("Lê Phú Thơ", 0.6), ("Lê Phú Thư", 0.2))
    found = weighed(father, declarant)["father_name"]
    assert found["Lê Phú Thơ"] / found["Lê Phú Thư"] < 3.0


def test_figures_are_read_as_the_words_of_the_same_day() -> None:
    figures = variable("child_born_on", ("06.05.2000", 0.5), ("05.05.2000", 0.4))
    found = weighed(figures, variable("child_born_on_words", ("05.05.2000", 0.8)))
    assert found["child_born_on"]["05.05.2000"] > 0.8
    assert found["child_born_on_words"]["05.05.2000"] > 0.8


def test_misread_words_speak_for_the_day_that_they_allow() -> None:
    figures = variable("child_born_on", ("06.05.2000", 0.5), ("05.05.2000", 0.4))
    words = Variable("child_born_on_words", (Option("Ngày nam thang năm nam hai nghìm", "", 0.6),))
    assert weighed(figures, words)["child_born_on"]["05.05.2000"] > 0.5


def test_a_day_after_the_registration_is_seldom() -> None:
    born = variable("child_born_on", ("02.04.2021", 0.5), ("02.04.2020", 0.4))
    found = weighed(born, variable("registered_on", ("05.05.2020", 0.99)))["child_born_on"]
    assert found["02.04.2020"] > 0.85


def test_the_year_in_a_personal_number_is_that_of_the_birth() -> None:
    number = variable("child_id_number", ("092021264386", 0.5), ("092221264386", 0.4))
    found = weighed(number, variable("child_born_on", ("19.12.2021", 0.99)))["child_id_number"]
    assert found["092221264386"] > 10 * found["092021264386"]
    link = next(link for link in BIRTH if link.fields == ("child_id_number", "child_born_on"))
    garbled = variable("child_id_number", ("092071264386", 0.5))
    born = variable("child_born_on", ("19.12.2021", 0.99))
    proposed = dict.fromkeys(
        text for _, text in link.proposals({each.field: each for each in (garbled, born)})
    )
    assert list(proposed) == ["092221264386", "092321264386"]


def test_a_decided_name_is_certain() -> None:
    decided = variable("father_name", ("Phạm Văn Bình", 1.0), fixed=True)
    found = weighed(CHILD, decided, MOTHER)
    assert found["father_name"]["Phạm Văn Bình"] == pytest.approx(1.0)
    assert (
        found["child_name"]["Phạm Văn An"]
        > weighed(CHILD, FATHER, MOTHER)["child_name"]["Phạm Văn An"] - 0.01
    )


def test_two_clear_and_different_dates_keep_their_order_of_readings() -> None:
    figures = variable("child_born_on", ("07.06.2010", 0.95), ("01.06.2010", 0.005))
    found = weighed(figures, variable("child_born_on_words", ("01.06.2010", 0.95)))["child_born_on"]
    assert found["07.06.2010"] > found["01.06.2010"]


def test_every_rule_that_is_seldom_broken_names_a_predicate() -> None:
    assert BROKEN.keys() <= PREDICATES.keys()


def test_fields_without_links_are_left_out() -> None:
    alone = variable("notes", ("Đã cấp bản sao", 0.7))
    assert weighed(alone) == {}


NAMES = ("Phạm Văn An", "Phan Văn An", "Phạm Văn Ân", "Lê Văn An")
chances = st.lists(st.floats(0.01, 0.24), min_size=1, max_size=4)


def drawn(field: str, drawn_chances: list[float]) -> Variable:
    return variable(field, *zip(NAMES, sorted(drawn_chances, reverse=True), strict=False))


@given(child=chances, father=chances, declarant=chances)
def test_chances_sum_to_at_most_one_and_the_order_of_fields_does_not_matter(
    child: list[float], father: list[float], declarant: list[float]
) -> None:
    variables = (drawn("child_name", child), drawn("father_name", father), drawn("declarant_name", declarant))
    first = weighed(*variables)
    for found in first.values():
        assert all(0.0 <= chance <= 1.0 for chance in found.values())
        assert sum(found.values()) <= 1.0 + 1e-9
    for order in permutations(variables):
        again = weighed(*order)
        assert all(again[name] == pytest.approx(first[name]) for name in first)


@given(one=chances, other=chances)
def test_a_share_of_nothing_changes_nothing(one: list[float], other: list[float]) -> None:
    link = Repetition("a", (Source("b", 0.0),), key=lambda option: option.value, words="")
    variables = {"a": drawn("a", one), "b": drawn("b", other)}
    found = joint_chances(variables, [link])
    for name, field in variables.items():
        assert found[name] == pytest.approx(tuple(field.alone()[:-1]))


@given(chance=st.floats(0.01, 0.5), share=st.floats(0.0, 1.0))
def test_no_link_raises_odds_beyond_its_bound(chance: float, share: float) -> None:
    link = Repetition("a", (Source("b", share),), key=lambda option: option.value, words="")
    fields = {"a": variable("a", ("x", chance), ("y", chance)), "b": variable("b", ("x", 1.0), fixed=True)}
    found = joint_chances(fields, [link])["a"]
    assert found[0] <= MOST * found[1] / max(1.0 - share, 1e-12) * (1 + 1e-9)


def test_the_reading_is_the_first_option_and_unlikely_texts_are_none() -> None:
    known = [Hypothesis("a", 0.3), Hypothesis("c", 0.001), Hypothesis("b", 0.5)]
    assert [option.text for option in options_of(known, {})] == ["a", "b"]
