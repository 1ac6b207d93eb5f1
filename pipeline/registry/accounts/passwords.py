"""Passwords: hashed by Argon2id, guessable ones refused, one-time ones made.

A guesser combines rules rather than lists: a word of the office or a name, an ``@``, a year or ``12345``. The guessable
parts of a password are removed, and the rest must still be long enough.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Collection, Iterable
from datetime import date
from functools import cache
from importlib.resources import files

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from pipeline.base.text.tones import unaccented
from pipeline.registry.accounts.model import AccountError

LEAST_LEFT = 6
"""Minimum number of letters and digits that must remain."""

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
    """Return whether too little of a password remains once its guessable parts are removed.

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
    """Return a password as typed, and with letters in place of the signs and digits that resemble them."""
    return plain, plain.translate(_LOOKALIKES)


def _left(plain: str, known: Collection[str]) -> int:
    """Return the number of letters and digits that remain without guessable words and digits."""
    bare = _letters_and_digits(plain)
    for word in sorted(known, key=len, reverse=True):
        bare = bare.replace(word, " ")
    return len(_letters_and_digits(_DIGITS.sub(lambda found: _unusual(found.group()), bare)))


def _unusual(digits: str) -> str:
    """Return a row of digits without dates, years, runs and repetitions."""
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
    text = (files("pipeline.registry.accounts") / name).read_text(encoding="utf-8")
    return frozenset(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))


@cache
def _known_words() -> frozenset[str]:
    return _lines("guessable_words.txt")


@cache
def _common() -> frozenset[str]:
    return _lines("common_passwords.txt")


SHORTEST, LONGEST = 10, 200
ONE_TIME_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Characters of one-time passwords; none resembles another on paper."""

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)
"""The least that OWASP's Password Storage Cheat Sheet allows: 19 MiB, two passes, one lane."""


def hashed(password: str) -> str:
    return _hasher.hash(_folded(password))


def is_right(password_hash: str | None, password: str) -> bool:
    """Return whether a password matches a hash; ``None`` (no such account) takes as long and never matches."""
    if len(password) > LONGEST:
        return False
    try:
        _hasher.verify(password_hash or _nobody(), _folded(password))
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Return whether the hash was made with other costs than the present ones."""
    return _hasher.check_needs_rehash(password_hash)


def one_time_password() -> str:
    """Return four groups of four letters and digits: 79 bits."""
    letters = [secrets.choice(ONE_TIME_LETTERS) for _ in range(16)]
    return "-".join("".join(letters[start : start + 4]) for start in range(0, 16, 4))


def refuse_weak(password: str, login: str, own_words: Collection[str] = ()) -> None:
    """Check that a password is not weak.

    Args:
        login: The login of the person; the password must not contain it.
        own_words: Names of people and places that somebody who knows the person or the office would try.

    Raises:
        AccountError: It is short, too long, holds the login or is easily guessed.
    """
    folded = _folded(password).casefold()
    if len(folded) < SHORTEST:
        raise AccountError(f"Mật khẩu mới phải có ít nhất {SHORTEST} ký tự. Có thể dùng cả một câu dễ nhớ.")
    if len(password) > LONGEST:
        raise AccountError(f"Mật khẩu mới dài quá {LONGEST} ký tự. Hãy chọn mật khẩu ngắn hơn.")
    if login.casefold() in folded:
        raise AccountError("Mật khẩu mới không được chứa tên đăng nhập. Hãy chọn mật khẩu khác.")
    if len(set(folded)) < 4 or is_guessable(folded, (login, *own_words)):
        raise AccountError(
            "Mật khẩu mới quá dễ đoán: một từ hay tên quen thuộc thêm vài chữ số là điều người ta thử trước tiên. "
            "Hãy chọn mật khẩu khác, ví dụ một câu chỉ mình bạn biết."
        )


def _folded(password: str) -> str:
    """Return the composed form: keyboards write ``ế`` composed or in parts."""
    return unicodedata.normalize("NFKC", password)


@cache
def _nobody() -> str:
    """Return a hash that no password matches, so that an unknown login takes as long as a known one."""
    return hashed(secrets.token_urlsafe())
