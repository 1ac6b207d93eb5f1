"""The font of printed papers: it holds every Vietnamese letter, and a missing letter is reported."""

from __future__ import annotations

from fontTools.ttLib import TTFont

from pipeline.base.text.tones import TONED_VOWELS
from pipeline.delivery.printing.letters import FONTS, known_letters, missing_letters, printable_text

LETTERS = {each for letter in (*TONED_VOWELS, "đ") for each in (letter, letter.upper())} | set(
    "0123456789/.,-()“”–…"
)


def test_every_face_of_the_font_holds_every_vietnamese_letter_and_comes_with_its_licence() -> None:
    for face in ("Regular", "Bold", "Italic"):
        known = set(TTFont(FONTS / f"LiberationSerif-{face}.ttf").getBestCmap())
        assert {letter for letter in LETTERS if ord(letter) not in known} == set()
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FONTS / "OFL.txt").read_text(encoding="utf-8")
    assert FONTS.name in (FONTS.parent / "SOURCE.md").read_text(encoding="utf-8")


def test_the_letters_that_are_known_are_those_of_the_font() -> None:
    inside = {code for code in TTFont(FONTS / "LiberationSerif-Regular.ttf").getBestCmap() if code < 0xFFFF}
    assert inside <= known_letters()
    assert missing_letters("Nguyễn 壬子 壬\n") == "壬子"
    assert printable_text("năm 壬\u202e") == "năm [U+58EC][U+202E]"
