"""The texts of training lines: contents of ledger fields in all usual spellings, and unknown words.

A text is exactly what a clerk writes; all characters are in ``LETTERS``. Names, places and words are combined randomly,
so that no real record occurs and no word is memorized.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import lru_cache

import numpy as np

from pipeline.base.text import training_words as words
from pipeline.base.text.tones import ACUTE, DOT, GRAVE, HOOK, TILDE
from pipeline.declarations import schema
from pipeline.training.synthetic_lines import numbers_and_dates as numbers
from pipeline.training.synthetic_lines.fonts import PLAIN, VIETNAMESE_LETTERS
from pipeline.training.synthetic_lines.numbers_and_dates import cut_short
from pipeline.training.synthetic_pages.people import happens, pick

_TONES = ("", ACUTE, GRAVE, HOOK, TILDE, DOT)
_STOPPED = (ACUTE, DOT)
_AFTER_QU = ("a", "an", "ang", "y", "ê", "ân", "yên", "ach", "ăng")
_GLIDES = ("oa", "oe", "oă", "uâ", "uê", "uơ", "uy", "iê", "yê", "uô", "ươ")


def draw_syllable(rng: np.random.Generator) -> str:
    """Return a syllable that could be Vietnamese; most are."""
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
    """Return the rime with its tone; ``late`` puts it on the second vowel of open oa, oe, uy."""
    if rime in ("oa", "oe", "uy"):
        at = 1 if late else 0
    elif rime in ("ia", "ua", "ưa", "uya"):
        at = len(rime) - 2
    elif rime[:2] in _GLIDES:
        at = 2 if rime[:3] == "uyê" else 1
    else:
        at = 0
    return rime[: at + 1] + tone + rime[at + 1 :]


LETTERS = frozenset(PLAIN | VIETNAMESE_LETTERS | {" "})
"""All characters of training texts."""

_TYPOGRAPHIC = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "."})


def draw_text(rng: np.random.Generator) -> str:
    """Return a random text of a field."""
    makers, shares = _makers()
    maker = makers[int(rng.choice(len(makers), p=shares))]
    text = normalize_text(vary_case(maker(rng), rng, SHOUTED_NAMES if maker is _name else SHOUTED)) or "Không"
    return f"{text}." if text[-1].isalnum() and happens(rng, CLOSED) else text


def draw_figures(rng: np.random.Generator) -> str:
    """Return a date or number of digits and signs only, as in the fields of a form."""
    kind = rng.random()
    if kind < 0.3:
        text = numbers.draw_digit_date(rng)
    elif kind < 0.5:
        text = numbers.draw_id_number(rng)
    elif kind < 0.6:
        text = str(numbers.draw_year(rng))
    elif kind < 0.72:
        text = f"{rng.integers(1, 32):02}"
    elif kind < 0.85:
        text = numbers.draw_numbering(rng)
    else:
        text = numbers.draw_number(rng)
    kept = "".join(letter for letter in text if letter.isdigit() or letter in " /-.,:")
    return normalize_text(kept).strip(" /-.,:") or "0"


def normalize_text(text: str) -> str:
    """Return the text in NFC with single spaces and only ``LETTERS``."""
    known = unicodedata.normalize("NFC", text).translate(_TYPOGRAPHIC)
    return " ".join("".join(letter for letter in known if letter in LETTERS).split())


def _name(rng: np.random.Generator) -> str:
    kind = rng.random()
    if kind < 0.12:
        parts = [pick(rng, words.PEOPLES) for _ in range(int(rng.integers(2, 5)))]
    elif kind < 0.34:
        parts = [draw_syllable(rng).capitalize() for _ in range(int(rng.integers(2, 5)))]
    else:
        parts = [pick(rng, words.SURNAMES)]
        parts += [pick(rng, words.MIDDLES) for _ in range(int(rng.choice([0, 1, 2], p=[0.08, 0.72, 0.2])))]
        parts.append(pick(rng, words.GIVENS))
    name = " ".join(parts)
    if happens(rng, 0.05):
        name = name.replace("Nguyễn", pick(rng, ("Ng.", "Ng", "Ng:"))).replace(
            " Thị ", pick(rng, (" T. ", " T ", " thị "))
        )
    if happens(rng, 0.04):
        name += pick(rng, (" (chết)", " (nam)", " (nữ)", " - con", ", ", "."))
    if happens(rng, 0.05):
        name = f"{pick(rng, ('Ông', 'Bà', 'ông:', 'bà', 'Anh', 'Chị', 'Bé'))} {name}"
    return name


def _some_word(rng: np.random.Generator) -> str:
    return pick(rng, words.GIVENS) if happens(rng, 0.5) else draw_syllable(rng).capitalize()


def _place_name(rng: np.random.Generator) -> str:
    kind = rng.random()
    if kind < 0.2:
        return " ".join(draw_syllable(rng).capitalize() for _ in range(int(rng.integers(1, 4))))
    tail = "" if happens(rng, 0.05) else pick(rng, words.PLACE_TAILS)
    third = (
        f" {pick(rng, ('Đông', 'Tây', 'Nam', 'Bắc', 'A', 'B', 'C', 'Thượng', 'Hạ', 'Trung', '1', '2', '3'))}"
    )
    return f"{pick(rng, words.PLACE_HEADS)} {tail}{third if happens(rng, 0.15) else ''}".strip()


def _numbered(rng: np.random.Generator, names: tuple[str, ...]) -> str:
    """Return a small unit with a number or a name: ``ấp 3``, ``Kp 9a``, ``thôn Tân Lập``."""
    number = (
        f"{rng.integers(1, 100 if happens(rng, 0.3) else 13)}{pick(rng, ('', '', '', '', 'A', 'b', 'a'))}"
    )
    name = number if happens(rng, 0.55) else _place_name(rng)
    return f"{pick(rng, names)} {name}"


def _house(rng: np.random.Generator) -> str:
    number = "/".join(
        str(rng.integers(1, pick(rng, (20, 200, 1500))))
        for _ in range(int(rng.choice([1, 2, 3], p=[0.5, 0.4, 0.1])))
    )
    number += pick(rng, ("", "", "", "A", "B", "a", "d", "Bis"))
    head = pick(rng, words.HOUSES)
    street = pick(rng, words.STREETS) if happens(rng, 0.7) else _name(rng)
    return f"{head}{number} {pick(rng, ('', '', 'đường ', 'Đường ', 'đ. ', 'ngõ '))}{street}".strip()


_BETWEEN_STEPS = (*[", "] * 10, *[" "] * 3, " - ", "-", ",", ". ", "; ")


def _place(rng: np.random.Generator) -> str:
    steps = []
    if happens(rng, 0.2):
        steps.append(_house(rng))
    if happens(rng, 0.4):
        steps.append(_numbered(rng, words.SMALL_UNITS))
    if happens(rng, 0.7):
        steps.append(f"{pick(rng, words.COMMUNES)} {_place_name(rng)}".strip())
    elif happens(rng, 0.4):
        steps.append(f"{pick(rng, ('Phường', 'P.', 'P', 'phường'))} {rng.integers(1, 29)}")
    if happens(rng, 0.75):
        steps.append(_district(rng))
    if happens(rng, 0.75) or not steps:
        steps.append(f"{pick(rng, words.PROVINCE_WORDS)} {pick(rng, words.PROVINCES)}".strip())
    return cut_short(rng, pick(rng, _BETWEEN_STEPS).join(steps))


def _district(rng: np.random.Generator) -> str:
    if happens(rng, 0.15):
        return f"{pick(rng, ('Quận', 'Q.', 'Q', 'quận'))}{pick(rng, (' ', ' ', ''))}{rng.integers(1, 13)}"
    return f"{pick(rng, words.DISTRICTS)} {_place_name(rng)}".strip()


def _issued(rng: np.random.Generator) -> str:
    shape = pick(
        rng,
        ("{issuer} {place}", "{issuer}", "{issuer} {place} cấp ngày {date}", "{place}", "{hospital} {place}"),
    )
    return shape.format(
        issuer=pick(rng, words.ISSUERS), hospital=pick(rng, words.HOSPITALS),
        place=pick(rng, words.PROVINCES) if happens(rng, 0.5) else _place_name(rng), date=numbers.draw_digit_date(rng),
    )  # fmt: skip


@lru_cache(maxsize=1)
def _terms() -> tuple[str, ...]:
    """Return all terms of the code lists with their aliases."""
    terms = [term for vocab in schema.load().vocabs.values() for term in vocab.terms]
    return tuple(name for term in terms for name in (term.label, *term.aliases) if name)


def _term(rng: np.random.Generator) -> str:
    if happens(rng, 0.35):
        return pick(rng, words.CHOICES)
    return pick(rng, _terms())


def _listed(rng: np.random.Generator) -> str:
    return pick(rng, pick(rng, (words.RELATIONS, words.CAUSES, words.OCCUPATIONS, words.TITLES)))


def _note(rng: np.random.Generator) -> str:
    note = pick(rng, words.NOTES).format(
        date=numbers.draw_digit_date(rng),
        number=rng.integers(1, 400),
        year=numbers.draw_year(rng),
        digit=rng.integers(1, 10),
        word=_some_word(rng),
        id="".join(str(digit) for digit in rng.integers(0, 10, 9)),
        place=_place_name(rng),
    )
    if note[-1].isalnum() and happens(rng, 0.6):
        note += "."
    return cut_short(rng, note)


def _phrase(rng: np.random.Generator) -> str:
    """Return words of the ledgers in random order."""
    parts = [
        pick(rng, words.PHRASES) if happens(rng, 0.6) else draw_syllable(rng)
        for _ in range(int(rng.integers(1, 10)))
    ]
    return _punctuated(rng, parts)


def _syllables(rng: np.random.Generator) -> str:
    parts = [draw_syllable(rng) for _ in range(int(rng.integers(1, 9)))]
    style = rng.random()
    if style < 0.5:
        parts = [word.capitalize() for word in parts]
    return _punctuated(rng, parts)


def _punctuated(rng: np.random.Generator, parts: list[str]) -> str:
    signs = (",", ",", ".", ".", ";", ":", " -", "-", "/", "?", "!", " &", " +", " =")
    marked = [f"{word}{pick(rng, signs)}" if happens(rng, 0.08) else word for word in parts]
    if len(marked) > 1 and happens(rng, 0.1):
        at = int(rng.integers(len(marked)))
        marked[at] = pick(rng, ("({})", '"{}"', "'{}'")).format(marked[at])
    return " ".join(marked).replace("- ", "-" if happens(rng, 0.3) else "- ")


_POOLS = tuple(
    tuple(sorted(pool))
    for pool in (
        LETTERS - {" "},
        VIETNAMESE_LETTERS,
        PLAIN,
        VIETNAMESE_LETTERS | set("aeiouydAEIOUYD"),
        set("0123456789/-.,"),
    )
)


def _letters(rng: np.random.Generator) -> str:
    """Return letters in random order, so that each letter is learnt by itself."""
    pool = pick(rng, _POOLS)
    letters = [pick(rng, pool) for _ in range(int(rng.integers(1, 14)))]
    return "".join(f"{letter} " if happens(rng, 0.25) else letter for letter in letters)


def _foreign(rng: np.random.Generator) -> str:
    """Return words without Vietnamese spelling: foreign names, countries, makers."""
    parts = []
    for _ in range(int(rng.integers(1, 5))):
        parts = [
            pick(rng, words.FOREIGN_ONSETS) + pick(rng, words.FOREIGN_RIMES)
            for _ in range(int(rng.integers(1, 4)))
        ]
        parts.append("".join(parts).capitalize())
    return pick(rng, (" ", " ", " ", "-", ", ", ". ")).join(parts)


def _person_and_more(rng: np.random.Generator) -> str:
    more = pick(rng, (_listed, numbers.draw_number, numbers.draw_digit_date, _place))
    return f"{_name(rng)}{pick(rng, (', ', ' - ', ' ', '; ', ' ('))}{more(rng)}"


SHOUTED, SHOUTED_NAMES = 0.09, 0.25
"""Shares of texts and of names in capitals; many clerks write names in capitals."""

CLOSED = 0.04
"""Share of texts with a final period: some clerks end every value with it, and a network that rarely sees a final
period overlooks it. Notes, mostly sentences, have it more often (``_note``)."""

_MAKERS: tuple[tuple[float, Callable[[np.random.Generator], str]], ...] = (
    (26, _name), (20, _place), (8, numbers.draw_digit_date), (8, numbers.draw_number), (4, numbers.draw_numbering),
    (7, numbers.draw_id_number), (2, numbers.draw_time), (8, numbers.draw_word_date), (7, _term), (5, _listed),
    (3, _issued), (4, _note), (3, _phrase), (7, _syllables), (8, _letters), (3, _foreign), (2, _person_and_more),
)  # fmt: skip
"""Relative frequencies of the makers."""


@lru_cache(maxsize=1)
def _makers() -> tuple[tuple[Callable[[np.random.Generator], str], ...], tuple[float, ...]]:
    total = sum(share for share, _ in _MAKERS)
    return tuple(maker for _, maker in _MAKERS), tuple(share / total for share, _ in _MAKERS)


def vary_case(text: str, rng: np.random.Generator, shouted: float) -> str:
    """Return the text in the case of a random clerk.

    Most texts are unchanged; the others are in capitals (a share ``shouted``), in lower case or with initials.
    """
    kind = rng.random() - shouted
    if kind < 0:
        return text.upper()
    if kind < 0.05:
        return text.lower()
    if kind < 0.11:
        return " ".join(word[:1].upper() + word[1:] for word in text.split(" "))
    return text
