"""A browser of one person: cookies, and forms that carry their token."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Starlette would rather have another client than httpx
    from fastapi.testclient import TestClient

from fastapi import FastAPI

from pipeline.registry.accounts.logins import csrf_of

Fields = Mapping[str, str | Sequence[str]]


_shared: list[BlockingPortal] = []


@contextmanager
def one_event_loop() -> Iterator[None]:
    """Have all browsers use one event loop and its threads; else each request would start and end its own."""
    with start_blocking_portal() as portal:
        _shared.append(portal)
        yield
        _shared.remove(portal)


class Browser:
    """``base_url`` decides whether the application is reached over TLS."""

    def __init__(self, app: FastAPI, base_url: str = "http://desk.test", token: str = "") -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._client = TestClient(app, base_url, follow_redirects=False)
        self._client.portal = next(iter(_shared), None)
        self._prefix = "__Host-" if base_url.startswith("https") else ""
        if token:
            self._client.cookies.set(f"{self._prefix}hotich", token)

    @property
    def token(self) -> str:
        """The session's secret; empty when there is none."""
        return self._client.cookies.get(f"{self._prefix}hotich") or ""

    @property
    def csrf(self) -> str:
        return csrf_of(self.token or self._client.cookies.get(f"{self._prefix}hotich-form") or "")

    def get(self, path: str, **options: Any) -> httpx.Response:
        return cast(httpx.Response, self._client.get(path, **options))

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        return cast(httpx.Response, self._client.request(method, path, **options))

    def submit(self, path: str, fields: Fields | None = None, **options: Any) -> httpx.Response:
        """Send a form with this session's token."""
        return self.ask("POST", path, data={"csrf": self.csrf, **(fields or {})}, **options)

    def send(self, path: str, body: Mapping[str, object]) -> httpx.Response:
        """Send JSON with this session's token, as scripts of the application do."""
        return self.ask("POST", path, json=body, headers={"X-CSRF-Token": self.csrf})

    def log_in(self, login: str, password: str, **fields: str) -> httpx.Response:
        """Through the login form, as a person does."""
        self.get("/login")
        return self.submit("/login", {"login": login, "password": password, **fields})


def text_of(page: httpx.Response) -> str:
    """What a person reads: the page without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.text))
