"""Text of the fonts before Unicode, as old spreadsheets hold it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.base.text.legacy_fonts import LegacyFont, convert_legacy, recognize_font

NAMES = (
    "Trần Văn Nam", "Nguyễn Thị Hồng Đào", "Lê Hữu Phước", "Đặng Thị Mỹ Lệ", "Huỳnh Quốc Việt", "Phạm Ngọc Ẩn",
    "ấp Thạnh Lợi, xã Trường Thành", "sinh năm 1952", "Kỹ sư", "ngã ba Cái Tắc", "Võ Thuỳ Dương", "Tô Vĩnh Diện",
)  # fmt: skip
TYPED = {
    LegacyFont.TCVN3: (
        "TrÇn V¨n Nam", "NguyÔn ThÞ Hång §µo", "Lª H÷u Ph­íc", "§Æng ThÞ Mü LÖ", "Huúnh Quèc ViÖt", "Ph¹m Ngäc Èn",
        "Êp Th¹nh Lîi, x· Tr­êng Thµnh", "sinh n¨m 1952", "Kü s­", "ng· ba C¸i T¾c", "Vâ Thuú D­¬ng", "T« VÜnh DiÖn",
    ),
    LegacyFont.VNI: (
        "Traàn Vaên Nam", "Nguyeãn Thò Hoàng Ñaøo", "Leâ Höõu Phöôùc", "Ñaëng Thò Myõ Leä", "Huyønh Quoác Vieät",
        "Phaïm Ngoïc AÅn", "aáp Thaïnh Lôïi, xaõ Tröôøng Thaønh", "sinh naêm 1952", "Kyõ sö", "ngaõ ba Caùi Taéc",
        "Voõ Thuyø Döông", "Toâ Vónh Dieän",
    ),
}  # fmt: skip


@pytest.mark.parametrize("font", LegacyFont)
def test_a_column_is_recognised_and_converted(font: LegacyFont) -> None:
    found = recognize_font(TYPED[font])
    assert found is not None
    assert found.font is font
    assert found.sound == found.words
    assert found.strange > found.words / 2
    told = tuple(convert_legacy(text, font) for text in TYPED[font])
    assert tuple(map(str.casefold, told)) == tuple(map(str.casefold, NAMES))


def test_capitals_of_a_font_of_capitals_become_capitals() -> None:
    assert convert_legacy("NGUYÔN THÞ HOA", LegacyFont.TCVN3) == "NGUYỄN THỊ HOA"
    assert convert_legacy("NGUYEÃN THÒ HOA", LegacyFont.VNI) == "NGUYỄN THỊ HOA"


def test_unicode_stays_what_it_is() -> None:
    for form in ("NFC", "NFD"):
        assert recognize_font(unicodedata.normalize(form, name) for name in NAMES) is None
    for font in LegacyFont:
        assert convert_legacy("Nguyễn Thị Mộng Điệp 1952", font) == "Nguyễn Thị Mộng Điệp 1952"


@pytest.mark.parametrize(
    "texts", [(), ("",), ("Nguyen Van A",), ("sè",), ("José Muñoz",), ("Lê Tám",), ("12/5/1952",)]
)
def test_too_little_evidence_is_none(texts: tuple[str, ...]) -> None:
    assert recognize_font(texts) is None


@given(st.text(), st.sampled_from(LegacyFont))
def test_no_text_crashes_a_conversion_and_figures_stay(text: str, font: LegacyFont) -> None:
    recognize_font((text,))
    told = convert_legacy(text, font)
    assert [c for c in told if c in "0123456789"] == [
        c for c in unicodedata.normalize("NFC", text) if c in "0123456789"
    ]
