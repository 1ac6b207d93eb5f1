"""Passwords: hashed by Argon2id, weak ones refused, one-time ones made."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Collection
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from pipeline.registry.model.accounts import AccountError
from pipeline.registry.services.accounts.guessable import is_guessable

SHORTEST, LONGEST = 10, 200
ONE_TIME_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""None that look alike on paper."""

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)
"""The least that OWASP's Password Storage Cheat Sheet allows: 19 MiB, two passes, one lane."""


def hashed(password: str) -> str:
    return _hasher.hash(_folded(password))


def is_right(password_hash: str | None, password: str) -> bool:
    """Whether the password belongs to the hash; ``None`` (no such account) takes as long and is never right."""
    if len(password) > LONGEST:
        return False
    try:
        _hasher.verify(password_hash or _nobody(), _folded(password))
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made under other costs than today's."""
    return _hasher.check_needs_rehash(password_hash)


def one_time_password() -> str:
    """Four groups of four letters and digits: 79 bits."""
    letters = [secrets.choice(ONE_TIME_LETTERS) for _ in range(16)]
    return "-".join("".join(letters[start : start + 4]) for start in range(0, 16, 4))


def refuse_weak(password: str, login: str, own_words: Collection[str] = ()) -> None:
    """Check that a password is not weak.

    Args:
        login: The login of the person, which the password may not hold.
        own_words: What somebody who knows the person or the office would try: names of people and places.

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
    """One form for what keyboards write in two: ``ế`` composed and in parts."""
    return unicodedata.normalize("NFKC", password)


@cache
def _nobody() -> str:
    """A hash that no password is right for, so that an unknown login takes as long as a known one."""
    return hashed(secrets.token_urlsafe())
