"""Names near a name: by what the networks take for one another, and every one that is one letter away."""

from __future__ import annotations

import string

import pytest

from pipeline.registry.search import name_matches
from pipeline.registry.search.index import name_key, name_row, year_of
from pipeline.registry.search.name_matches import DEAREST, confusions, weighed
from pipeline.registry.search.rows import words_of

NAMES = ("nguyen van an", "tran thi ngoc huyen", "hoa", "le thi a")


def one_letter_away(name: str) -> set[str]:
    """Names with one letter changed, lost or added, by brute force."""
    found = set()
    for at in range(len(name) + 1):
        for letter in string.ascii_lowercase:
            found.add(name[:at] + letter + name[at:])
            if at < len(name) and name[at] != " ":
                found |= {name[:at] + letter + name[at + 1 :], name[:at] + name[at + 1 :]}
    return {" ".join(one.split()) for one in found} - {name, ""}


@pytest.mark.parametrize("name", NAMES)
def test_every_name_one_letter_away_is_a_neighbour_and_the_name_itself_is_none(name: str) -> None:
    near = confusions().neighbours(name)
    assert one_letter_away(name) <= near.keys()
    assert name not in near
    assert all(cost > 0 for cost in near.values())


def test_what_the_networks_take_for_one_another_is_nearer_than_what_they_never_did() -> None:
    told = weighed({"n>u": 300.0, "a>o": 30.0, "h>li": 10.0})
    near = told.neighbours("van")
    assert near["vau"] < near["von"] < near["vax"] == DEAREST
    assert told.neighbours("vau")["van"] == near["vau"]
    assert told.neighbours("hoa")["lioa"] < DEAREST
    assert near["vou"] == pytest.approx(near["vau"] + near["von"])


def test_words_that_run_together_or_sound_alike_are_near() -> None:
    near = confusions().neighbours("nguyen thi sinh")
    assert {"nguyenthi sinh", "nguyen thi xinh", "nguyen thy sinh"} <= near.keys()


def test_a_name_is_found_under_its_words_whatever_its_marks() -> None:
    first = name_row("nguyễn  thị-đào")
    assert first == name_row("NGUYỄN THỊ ĐÀO") == name_row("nguyen thi dao")
    assert first is not None
    assert first[1] == "nguyen thi dao"
    assert first[2] == name_key(sorted(("nguyen", "thi", "dao")))
    assert name_row("–…") is None
    assert words_of("Đường số 12, ấp Mỹ-Hòa") == ("duong", "so", "12", "ap", "my", "hoa")
    assert [year_of(one) for one in ("05.03.1998", "1998", "__.__.1998", "98", "", None)] == [
        1998, 1998, 1998, None, None, None,
    ]  # fmt: skip


def test_no_word_makes_or_keeps_more_than_memory_bears(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(name_matches, "MOST_REMEMBERED", 5000)
    made = name_matches.Confusions(confusions().costs)
    for word in ("nguyen", "hoang", "tran", "le", "pham", "vuong"):
        assert len(made.of_word(word)) > 100
        assert sum(map(len, made._of_words.values())) <= 5000
    assert made.of_word("a" * name_matches.LONGEST_WORD)
    assert made.neighbours("a" * 200) == {}
