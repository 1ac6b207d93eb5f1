"""Connections to the desk: their number, and the time for each step of a request.

Uvicorn waits without limit for the rest of a request and counts only complete requests. Here a stalled connection is
closed. When there are too many, the connection that has waited longest for its client is dropped: a newcomer is
always served, so that a complete request gets an answer while others hold half ones open.
"""

from __future__ import annotations

import asyncio
import logging
import resource
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from typing import Any, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from pipeline.web.security.addresses import client_of

ACCEPTED_AT_ONCE = 64
"""Number of connections accepted from the system's queue at once, before the first of them is counted."""

FILES_FOR_CONNECTIONS = 1 / 3
"""Share of the process's file limit for connections; the rest is for accepted ones, the registry and pictures."""

WANTED_FILES = 8192

BEHIND_SOCKET = "unix"
"""Address of every client at a Unix socket, before the proxy in front of it reports the real one."""


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """The limits of connections.

    Attributes:
        connections: Largest number of open connections.
        by_address: Largest number from one address (for IPv6 from one network of 64 bits); the proxy is exempt.
        header_seconds: For request line and headers, from the connection or the first byte on.
        body_seconds: For the body of a request.
        stall_seconds: For a client to read its answer while the system's buffers are full.
    """

    connections: int = 1000
    by_address: int = 128
    header_seconds: float = 10.0
    body_seconds: float = 30.0
    stall_seconds: float = 120.0

    @property
    def most(self) -> int:
        """Largest number of open connections under the process's file limit."""
        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        if files == resource.RLIM_INFINITY:
            return self.connections
        return min(self.connections, max(1, int(files * FILES_FOR_CONNECTIONS)))


class ConnectionGuard:
    """The connections of a server. Only the event loop's thread may use it.

    Args:
        proxy: The comma-separated addresses of the reverse proxy, which may have any number of connections.
    """

    def __init__(self, limits: ConnectionLimits = ConnectionLimits(), proxy: str | None = None) -> None:
        self.limits = limits
        self._most = limits.most
        self._proxies = frozenset((proxy or "").replace(" ", "").split(","))
        self._open: dict[GuardedProtocol, str] = {}
        self._by_client: dict[str, int] = {}
        self._waiting: dict[GuardedProtocol, None] = {}

    @property
    def protocol(self) -> type[asyncio.Protocol]:
        """Return the factory of a connection's protocol, in the type that uvicorn expects."""
        return cast("type[asyncio.Protocol]", partial(GuardedProtocol, self))

    def admit(self, newcomer: GuardedProtocol, address: str) -> None:
        """Count a new connection; over the limit, drop the connection that has waited longest for its client."""
        client = client_of(address)
        self._open[newcomer] = client
        self._by_client[client] = self._by_client.get(client, 0) + 1
        if self._by_client[client] > self.limits.by_address and address not in self._proxies:
            of_client = (connection for connection in self._waiting if self._open[connection] == client)
            next(of_client, newcomer).drop()
        elif len(self._open) > self._most:
            next(iter(self._waiting), newcomer).drop()

    def note_waiting(self, connection: GuardedProtocol) -> None:
        if connection in self._open:
            self._waiting.setdefault(connection)

    def note_working(self, connection: GuardedProtocol) -> None:
        """Note that a connection's request is complete and that it waits for this program."""
        self._waiting.pop(connection, None)

    def forget(self, connection: GuardedProtocol) -> None:
        """Stop counting a connection; an uncounted connection is ignored."""
        self._waiting.pop(connection, None)
        client = self._open.pop(connection, None)
        if client is not None:
            self._by_client[client] -= 1
            if not self._by_client[client]:
                del self._by_client[client]


class _Phase(Enum):
    HEADERS = auto()
    BODY = auto()
    ANSWER = auto()
    IDLE = auto()


class GuardedProtocol(H11Protocol):
    """A connection with a time limit for each step, however slowly the bytes of the step arrive."""

    def __init__(self, guard: ConnectionGuard, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._guard = guard
        self._phase = _Phase.IDLE
        self._phase_timer: asyncio.TimerHandle | None = None
        self._stall_timer: asyncio.TimerHandle | None = None

    def drop(self) -> None:
        """Close the connection at once, in whatever state."""
        self._guard.forget(self)
        self._stop_timers()
        self.transport.abort()

    # --- callbacks of asyncio and uvicorn -------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if self.client is None:  # a Unix socket names no peer
            self.client = BEHIND_SOCKET, 0
        self._enter(_Phase.HEADERS)
        self._guard.admit(self, self.client[0])
        self._guard.note_waiting(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._guard.forget(self)
        self._stop_timers()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._phase is _Phase.IDLE:
            self._enter(_Phase.HEADERS)
        super().data_received(data)

    def handle_events(self) -> None:
        super().handle_events()
        state = self.conn.their_state
        if state is h11.SEND_BODY:
            self._enter(_Phase.BODY)
        elif state is not h11.IDLE:
            self._enter(_Phase.ANSWER)
        elif self._phase is _Phase.BODY:  # the request was answered before its end
            self._enter(_Phase.HEADERS)

    def on_response_complete(self) -> None:
        self._enter(_Phase.IDLE)  # here uvicorn's keep-alive time-out begins
        super().on_response_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stall_timer = self.loop.call_later(self._guard.limits.stall_seconds, self.drop)
        self._guard.note_waiting(self)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop_stall_timer()
        if self._phase is _Phase.ANSWER:
            self._guard.note_working(self)

    # --- steps ----------------------------------------------------------------------------------------------------

    def _enter(self, phase: _Phase) -> None:
        """Begin a step; the timer of a running step is not restarted."""
        if phase is self._phase:
            return
        self._phase = phase
        if self._phase_timer is not None:
            self._phase_timer.cancel()
            self._phase_timer = None
        limits = self._guard.limits
        seconds = {_Phase.HEADERS: limits.header_seconds, _Phase.BODY: limits.body_seconds}.get(phase)
        if seconds is not None:
            self._phase_timer = self.loop.call_later(seconds, self.drop)
        if phase is _Phase.ANSWER and self._stall_timer is None:
            self._guard.note_working(self)
        else:
            self._guard.note_waiting(self)

    def _stop_timers(self) -> None:
        if self._phase_timer is not None:
            self._phase_timer.cancel()
            self._phase_timer = None
        self._stop_stall_timer()

    def _stop_stall_timer(self) -> None:
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None


class LogThrottle(logging.Filter):
    """Passes a limited number of similar log records in a period, and reports the number of suppressed records."""

    MOST_KINDS = 1000

    def __init__(
        self, most: int = 5, seconds: float = 60.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__()
        self._most = most
        self._seconds = seconds
        self._clock = clock
        self._seen: dict[tuple[int, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        key = record.levelno, str(record.msg).partition("\n")[0][:100]
        now = self._clock()
        since, passed = self._seen.get(key, (now, 0))
        held_back = 0
        if now - since >= self._seconds:
            held_back, since, passed = max(0, passed - self._most), now, 0
        if key not in self._seen and len(self._seen) >= self.MOST_KINDS:
            self._seen.clear()
        self._seen[key] = since, passed + 1
        if held_back:
            record.msg, record.args = f"{record.getMessage()} ({held_back} more like it were left out)", ()
        return passed < self._most


def allow_more_files() -> None:
    """Raise the process's file limit as far as the system allows, up to the need of many connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED_FILES if hard == resource.RLIM_INFINITY else min(WANTED_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
