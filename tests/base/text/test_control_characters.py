"""What nobody sees in a text is found, and no letter of Vietnamese is taken for it."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.base.text.control_characters import (
    LINE_BREAKS,
    control_character_flaw,
    control_characters,
    visible_text,
)


@pytest.mark.parametrize(
    ("letter", "named"),
    [
        ("\0", "U+0000"),
        ("\x1b", "U+001B"),
        ("\x7f", "U+007F"),
        ("\x9b", "U+009B"),
        ("\u200b", "U+200B"),
        ("\u200d", "U+200D"),
        ("\u2028", "U+2028"),
        ("\ufeff", "U+FEFF"),
        ("\u034f", "U+034F"),
        ("\u3164", "U+3164"),
        ("\U000e0041", "U+E0041"),
        ("\ud800", "U+D800"),
        *((chr(code), f"U+{code:04X}") for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))),
    ],
)
def test_what_nobody_sees_is_named(letter: str, named: str) -> None:
    assert control_characters(f"Nguyễn{letter}Văn An") == (named,)
    assert named in control_character_flaw(f"Nguyễn{letter}Văn An")


def test_every_control_and_format_character_of_unicode_is_found() -> None:
    hidden = [
        letter
        for letter in map(chr, range(sys.maxunicode + 1))
        if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp")
    ]

    assert len(control_characters("".join(hidden))) == len(hidden)


def test_vietnamese_passes_composed_or_not() -> None:
    text = "Nguyễn Thị Ngọc Hường, ấp Đường Láng, xã Ea Wơr; Y Blŏ Niê\u00a0– “K'Brêh” 01/2010"

    for written in (unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)):
        assert control_characters(written) == ()
        assert control_character_flaw(written) == ""


def test_line_breaks_pass_only_where_they_are_allowed() -> None:
    assert control_characters("dòng một\r\n\tdòng hai") == ("U+000D", "U+000A", "U+0009")
    assert control_characters("dòng một\r\n\tdòng hai\0", LINE_BREAKS) == ("U+0000",)


def test_each_is_named_once_and_a_flood_is_cut_short() -> None:
    assert control_characters("\0a\0b\x1b") == ("U+0000", "U+001B")
    assert len(control_character_flaw("".join(map(chr, range(32))) * 1000)) < 200


def test_what_is_hidden_is_written_out_and_the_rest_stays() -> None:
    assert visible_text("Thử\x00 \u202etộM\u200b\n") == "Thử[U+0000] [U+202E]tộM[U+200B]\n"
    assert visible_text("dòng\n", allowed="") == "dòng[U+000A]"
    assert visible_text("Nguyễn Thị Ngọc Hường") == "Nguyễn Thị Ngọc Hường"


@given(st.text(st.characters(categories=["L", "M", "N", "P", "S", "Zs"], max_codepoint=0x02FF)))
def test_no_visible_letter_is_refused(text: str) -> None:
    assert control_characters(text) == ()
