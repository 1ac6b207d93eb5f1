"""No name reaches a terminal as a command."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.base.files import json_printable, printable


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("sổ 01/2010", "sổ 01/2010"),
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("a\x9b2Jb", "a\\x9b2Jb"),
        ("a\nb\tc\r", "a\\x0ab\\x09c\\x0d"),
        ("a\u202egpj.exe", "a\\u202egpj.exe"),
        ("a\u200bb\ufeff", "a\\u200bb\\ufeff"),
        ("a\udcff", "a\\udcff"),
        ("a\U000e0041", "a\\U000e0041"),
        ("a\u00a0b", "a\u00a0b"),
    ],
)
def test_what_steers_a_terminal_is_written_out(name: str, shown: str) -> None:
    assert printable(name) == shown


def test_line_breaks_stay_where_a_text_may_have_them() -> None:
    assert printable("a\nb\x1b", keep="\n") == "a\nb\\x1b"


@given(st.text(alphabet=st.characters()))
def test_nothing_of_any_name_is_a_control_or_a_format_character(name: str) -> None:
    shown = printable(name)
    assert not [letter for letter in shown if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
    assert printable(shown) == shown


@given(
    st.recursive(
        st.text(st.characters(codec=None)), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_a_json_document_says_the_same_and_steers_nothing(value: object) -> None:
    shown = json_printable(json.dumps(value, ensure_ascii=False, indent=2))
    assert json.loads(shown) == value
    assert all(
        unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Zl", "Zp")
        for letter in shown.replace("\n", "")
    )
    shown.encode()
