"""A signer's line holds a name and a title: each word weighs as what it is."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest

from pipeline.recognition.decoding import (
    Prior,
    decode_line,
    prior_after,
    prior_before,
    prior_for,
    read_language,
)
from pipeline.recognition.decoding.field_priors import NO_TITLE, split_signer_parts
from tests.recognition.decoding.written import written

LINES = ("{}, {}", "{} - {}", "{} / {}", "{}- {}", "{} ({})", "{1}: {0}", "({1}) {0}")


@lru_cache
def prior(kind: str) -> Prior:
    language = read_language(Path(__file__).parents[3] / "ocr_models" / "vietnamese-text")
    return prior_for(kind, "", (), language)


def best(text: str, doubts: dict[int, dict[str, float]], kind: str = "signer") -> str:
    return decode_line([written(text, doubts)], prior(kind)).hypotheses[0].text


@pytest.mark.parametrize("line", LINES)
def test_parts_stand_between_signs(line: str) -> None:
    assert set(split_signer_parts(line.format("Trần Văn B", "Phó Chủ tịch"))) == {
        "Trần Văn B",
        "Phó Chủ tịch",
    }


@pytest.mark.parametrize("text", ["-", "( )", "", ", ;"])
def test_signs_alone_are_no_parts(text: str) -> None:
    assert split_signer_parts(text) == ()


@pytest.mark.parametrize("line", LINES)
def test_words_weigh_as_in_a_name_and_as_in_a_title_wherever_they_stand(line: str) -> None:
    words = line.format("Đinh Thị Hạnh", "Phó Chủ tịch").split()
    weights = {}
    for place, word in enumerate(words):
        weights[word.strip("(),:-")] = prior("signer").word(tuple(words[max(0, place - 3) : place]), word)
    name, title = prior("name"), prior("text")
    assert weights["Đinh"] == name.word((), "Đinh") > title.word((), "Đinh")
    assert weights["Hạnh"] == name.word(("Đinh", "Thị"), "Hạnh") > title.word(("Đinh", "Thị"), "Hạnh")
    assert weights["Phó"] == title.word((), "Phó") > title.word(("Đinh", "Thị", "Hạnh"), "Phó")
    assert weights["tịch"] == title.word(("Phó", "Chủ"), "tịch") > name.word(("Phó", "Chủ"), "tịch")


def test_words_of_another_part_propose_nothing() -> None:
    signer, name, title = prior("signer"), prior("name"), prior("text")
    alone = (*name.near("", "Chú", "tịch"), *title.near("", "Chú", "tịch"))
    assert set(signer.near("Hạnh,", "Chú", "tịch")) == set(signer.near("", "Chú", "tịch")) == set(alone)
    assert "Chủ" in alone
    assert set(signer.near("Thị", "Hanh,", "Phó")) == set(signer.near("Thị", "Hanh,", ""))


@pytest.mark.parametrize(
    ("text", "at", "doubt", "other"),
    [
        ("Trần Thị Diễm, Phó Chủ tịch", 9, {"Đ": 0.87}, "text"),
        ("Phó Chủ tịch: Trần Thị Diễm", 9, {"ỉ": 0.6}, "name"),
    ],
)
def test_a_doubtful_letter_is_read_by_what_its_part_is(
    text: str, at: int, doubt: dict[str, float], other: str
) -> None:
    assert best(text, {at: doubt}) == text
    assert best(text, {at: doubt}, other) != text


def test_clear_ink_wins_over_known_titles_and_names() -> None:
    assert best("Đinh Thị Hẳng, Phố Chũ tịt", {}) == "Đinh Thị Hẳng, Phố Chũ tịt"


def test_a_name_in_capitals_before_a_title_that_is_not_is_even() -> None:
    assert prior("signer").whole("TRẦN VĂN BÌNH, Phó Chủ tịch") == 0.0
    assert prior("signer").whole("TRẦN VĂN Bình, Phó Chủ tịch") < 0.0


@pytest.mark.parametrize(
    "part", ["Phó Chủ tịch", "PCT", "TM. UBND xã", "KT.", "Phó", "Cán bộ Tư pháp - Hộ tịch"]
)
def test_a_title_may_be_an_office_or_go_on_in_the_next_line(part: str) -> None:
    assert prior("signer").whole(f"Trần Văn Bình, {part}") == 0.0


def test_parts_of_which_none_is_a_title_weigh_a_little() -> None:
    assert prior("signer").whole("Trần Văn Bình, Lê Thị Hoa") == NO_TITLE
    assert prior("signer").whole("Trần Văn Bình") == 0.0


def test_a_line_goes_on_behind_another_and_before_another() -> None:
    signer = prior("signer")
    behind = prior_after(signer, "Trần Văn Bình,")
    assert behind.word((), "Phó") == prior("text").word((), "Phó")
    ahead = prior_before(signer, "tịch UBND xã")
    assert ahead is not None
    assert ahead.continuation("Trần Văn Bình, Phó Chủ") > ahead.continuation("Trần Văn Bình")


def test_what_is_known_of_either_supports_a_line() -> None:
    assert prior("signer").support("Trần Văn Bình, Phó Chủ tịch") == 1.0
    assert prior("signer").support("Trần Văn Bình, Phố Chũ xyz") < 1.0
    assert prior("signer").support("") == 0.0
