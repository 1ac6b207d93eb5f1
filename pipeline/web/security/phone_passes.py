"""Passes for telephones: a code on the screen lets a telephone send photographs of a book in a person's name.

The code works once, for some minutes. The telephone's pass lasts as long as the person's session at the screen and
opens nothing but the upload of scans of that book. All are kept in memory: a restart forgets them.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

CODE_LASTS = timedelta(minutes=15)
PASS_LASTS = timedelta(hours=8)
MOST = 1000
"""Largest number of codes, and of passes; the oldest is dropped first."""
MOST_OF_SESSION = 20
"""The same for a session, so that no session crowds out the telephones of others."""


@dataclass(frozen=True, slots=True)
class PhonePass:
    """The permission of a telephone.

    Attributes:
        session_token: The secret of the session whose screen showed the code.
        book_id: The book whose scans it sends.
    """

    session_token: str = field(repr=False)
    book_id: int
    until: datetime


class PhonePasses:
    """The shown codes and the passes given for them. ``now``: the clock, in UTC."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = Lock()
        self._codes: OrderedDict[str, PhonePass] = OrderedDict()
        self._passes: OrderedDict[str, PhonePass] = OrderedDict()

    def new_code(self, session_token: str, book_id: int) -> str:
        """Return a code that gives a telephone its pass."""
        code = secrets.token_urlsafe(32)
        with self._lock:
            _keep(self._codes, code, PhonePass(session_token, book_id, self._now() + CODE_LASTS))
        return code

    def is_code(self, code: str) -> bool:
        """Return whether a code can still be used."""
        with self._lock:
            phone_pass = self._codes.get(_digest(code))
        return phone_pass is not None and phone_pass.until > self._now()

    def use_code(self, code: str) -> str:
        """Return the secret of a new pass for a code, which is thereby used up; ``""`` for any other code."""
        with self._lock:
            offered = self._codes.pop(_digest(code), None)
            if offered is None or offered.until <= self._now():
                return ""
            secret = secrets.token_urlsafe(32)
            until = self._now() + PASS_LASTS
            _keep(self._passes, secret, PhonePass(offered.session_token, offered.book_id, until))
        return secret

    def pass_of(self, secret: str) -> PhonePass | None:
        """Return the pass with this secret while it is valid."""
        with self._lock:
            phone_pass = self._passes.get(_digest(secret))
        return phone_pass if phone_pass is not None and phone_pass.until > self._now() else None


def _keep(kept: OrderedDict[str, PhonePass], secret: str, phone_pass: PhonePass) -> None:
    same_session = [key for key, other in kept.items() if other.session_token == phone_pass.session_token]
    if len(same_session) >= MOST_OF_SESSION:
        del kept[same_session[0]]
    kept[_digest(secret)] = phone_pass
    if len(kept) > MOST:
        kept.popitem(last=False)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
