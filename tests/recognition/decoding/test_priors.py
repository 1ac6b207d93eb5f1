"""What is known of a field ranks readings and never outweighs clear ink."""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.base.text.syllables import count_syllables, is_syllable, phonetic_key
from pipeline.declarations.schema import PARTS
from pipeline.recognition.decoding import (
    DecodingOptions,
    Language,
    Prior,
    decode_line,
    prior_after,
    prior_for,
    read_language,
)
from pipeline.recognition.decoding.field_priors import UNUSUAL
from pipeline.recognition.decoding.priors import ALLOWED_PER_LETTER
from pipeline.recognition.decoding.word_prior import habit_of_address, habit_of_name, text_habit_of_address
from pipeline.values.kinds import KINDS
from tests.recognition.decoding.written import LETTERS, written

ETHNICITIES = ("Kinh", "Hoa", "Khơ Me", "Khmer", "Tày", "Thái", "Chăm", "Mường", "Nùng", "Dao")


@lru_cache
def language() -> Language:
    return read_language(Path(__file__).parents[3] / "ocr_models" / "vietnamese-text")


def every_prior() -> dict[str, Prior]:
    kinds = {kind: prior_for(kind, "", (), language()) for kind in KINDS}
    parts = {part: prior_for("date", part, (), language()) for part in PARTS}
    return {**kinds, **parts, "list": prior_for("choice", "", ETHNICITIES, language())}


def best(text: str, prior: Prior, doubts: dict[int, dict[str, float]] | None = None) -> str:
    return decode_line([written(text, doubts)], prior).hypotheses[0].text


@settings(deadline=None, max_examples=50)
@given(
    text=st.text(LETTERS, max_size=30),
    before=st.lists(st.text(LETTERS[1:], min_size=1, max_size=6), max_size=3),
)
def test_every_prior_gives_log_probabilities(text: str, before: list[str]) -> None:
    for name, prior in every_prior().items():
        assert -60.0 <= prior.whole(text) <= 0.0, name
        assert 0.0 <= prior.support(text) <= 1.0, name
        for word in text.split():
            assert -60.0 <= prior.word(tuple(before), word) / count_syllables(word) <= 0.0, name


@settings(max_examples=60, deadline=None)
@given(
    word=st.text("bcdghklmnopqrstuvxyaeiouơưâêôăđ", min_size=2, max_size=7),
    place=st.integers(0, 6),
    rival=st.sampled_from("abcdeghiklmnoprstuvxyáàảạêôơư"),
    kind=st.sampled_from(("name", "place", "text", "date_words")),
)
def test_no_prior_takes_a_clear_letter_from_the_ink(word: str, place: int, rival: str, kind: str) -> None:
    """However unknown the word: a letter that is so much likelier than its rival stands."""
    place = 7 + min(place, len(word) - 1)
    text = f"Nguyễn {word} An"
    unlikely = math.exp(-1.1 * ALLOWED_PER_LETTER / DecodingOptions().sharpness)
    line = written(text, {place: {rival: unlikely}}, certainty=1.0 - unlikely)
    assert decode_line([line], prior_for(kind, "", (), language())).hypotheses[0].text == text


@pytest.mark.parametrize("text", ["Nguyễn Văn Xoạng", "Trần Thị Kzưu", "Thạch Sa Rây", "Y Bhăm Niê"])
def test_an_unknown_name_that_is_clearly_written_wins(text: str) -> None:
    assert best(text, prior_for("name", "", (), language())) == text


def test_a_known_name_wins_where_the_ink_leaves_it_open() -> None:
    assert (
        best("Nguyễn Văn Hòa", prior_for("name", "", (), language()), {12: {"ờ": 0.45, "ỏ": 0.3}})
        == "Nguyễn Văn Hòa"
    )
    assert best("Nguyễn Vân An", prior_for("name", "", (), language()), {8: {"ă": 0.47}}) == "Nguyễn Văn An"


@pytest.mark.parametrize("kind", ["place", "name", "text"])
def test_as_above_is_known_in_every_field_of_words(kind: str) -> None:
    prior = prior_for(kind, "", (), language())
    assert best("như trôn", prior, {6: {"ê": 0.2}}) == "như trên"
    assert best("mt", prior, {0: {"n": 0.2}}) == "nt"
    assert best("như trôn", prior) == "như trôn"


def test_a_surname_is_not_taken_for_the_first_word_of_as_above() -> None:
    assert best("Nhữ Văn An", prior_for("name", "", (), language()), {2: {"ư": 0.3}}) == "Nhữ Văn An"


def test_a_commune_is_known_by_its_district() -> None:
    text = "xã Vĩnh Phúc huyện Vĩnh Lộc tỉnh Thanh Hóa"
    prior = prior_for("place", "", (), language())
    doubts = {4: {"t": 0.2, "l": 0.6}, 24: {"t": 0.5}, 38: {"r": 0.55}}
    assert best(text, prior, doubts) == text
    assert best(text, Prior(), doubts) != text


@pytest.mark.parametrize(
    ("one", "other"), [("Hòa", "Hoà"), ("Thủy", "Thuỷ"), ("Kỳ", "Kì"), ("Quý", "Quí"), ("Mỹ", "Mĩ")]
)
@pytest.mark.parametrize("kind", ["name", "place", "text"])
def test_both_spellings_of_a_sound_are_equally_likely(kind: str, one: str, other: str) -> None:
    prior = prior_for(kind, "", (), language())
    assert prior.word(("Lê",), one) == prior.word(("Lê",), other)
    assert prior.word((one,), "An") == prior.word((other,), "An")
    for text in (f"Lê {one} An", f"Lê {other} An"):
        assert best(text, prior) == text


def test_a_term_hidden_in_the_ink_is_found_and_kept_as_it_is_written() -> None:
    prior = prior_for("choice", "", ETHNICITIES, language())
    assert best("kinh", prior, {0: {"l": 0.6}, 3: {"k": 0.5}}) == "kinh"
    assert best("KINH", prior, {1: {"T": 0.55}}) == "KINH"
    assert best("Khơ Me", prior, {2: {"o": 0.6}, 4: {"N": 0.6}}) == "Khơ Me"


RELATIONS = ("Con trai", "Con gái", "Vợ", "Cháu nội")


def test_a_usual_wording_wins_where_the_ink_leaves_it_open_and_any_other_where_it_is_clear() -> None:
    prior = prior_for("text", "", (), language(), usual=RELATIONS)
    assert best("Con trai", prior, {4: {"l": 0.55}, 6: {"o": 0.5}}) == "Con trai"
    assert best("Cháu nội", prior, {2: {"ả": 0.52}}) == "Cháu nội"
    for other in ("Bạn tù", "Con tri", "Trưởng ấp"):
        assert best(other, prior) == other
    free = prior_for("text", "", (), language())
    words = free.word((), "Con") + free.word(("Con",), "trai")
    usual = math.log((1.0 - math.exp(UNUSUAL)) / len(RELATIONS))
    assert prior.whole("Con trai") + words == pytest.approx(usual)
    assert prior.whole("Bạn tù") == free.whole("Bạn tù") + UNUSUAL
    assert prior.support("Con trai") == 1.0


def test_the_year_of_a_book_says_which_units_its_places_lie_in() -> None:
    told = {year: prior_for("place", "", (), language(), year=year) for year in (0, 1998, 2024, 2025, 2030)}
    assert told[0] is told[1998] is told[2024]
    assert told[2025] is told[2030]
    assert told[2025] is not told[2024]
    assert prior_for("name", "", (), language(), year=2025) == prior_for("name", "", (), language())


def test_what_is_no_term_but_clearly_written_is_kept() -> None:
    prior = prior_for("choice", "", ETHNICITIES, language())
    assert best("Pháp", prior) == "Pháp"
    assert prior.support("Pháp") == 0.0
    assert prior.support("kinh") == 1.0


def test_figures_win_where_figures_are_asked_for_unless_letters_are_clear() -> None:
    assert best("12/3/1957", prior_for("date", "", ()), {2: {"l": 0.6}, 4: {"l": 0.55}}) == "12/3/1957"
    assert (
        best("361250417", prior_for("id_number", "", ()), {3: {"I": 0.6}, 5: {"S": 0.4, "O": 0.3}})
        == "361250417"
    )
    assert best("Không rõ", prior_for("date", "", ())) == "Không rõ"
    assert best("nt", prior_for("id_number", "", ())) == "nt"


def test_signs_of_a_date_are_found_and_blanks_in_it_are_unusual() -> None:
    prior = prior_for("date", "", ())
    assert best("16.5.2008", prior, {4: {"": 0.9}}) == "16.5.2008"
    assert best("2. 7. 1984", prior, {2: {"": 0.5}, 5: {"": 0.5}}) == "2.7.1984"
    assert decode_line([written("2. 7. 1984", certainty=0.999)], prior).hypotheses[0].text == "2. 7. 1984"
    assert best("Ngày 2 tháng 7 năm 1984", prior) == "Ngày 2 tháng 7 năm 1984"


def test_figures_of_an_id_number_stand_together_where_the_ink_leaves_it_open() -> None:
    prior = prior_for("id_number", "", ())
    assert best("0943190.79639", prior, {7: {"": 0.45}}) == "094319079639"
    assert (
        decode_line([written("094 319 079639", certainty=0.999)], prior).hypotheses[0].text
        == "094 319 079639"
    )


def test_days_and_months_have_their_range() -> None:
    assert best("31", prior_for("date", "day", ()), {0: {"8": 0.55}}) == "31"
    assert best("12", prior_for("date", "month", ()), {1: {"7": 0.6}}) == "12"
    assert best("1957", prior_for("date", "year", ()), {0: {"7": 0.6}}) == "1957"
    assert best("45", prior_for("date", "day", ())) == "45"


def test_number_words_follow_one_another() -> None:
    prior = prior_for("date_words", "", (), language())
    text = "năm một nghìn chín trăm bảy mươi lăm"
    assert best(text, prior, {5: {"n": 0.5, "h": 0.2}, 22: {"r": 0.6}, 28: {"r": 0.6}}) == text
    assert prior.support("Ngày hai mươi tháng tư năm hai nghìn") == 1.0


def test_without_language_data_words_are_read_freely() -> None:
    prior = prior_for("name", "", ())
    assert prior.word((), "Kzưu") == prior.word((), "Nguyễn") == 0.0


def test_syllables_are_distinguished_from_other_words() -> None:
    good = "Nguyễn nghiêng quýt giêng giết khuỷu thuở quốc quyển gì ướt ỷ yên oanh xoong đường Uyên"
    bad = "Nguyxễn bt zăn tòc sậnt ngg pìt ưươ quq Việtt"
    assert [word for word in good.split() if not is_syllable(word)] == []
    assert [word for word in bad.split() if is_syllable(word)] == []


@given(word=st.sampled_from(["hòa", "thủy", "kỳ", "quý", "Ý", "mỹ", "đường", "Nguyễn", "hoán"]))
def test_a_sound_does_not_depend_on_case(word: str) -> None:
    assert phonetic_key(word.upper()) == phonetic_key(word) == phonetic_key(word.lower())


def test_kinds_of_one_domain_remember_their_words_together() -> None:
    kinds = ("text", "office", "death_notice")
    assert len({id(prior_for(kind, part, (), language())) for kind in kinds for part in ("", "rest")}) == 1


def test_a_line_that_goes_on_is_weighed_behind_the_words_of_the_one_before() -> None:
    spoken = prior_for("date_words", "", (), language())
    behind = prior_after(spoken, "Ngày hai")
    doubts = {2: {"ơ": 0.4}, 6: {"ố": 0.4}}
    assert best("mười một tháng một", spoken, doubts) == "mười một tháng một"
    assert best("mười một tháng một", behind, doubts) == "mươi mốt tháng một"
    assert best("mười một tháng một", behind) == "mười một tháng một"
    assert prior_after(spoken, " ") is spoken


ADDRESS = "Ấp 5, xã Bình Hữu, huyện Trà Ôn, tỉnh Vĩnh Long"


def test_habit_decides_a_small_letter_and_a_comma_where_the_ink_leaves_them_open() -> None:
    prior = prior_for("place", "", (), language())
    assert best(ADDRESS, prior, {6: {"X": 0.6}, 17: {"": 0.6}}) == ADDRESS
    assert (
        best("Ấp 5, xã Bình Hữu., huyện Trà Ôn", prior, {17: {"": 0.4}}) == "Ấp 5, xã Bình Hữu, huyện Trà Ôn"
    )
    assert (
        best("Chủ tịch UBND xã", prior_for("text", "", (), language()), {14: {"X": 0.55}})
        == "Chủ tịch UBND xã"
    )


@pytest.mark.parametrize(
    "text",
    [
        "Ấp 5 Xã Bình Hữu huyện trà ôn. tỉnh Vĩnh Long",
        "XÃ AN PHÚ - HUYỆN CHÂU PHÚ",
        "Thôn 2 - Xã Đông Hòa - TP. Hồ Chí Minh",
        "Bệnh viện Đa Khoa Tx. Sa Đéc",
    ],
)
def test_what_is_clearly_written_otherwise_is_kept(text: str) -> None:
    line = written(text, certainty=0.995)
    assert decode_line([line], prior_for("place", "", (), language())).hypotheses[0].text == text


def test_a_date_in_words_has_no_signs_unless_they_are_clear() -> None:
    prior = prior_for("date_words", "", (), language())
    text = "Ngày hai mươi bảy, tháng tư"
    assert best(text, prior, {17: {"": 0.4}}) == "Ngày hai mươi bảy tháng tư"
    assert decode_line([written(text, certainty=0.999)], prior).hypotheses[0].text == text


def test_a_dash_or_a_figure_does_not_make_words_grow_together() -> None:
    prior = prior_for("place", "", (), language())
    text = "Ấp 5 - xã Bình Hữu - QL1A, TDP3"
    assert best(text, prior, {1: {"": 0.2}, 4: {"": 0.4}, 6: {"": 0.4}}) == text
    assert prior.word((), "5Xã") < prior.word((), "12A/3")


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        (ADDRESS, ()),
        ("XÃ AN PHÚ - HUYỆN CHÂU PHÚ", ()),
        ("Số 12 - Xã An Phú - H. Châu Phú", ()),
        ("UBND xã Hòa An, TP. Hồ Chí Minh", ()),
        ("Trạm y tế xã Hòa An, TX. Sa Đéc", ()),
        ("Thị xã Bến Cát", ()),
        ("Ấp 5 Xã Bình Hữu", ("Xã",)),
        ("Ấp 5, xã Bình hữu", ("hữu",)),
        ("Ấp 5. Bình Hữu", ("Bình",)),
        ("ẤP. An Phú; Trà Ôn", ("An", "Trà")),
        ("Xã Trà Ôn.. Vĩnh Long", ("Vĩnh",)),
        ("Xã Bình Hữu huyện Trà Ôn", ("huyện",)),
    ],
)
def test_what_is_unusual_in_an_address(text: str, odd: tuple[str, ...]) -> None:
    words = text.split()
    found = [word for before, word in pairwise(["", *words]) if habit_of_address(before, word)]
    assert tuple(found) == odd


@pytest.mark.parametrize(
    ("name", "odd"),
    [
        ("Trần Văn Ánh", ()),
        ("Ng. Phương Gấm", ()),
        ("Lê T. Hoa", ()),
        ("Y-Bih Niê", ()),
        ("Hồ (Khang) Vy", ()),
        ("Huỳnh. Thị Vy", ("Thị",)),
        ("Kiên, Ngọc; Tâm", ("Ngọc;", "Tâm")),
    ],
)
def test_what_is_unusual_in_a_name(name: str, odd: tuple[str, ...]) -> None:
    found = [word for before, word in pairwise(["", *name.split()]) if habit_of_name(before, word)]
    assert tuple(found) == odd


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        (ADDRESS, False),
        ("Ấp 5 xã Bình Hữu huyện Trà Ôn", False),
        ("Ấp 5, xã Bình Hữu huyện Trà Ôn", True),
        ("Ấp 5, UBND xã Bình Hữu", False),
        ("Ấp 5, Bình Hữu - huyện Trà Ôn", False),
    ],
)
def test_commas_here_and_none_there_are_unusual_in_an_address(text: str, odd: bool) -> None:
    assert (text_habit_of_address(text) < 0.0) is odd
