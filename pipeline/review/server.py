"""The application put on a port by uvicorn."""

from __future__ import annotations

import socket
import sys

import uvicorn
from fastapi import FastAPI

from pipeline.errors import SetupError

PATIENCE = 10
"""Seconds that requests under way get when the server is stopped."""

SWITCH_SECONDS = 0.0005
"""After so long a request that computes lets others go on. Python's own 5 ms are waited for at each of the statements
that a short request sends to the database."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that takes connections there. Raises ``SetupError`` when that cannot be had."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=512)
    except (OSError, OverflowError):
        raise SetupError(
            f"Không mở được cổng {port} ở địa chỉ {host}. Có thể chương trình khác đang dùng cổng ấy, hoặc địa chỉ "
            "không phải của máy này. Hãy chọn cổng khác bằng --port."
        ) from None


def serve(app: FastAPI, listener: socket.socket, proxy: str | None = None) -> None:
    """Answer until the process is told to stop. ``proxy``: the address of the reverse proxy that is believed about who
    asks and whether they came over TLS; None = nobody is.

    Uvicorn's log of accesses stays off: it tells addresses with their values. ``journal`` tells what may be told."""
    sys.setswitchinterval(SWITCH_SECONDS)
    config = uvicorn.Config(
        app,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=proxy is not None,
        forwarded_allow_ips=proxy,
        timeout_graceful_shutdown=PATIENCE,
    )
    uvicorn.Server(config).run(sockets=[listener])
