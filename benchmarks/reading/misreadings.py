"""Texts as a bad reader gives them: letters taken for others, left out and put in, marks lost. All by seed."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pipeline.base.text.tones import ACUTE, DOT, GRAVE, HOOK, TILDE

PLAIN = "abcdefghijklmnopqrstuvwxyz"
MARKED = "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệghiìíỉĩịklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvxyỳýỷỹỵ"

_LOOKS = {
    "a": "oeu", "b": "hl6", "c": "eo", "e": "co", "g": "qy9", "h": "bnk", "i": "l1tj", "k": "h", "l": "it1", "m": "nr",
    "n": "mhu", "o": "ac0", "r": "nm", "s": "5", "t": "fl7", "u": "nv", "v": "uy", "y": "vg", "0": "689", "1": "74",
    "2": "37", "3": "582", "4": "91", "5": "36", "6": "058", "7": "129", "8": "360", "9": "470", "/": "17l",
}  # fmt: skip

_ANY_TONE = (GRAVE, ACUTE, TILDE, HOOK, DOT)

Hit = Callable[[str, random.Random], str]
"""What becomes of a character."""


def without_marks(text: str) -> str:
    """``Mồng Một`` becomes ``Mong Mot``."""
    parts = unicodedata.normalize("NFD", text)
    return "".join(c for c in parts if not unicodedata.combining(c)).replace("đ", "d").replace("Đ", "D")


def _as(model: str, letter: str) -> str:
    return letter.upper() if model.isupper() else letter


def _another(letters: str) -> Hit:
    return lambda letter, rng: _as(letter, rng.choice(letters))


def _look_alike(letter: str, rng: random.Random) -> str:
    return _as(letter, rng.choice(_LOOKS.get(without_marks(letter).lower(), letter)))


def _put_in(letters: str) -> Hit:
    return lambda letter, rng: letter + _as(letter, rng.choice(letters))


def _other_mark(letter: str, rng: random.Random) -> str:
    """Another tone, or no mark at all."""
    bare = without_marks(letter)
    if bare.lower() not in "aeiouy" or rng.random() < 0.5:
        return bare
    return unicodedata.normalize("NFC", bare + rng.choice(_ANY_TONE))


def _figure(letter: str, rng: random.Random) -> str:
    return rng.choice("0123456789") if letter.isdigit() else letter


def _always(become: Callable[[str], str]) -> Hit:
    return lambda letter, _: become(letter)


_LEFT_OUT = _always(lambda _: "")
_OTHER_CASE = _always(str.swapcase)

HITS: Mapping[str, tuple[Hit, ...]] = {
    "lẫn lộn": (
        _other_mark, _other_mark, _OTHER_CASE, _look_alike, _look_alike, _another(MARKED), _LEFT_OUT, _put_in(MARKED),
    ),
    "chữ giống nhau": (_look_alike,),
    "chữ bất kỳ, có dấu": (_another(MARKED),),
    "chữ bất kỳ, không dấu": (_another(PLAIN),),
    "mất chữ": (_LEFT_OUT,),
    "thừa chữ": (_put_in(PLAIN),),
    "thay, mất, thừa": (_another(PLAIN), _LEFT_OUT, _put_in(PLAIN)),
    "chữ số": (_look_alike, _figure),
}  # fmt: skip
"""What may happen to a character that is hit, each equally likely."""

MIXED = "lẫn lộn"
FIGURES = "chữ số"


@dataclass(frozen=True, slots=True)
class Misreading:
    """``rate``: share of characters that are hit, spaces too; ``hits``: a name of ``HITS``; ``unmarked``: share of
    texts that lose all their marks; ``marks_lost``: share of marks that the others lose."""

    rate: float = 0.15
    hits: str = MIXED
    unmarked: float = 0.0
    marks_lost: float = 0.0

    def read(self, text: str, rng: random.Random) -> str:
        lost = 1.0 if rng.random() < self.unmarked else self.marks_lost
        bared = "".join(without_marks(letter) if rng.random() < lost else letter for letter in text)
        hits = HITS[self.hits]
        return "".join(
            rng.choice(hits)(letter, rng) if rng.random() < self.rate else letter for letter in bared
        )


def one_letter_misread(text: str, rng: random.Random) -> str:
    """Return the text with a letter read as another: with another mark, as a similar letter, or as any letter."""
    letters = [place for place, letter in enumerate(text) if letter.isalpha()]
    misread = text
    while misread == text:
        place = rng.choice(letters)
        hit = rng.choice((_other_mark, _look_alike, _another(MARKED)))
        misread = text[:place] + hit(text[place], rng) + text[place + 1 :]
    return misread
