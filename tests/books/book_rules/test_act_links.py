"""Acts find the entries that they change, by number and day or by people; namesakes are suggested side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pipeline.books.book_rules.act_links import ACT, Entries, act_links
from pipeline.books.book_rules.record_linkage import LinkSuggestion
from pipeline.declarations.schema import ActSpec
from tests.books.book_rules.crowd import couple, crowd

ACTS = {
    "adoption": ActSpec(roles=("adoptee",), earlier={"birth": ("child",)}),
    "noted_divorce": ActSpec(
        roles=("divorced", "former_spouse"), earlier={"marriage": ("husband", "wife")},
        number="original_number", registered_on="original_registered_on",
    ),
}  # fmt: skip
CHILD = {"name": "Thử Văn An", "sex": "1", "born_on": "05.03.1990", "registered_on": "10.03.1990"}
ADOPTEE = CHILD | {
    "record": "adoption", "role": "adoptee", "event": "party", "registered_on": "01.02.1995",
}  # fmt: skip
HUSBAND = {"name": "Thử Văn Bốn", "born_on": "05.03.1970"}
WIFE = {"name": "Mẫu Thị Năm", "born_on": "07.08.1972"}


def found(
    *people: dict[str, Any],
    named: Mapping[int, tuple[str | None, str | None]] | None = None,
    own: Mapping[int, tuple[str | None, str | None]] | None = None,
) -> list[LinkSuggestion]:
    def numbered(of_entries: Mapping[int, tuple[str | None, str | None]] | None) -> pd.DataFrame:
        rows = [(entry, *words) for entry, words in (of_entries or {}).items()]
        return pd.DataFrame(rows, columns=["entry_id", "number", "registered_on"])

    return list(act_links(Entries(crowd(*people), numbered(named), numbered(own)), ACTS))


def divorce(entry_id: int, husband: dict[str, Any], wife: dict[str, Any]) -> list[dict[str, Any]]:
    shared = {
        "entry_id": entry_id,
        "record": "noted_divorce",
        "event": "party",
        "registered_on": "01.06.2005",
    }
    return [{**shared, "role": "divorced", **wife}, {**shared, "role": "former_spouse", **husband}]


def test_an_adoption_finds_the_birth_by_name_and_day() -> None:
    (one,) = found(CHILD, ADOPTEE, CHILD | {"name": "Khác Thị Em", "sex": "2"})
    assert (one.kind, one.first, one.second) == (ACT, (1, "child"), (2, "adoptee"))
    assert one.evidence == {"name": "same", "born": "same day", "sex": "same"}
    assert one.probability > 0.9


def test_of_two_namesakes_born_on_one_day_both_are_suggested_and_neither_is_likely() -> None:
    first, second = found(CHILD, CHILD, ADOPTEE)
    assert {first.first[0], second.first[0]} == {1, 2}
    assert first.probability == second.probability < 0.5


def test_a_number_tells_namesakes_apart() -> None:
    couples = [couple(entry, HUSBAND, WIFE, registered_on="10.05.1995") for entry in (1, 2)]
    (one,) = found(
        *couples[0], *couples[1], *divorce(3, HUSBAND, WIFE),
        named={3: ("17/1995", "10.05.1995")}, own={1: ("17/1995", "10.05.1995"), 2: ("18/1995", "11.05.1995")},
    )  # fmt: skip
    assert (one.first[0], one.second[0]) == (1, 3)
    assert (one.evidence["named_number"], one.evidence["named_day"]) == ("same", "same day")


def test_a_misread_name_is_made_up_for_by_number_and_day() -> None:
    wedding = couple(
        1, HUSBAND | {"name": "Thủ Vân Bồn"}, WIFE | {"name": "Máu Thi Nam"}, registered_on="10.05.1995"
    )
    (one,) = found(
        *wedding, *divorce(2, HUSBAND, WIFE),
        named={2: ("17/1995", "10.05.1995")}, own={1: ("17/1995", "10.05.1995")},
    )  # fmt: skip
    assert one.evidence["name"] == "marks differ"


def test_the_same_number_of_other_people_is_no_link() -> None:
    wedding = couple(1, HUSBAND, WIFE, registered_on="10.05.1995")
    others = divorce(
        2, {"name": "Lạ Văn Bảy", "born_on": "01.01.1960"}, {"name": "Lạ Thị Tám", "born_on": "02.02.1961"}
    )
    assert found(*wedding, *others, named={2: ("17/1995", None)}, own={1: ("17/1995", "10.05.1995")}) == []


def test_an_act_before_the_birth_or_of_another_sex_is_of_somebody_else() -> None:
    assert found(CHILD, ADOPTEE | {"registered_on": "01.02.1985", "born_on": "1990"}) == []
    assert found(CHILD, ADOPTEE | {"sex": "2", "born_on": "1990"}) == []


def test_an_act_whose_earlier_book_is_not_read_has_no_link_and_no_error() -> None:
    assert found(ADOPTEE, CHILD | {"name": "Khác Thị Em", "born_on": "01.01.1970"}) == []
    assert found() == []
