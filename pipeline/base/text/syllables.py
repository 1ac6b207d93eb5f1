"""Vietnamese syllables: which letters can make one, and which spellings sound alike."""

from __future__ import annotations

from functools import lru_cache

from pipeline.base.text.tones import ACUTE, DOT, GRAVE, HOOK, TILDE, VOWELS, split_tones

_TONE_NUMBERS = str.maketrans({GRAVE: "2", ACUTE: "3", HOOK: "4", TILDE: "5", DOT: "6"})

_ONSETS = frozenset(("", *"bcdđghklmnpqrstvx", "ch", "gh", "gi", "kh", "ng", "ngh", "nh", "ph", "th", "tr"))

_WRITTEN_RIMES = """
a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây e ec em en eng eo ep et ê
êch êm ên ênh êp êt êu i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu o oa oac oach oai oam oan oang
oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong ooc oong op ot ô ôc ôi ôm ôn ông ôp ôt
ơ ơi ơm ơn ơp ơt u ua uân uâng uât uây uc uê uêch uênh ui um un ung uơ uôc uôi uôm uôn uông uôt up ut uy uya
uych uyên uyêt uyn uynh uyp uyt uyu ư ưa ưc ưi ưm ưn ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu y yêm yên yêng
yêt yêu ych ynh yt
"""
_RIMES = frozenset(_WRITTEN_RIMES.split())
_STOPPED = ("c", "ch", "p", "t")
_AFTER_Q = frozenset(rime for rime in _RIMES if rime[0] == "u" and len(rime) > 1) | {
    "ua", "uac", "uach", "uai", "uan", "uang", "uanh", "uao", "uat", "uau", "uay", "uăc", "uăm", "uăn", "uăng", "uăp",
    "uăt", "ue", "uen", "ueo", "uet", "uit", "uôc", "uơn", "uêt", "uên", "uy", "uyt", "uych",
}  # fmt: skip


@lru_cache(maxsize=65536)
def phonetic_key(word: str) -> str:
    """Return what spellings that sound alike share.

    The key holds the letters without the tone and the tone's number behind them, ``y`` as ``i`` where both are written.
    ``Hòa`` and ``Hoà`` have one key, and so have ``Kỳ`` and ``Kì``.
    """
    bare, tone = _untoned(word)
    if len(bare) == 2 and bare[1] == "y" and bare[0] not in "aâăeêioôơuưy":
        bare = bare[0] + "i"
    elif bare == "quy":
        bare = "qui"
    return bare + tone


@lru_cache(maxsize=4096)
def _untoned(word: str) -> tuple[str, str]:
    bare, tones = split_tones(word.casefold())
    return bare, tones.translate(_TONE_NUMBERS)


@lru_cache(maxsize=65536)
def count_syllables(word: str) -> int:
    """How many groups of vowels a word has, at least 1: one too many where two words ran together."""
    bare, _ = _untoned(word)
    vowels = [letter in VOWELS for letter in bare]
    return max(1, sum(here and not before for here, before in zip(vowels, [False, *vowels], strict=False)))


@lru_cache(maxsize=65536)
def is_syllable(word: str) -> bool:
    """Whether Vietnamese spelling allows the word, in any case, with its tone or without any mark at all."""
    bare, tone = _untoned(word)
    for size in (3, 2, 1, 0):
        onset, rime = bare[:size], bare[size:]
        if onset not in _ONSETS or (onset == "gi" and not rime):
            continue
        if rime in (_AFTER_Q if onset == "q" else _RIMES):
            return len(tone) <= 1 and not (rime.endswith(_STOPPED) and tone in ("2", "4", "5"))
    return bare == "gi" and len(tone) <= 1
