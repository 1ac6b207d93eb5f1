"""Runs of words: counted from lines, stored, read again."""

from __future__ import annotations

import math
import tomllib
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from pipeline.recognition.decoding import Language, read_language
from pipeline.recognition.decoding.language_model import (
    KNOWN_WORD,
    START,
    STRANGE_SYLLABLE,
    STRANGE_WORD,
    WordModel,
)
from scripts.word_runs import model_of

ROOT = Path(__file__).parents[3]
SHIPPED = ROOT / "ocr_models" / "vietnamese-text"

LINES = (
    *[("xã", "tân", "hòa", "huyện", "lai", "vung")] * 6,
    *[("xã", "tân", "phước", "huyện", "lai", "vung")] * 3,
    *[("ấp", "5", "xã", "long", "hậu")] * 2,
)


@pytest.fixture
def small(tmp_path: Path) -> Language:
    np.savez_compressed(tmp_path / "place.npz", **model_of(iter(LINES), (1, 1, 1, 1)))  # type: ignore[arg-type]
    return read_language(tmp_path)


def test_a_word_is_likelier_where_it_was_seen(small: Language) -> None:
    model = small.models["place"]
    assert (
        model.log_chance(("xã", "tân"), "hòa")
        > model.log_chance(("xã", "tân"), "phước")
        > model.log_chance((), "hậu")
    )
    assert math.exp(model.log_chance((START,), "xã")) == pytest.approx(9 / 11, abs=0.1)


def test_the_chances_behind_a_run_are_at_most_one(small: Language) -> None:
    model = small.models["place"]
    for before in ((), ("xã",), ("xã", "tân"), (START,), ("vung",), ("lạ",)):
        total = sum(
            math.exp(model.log_chance(before, word)) for word in model.words if not word.startswith("<")
        )
        assert total < 1.08  # stored in sixteenths of a nat


def test_words_that_are_not_known_fall_back_on_how_they_are_spelt(small: Language) -> None:
    model = small.models["place"]
    assert model.log_chance(("xã",), "nghiêng") == STRANGE_SYLLABLE
    assert model.log_chance(("xã",), "bhxz") == STRANGE_WORD
    assert not model.knows("nghiêng")


def test_a_known_word_is_never_less_likely_than_one_nobody_knows() -> None:
    model = read_language(SHIPPED).models["name"]
    for before in ((), ("đinh", "thị", "bích"), ("ksor",)):
        for word in ("Thắm", "Trâm", "Đạt"):
            assert model.knows(word)
            assert model.log_chance(before, word) > model.log_chance(before, "Nghiêu")
    assert not model.knows("Nghiêu")
    assert model.log_chance(("đinh", "thị", "bích"), "Thắm") == KNOWN_WORD


def test_places_of_a_year_know_the_units_that_were_valid_then() -> None:
    shipped = read_language(SHIPPED)
    old, new = shipped.model("place"), shipped.model("place", "2025")
    assert old is shipped.models["place"]
    assert shipped.model("name", "2025") is shipped.models["name"]
    assert old is not None
    assert new is not None
    # since July 2025 communes lie in provinces, and the province above Mui Ne is Lam Dong
    assert new.log_chance(("mũi", "né", "tỉnh"), "Lâm") > old.log_chance(("mũi", "né", "tỉnh"), "Lâm") + 1
    assert (
        new.log_chance(("mũi", "né", "phan"), "thiết") > -5
    )  # where somebody was born is told by the older ones


def test_figures_signs_case_and_the_place_of_a_tone_make_no_other_word(small: Language) -> None:
    model = small.models["place"]
    assert model.log_chance(("ấp",), "12A") == model.log_chance(("ấp",), "5")
    assert model.log_chance(("XÃ", "Tân"), "Hoà,") == model.log_chance(("xã", "tân"), "hòa")


def test_words_like_a_misread_one_are_found(small: Language) -> None:
    assert "vung" in small.models["place"].near("lai", "vụng", "", 5)
    assert "phước" in small.models["place"].near("", "phuoc", "", 5)
    assert "huyện" in small.models["place"].near("", "huyn", "", 5)
    assert small.models["place"].near("xã", "tan", "phước", 5)[0] == "tân"
    assert "vung" in small.models["place"].near("lai", "vưng", "", 1)
    assert "phước" in small.models["place"].near("tân", "phic", "", 5)
    assert "phước" not in small.models["place"].near("", "phic", "", 5)


def test_the_shipped_data_is_what_its_card_says() -> None:
    card = tomllib.loads((SHIPPED / "model.toml").read_text(encoding="utf-8"))
    assert {name: sha256((SHIPPED / name).read_bytes()).hexdigest() for name, _ in card["files"]} == dict(
        card["files"]
    )
    assert sum((SHIPPED / name).stat().st_size for name, _ in card["files"]) < 4_000_000
    assert set(read_language(SHIPPED).models) == {"date", "name", "place", "text"}


def test_a_folder_without_data_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_language(tmp_path)


def test_words_that_fit_alike_come_in_the_order_of_the_model() -> None:
    words = ["xã", *(f"xyz{number}" for number in range(2, 73))]
    words[8 - 1], words[72 - 1] = (
        "bình",
        "bàn",
    )  # numbers that a small set keeps in the order in which they came
    model = WordModel(tuple(words), {1 << 16 | 8: 20, 72: 20}, {})
    assert model.near("xã", "ban", "", 2) == ("bình", "bàn")
