"""Sign-in through a provider, bound to a browser by a cookie, valid once and for a limited time.

The cookie holds a random value, the page to open afterwards and an expiry, all signed with a key of this process.
State, nonce and PKCE verifier are derived from the value with the same key: no browser ever learns the verifier.
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
from pipeline.web.sign_in_provider import Provider, SignInFailed, SignInPolicy
from pipeline.web.sign_in_provider.provider import ATTEMPT_SECONDS

LASTS = timedelta(seconds=ATTEMPT_SECONDS)
"""Longest time that a person may take at the provider."""

MOST_USED = 10_000
"""Number of completed sign-ins that are remembered against replay; the oldest is dropped first."""

MOST_LETTERS = 1500
"""Largest length of the page to open afterwards; a longer address is dropped."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A started sign-in of a browser.

    Attributes:
        cookie: The cookie of the browser.
        then: The page to open afterwards.
        state: Binds the callback to the browser.
        nonce: Binds the provider's statement to this sign-in.
        verifier: The PKCE verifier.
    """

    cookie: str = field(repr=False)
    then: str
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


class SignInDesk:
    """Signs people in for whom the provider vouches.

    Args:
        sign_ins: The people who may sign in through the provider.
        now: The clock, in UTC.
    """

    def __init__(self, provider: Provider, sign_ins: SignIns, now: Callable[[], datetime]) -> None:
        self._provider, self._sign_ins, self._now = provider, sign_ins, now
        self._key = secrets.token_bytes(32)
        self._lock = Lock()
        self._used: OrderedDict[str, None] = OrderedDict()

    @property
    def policy(self) -> SignInPolicy:
        """The policy in force."""
        return self._provider.policy

    def begin(self, then: str) -> tuple[str, str]:
        """Return the cookie for the browser, and the address to which it is redirected.

        Raises:
            SignInFailed: The provider does not answer.
        """
        end = int((self._now() + LASTS).timestamp())
        page = base64.urlsafe_b64encode(then.encode()[:MOST_LETTERS] if len(then) <= MOST_LETTERS else b"/")
        payload = f"{secrets.token_urlsafe(32)}.{end}.{page.decode()}"
        attempt = self._attempt(f"{payload}.{self._derive('cookie', payload)}", payload, then)
        return attempt.cookie, self._provider.authorization_url(
            attempt.state, attempt.nonce, attempt.verifier
        )

    def finish(self, cookie: str, state: str, code: str, error: str, issuer: str) -> tuple[Session, str]:
        """Return the session of a person who returns from the provider, and the page to open.

        Args:
            state: The state in the callback.
            code: The code that the provider exchanges for its statement.
            error: The provider's error in place of a code.
            issuer: The issuer in the callback, if the provider sends it (RFC 9207).

        Raises:
            SignInFailed: The callback proves no identity; the audit log notes it.
            SignInRefused: It proves a person who may not sign in; the audit log notes it.
            AccountTampered: The account row was changed outside the program.
        """
        try:
            attempt = self._returning_attempt(cookie, state)
            if error or (issuer and issuer != self._provider.policy.issuer):
                raise SignInFailed("declined")
            if not code:
                raise SignInFailed("code")
            statement = self._provider.statement(code, attempt.nonce, attempt.verifier)
        except SignInFailed as failed:
            self._sign_ins.note_failure(failed.reason)
            raise
        duties = statement.duties
        person = ExternalPerson(
            self._provider.policy.issuer,
            statement.subject,
            statement.name,
            statement.login,
            duties.role if duties else None,
            duties.places if duties else None,
        )
        return self._sign_ins.sign_in(person), attempt.then

    def _returning_attempt(self, cookie: str, state: str) -> Attempt:
        """Return the returning sign-in and mark it as used. Raises ``SignInFailed``."""
        payload, _, signature = cookie.rpartition(".")
        if not payload or not _same(signature, self._derive("cookie", payload)):
            raise SignInFailed("state")
        value, end, page = payload.split(".")
        if int(end) <= self._now().timestamp():
            raise SignInFailed("state")
        attempt = self._attempt(cookie, payload, base64.urlsafe_b64decode(page).decode())
        if not _same(state, attempt.state):
            raise SignInFailed("state")
        with self._lock:
            if value in self._used:
                raise SignInFailed("state")
            self._used[value] = None
            if len(self._used) > MOST_USED:
                self._used.popitem(last=False)
        return attempt

    def _attempt(self, cookie: str, payload: str, then: str) -> Attempt:
        state, nonce, verifier = (self._derive(what, payload) for what in ("state", "nonce", "verifier"))
        return Attempt(cookie, then, state, nonce, verifier)

    def _derive(self, what: str, payload: str) -> str:
        digest = hmac.new(self._key, f"{what}:{payload}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())
