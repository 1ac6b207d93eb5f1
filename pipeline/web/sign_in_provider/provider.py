"""An OpenID Connect provider: found at its issuer, asked with the authorization code and PKCE, believed by signature.

What it states of a person (the ID token) counts only when it is signed with one of its keys, by an algorithm of
public keys, for this program, for this sign-in, and in its time.

Source:
    OpenID Connect Core 1.0, 3.1.2 and 3.1.3; OpenID Connect Discovery 1.0; RFC 7636 (PKCE); RFC 9700.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any, TypeGuard
from urllib.parse import quote, urlencode

from joserfc import jwk, jwt
from joserfc.errors import InvalidKeyIdError, JoseError

from pipeline.base.outbound import OutboundAddress, read_address
from pipeline.web.sign_in_provider.failures import SignInFailed
from pipeline.web.sign_in_provider.fetching import fetch
from pipeline.web.sign_in_provider.policy import GroupDuties, SignInPolicy

CALLBACK = "/sign-in/callback"
"""Where the provider sends browsers back to."""

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures by public keys: neither ``none`` nor one that whoever knows the public key could make."""

KEY_KINDS = frozenset({"RSA", "EC"})
LEEWAY = 60
"""Seconds by which the clocks of both machines may differ."""

KEPT_SECONDS = 3600.0
"""How long the provider's addresses and keys are kept."""

AWAY_SECONDS = 15.0
"""How long a provider that did not answer is not asked for its addresses and keys again: nobody waits in a queue."""

REFRESH_SECONDS = 30.0
"""The shortest time between two looks for a key that is unknown."""

MOST_LETTERS = 255
MOST_GROUPS = 1000


@dataclass(frozen=True, slots=True)
class Statement:
    """What the provider states of a person.

    Attributes:
        subject: Who it is, never given to anybody else.
        name: The name to show; ``""`` where it tells none.
        login: What the person is called there; ``""`` where it tells nothing.
        duties: What the groups of the person may do here; None: nothing.
    """

    subject: str
    name: str
    login: str
    duties: GroupDuties | None


@dataclass(frozen=True, slots=True)
class _Endpoints:
    authorization: str
    token: OutboundAddress
    keys: OutboundAddress
    sends_secret_in_body: bool


class Provider:
    """The provider that the office has set.

    Args:
        secret: The secret that the provider gave to this program.
        now: The clock, in UTC.
        monotonic: Seconds that only grow, for what is kept.
    """

    def __init__(
        self,
        policy: SignInPolicy,
        secret: str,
        now: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.policy = policy
        self._secret, self._now, self._monotonic = secret, now, monotonic
        self._lock = Lock()
        self._endpoints: tuple[float, _Endpoints] | None = None
        self._keys: tuple[float, jwk.KeySet] | None = None
        self._away_until = 0.0

    def authorization_url(self, state: str, nonce: str, verifier: str) -> str:
        """Return where a browser is sent to sign in.

        Args:
            state: Binds the way back to the browser.
            nonce: Binds the provider's statement to this sign-in.
            verifier: The secret of PKCE, of which the provider is told the digest.

        Raises:
            SignInFailed: The provider does not answer.
        """
        endpoint = self._found().authorization
        digest = hashlib.sha256(verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self.policy.client_id,
            "redirect_uri": self._redirect_uri,
            "scope": "openid profile",
            "state": state,
            "nonce": nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"

    def statement(self, code: str, nonce: str, verifier: str) -> Statement:
        """Return what the provider states of the person who came back with a code.

        Raises:
            SignInFailed: It states nothing, or nothing that counts.
        """
        endpoints = self._found()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "code_verifier": verifier,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if endpoints.sends_secret_in_body:
            form |= {"client_id": self.policy.client_id, "client_secret": self._secret}
        else:
            pair = f"{quote(self.policy.client_id, safe='')}:{quote(self._secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        status, told = fetch(endpoints.token, "POST", urlencode(form).encode(), headers)
        if status >= 500:
            raise SignInFailed("away")
        token = told.get("id_token")
        if status != 200 or not isinstance(token, str):
            raise SignInFailed("code")
        return self._believed(self._claims(token), nonce)

    @property
    def _redirect_uri(self) -> str:
        return f"{self.policy.address}{CALLBACK}"

    def _claims(self, token: str) -> Mapping[str, Any]:
        """Return what a signed token claims; a key that is not known yet is looked for, once."""
        try:
            try:
                return jwt.decode(token, self._known_keys(), algorithms=list(ALGORITHMS)).claims
            except InvalidKeyIdError:
                return jwt.decode(token, self._known_keys(anew=True), algorithms=list(ALGORITHMS)).claims
        except (JoseError, ValueError, TypeError, KeyError, AttributeError):
            raise SignInFailed("token") from None

    def _believed(self, claims: Mapping[str, Any], nonce: str) -> Statement:
        """Return what is claimed when it is from the provider, for this program and sign-in, and in its time."""
        now, mine = int(self._now().timestamp()), self.policy.client_id
        audience = claims.get("aud")
        audiences = [audience] if isinstance(audience, str) else audience
        subject, told_nonce = claims.get("sub"), claims.get("nonce")
        expires, issued, begins = claims.get("exp"), claims.get("iat"), claims.get("nbf", 0)
        counts = (
            claims.get("iss") == self.policy.issuer
            and isinstance(audiences, list)
            and mine in audiences
            and claims.get("azp", mine if len(audiences) == 1 else None) == mine
            and isinstance(told_nonce, str)
            and hmac.compare_digest(told_nonce.encode(), nonce.encode())
            and isinstance(subject, str)
            and 0 < len(subject) <= MOST_LETTERS
            and subject.isprintable()
            and _is_time(expires)
            and now < expires + LEEWAY
            and _is_time(issued)
            and issued <= now + LEEWAY
            and _is_time(begins)
            and begins <= now + LEEWAY
        )
        if not counts:
            raise SignInFailed("token")
        groups = claims.get(self.policy.claim)
        named = (
            [group for group in groups[:MOST_GROUPS] if isinstance(group, str)]
            if isinstance(groups, list)
            else []
        )
        return Statement(
            str(subject),
            _text(claims, "name"),
            _text(claims, "preferred_username"),
            self.policy.duties_of(named),
        )

    def _found(self) -> _Endpoints:
        """Return the provider's addresses, as it declares them at its issuer."""
        with self._lock:
            if self._endpoints is not None and self._monotonic() - self._endpoints[0] < KEPT_SECONDS:
                return self._endpoints[1]
            at, _ = read_address(f"{self.policy.issuer.rstrip('/')}/.well-known/openid-configuration")
            if at is None:
                raise SignInFailed("away")
            status, told = self._fetched(at)
            methods = told.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
            if status != 200 or told.get("issuer") != self.policy.issuer or not isinstance(methods, list):
                raise SignInFailed("away")
            self._of_issuer(told.get("authorization_endpoint"))
            found = _Endpoints(
                told["authorization_endpoint"],
                self._of_issuer(told.get("token_endpoint")),
                self._of_issuer(told.get("jwks_uri")),
                "client_secret_basic" not in methods and "client_secret_post" in methods,
            )
            self._endpoints = (self._monotonic(), found)
            return found

    def _fetched(self, address: OutboundAddress) -> tuple[int, dict[str, Any]]:
        if self._monotonic() < self._away_until:
            raise SignInFailed("away")
        try:
            return fetch(address)
        except SignInFailed:
            self._away_until = self._monotonic() + AWAY_SECONDS
            raise

    def _of_issuer(self, url: object) -> OutboundAddress:
        """Return an address that the provider declares. Raises ``SignInFailed`` when it is another machine's."""
        found, _ = read_address(url) if isinstance(url, str) else (None, "")
        mine = self.policy.at
        if found is None or (found.secure, found.host, found.port) != (mine.secure, mine.host, mine.port):
            raise SignInFailed("away")
        return found

    def _known_keys(self, *, anew: bool = False) -> jwk.KeySet:
        """Return the provider's public keys; ``anew``: one is not among those that are known."""
        endpoints = self._found()
        with self._lock:
            if self._keys is not None:
                age = self._monotonic() - self._keys[0]
                if age < (REFRESH_SECONDS if anew else KEPT_SECONDS):
                    return self._keys[1]
            status, told = self._fetched(endpoints.keys)
            offered = told.get("keys")
            if status != 200 or not isinstance(offered, list):
                raise SignInFailed("away")
            usable: list[Any] = [one for one in offered if isinstance(one, dict) and _is_for_signing(one)]
            try:
                keys = jwk.KeySet.import_key_set({"keys": usable})
            except (JoseError, ValueError, TypeError, KeyError):
                raise SignInFailed("away") from None
            self._keys = (self._monotonic(), keys)
            return keys


def _is_for_signing(key: Mapping[str, Any]) -> bool:
    return key.get("kty") in KEY_KINDS and key.get("use", "sig") == "sig"


def _is_time(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 2**53


def _text(claims: Mapping[str, Any], key: str) -> str:
    value = claims.get(key)
    return value[:MOST_LETTERS] if isinstance(value, str) else ""
