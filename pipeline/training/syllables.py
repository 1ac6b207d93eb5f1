"""Syllables put together from the parts that Vietnamese syllables have, so that no word list is learnt by heart."""

from __future__ import annotations

import unicodedata

import numpy as np

from pipeline.synth.people import happens, pick
from pipeline.text import training_words as words
from pipeline.text.tones import ACUTE, DOT, GRAVE, HOOK, TILDE

_TONES = ("", ACUTE, GRAVE, HOOK, TILDE, DOT)
_STOPPED = (ACUTE, DOT)
_AFTER_QU = ("a", "an", "ang", "y", "ê", "ân", "yên", "ach", "ăng")
_GLIDES = ("oa", "oe", "oă", "uâ", "uê", "uơ", "uy", "iê", "yê", "uô", "ươ")


def syllable(rng: np.random.Generator) -> str:
    """A syllable that could be Vietnamese; most of them are."""
    onset, rime = pick(rng, words.ONSETS), pick(rng, words.RIMES)
    if onset == "qu" and rime[0] in "uoôươ":
        rime = pick(rng, _AFTER_QU)
    if rime[0] not in "eêiy":
        onset = {"gh": "g", "ngh": "ng", "k": "c"}.get(onset, onset)
    if onset == "gi" and rime[0] in "iy":
        onset = "g" if rime[0] == "i" else ""
    tone = pick(rng, _STOPPED if rime.endswith(("c", "ch", "p", "t")) else _TONES)
    return unicodedata.normalize("NFC", onset + _toned(rime, tone, happens(rng, 0.5)))


def _toned(rime: str, tone: str, late: bool) -> str:
    """The rime with its tone. ``late``: on the second vowel of open oa, oe, uy."""
    if rime in ("oa", "oe", "uy"):
        at = 1 if late else 0
    elif rime in ("ia", "ua", "ưa", "uya"):
        at = len(rime) - 2
    elif rime[:2] in _GLIDES:
        at = 2 if rime[:3] == "uyê" else 1
    else:
        at = 0
    return rime[: at + 1] + tone + rime[at + 1 :]
