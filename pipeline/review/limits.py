"""How much and how often: buckets of tokens by address, and the longest body that is taken."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from fastapi import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.review.options import Rate

MOST_KEYS = 10_000


class TooMany(HTTPException):
    """One address asks too often."""

    def __init__(self) -> None:
        super().__init__(
            429, "Quá nhiều yêu cầu trong chốc lát. Hãy đợi một phút rồi thử lại.", {"Retry-After": "60"}
        )


class TooLong(HTTPException):
    """A body is longer than any form of this application."""

    def __init__(self) -> None:
        super().__init__(413, "Nội dung gửi lên quá dài nên không được nhận.")


class Buckets:
    """One bucket a key. ``clock``: seconds that only grow."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._lock = Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> None:
        """Take one token. Raises ``TooMany`` when there is none."""
        now = self._clock()
        with self._lock:
            left, then = self._left.pop(key, (float(self._rate.burst), now))
            left = min(self._rate.burst, left + (now - then) * self._rate.per_second)
            enough = left >= 1
            self._left[key] = (left - 1 if enough else left, now)
            if len(self._left) > MOST_KEYS:
                self._left.popitem(last=False)
        if not enough:
            raise TooMany


class BodyLimit:
    """ASGI middleware: a body longer than ``most`` bytes is refused, whatever its header claims."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._most:
                raise TooLong
            return message

        await self._app(scope, counted if scope["type"] == "http" else receive, send)
