"""The letters that a hand network writes."""

from __future__ import annotations

from pipeline.text.tones import TONED_VOWELS

_LOWER = "".join(dict.fromkeys("abcdefghijklmnopqrstuvwxyz" + "đ" + TONED_VOWELS))

SIGNS = "/-.,():;'\"+&%*?!="

LETTERS = " 0123456789" + _LOWER + _LOWER.upper() + SIGNS
"""Blank of the paper first, then figures, all Latin and Vietnamese letters in both cases, and signs. NFC."""

UNTOLD = frozenset('-.,():;"+&%*?!=')
"""Signs that the labels of real lines leave out whatever stands on the paper (their SOURCE says so)."""


def folded_classes() -> tuple[tuple[int, ...], str]:
    """For lines whose labels tell neither case nor punctuation: the folded class of every network class (0 = nothing),
    and the folded letters (class 1 first)."""
    letters = "".join(dict.fromkeys(letter.lower() for letter in LETTERS if letter not in UNTOLD))
    where = {letter: number + 1 for number, letter in enumerate(letters)}
    return (0, *(where.get(letter.lower(), 0) for letter in LETTERS)), letters
