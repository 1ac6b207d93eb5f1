"""Connections to the desk: how many there may be, and how long each may take to say what it wants.

Uvicorn waits for the rest of a request for ever and counts only requests that have come in. Here a connection that does
not get on is closed, and where there are too many, the one goes that has waited longest for its client: a newcomer is
always heard, so that a person with a whole request gets an answer while others hold half ones open.
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
"""Connections that are taken from the system's queue in one go, before the first of them is counted."""

FILES_FOR_CONNECTIONS = 1 / 3
"""Of the files that the process may open; the rest is for those taken in one go, the registry, and pictures."""

WANTED_FILES = 8192


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """The limits of connections.

    Attributes:
        connections: Connections that are open at once.
        by_address: The same from one address (of IPv6: one network of 64 bits); the proxy may have all.
        header_seconds: For the line and the headers of a request, from the connection or the first byte on.
        body_seconds: For the body of a request.
        stall_seconds: For a client to take what it was sent, when the system's buffers are full.
    """

    connections: int = 1000
    by_address: int = 128
    header_seconds: float = 10.0
    body_seconds: float = 30.0
    stall_seconds: float = 120.0

    @property
    def most(self) -> int:
        """Return how many connections may be open, given the files that the process may open."""
        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        if files == resource.RLIM_INFINITY:
            return self.connections
        return min(self.connections, max(1, int(files * FILES_FOR_CONNECTIONS)))


class ConnectionGuard:
    """The connections of a server. Only the event loop's thread may use it.

    Args:
        limits: The limits.
        proxy: The addresses of the reverse proxy, with commas, which may have any number of connections.
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
        """Return what makes the protocol of a connection, in the form in which uvicorn asks for it."""
        return cast("type[asyncio.Protocol]", partial(GuardedProtocol, self))

    def admit(self, newcomer: GuardedProtocol, address: str) -> None:
        """Count a new connection; where it is one too many, drop the one that has waited longest for its client."""
        client = client_of(address)
        self._open[newcomer] = client
        self._by_client[client] = self._by_client.get(client, 0) + 1
        if self._by_client[client] > self.limits.by_address and address not in self._proxies:
            of_client = (one for one in self._waiting if self._open[one] == client)
            next(of_client, newcomer).drop()
        elif len(self._open) > self._most:
            next(iter(self._waiting), newcomer).drop()

    def note_waiting(self, connection: GuardedProtocol) -> None:
        """Note that a connection waits for its client."""
        if connection in self._open:
            self._waiting.setdefault(connection)

    def note_working(self, connection: GuardedProtocol) -> None:
        """Note that a connection's request is complete and that it waits for this program."""
        self._waiting.pop(connection, None)

    def forget(self, connection: GuardedProtocol) -> None:
        """Count a connection no longer; nothing happens when it is not counted."""
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
    """A connection that gives its client so long for each step, however slowly the bytes of the step come in."""

    def __init__(self, guard: ConnectionGuard, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._guard = guard
        self._phase = _Phase.IDLE
        self._phase_timer: asyncio.TimerHandle | None = None
        self._stall_timer: asyncio.TimerHandle | None = None

    def drop(self) -> None:
        """Close the connection at once, whatever is under way."""
        self._guard.forget(self)
        self._stop_timers()
        self.transport.abort()

    # --- what asyncio and uvicorn call ----------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._enter(_Phase.HEADERS)
        self._guard.admit(self, self.client[0] if self.client else "-")
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
        elif self._phase is _Phase.BODY:  # of a request that was answered before its end
            self._enter(_Phase.HEADERS)

    def on_response_complete(self) -> None:
        self._enter(_Phase.IDLE)  # uvicorn's own time-out of connections that are kept alive begins here
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
        """Begin a step; the time of one that goes on is not begun anew."""
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
    """Lets so many like records of a logger pass in a while, and says with the next one how many it held back."""

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
        """Return whether the record is written."""
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
    """Let the process open as many files as the system lets it ask for, up to what many connections need."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED_FILES if hard == resource.RLIM_INFINITY else min(WANTED_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
