"""Whether a password is one of those that are guessed first: a word that everybody knows, a name, a year, a few digits.

What a guesser tries is a rule more than a list: a word of the office or a name, an ``@``, a year or ``12345``. So what
anybody would guess is taken away, and what is left must still be enough.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import date
from functools import cache
from importlib.resources import files

from pipeline.base.text.tones import unaccented

LEAST_LEFT = 6
"""Letters and digits that must be left."""

LONGEST_WORD = 12
LEAST_DIGITS_ALONE = 16
SHORTEST_OWN_WORD = 3

_LOOKALIKES = str.maketrans("@4031!5$7", "aaoeiisst")
_ONE_WORD = re.compile(rf"[\W\d_]*[a-z]{{1,{LONGEST_WORD}}}[\W\d_]*")
_DIGITS = re.compile(r"\d+")
_REPEATED = re.compile(r"(\d)\1{2,}")
_PAIRS = re.compile(r"(\d\d)\1+")
_YEAR = re.compile(r"(?:19|20)\d\d")
_UP, _DOWN = "01234567890", "09876543210"
_SHORTEST_RUN = 3


def is_guessable(password: str, own_words: Iterable[str] = ()) -> bool:
    """Return whether little is left of a password without what anybody would guess.

    Args:
        password: The password, composed.
        own_words: Further words that a guesser would try: the person's login and name, names of the office's places.
    """
    plain = unaccented(password.casefold())
    bare = _letters_and_digits(plain)
    if bare.isdigit():
        return len(bare) < LEAST_DIGITS_ALONE
    if _letters_and_digits(password.casefold()) in _common() or bare in _common():
        return True
    known = _known_words() | {
        word for text in own_words for word in _words(text) if len(word) >= SHORTEST_OWN_WORD
    }
    return any(_ONE_WORD.fullmatch(one) or _left(one, known) < LEAST_LEFT for one in _readings(plain))


def _readings(plain: str) -> tuple[str, ...]:
    """Return a password as it stands, and with letters for the signs and digits that look like them."""
    return plain, plain.translate(_LOOKALIKES)


def _left(plain: str, known: Collection[str]) -> int:
    """Return how many letters and digits are left when words and digits that anybody would guess are taken away."""
    bare = _letters_and_digits(plain)
    for word in sorted(known, key=len, reverse=True):
        bare = bare.replace(word, " ")
    return len(_letters_and_digits(_DIGITS.sub(lambda found: _unusual(found.group()), bare)))


def _unusual(digits: str) -> str:
    """Return what is left of a row of digits without dates, years, runs and repetitions."""
    if _is_date(digits):
        return ""
    for pattern in (_YEAR, _REPEATED, _PAIRS):
        digits = pattern.sub("", digits)
    for row in (_UP, _DOWN):
        for length in range(len(row), _SHORTEST_RUN - 1, -1):
            for start in range(len(row) - length + 1):
                digits = digits.replace(row[start : start + length], "")
    return digits


def _is_date(digits: str) -> bool:
    """Return whether digits can be a day, a month and a year of two or four digits."""
    if len(digits) not in (6, 8):
        return False
    year = int(digits[4:]) if len(digits) == 8 else 2000 + int(digits[4:])
    try:
        date(year, int(digits[2:4]), int(digits[:2]))
    except ValueError:
        return False
    return True


def _words(text: str) -> tuple[str, ...]:
    parts = re.findall(r"[a-z0-9]+", unaccented(text.casefold()))
    return *parts, "".join(parts)


def _letters_and_digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isalnum())


def _lines(name: str) -> frozenset[str]:
    text = (files("pipeline.registry.services.accounts") / name).read_text(encoding="utf-8")
    return frozenset(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))


@cache
def _known_words() -> frozenset[str]:
    return _lines("guessable_words.txt")


@cache
def _common() -> frozenset[str]:
    return _lines("common_passwords.txt")
