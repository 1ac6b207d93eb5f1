from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.base.text.syllables import is_syllable
from pipeline.web.autocomplete import MOST, Autocomplete
from tests.registry.pages import SCHEMAS

FIELDS = SCHEMAS.record("birth").by_name


@pytest.fixture(scope="module")
def known() -> Autocomplete:
    return Autocomplete(SCHEMAS)


def words(known: Autocomplete, field: str, text: str, place: str = "") -> tuple[str, ...]:
    return known.suggest(FIELDS[field], text, place)


def test_a_name_goes_on_with_the_likeliest_syllable(known: Autocomplete) -> None:
    assert words(known, "child_name", "Nguye")[0] == "Nguyễn"
    assert words(known, "child_name", "Nguyễn Th")[0] == "Nguyễn Thị"


def test_a_mark_that_was_typed_stays_and_one_that_was_not_may_be_any(known: Autocomplete) -> None:
    assert all("ế" in word for word in words(known, "child_name", "Trần Th\u0065\u0302\u0301"))
    assert "Trần Thế" in words(known, "child_name", "Trần The")


def test_letters_keep_the_size_in_which_they_are_typed(known: Autocomplete) -> None:
    assert "NGUYỄN VĂN TUẤN" in words(known, "child_name", "NGUYỄN VĂN T")
    assert "nguyễn" in words(known, "child_name", "ngu")


def test_nothing_is_offered_before_somebody_types(known: Autocomplete) -> None:
    assert words(known, "child_name", "") == ()
    assert words(known, "child_name", "  ") == ()
    assert words(known, "child_name", "Nguyễn ") == ()


def test_places_near_the_registration_place_come_first(known: Autocomplete) -> None:
    district = next(u for u in SCHEMAS.places.gazetteer.units if u.title == "Huyện Củ Chi")
    commune = next(u for u in SCHEMAS.places.gazetteer.units if u.parent == district.code)
    chain = "huyện Củ Chi, Thành phố Hồ Chí Minh"
    assert words(known, "child_birth_place", "huyện c", commune.code)[:3] == (
        chain,
        "huyện Củ Chi",
        "huyện Cần Giờ",
    )
    assert words(known, "child_birth_place", f"{commune.title}, huyện củ", commune.code) == (
        f"{commune.title}, {chain}",
        f"{commune.title}, huyện Củ Chi",
    )
    assert words(known, "child_birth_place", commune.title[:5], commune.code)[0] == (
        f"{commune.title}, Huyện Củ Chi, Thành phố Hồ Chí Minh"
    )


def test_the_province_of_the_registration_place_comes_before_its_districts(known: Autocomplete) -> None:
    province = next(
        u for u in SCHEMAS.places.gazetteer.units if u.name == "Kiên Giang" and u.scheme == "2004"
    )
    district = next(u for u in SCHEMAS.places.gazetteer.units if u.parent == province.code)
    assert words(known, "child_birth_place", "Kiên", district.code)[0] == "Kiên Giang"


def test_whole_values_of_the_book_come_before_all_others(known: Autocomplete) -> None:
    decided = ("Vẽ Văn Mẫu", "Nguyễn Thị Giả")
    assert known.suggest(FIELDS["signer_name"], "", "", decided) == decided
    assert known.suggest(FIELDS["signer_name"], "Nguyễn Th", "", decided)[:2] == (
        "Nguyễn Thị Giả",
        "Nguyễn Thị",
    )
    assert known.suggest(FIELDS["notes"], "ve", "", decided) == ("Vẽ Văn Mẫu",)


def test_a_syllable_that_vietnamese_does_not_write_is_no_suggestion(known: Autocomplete) -> None:
    offered = {word for letter in "bdgnt" for word in words(known, "child_name", f"{letter}")}
    offered |= {word for start in ("Bu", "Bă", "Ba") for word in words(known, "child_name", start)}
    assert offered
    assert all(is_syllable(word) for word in offered)


def test_terms_of_a_list_are_offered_as_they_stand_on_paper(known: Autocomplete) -> None:
    assert words(known, "child_sex", "n")[:2] == ("Nam", "Nữ")
    assert "Hoa Kỳ" in words(known, "child_nationality", "Hoa")
    assert "Kinh" in words(known, "child_ethnicity", "Ki")


def test_no_more_is_offered_than_one_can_see(known: Autocomplete) -> None:
    for text in "ABCDGHKLMNPQTVX":
        assert len(words(known, "child_name", text)) <= MOST


def test_a_field_without_known_words_offers_none(known: Autocomplete) -> None:
    assert words(known, "notes", "Ghi") == ()


def test_without_word_data_no_names_are_offered(tmp_path: Path) -> None:
    assert words(Autocomplete(SCHEMAS, tmp_path), "child_name", "Ngu") == ()
