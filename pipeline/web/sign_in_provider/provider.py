"""An OpenID Connect provider: discovery at its issuer, authorization code with PKCE, verified signatures.

A statement about a person (the ID token) counts only with a signature of the provider's keys by a public-key
algorithm, for this program, for this sign-in, and within its validity.

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
"""The path to which the provider redirects browsers."""

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Public-key signatures only: neither ``none`` nor an algorithm whose key is public."""

KEY_KINDS = frozenset({"RSA", "EC"})
RSA_BITS = 2048
"""Shortest RSA key; a shorter one can be factored."""

ATTEMPT_SECONDS = 600
"""Longest time of a sign-in; an older statement belongs to another one."""

LEEWAY = 60
"""Tolerated difference of the two machines' clocks, in seconds."""

UNKNOWN_CLIENT = frozenset({"invalid_client", "unauthorized_client"})
"""Errors by which a token endpoint refuses the program (RFC 6749, 5.2)."""

KEPT_SECONDS = 3600.0
"""Time for which the provider's endpoints and keys are cached."""

AWAY_SECONDS = 15.0
"""Time for which a silent provider is not asked again for endpoints and keys, so that no queue builds up."""

REFRESH_SECONDS = 30.0
"""Shortest time between two refreshes for an unknown key."""

MOST_LETTERS = 255
MOST_GROUPS = 1000


@dataclass(frozen=True, slots=True)
class Statement:
    """The provider's statement about a person.

    Attributes:
        subject: The identifier of the person, never reassigned.
        name: The name to show; ``""`` if missing.
        login: The login at the provider; ``""`` if missing.
        duties: The duties of the person's groups; None: none.
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
    """The provider set by the office.

    Args:
        secret: The client secret.
        now: The clock, in UTC.
        monotonic: Monotonic seconds, for the caches.
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
        """Return the address at which a browser signs in.

        Args:
            state: Binds the callback to the browser.
            nonce: Binds the provider's statement to this sign-in.
            verifier: The PKCE verifier, whose digest is sent to the provider.

        Raises:
            SignInFailed: The provider does not answer.
        """
        endpoint = self._discovered().authorization
        digest = hashlib.sha256(verifier.encode()).digest()
        parameters = {
            "response_type": "code",
            "client_id": self.policy.client_id,
            "redirect_uri": self._redirect_uri,
            "scope": "openid profile",
            "state": state,
            "nonce": nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(parameters)}"

    def statement(self, code: str, nonce: str, verifier: str) -> Statement:
        """Return the provider's statement about the person who returned with a code.

        Raises:
            SignInFailed: The statement is missing or invalid.
        """
        endpoints = self._discovered()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "code_verifier": verifier,
        }
        status, answer = self._exchange(endpoints, form)
        if status >= 500:
            raise SignInFailed("away")
        token = answer.get("id_token")
        if status != 200 or not isinstance(token, str):
            raise SignInFailed("code")
        return self._verified(self._claims(token), nonce)

    def try_out(self) -> tuple[int, bool]:
        """Return how many of the provider's keys can be used, and whether it knows this program and its secret.

        It is asked to exchange a code that it never gave: it refuses the program before it looks at the code.

        Raises:
            SignInFailed: The provider does not answer, or declares what it may not.
        """
        form = {
            "grant_type": "authorization_code",
            "code": "hotich-thu",
            "redirect_uri": self._redirect_uri,
            "code_verifier": "0" * 43,
        }
        endpoints, keys = self._discovered(), self._known_keys()
        status, answer = self._exchange(endpoints, form)
        if status >= 500:
            raise SignInFailed("away")
        return len(keys.keys), status == 400 and answer.get("error") not in UNKNOWN_CLIENT

    def _exchange(self, endpoints: _Endpoints, form: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """Return the answer of the token endpoint to a form, sent with the secret."""
        form = dict(form)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if endpoints.sends_secret_in_body:
            form |= {"client_id": self.policy.client_id, "client_secret": self._secret}
        else:
            credentials = f"{quote(self.policy.client_id, safe='')}:{quote(self._secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(credentials.encode()).decode()}"
        return fetch(endpoints.token, "POST", urlencode(form).encode(), headers)

    @property
    def _redirect_uri(self) -> str:
        return f"{self.policy.address}{CALLBACK}"

    def _claims(self, token: str) -> Mapping[str, Any]:
        """Return the claims of a signed token; for an unknown key the keys are refreshed once."""
        try:
            try:
                return jwt.decode(token, self._known_keys(), algorithms=list(ALGORITHMS)).claims
            except InvalidKeyIdError:
                return jwt.decode(token, self._known_keys(anew=True), algorithms=list(ALGORITHMS)).claims
        except (JoseError, ValueError, TypeError, KeyError, AttributeError):
            raise SignInFailed("token") from None

    def _verified(self, claims: Mapping[str, Any], nonce: str) -> Statement:
        """Return the statement if its claims are the provider's, for this program and sign-in, and still valid."""
        now, client_id = int(self._now().timestamp()), self.policy.client_id
        audience = claims.get("aud")
        audiences = [audience] if isinstance(audience, str) else audience
        subject, claimed_nonce = claims.get("sub"), claims.get("nonce")
        expires, issued, begins = claims.get("exp"), claims.get("iat"), claims.get("nbf", 0)
        is_valid = (
            claims.get("iss") == self.policy.issuer
            and isinstance(audiences, list)
            and client_id in audiences
            and claims.get("azp", client_id if len(audiences) == 1 else None) == client_id
            and isinstance(claimed_nonce, str)
            and hmac.compare_digest(claimed_nonce.encode(), nonce.encode())
            and isinstance(subject, str)
            and 0 < len(subject) <= MOST_LETTERS
            and subject.isprintable()
            and _is_time(expires)
            and now < expires + LEEWAY
            and _is_time(issued)
            and now - ATTEMPT_SECONDS - LEEWAY <= issued <= now + LEEWAY
            and _is_time(begins)
            and begins <= now + LEEWAY
        )
        if not is_valid:
            raise SignInFailed("token")
        groups = claims.get(self.policy.claim)
        group_names = (
            [group for group in groups[:MOST_GROUPS] if isinstance(group, str)]
            if isinstance(groups, list)
            else []
        )
        return Statement(
            str(subject),
            _text(claims, "name"),
            _text(claims, "preferred_username"),
            self.policy.duties_of(group_names),
        )

    def _discovered(self) -> _Endpoints:
        """Return the provider's endpoints, as declared at its issuer."""
        with self._lock:
            if self._endpoints is not None and self._monotonic() - self._endpoints[0] < KEPT_SECONDS:
                return self._endpoints[1]
            address, _ = read_address(f"{self.policy.issuer.rstrip('/')}/.well-known/openid-configuration")
            if address is None:
                raise SignInFailed("away")
            status, document = self._fetch(address)
            methods = document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
            if status != 200 or document.get("issuer") != self.policy.issuer or not isinstance(methods, list):
                raise SignInFailed("away")
            self._of_issuer(document.get("authorization_endpoint"))
            endpoints = _Endpoints(
                document["authorization_endpoint"],
                self._of_issuer(document.get("token_endpoint")),
                self._of_issuer(document.get("jwks_uri")),
                "client_secret_basic" not in methods and "client_secret_post" in methods,
            )
            self._endpoints = (self._monotonic(), endpoints)
            return endpoints

    def _fetch(self, address: OutboundAddress) -> tuple[int, dict[str, Any]]:
        if self._monotonic() < self._away_until:
            raise SignInFailed("away")
        try:
            return fetch(address)
        except SignInFailed:
            self._away_until = self._monotonic() + AWAY_SECONDS
            raise

    def _of_issuer(self, url: object) -> OutboundAddress:
        """Return a declared address. Raises ``SignInFailed`` when it is on another machine."""
        link, _ = read_address(url) if isinstance(url, str) else (None, "")
        own = self.policy.at
        if link is None or (link.secure, link.host, link.port) != (own.secure, own.host, own.port):
            raise SignInFailed("away")
        return link

    def _known_keys(self, *, anew: bool = False) -> jwk.KeySet:
        """Return the provider's public keys; ``anew``: refresh them for an unknown key."""
        endpoints = self._discovered()
        with self._lock:
            if self._keys is not None:
                age = self._monotonic() - self._keys[0]
                if age < (REFRESH_SECONDS if anew else KEPT_SECONDS):
                    return self._keys[1]
            status, document = self._fetch(endpoints.keys)
            key_objects = document.get("keys")
            if status != 200 or not isinstance(key_objects, list):
                raise SignInFailed("away")
            usable: list[Any] = [key for key in key_objects if isinstance(key, dict) and _is_for_signing(key)]
            try:
                keys = jwk.KeySet.import_key_set({"keys": usable})
            except (JoseError, ValueError, TypeError, KeyError):
                raise SignInFailed("away") from None
            self._keys = (self._monotonic(), keys)
            return keys


def _is_for_signing(key: Mapping[str, Any]) -> bool:
    is_long = key.get("kty") != "RSA" or _bits(key.get("n")) >= RSA_BITS
    return key.get("kty") in KEY_KINDS and key.get("use", "sig") == "sig" and is_long


def _bits(modulus: object) -> int:
    """Return the length of a modulus in base64url; zeros before it do not count."""
    try:
        number = base64.urlsafe_b64decode(f"{modulus}==") if isinstance(modulus, str) else b""
    except ValueError:
        return 0
    return int.from_bytes(number).bit_length()


def _is_time(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 2**53


def _text(claims: Mapping[str, Any], key: str) -> str:
    value = claims.get(key)
    return value[:MOST_LETTERS] if isinstance(value, str) else ""
