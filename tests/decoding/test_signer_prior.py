"""A signer's line holds a name and a title: each word weighs as what it is."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest

from pipeline.decoding import Prior, decoded, prior_for, read_language
from pipeline.decoding.signer_prior import NO_TITLE, parted
from pipeline.kinds import signer
from tests.decoding.written import written


@lru_cache
def prior(kind: str) -> Prior:
    language = read_language(Path(__file__).parents[2] / "ocr_models" / "vietnamese-text")
    return prior_for(kind, "", (), language)


def best(text: str, doubts: dict[int, dict[str, float]]) -> str:
    return decoded([written(text, doubts)], prior("signer")).hypotheses[0].text


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Trần Văn B, Phó Chủ tịch", ("Trần Văn B", "Phó Chủ tịch")),
        ("Trần Văn B - PCT", ("Trần Văn B", "PCT")),
        ("Trần Văn B (Chủ tịch UBND xã)", ("Trần Văn B", "Chủ tịch UBND xã")),
        ("CT. UBND xã: Trần Văn B", ("CT. UBND xã", "Trần Văn B")),
        ("Trần Văn B", ("Trần Văn B",)),
        ("-", ()),
        ("( )", ()),
        ("", ()),
    ],
)
def test_parts_stand_between_signs(text: str, parts: tuple[str, ...]) -> None:
    assert parted(text) == parts


@pytest.mark.parametrize("line", ["{}, {}", "{} - {}", "{} ({})", "{1}: {0}"])
def test_words_weigh_as_in_a_name_and_as_in_a_title_wherever_they_stand(line: str) -> None:
    words = line.format("Đinh Thị Hằng", "Phó Chủ tịch").split()
    weights = {}
    for place, word in enumerate(words):
        weights[word.strip("(),:-")] = prior("signer").word(tuple(words[max(0, place - 3) : place]), word)
    assert weights["Hằng"] == pytest.approx(prior("name").word(("Đinh", "Thị"), "Hằng"), abs=0.5)
    assert weights["tịch"] == pytest.approx(prior("text").word(("Phó", "Chủ"), "tịch"), abs=0.5)
    assert weights["Hằng"] > prior("text").word((), "Hằng")
    assert weights["tịch"] > prior("name").word((), "tịch")


@pytest.mark.parametrize("line", ["{}, {}", "{} - {}", "{} ({})", "{1}: {0}"])
def test_a_doubtful_letter_of_either_part_is_read_by_what_the_part_is(line: str) -> None:
    text = line.format("Đinh Thị Hằng", "Phó Chủ tịch")
    doubts = {text.index("ằ"): {"ă": 0.5}, text.index("tịch") + 1: {"i": 0.5}}
    assert signer.split(best(text, doubts)) == {"name": "Đinh Thị Hằng", "title": "Phó Chủ tịch"}


def test_clear_ink_wins_over_known_titles_and_names() -> None:
    assert best("Đinh Thị Hẳng, Phố Chũ tịt", {}) == "Đinh Thị Hẳng, Phố Chũ tịt"


def test_a_part_that_is_no_title_weighs_a_little() -> None:
    assert prior("signer").whole("Trần Văn B, Phó Chủ tịch") == 0.0
    assert prior("signer").whole("TRẦN VĂN B, Phó Chủ tịch") == 0.0
    assert prior("signer").whole("Trần Văn B") == 0.0
    assert prior("signer").whole("Trần Văn B, Lê Thị C") == NO_TITLE
