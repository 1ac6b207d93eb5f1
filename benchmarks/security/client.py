"""An HTTP client that an attacker may use: any cookie, any address of this machine, any method."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from benchmarks.security.route_samples import Fields
from pipeline.registry.accounts.logins import csrf_of

SECONDS = 300.0


@dataclass(frozen=True)
class Answer:
    """What a server answered; ``status`` is 0 when the connection broke."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")

    @property
    def location(self) -> str:
        return self.headers.get("location", "")

    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """A browser, or an imitation.

    Args:
        port: The port of the server on this machine.
        token: The cookie of a session, right or forged; none when empty.
        address: The address of this machine that the requests come from.
    """

    def __init__(self, port: int, token: str = "", address: str = "127.0.0.1") -> None:
        self._connection = http.client.HTTPConnection(
            "127.0.0.1", port, timeout=SECONDS, source_address=(address, 0)
        )
        self.token, self._form = token, ""

    @property
    def csrf(self) -> str:
        """What proves a form of this session, or of this browser before its login."""
        return csrf_of(self.token or self._form)

    def ask(
        self, method: str, path: str, body: bytes | str = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send any request; again on a new connection where the server had ended the kept connection."""
        was_kept = self._connection.sock is not None
        answer = self._asked(method, path, body, headers)
        return self._asked(method, path, body, headers) if was_kept and not answer.status else answer

    def _asked(self, method: str, path: str, body: bytes | str, headers: Mapping[str, str] | None) -> Answer:
        cookies = [f"hotich={self.token}"] if self.token else []
        cookies += [f"hotich-form={self._form}"] if self._form else []
        sent = {**({"Cookie": "; ".join(cookies)} if cookies else {}), **(headers or {})}
        try:
            self._connection.request(method, path, body or None, sent)
            response = self._connection.getresponse()
            answer = Answer(
                response.status,
                {name.lower(): value for name, value in response.getheaders()},
                response.read(),
            )
        except (OSError, http.client.HTTPException):
            self._connection.close()
            return Answer(0, {}, b"")
        self._keep(answer.headers.get("set-cookie", ""))
        return answer

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def submit(self, path: str, fields: Fields | None = None, csrf: str | None = None) -> Answer:
        """Send a form with this session's token, or with another token."""
        token = self.csrf if csrf is None else csrf
        body = urlencode({"csrf": token, **(fields or {})}, doseq=True)
        return self.ask("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def send(self, path: str, value: Mapping[str, object], csrf: str | None = None) -> Answer:
        """Send JSON as scripts of the application do."""
        token = self.csrf if csrf is None else csrf
        headers = {"Content-Type": "application/json", "Accept": "application/json", "X-CSRF-Token": token}
        return self.ask("POST", path, json.dumps(value), headers)

    def log_in(self, login: str, password: str) -> Answer:
        """Log in through the form, as a person does."""
        self.get("/login")
        return self.submit("/login", {"login": login, "password": password})

    def close(self) -> None:
        self._connection.close()

    def _keep(self, cookie: str) -> None:
        name, _, value = cookie.partition(";")[0].partition("=")
        if name == "hotich-form":
            self._form = value
        elif name == "hotich":
            self.token = value
