from __future__ import annotations

import unicodedata
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.values.places import DayRange, Level, ResolutionState, Unit, Validity
from pipeline.values.places.written_places import bare_letters
from tests.values.places.units import gazetteer, resolver

CASES = [
    # as clerks write
    ("xã Tân Long, huyện Phụng Hiệp, tỉnh Hậu Giang", (2010, 5, 1), "2004:31438"),
    ("X. Tân Long - H. Phụng Hiệp - T. Hậu Giang", (2010, 5, 1), "2004:31438"),
    ("Tân Long, Phụng Hiệp, Hậu Giang", (2010,), "2004:31438"),
    ("xã Tân Long huyện Phụng Hiệp tỉnh Hậu Giang", (2010,), "2004:31438"),
    ("Tân Long. Phụng Hiệp. Hậu Giang", (2010,), "2004:31438"),
    ("ấp Thạnh Lợi, xã Tân Long, huyện Phụng Hiệp, tỉnh Hậu Giang, Việt Nam", (2010,), "2004:31438"),
    ("UBND xã Tân Long, huyện Phụng Hiệp, tỉnh Hậu Giang", (2010,), "2004:31438"),
    ("xã Tân Long, huyện Phụng Hiệp, tỉnh Hậu Giang (cũ)", (2010,), "2004:31438"),
    ("P.V, TP. Vị Thanh, Hậu Giang", (2020, 1, 1), "2004:31327"),
    ("phường 5, thành phố Vị Thanh, tỉnh Hậu Giang", (2020, 1, 1), "2004:31327"),
    ("Phường 01, TP Sóc Trăng, tỉnh Sóc Trăng", (2020, 1, 1), "2004:31513"),
    ("Q.1, TP.HCM", (2010,), "2004:760"),
    ("xã Đường Lâm, thị xã Sơn Tây, thành phố Hà Nội", (2020, 1, 1), "2004:09592"),
    ("phuong 2, thanh pho Vung Tau, tinh Ba Ria - Vung Tau", (2020, 1, 1), "2004:26509"),
    ("xa Phu Linh, huyen Vi Xuyen, tinh Ha Giang", (2020, 1, 1), "2004:00706"),
    ("tỉnh Bà Rịa - Vũng Tàu", (2010,), "2004:77"),
    ("huyện Chợ Mới - An Giang", (2010,), "2004:893"),
    ("huyện Thới Lai, TP Cần Thơ", (2015, 2, 3), "2004:927"),
    # without marks, with the tone on the other vowel, in capitals
    ("xa Tan Long, huyen Phung Hiep, tinh Hau Giang", (2010,), "2004:31438"),
    ("XÃ TÂN LONG, HUYỆN PHỤNG HIỆP, TỈNH HẬU GIANG", (2010,), "2004:31438"),
    ("XA XA PHIEN, HUYEN LONG MY, TINH HAU GIANG", (2010,), "2004:31495"),
    ("xã Vị Thuỷ, huyện Vị Thuỷ, tỉnh Hậu Giang", (2020, 5, 1), "2004:31447"),
    ("xã Vị Thủy, huyện Vị Thủy, tỉnh Hậu Giang", (2020, 5, 1), "2004:31447"),
    # two levels
    ("phường Cái Khế, thành phố Cần Thơ", (2025, 9, 1), "2025:31120"),
    ("phường Cái Khế, quận Ninh Kiều, TP Cần Thơ", (2010,), "2004:31117"),
    # former units
    ("huyện Phụng Hiệp, tỉnh Cần Thơ", (1998,), "2004:934"),
    ("TP Cần Thơ", (1998,), "history:tp-can-tho"),
    ("TP Cần Thơ", (2010,), "2004:92"),
    ("xã An Mỹ, huyện Kế Sách, tỉnh Hậu Giang", (1985,), "2004:31564"),
    ("tỉnh Nghệ Tĩnh", (1980,), "history:nghe-tinh-1976"),
    # the type a unit had before the tables begin
    ("huyện Thốt Nốt, Cần Thơ", (2006,), "2004:923"),
]


@pytest.mark.parametrize(("text", "on", "code"), CASES)
def test_a_written_place_is_the_unit_of_its_day(text: str, on: tuple[int, ...], code: str) -> None:
    assert resolver().resolve(text, on).code == code


@pytest.mark.parametrize(
    ("text", "on", "validity"),
    [
        ("tỉnh Hậu Giang", (1998,), Validity.NO_LONGER),
        ("tỉnh Hà Tây", (2010,), Validity.NO_LONGER),
        ("huyện Phụng Hiệp, tỉnh Cần Thơ", (2010,), Validity.NO_LONGER),
        ("phường Cái Khế, quận Ninh Kiều, TP Cần Thơ", (2026,), Validity.NO_LONGER),
        ("huyện Thới Lai, TP Cần Thơ", (2007,), Validity.NOT_YET),
        ("tỉnh Đắk Nông", (2001, 1, 1), Validity.NOT_YET),
        ("huyện Thốt Nốt, Cần Thơ", (2021,), Validity.NO_LONGER),
    ],
)
def test_a_place_of_another_time_was_not_there_then(
    text: str, on: tuple[int, ...], validity: Validity
) -> None:
    found = resolver().resolve(text, on)

    assert (found.state, found.validity, found.code) == (ResolutionState.NOT_THEN, validity, "")
    assert resolver().existed(text, on) is False
    assert resolver().existed(text, on, former=True) is (validity is Validity.NO_LONGER)


@pytest.mark.parametrize("text", ["huyện Châu Thành", "Phường 1", "xã Tân Long", "Phường 2, tỉnh Sóc Trăng"])
def test_what_may_be_several_units_stays_ambiguous(text: str) -> None:
    found = resolver().resolve(text, (2020, 1, 1))

    assert found.state is ResolutionState.AMBIGUOUS
    assert len(found.candidates) > 1
    assert found.code == ""
    assert resolver().existed(text, (2020, 1, 1)) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "nt",
        "-//-",
        "Tại nhà",
        "BV đa khoa Phụng Hiệp",
        "Trạm Y tế xã",
        "ấp 5",
        "Việt Nam",
        "...",
        "(không rõ)",
    ],
)
def test_a_text_that_names_no_unit_says_nothing(text: str) -> None:
    assert resolver().resolve(text, (2010,)).state is ResolutionState.NOTHING
    assert resolver().existed(text, (2010,)) is None


def test_an_unknown_commune_was_not_there_only_where_the_tables_show_all() -> None:
    text = "xã Ảo Ảnh, huyện Kế Sách, tỉnh Sóc Trăng"

    found = resolver().resolve(text, (2021,))

    assert (found.state, found.unknown, found.code) == (ResolutionState.PARTIAL, "xã Ảo Ảnh", "")
    assert [unit.title for unit in found.line] == ["Tỉnh Sóc Trăng", "Huyện Kế Sách"]
    assert resolver().existed(text, (2021,)) is False
    assert resolver().existed(text, (2011,)) is None, "before 2019 the tables do not show every commune"


def test_an_unknown_parent_decides_nothing() -> None:
    assert (
        resolver().resolve("xã Tân Long, huyện Phụng Hiệp, tỉnh Hậu Gang", (2010,)).state
        is ResolutionState.UNKNOWN
    )
    found = resolver().resolve("xã Tân Long, huyện Phụng Hịp, tỉnh Hậu Giang", (2010,))
    assert (found.state, found.unit and found.unit.code) == (ResolutionState.PARTIAL, "93")


def test_another_mark_is_another_place() -> None:
    """One letter misread makes no code."""
    for text in (
        "xã Tân Lọng, huyện Phụng Hiệp, tỉnh Hậu Giang",
        "xã Tấn Long, huyện Phụng Hiệp, tỉnh Hậu Giang",
    ):
        assert resolver().resolve(text, (2010,)).code == ""


def test_missing_marks_are_reported() -> None:
    assert resolver().resolve("xã Tân Long, huyện Phụng Hiệp, tỉnh Hậu Giang", (2010,)).spelled
    assert not resolver().resolve("xa Tan Long, huyen Phung Hiep, tinh Hau Giang", (2010,)).spelled


def test_names_that_differ_by_marks_alone_stay_apart_until_the_marks_are_gone() -> None:
    pairs: dict[tuple[str, str, str], set[str]] = {}
    for unit in _units():
        pairs.setdefault((unit.parent, unit.type, bare_letters(unit.name)), set()).add(unit.code)
    district, kind, letters = next(key for key, codes in pairs.items() if len(codes) > 1)
    one, other = sorted(pairs[district, kind, letters])[:2]
    units = {unit.code: unit for unit in _units()}

    assert resolver().resolve(_full(units[one]), (2020, 1, 1)).code == f"2004:{one}"
    assert resolver().resolve(_full(units[other]), (2020, 1, 1)).code == f"2004:{other}"
    assert resolver().resolve(_bare(_full(units[one])), (2020, 1, 1)).state is ResolutionState.AMBIGUOUS


def test_a_name_without_marks_in_a_text_without_marks_may_be_short_of_them() -> None:
    """Nga Sơn has a xã Nga Thanh and a xã Nga Thành."""
    assert (
        resolver().resolve("xã Nga Thanh, huyện Nga Sơn, tỉnh Thanh Hóa", (2020, 1, 1)).code == "2004:16123"
    )
    assert (
        resolver().resolve("xa Nga Thanh, huyen Nga Son, tinh Thanh Hoa", (2020, 1, 1)).state
        is ResolutionState.AMBIGUOUS
    )


def test_figures_with_a_dash_between_them_are_two_names() -> None:
    found = resolver().resolve("Phường 2 - 4 - Hồ Chí Minh", (2020, 1, 1))

    assert found.code == "2004:27292"


def test_a_day_known_by_its_year_leaves_a_change_of_that_year_open() -> None:
    text = "huyện Phong Điền, TP Cần Thơ"
    assert resolver().resolve(text, (2003,)).validity is Validity.POSSIBLE
    assert resolver().resolve(text, (2003, 5)).state is ResolutionState.NOT_THEN
    assert resolver().resolve(text, (2004, 6)).validity in (Validity.POSSIBLE, Validity.SURE)


def test_without_a_day_a_place_of_one_time_alone_is_resolved() -> None:
    assert resolver().resolve("xã Tân Long, huyện Phụng Hiệp, tỉnh Hậu Giang").code == "2004:31438"
    assert resolver().resolve("TP Cần Thơ").state is ResolutionState.AMBIGUOUS


@cache
def _units() -> tuple[Unit, ...]:
    """Communes of scheme 2004 that surely were there at the beginning of 2020, as their districts were."""
    day = DayRange.of((2020, 1, 1))
    sure = [
        unit for unit in gazetteer().units if unit.scheme == "2004" and unit.span.at(day) is Validity.SURE
    ]
    districts = {unit.code for unit in sure if unit.level is Level.DISTRICT}
    return tuple(unit for unit in sure if unit.level is Level.COMMUNE and unit.parent in districts)


def _full(unit: Unit) -> str:
    province, district, commune = gazetteer().line_of(unit, DayRange.of((2020, 1, 1)))
    return f"{commune.title}, {district.title}, {province.title}"


def _bare(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


@given(st.data())
def test_every_unit_is_found_by_its_full_name(data: st.DataObject) -> None:
    unit = data.draw(st.sampled_from(_units()))

    found = resolver().resolve(_full(unit), (2020, 1, 1))

    assert found.code == unit.id
    assert found.validity is Validity.SURE


@given(st.data())
def test_without_marks_a_unit_is_found_or_ambiguous_and_never_another(data: st.DataObject) -> None:
    unit = data.draw(st.sampled_from(_units()))

    found = resolver().resolve(_bare(_full(unit)), (2020, 1, 1))

    assert found.code in ("", unit.id)


@given(st.text(max_size=60), st.sampled_from([(), (1980,), (2010, 5), (2020, 1, 1), (2026, 3, 9)]))
def test_any_text_has_an_answer(text: str, on: tuple[int, ...]) -> None:
    found = resolver().resolve(text, on)

    assert (found.state is ResolutionState.RESOLVED) == (found.code != "")
    assert found is resolver().resolve(text, on)


WORDS = (
    "xã",
    "huyện",
    "tỉnh",
    "TP.",
    "P.",
    "Tân Long",
    "Cần Thơ",
    "Hậu Giang",
    ",",
    "-",
    "ấp 5",
    "1",
    "Châu Thành",
)


@given(st.lists(st.sampled_from(WORDS), max_size=9), st.sampled_from([(1985,), (2010,), (2020, 1, 1)]))
def test_jumbled_words_of_places_have_an_answer(words: list[str], on: tuple[int, ...]) -> None:
    found = resolver().resolve(" ".join(words), on)

    if found.code:
        assert found.unit is not None
        assert found.unit.span.at(DayRange.of(on)).exists or found.validity is Validity.POSSIBLE
