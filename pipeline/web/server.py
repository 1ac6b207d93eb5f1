"""Serves the application on a port with uvicorn."""

from __future__ import annotations

import logging
import socket
import sys

import uvicorn
from fastapi import FastAPI

from pipeline.base.errors import SetupError
from pipeline.web.security.connections import (
    ACCEPTED_AT_ONCE,
    ConnectionGuard,
    ConnectionLimits,
    LogThrottle,
    allow_more_files,
)

SHUTDOWN_SECONDS = 10
"""Longest time for running requests when the server stops."""

NOISY_LOGGERS = ("asyncio", "uvicorn.error")
"""Loggers that any client can flood."""

QUEUED = 1024
"""Length of the system's queue of connections; a client that finds the queue full retries after a second."""

_throttle = LogThrottle()

SWITCH_SECONDS = 0.0005
"""Python's thread switch interval. With the default of 5 ms, a short request would wait that long for a computing
request at each statement that it sends to the database."""


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket. Raises ``SetupError`` when the address or port is taken."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=QUEUED)
    except (OSError, OverflowError):
        raise SetupError(
            f"Không mở được cổng {port} ở địa chỉ {host}. Có thể chương trình khác đang dùng cổng ấy, hoặc địa chỉ "
            "không phải của máy này. Hãy chọn cổng khác bằng --port."
        ) from None


def serve(
    app: FastAPI,
    listener: socket.socket,
    proxy: str | None = None,
    limits: ConnectionLimits = ConnectionLimits(),
) -> None:
    """Serve until the process is stopped.

    Uvicorn's access log stays off, as it holds filled addresses; ``AccessLogMiddleware`` writes route templates.

    Args:
        listener: The socket that accepts connections.
        proxy: The reverse proxy that is trusted about client addresses and TLS; None: no proxy is trusted.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    allow_more_files()
    for name in NOISY_LOGGERS:
        logging.getLogger(name).addFilter(_throttle)
    config = uvicorn.Config(
        app,
        http=ConnectionGuard(limits, proxy).protocol,
        ws="none",
        backlog=ACCEPTED_AT_ONCE,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=proxy is not None,
        forwarded_allow_ips=proxy,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
    _Server(config).run(sockets=[listener])


class _Server(uvicorn.Server):
    """Uvicorn's server with a queue longer than the number of connections accepted at once."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for listener in sockets or ():
            listener.listen(QUEUED)
