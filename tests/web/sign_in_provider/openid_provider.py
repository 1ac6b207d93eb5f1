"""A small OpenID Connect provider of the tests: real HTTP on this machine, real signatures, and faults on demand."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import httpx
from joserfc import jwk, jwt

from pipeline.web.sign_in_provider import GroupDuties, SignInPolicy
from tests.competing import WAIT_SECONDS

CLIENT, SECRET = "hotich", "bí mật/của máy:thử"
DESK = "http://desk.test"
SHORT = "short"
"""The name of a key of 1024 bits."""
Claims = dict[str, Any]


@cache
def signing_key(kid: str) -> jwk.RSAKey:
    return jwk.RSAKey.generate_key(1024 if kid == SHORT else 2048, {"kid": kid, "use": "sig"})


def encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


class OpenIdProvider(ThreadingHTTPServer):
    """Vouches for ``person`` to whoever asks.

    ``claims`` changes what it states, ``sign`` how it signs, ``discovery`` what it declares of itself; ``lost``: paths
    that it answers with 500.
    """

    daemon_threads = True

    def __init__(self, clock: Callable[[], datetime], secret: str = SECRET) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.clock, self.secret = clock, secret
        self.issuer = f"http://127.0.0.1:{self.server_port}/realms/tinh"
        self.person: Claims = {"sub": "p-1", "name": "Trần Thị Thử", "groups": ["ra-soat"]}
        self.kid = "k1"
        self.published = ["k1"]
        self.claims: Callable[[Claims], Claims] = dict
        self.sign: Callable[[Claims], str] = self.signed
        self.discovery: Claims = {}
        self.lost: set[str] = set()
        self.bodies: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.codes: dict[str, dict[str, str]] = {}

    def policy(self, *groups: GroupDuties) -> SignInPolicy:
        return SignInPolicy.model_construct(issuer=self.issuer, client_id=CLIENT, address=DESK, group=groups)

    def signed(self, claims: Claims) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.kid}, claims, signing_key(self.kid))

    def authorize(self, asked: dict[str, str]) -> str:
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def exchanged(self, form: dict[str, str], basic: str) -> tuple[int, Claims]:
        pair = f"{CLIENT}:{quote(self.secret, safe='')}"
        if basic != f"Basic {base64.b64encode(pair.encode()).decode()}":
            return 401, {"error": "invalid_client"}
        asked = self.codes.pop(form["code"], None)  # a code works once
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or proof != asked["code_challenge"] or form["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        now = int(self.clock().timestamp())
        told = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        return 200, {"token_type": "Bearer", "id_token": self.sign(self.claims({**told, **self.person}))}

    def declared(self) -> Claims:
        own = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/auth",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }
        return own | self.discovery


class _Handler(BaseHTTPRequestHandler):
    @property
    def _provider(self) -> OpenIdProvider:
        return cast(OpenIdProvider, self.server)

    def _answer(self, status: int, told: Claims) -> None:
        path = urlsplit(self.path).path.rpartition("/")[2]
        self._provider.asked.append(path)
        body = self._provider.bodies.get(path, json.dumps(told).encode())
        self.send_response(500 if path in self._provider.lost else status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Location", f"{self._provider.issuer}/khac")
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path.endswith("/openid-configuration"):
            self._answer(200, self._provider.declared())
        elif parts.path.endswith("/keys"):
            keys = [signing_key(kid).as_dict(private=False) for kid in self._provider.published]
            self._answer(200, {"keys": keys})
        elif parts.path.endswith("/auth"):
            asked = {key: values[0] for key, values in parse_qs(parts.query).items()}
            self.send_response(303)
            self.send_header("Location", self._provider.authorize(asked))
            self.end_headers()

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {key: values[0] for key, values in parse_qs(sent).items()}
        self._answer(*self._provider.exchanged(form, self.headers.get("Authorization", "")))

    def log_message(self, *_: object) -> None: ...


@contextmanager
def running(clock: Callable[[], datetime], secret: str = SECRET) -> Iterator[OpenIdProvider]:
    with OpenIdProvider(clock, secret) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()


def signed_in_there(url: str) -> str:
    """Return where the provider sends a browser back to, as path and query."""
    back = httpx.get(url, timeout=WAIT_SECONDS).headers["location"]
    assert back.startswith(f"{DESK}/sign-in/callback?")
    return str(back.removeprefix(DESK))
