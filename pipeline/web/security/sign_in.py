"""Sign-in through a provider, bound to one browser: what goes out with a cookie comes back with it, once, in time.

The cookie holds a random value, the page to open afterwards and an end, all signed with a key of this process. State,
nonce and the secret of PKCE are derived from the value with the same key: no browser is ever told the secret.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from pipeline.registry.accounts.model import ExternalPerson, Session
from pipeline.registry.accounts.sign_ins import SignIns
from pipeline.web.sign_in_provider import Provider, SignInFailed

LASTS = timedelta(minutes=10)
"""How long a person may take at the provider."""

MOST_USED = 10_000
"""Sign-ins that came back and are remembered, so that none comes back twice; the oldest goes first."""

MOST_LETTERS = 1500
"""Of the page to open afterwards; a longer one is left out."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in that a browser has begun.

    Attributes:
        cookie: What the browser keeps.
        then: The page to open afterwards.
        state: Binds the way back to the browser.
        nonce: Binds the provider's statement to this sign-in.
        verifier: The secret of PKCE.
    """

    cookie: str = field(repr=False)
    then: str
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


class SignInDesk:
    """Lets people in for whom the provider vouches.

    Args:
        provider: The provider that the office has set.
        sign_ins: Who may come in through it.
        now: The clock, in UTC.
    """

    def __init__(self, provider: Provider, sign_ins: SignIns, now: Callable[[], datetime]) -> None:
        self._provider, self._sign_ins, self._now = provider, sign_ins, now
        self._key = secrets.token_bytes(32)
        self._lock = Lock()
        self._used: OrderedDict[str, None] = OrderedDict()

    def begin(self, then: str) -> tuple[str, str]:
        """Return what the browser keeps, and where it is sent.

        Raises:
            SignInFailed: The provider does not answer.
        """
        end = int((self._now() + LASTS).timestamp())
        page = base64.urlsafe_b64encode(then.encode()[:MOST_LETTERS] if len(then) <= MOST_LETTERS else b"/")
        told = f"{secrets.token_urlsafe(32)}.{end}.{page.decode()}"
        attempt = self._attempt(f"{told}.{self._derived('cookie', told)}", told, then)
        return attempt.cookie, self._provider.authorization_url(
            attempt.state, attempt.nonce, attempt.verifier
        )

    def finish(self, cookie: str, state: str, code: str, error: str, issuer: str) -> tuple[Session, str]:
        """Return the session of who came back from the provider, and the page to open.

        Args:
            cookie: What the browser kept.
            state: What the provider gave back of it.
            code: What the provider exchanges for its statement.
            error: Why there is no code.
            issuer: Who sends the browser back, where the provider says it (RFC 9207).

        Raises:
            SignInFailed: It proves nobody; the audit says so.
            SignInRefused: It proves somebody who may not come in; the audit says so.
            AccountTampered: The account was changed behind the program's back.
        """
        try:
            attempt = self._taken(cookie, state)
            if error or (issuer and issuer != self._provider.policy.issuer):
                raise SignInFailed("declined")
            if not code:
                raise SignInFailed("code")
            stated = self._provider.statement(code, attempt.nonce, attempt.verifier)
        except SignInFailed as failed:
            self._sign_ins.note_failure(failed.reason)
            raise
        duties = stated.duties
        person = ExternalPerson(
            self._provider.policy.issuer,
            stated.subject,
            stated.name,
            stated.login,
            duties.role if duties else None,
            duties.places if duties else None,
        )
        return self._sign_ins.sign_in(person), attempt.then

    def _taken(self, cookie: str, state: str) -> Attempt:
        """Return the sign-in that comes back, which is used up by it. Raises ``SignInFailed``."""
        told, _, mark = cookie.rpartition(".")
        if not told or not _same(mark, self._derived("cookie", told)):
            raise SignInFailed("state")
        value, end, page = told.split(".")
        if int(end) <= self._now().timestamp():
            raise SignInFailed("state")
        attempt = self._attempt(cookie, told, base64.urlsafe_b64decode(page).decode())
        if not _same(state, attempt.state):
            raise SignInFailed("state")
        with self._lock:
            if value in self._used:
                raise SignInFailed("state")
            self._used[value] = None
            if len(self._used) > MOST_USED:
                self._used.popitem(last=False)
        return attempt

    def _attempt(self, cookie: str, told: str, then: str) -> Attempt:
        state, nonce, verifier = (self._derived(what, told) for what in ("state", "nonce", "verifier"))
        return Attempt(cookie, then, state, nonce, verifier)

    def _derived(self, what: str, told: str) -> str:
        digest = hmac.new(self._key, f"{what}:{told}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())
