"""ASGI middleware around every request: access log, response headers, and limits of rate and body size.

The log has a line for each request and each fault, with route templates and code positions: never a filled address
or an error message, as both can hold names.
"""

from __future__ import annotations

import logging
import time
import traceback
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from fastapi import HTTPException
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.web.security.addresses import client_of

log = logging.getLogger("hotich.review")


@dataclass(frozen=True, slots=True)
class Rate:
    """A token bucket: ``burst`` tokens, refilled at ``per_second``; each request takes a token."""

    burst: int
    per_second: float


@dataclass(frozen=True, slots=True)
class ReviewOptions:
    """The limits of the web application.

    Attributes:
        requests: Rate of requests from an address.
        logins: Rate of password attempts from an address, right or wrong.
        api: Rate of requests with a token.
        body_bytes: Largest accepted body, in bytes.
    """

    requests: Rate = Rate(burst=1200, per_second=200.0)
    logins: Rate = Rate(burst=20, per_second=0.5)
    api: Rate = Rate(burst=120, per_second=2.0)
    body_bytes: int = 256 * 1024


MOST_KEYS = 10_000


class TooManyRequests(HTTPException):
    """An address sends too many requests."""

    def __init__(self) -> None:
        super().__init__(
            429, "Quá nhiều yêu cầu trong chốc lát. Hãy đợi một phút rồi thử lại.", {"Retry-After": "60"}
        )


class BodyTooLong(HTTPException):
    """A body is longer than any form of this application."""

    def __init__(self) -> None:
        super().__init__(413, "Nội dung gửi lên quá dài nên không được nhận.")


class RateLimiter:
    """Token buckets by key. ``clock``: monotonic seconds."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._lock = Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> None:
        """Take a token of ``key``. Raises ``TooManyRequests`` when none is left."""
        now = self._clock()
        with self._lock:
            left, then = self._left.pop(key, (float(self._rate.burst), now))
            left = min(self._rate.burst, left + (now - then) * self._rate.per_second)
            enough = left >= 1
            self._left[key] = (left - 1 if enough else left, now)
            if len(self._left) > MOST_KEYS:
                self._left.popitem(last=False)
        if not enough:
            raise TooManyRequests


class RateLimitMiddleware:
    """Limits the rate of requests from an address (for IPv6: from a network of 64 bits)."""

    def __init__(self, app: ASGIApp, buckets: RateLimiter) -> None:
        self._app = app
        self._buckets = buckets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            client = scope.get("client")
            self._buckets.take(client_of(client[0]) if client else "-")
        await self._app(scope, receive, send)


UPLOADS = "/uploads/"
"""The path prefix for pieces of files."""

RECONCILED_FILES = "/reconcile/files"
"""The path for workbooks of the Ministry's software."""


FORM_FILES = "/forms/"
"""The path prefix for specimen pages and for forms of other offices."""


IMPORTED_FILES = "/imports/files"
"""The path for workbooks that an office typed earlier."""


LOADING_REFUSALS = "/packages/refusals/"
"""The path prefix for files of rows that the shared software refused."""


SCANNED_PAPERS = "/extracts/check/scan"
"""The path for scans of papers whose code is checked."""


class BodyLimitMiddleware:
    """Refuses a body longer than ``most`` bytes, whatever its header claims; ``larger``: limits by path prefix."""

    def __init__(self, app: ASGIApp, most: int, larger: Mapping[str, int] = {}) -> None:
        self._app = app
        self._most = most
        self._larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        taken = 0
        path = scope.get("path", "")
        most = max(self._most, *(size for prefix, size in self._larger.items() if path.startswith(prefix)), 0)

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > most:
                raise BodyTooLong
            return message

        await self._app(scope, counted if scope["type"] == "http" else receive, send)


CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "connect-src 'self'",
        "font-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class SecurityHeadersMiddleware:
    """Sets the security headers; forbids caching unless a route allows it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in ALWAYS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
                if scope["scheme"] == "https":
                    headers["Strict-Transport-Security"] = "max-age=31536000"
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


class AccessLogMiddleware:
    """Logs each request: method, route template, status and duration."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        status = 0

        async def note_status(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        await self._app(scope, receive, note_status if scope["type"] == "http" else send)
        if scope["type"] == "http":
            milliseconds = (time.perf_counter() - started) * 1000
            log.info("%s %s %s %.0f ms", scope["method"], _template(scope), status, milliseconds)


def log_fault(error: Exception) -> None:
    """Log the type of an exception and the last three code positions, without its message."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    position = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
    log.error("fault %s at %s", type(error).__name__, position)


def _template(scope: Scope) -> str:
    """Return the path as the route declares it; ``-`` for an unknown path."""
    route = scope.get("route")
    return str(getattr(route, "path", "-"))
