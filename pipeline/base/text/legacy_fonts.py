"""Text typed with a Vietnamese font of before Unicode, as old spreadsheets hold it.

The fonts are TCVN3 (ABC, the ``.Vn`` fonts) and VNI-Windows. ``TrÇn V¨n Nam`` is TCVN3 for ``Trần Văn Nam``,
``Traàn Vaên Nam`` is VNI for the same.

Which one it is shows only in many words together: ``sè`` is a word as typed and ``số`` in TCVN3. So a whole column
is judged, by how many of its words become syllables, and it is converted only when the evidence leaves no doubt.

Sources: TCVN 5712:1993, code table VN3; the VNI-Windows table of VNI Software.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from pipeline.base.text.syllables import is_syllable
from pipeline.base.text.tones import ACUTE, BREVE, CIRCUMFLEX, DOT, GRAVE, HOOK, TILDE


class LegacyFont(StrEnum):
    """A Vietnamese font encoding of before Unicode."""

    TCVN3 = "TCVN3 (ABC)"
    VNI = "VNI-Windows"


@dataclass(frozen=True, slots=True)
class RecognizedFont:
    """The font of a text or column, and the evidence.

    Of ``words`` different words with letters that the font uses for others, ``strange`` are no Vietnamese
    syllables as typed and ``sound`` are once converted.
    """

    font: LegacyFont
    words: int
    strange: int
    sound: int


_LEAST_STRANGE = 0.5
"""Share of words that must be no syllables as they stand."""

_LEAST_SOUND = 0.9
"""Share of words that must be syllables once converted: names of foreigners and slips are none in any font."""

_TCVN3_LETTERS = dict(
    zip(
        "¡¢£¤¥¦§¨©ª«¬\xad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ",
        "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
        strict=True,
    )
)

_TONES = {"ø": GRAVE, "ù": ACUTE, "û": HOOK, "õ": TILDE, "ï": DOT}
_OVER_CIRCUMFLEX = {"à": GRAVE, "á": ACUTE, "å": HOOK, "ã": TILDE, "ä": DOT, "â": ""}
_OVER_BREVE = {"è": GRAVE, "é": ACUTE, "ú": HOOK, "ü": TILDE, "ë": DOT, "ê": ""}


def _vni_letters() -> Mapping[str, str]:
    """Return the map from a letter, or a letter and the sign behind it, to what they mean."""
    small = {"ñ": "đ", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "í": "í", "ì": "ì", "î": "ỵ", "ô": "ơ", "ö": "ư"}
    bases = {"a": "a", "e": "e", "o": "o", "u": "u", "y": "y", "ô": "ơ", "ö": "ư"}
    small |= {typed + sign: base + tone for typed, base in bases.items() for sign, tone in _TONES.items()}
    small |= {
        base + sign: base + CIRCUMFLEX + tone for base in "aeo" for sign, tone in _OVER_CIRCUMFLEX.items()
    }
    small |= {"a" + sign: "a" + BREVE + tone for sign, tone in _OVER_BREVE.items()}
    found: dict[str, str] = {}
    for typed, letter in small.items():
        meant = unicodedata.normalize("NFC", letter)
        found |= {typed: meant, typed.upper(): meant.upper()}
        found |= {typed[0].upper() + typed[1:]: meant.upper()}
    return found


_LETTERS: Mapping[LegacyFont, Mapping[str, str]] = {
    LegacyFont.TCVN3: _TCVN3_LETTERS,
    LegacyFont.VNI: _vni_letters(),
}
_TYPED = {
    font: re.compile("|".join(re.escape(typed) for typed in sorted(letters, key=len, reverse=True)))
    for font, letters in _LETTERS.items()
}
_BETWEEN = re.compile(r"[\s\d.,;:()\[\]/\"'!?+=_*&%–—-]+")


def recognize_font(texts: Iterable[str]) -> RecognizedFont | None:
    """The legacy font of a column (or of one text: ``(text,)``), ``None`` when it is Unicode or no one can tell."""
    words = {word for text in texts for word in _BETWEEN.split(unicodedata.normalize("NFC", text))}
    typed = {word for word in words if any("\x7f" < letter < "\u0100" for letter in word)}
    judged = [_judged(typed, font) for font in LegacyFont]
    convincing = [each for each in judged if each is not None]
    if len(convincing) == 2:
        best, other = sorted(convincing, key=lambda each: -each.sound)
        return best if best.sound > other.sound else None
    return convincing[0] if convincing else None


def _judged(words: set[str], font: LegacyFont) -> RecognizedFont | None:
    meanings = {word: _converted_word(word, font) for word in words if _is_of(word, font)}
    changed = {word: meant for word, meant in meanings.items() if meant != word}
    strange = sum(not is_syllable(word) for word in changed)
    sound = sum(is_syllable(meant) for meant in changed.values())
    if not changed or strange < _LEAST_STRANGE * len(changed) or sound < _LEAST_SOUND * len(changed):
        return None
    return RecognizedFont(font, len(changed), strange, sound)


def convert_legacy(text: str, font: LegacyFont) -> str:
    """The text in Unicode (NFC). Words that already hold letters no legacy font has, and figures, stay as they are."""
    parts = re.split(f"({_BETWEEN.pattern})", unicodedata.normalize("NFC", text))
    return "".join(_converted_word(part, font) if _is_of(part, font) else part for part in parts)


def _is_of(word: str, font: LegacyFont) -> bool:
    """Whether the font can have typed the word: each of its letters is one byte."""
    return all(letter < "\u0100" for letter in word) and _TYPED[font].search(word) is not None


def _converted_word(word: str, font: LegacyFont) -> str:
    meant = _TYPED[font].sub(lambda typed: _LETTERS[font][typed[0]], word)
    plain = [letter for letter in word if letter.isascii() and letter.isalpha()]
    if font is LegacyFont.TCVN3 and len(plain) > 1 and all(letter.isupper() for letter in plain):
        return meant.upper()  # fonts of capitals (.VnTimeH) show small letters as capitals
    return meant
