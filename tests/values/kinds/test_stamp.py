"""Which stamp a garbled reading is of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.declarations import schema
from pipeline.values.kinds.stamp import likely_stamp

STAMPS = schema.load().vocabularies["stamp"]


@pytest.mark.parametrize(
    ("text", "stamp"),
    [
        ("———- ĐÁNG..¡ LJ] ~————_ỂỂnỏ j", "ĐĂNG KÝ LẠI"),
        ("— ĐẦkG ®Y LAI ——~", "ĐĂNG KÝ LẠI"),
        ("TUĂNG k.Ý L/I L_ _————", "ĐĂNG KÝ LẠI"),
        ("QUA HAN", "QUÁ HẠN"),
        ("QUÁ HẠM.", "QUÁ HẠN"),
        ("SAO V BAN CHINH", "SAO Y BẢN CHÍNH"),
        ("HỦY", "HỦY"),
    ],
)
def test_a_garbled_reading_is_known_as_its_stamp(text: str, stamp: str) -> None:
    assert likely_stamp(text, STAMPS) == stamp


@pytest.mark.parametrize(
    "text",
    [
        "",
        "—- ~ _",
        "Cải chính họ tên cha theo Quyết định số 12/QĐ-UBND ngày 05/11/2012",
        "Đã đăng ký lại theo đơn của bà Nguyễn Thị Thử ngày 3/4/2009",
        "Nguyễn Văn Thử",
        "360118405",
    ],
)
def test_a_note_a_name_a_number_are_no_stamp(text: str) -> None:
    assert likely_stamp(text, STAMPS) == ""


@given(st.text(max_size=40))
def test_any_text_gives_a_known_stamp_or_none(text: str) -> None:
    assert likely_stamp(text, STAMPS) in {"", *STAMPS.spellings}
