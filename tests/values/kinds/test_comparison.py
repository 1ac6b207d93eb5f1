"""Which spellings are one value when two people keyed them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.declarations import schema
from pipeline.values.kinds import KINDS, Vocabulary, compared_form

SCHEMAS = schema.load()
SEX = Vocabulary.of(SCHEMAS.vocabs["sex"].terms)


def same(kind: str, one: str, other: str, *, case_counts: bool = False) -> bool:
    vocab = SEX if kind == "choice" else None
    forms = [compared_form(KINDS[kind], text, vocab, case_counts=case_counts) for text in (one, other)]
    return forms[0] == forms[1]


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("date", "12-1-2008", "12/01/2008"),
        ("date", "ngày 9 tháng 3 năm 1952", "9.3.1952"),
        ("date", "năm 1952", "1952"),
        ("date", "ba mươi tuổi", "30 tuổi"),
        ("entry_number", "1", "01"),
        ("volume", "số 1/2010", "01/2010"),
        ("number", "007", "7"),
        ("id_number", "36 011 8405", "360118405"),
        ("time", "2h30", "02 giờ 30 phút"),
        ("choice", "NAM", "nam"),
        ("name", "BÙI  THỊ THỬ", "Bùi Thị Thử"),
        ("name", "Thử Một.", "Thử Một"),
        ("place", "ấp 3,xã Thử", "Ấp 3 , xã Thử"),
        ("text", "quá hạn", "QUÁ HẠN."),
        ("text", "nt", "-//-"),
        ("date", "32/13/2017", "32/13/2017 "),
    ],
)
def test_two_spellings_of_one_value_are_the_same(kind: str, one: str, other: str) -> None:
    assert same(kind, one, other)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("date", "12/01/2008", "12/01/2009"),
        ("date", "1952", "30 tuổi"),
        ("date", "tháng giêng năm 2010", "01/2010"),
        ("date", "15/8/1990 ÂL", "15/8/1990"),
        (
            "date_words",
            "ngay muoi thang tam nam mot nghin chin tram tam muoi",
            "ngày mười tháng tám năm một nghìn chín trăm tám mươi",
        ),
        ("entry_number", "01", "01/2010"),
        ("entry_number", "12", "12 bis"),
        ("choice", "Nam", "Nữ"),
        ("name", "Bùi Thị Thử", "Bui Thị Thử"),
        ("name", "Nguyễn Hoà", "Nguyễn Hòa"),
        ("place", "ấp 3, xã Thử", "ấp 8, xã Thử"),
        ("text", "", "trống"),
        ("text", ".", ","),
    ],
)
def test_two_values_are_not_the_same(kind: str, one: str, other: str) -> None:
    assert not same(kind, one, other)


def test_an_office_may_have_capitals_count_for_texts_but_not_for_terms_of_a_list() -> None:
    assert not same("name", "BÙI Thử", "Bùi Thử", case_counts=True)
    assert same("name", "Bùi  Thử", "Bùi Thử", case_counts=True)
    assert same("choice", "NAM", "nam", case_counts=True)


@given(st.sampled_from(sorted(KINDS)), st.text(max_size=30))
def test_any_text_has_a_form_and_empty_is_nothing_but_empty(kind: str, text: str) -> None:
    form = compared_form(KINDS[kind], text, SEX if kind == "choice" else None)
    assert (form == "") == (not text.split())
    assert same(kind, text, f" {text} ")
