"""Plausible wrong texts, shown now and then in the place of a right one to learn how much people overlook."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from hashlib import blake2b

from pipeline.base.text.tones import TONES, split_tones

_LIKE = {"0": "6", "1": "7", "2": "7", "3": "8", "4": "9", "5": "3", "6": "0", "7": "1", "8": "3", "9": "4"}
"""Figures and the figure that each is mistaken for."""

_LETTERS = {
    "n": "u",
    "u": "n",
    "a": "o",
    "o": "a",
    "h": "b",
    "i": "e",
    "e": "i",
    "c": "e",
    "t": "l",
    "m": "n",
}


def is_drawn(place: str, share: float) -> bool:
    """Return whether a place belongs to a share of all places; the same place always has the same answer."""
    return int.from_bytes(blake2b(place.encode(), digest_size=6).digest()) / 2**48 < share


def wrong_text(text: str, place: str, is_plausible: Callable[[str], bool]) -> str:
    """Return a text that resembles ``text`` and is another value; ``""`` if none is plausible.

    Args:
        place: Chooses among the texts: the same place always gets the same text.
        is_plausible: Whether a text is a value of the field that may not be the right one.
    """
    made = sorted(altered_texts(text), key=lambda one: blake2b(f"{place} {one}".encode()).digest())
    return next((one for one in made if is_plausible(one)), "")


def altered_texts(text: str) -> Iterator[str]:
    """Yield the texts in which one figure, tone or letter is mistaken."""
    text = unicodedata.normalize("NFC", text)
    for at, sign in enumerate(text):
        bare, tone = split_tones(sign)
        if sign in _LIKE:
            yield f"{text[:at]}{_LIKE[sign]}{text[at + 1 :]}"
        elif tone:
            other = TONES[(TONES.index(tone[0]) + 1) % len(TONES)]
            yield f"{text[:at]}{unicodedata.normalize('NFC', bare + other)}{text[at + 1 :]}"
        elif sign in _LETTERS:
            yield f"{text[:at]}{_LETTERS[sign]}{text[at + 1 :]}"
