"""One log line a request, and one a fault: route templates and places in the code, never an address with its values,
never what an error says, as both can hold names."""

from __future__ import annotations

import logging
import time
import traceback
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger("hotich.review")


class Journal:
    """ASGI middleware that notes what was asked for and how it ended."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        status = 0

        async def noted(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        await self._app(scope, receive, noted if scope["type"] == "http" else send)
        if scope["type"] == "http":
            milliseconds = (time.perf_counter() - started) * 1000
            log.info("%s %s %s %.0f ms", scope["method"], _template(scope), status, milliseconds)


def note_fault(error: Exception) -> None:
    """Note where the program failed."""
    steps = traceback.extract_tb(error.__traceback__)[-3:]
    where = " < ".join(f"{Path(step.filename).name}:{step.lineno}" for step in reversed(steps))
    log.error("fault %s at %s", type(error).__name__, where)


def _template(scope: Scope) -> str:
    """The path as the route declares it; of an unknown one nothing is told."""
    route = scope.get("route")
    return str(getattr(route, "path", "-"))
