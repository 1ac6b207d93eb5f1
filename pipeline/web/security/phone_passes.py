"""Passes for telephones: a code on the screen lets one telephone send photographs of one book in a person's name.

The code works once and for minutes. What the telephone holds afterwards lasts as long as the person's session at the
screen, and opens nothing but the door for scans of that book. Kept in memory: a server that starts anew forgets all.
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
"""Codes, and passes, that are kept; the oldest goes first."""
MOST_OF_SESSION = 20
"""The same of one session, so that one person's screen pushes out nobody else's telephones."""


@dataclass(frozen=True, slots=True)
class PhonePass:
    """What a telephone may do.

    Attributes:
        session_token: The secret of the session at whose screen the code was shown.
        book_id: The book whose scans it sends.
        until: When it ends.
    """

    session_token: str = field(repr=False)
    book_id: int
    until: datetime


class PhonePasses:
    """The codes that are shown and the passes that were given for them. ``now``: the clock, in UTC."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = Lock()
        self._codes: OrderedDict[str, PhonePass] = OrderedDict()
        self._passes: OrderedDict[str, PhonePass] = OrderedDict()

    def new_code(self, session_token: str, book_id: int) -> str:
        """Return a code that gives one telephone a pass."""
        code = secrets.token_urlsafe(32)
        with self._lock:
            _keep(self._codes, code, PhonePass(session_token, book_id, self._now() + CODE_LASTS))
        return code

    def is_code(self, code: str) -> bool:
        """Whether a code can still be used."""
        with self._lock:
            found = self._codes.get(_digest(code))
        return found is not None and found.until > self._now()

    def use_code(self, code: str) -> str:
        """Return the secret of a new pass for a code, which is used up by it; ``""`` for any other code."""
        with self._lock:
            found = self._codes.pop(_digest(code), None)
            if found is None or found.until <= self._now():
                return ""
            secret = secrets.token_urlsafe(32)
            until = self._now() + PASS_LASTS
            _keep(self._passes, secret, PhonePass(found.session_token, found.book_id, until))
        return secret

    def pass_of(self, secret: str) -> PhonePass | None:
        """Return the pass of a secret as long as it lasts."""
        with self._lock:
            found = self._passes.get(_digest(secret))
        return found if found is not None and found.until > self._now() else None


def _keep(kept: OrderedDict[str, PhonePass], secret: str, one: PhonePass) -> None:
    mine = [key for key, other in kept.items() if other.session_token == one.session_token]
    if len(mine) >= MOST_OF_SESSION:
        del kept[mine[0]]
    kept[_digest(secret)] = one
    if len(kept) > MOST:
        kept.popitem(last=False)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
