"""Serves the application on a port with uvicorn."""

from __future__ import annotations

import socket
import sys

import uvicorn
from fastapi import FastAPI

from pipeline.errors import SetupError

SHUTDOWN_SECONDS = 10
"""How long requests under way may take when the server is stopped."""

SWITCH_SECONDS = 0.0005
"""Python's thread switch interval. With its default of 5 ms, a short request would wait that long for a computing one
at each statement that it sends to the database."""


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that accepts connections there. Raises ``SetupError`` when the address or port is taken."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=512)
    except (OSError, OverflowError):
        raise SetupError(
            f"Không mở được cổng {port} ở địa chỉ {host}. Có thể chương trình khác đang dùng cổng ấy, hoặc địa chỉ "
            "không phải của máy này. Hãy chọn cổng khác bằng --port."
        ) from None


def serve(app: FastAPI, listener: socket.socket, proxy: str | None = None) -> None:
    """Serve until the process is told to stop.

    Uvicorn's access log stays off, as it holds addresses with their values; ``AccessLogMiddleware`` writes
    one without them.

    Args:
        app: The application.
        listener: The socket that accepts connections.
        proxy: The address of the reverse proxy that is trusted about client addresses and TLS; None: none is trusted.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    config = uvicorn.Config(
        app,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=proxy is not None,
        forwarded_allow_ips=proxy,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
    uvicorn.Server(config).run(sockets=[listener])
