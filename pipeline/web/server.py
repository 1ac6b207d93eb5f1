"""Serves the application on a port or on a Unix socket with uvicorn."""

from __future__ import annotations

import logging
import os
import socket
import stat
import sys
from contextlib import suppress
from pathlib import Path

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


def listen_at(path: Path) -> socket.socket:
    """Return a socket that listens at ``path``.

    The folder decides who connects: its group. So no other account may enter it, and none but this one may write there.

    Raises:
        SetupError: The folder is missing, belongs to another account or is open to others, or a program answers there.
    """
    folder = path.parent
    with suppress(OSError):
        found = folder.lstat()
        if stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o027:
            return _bound(path)
    raise SetupError(
        f"Không dùng được thư mục {folder} cho ổ cắm của màn hình rà soát. Thư mục phải có sẵn, thuộc tài khoản chạy "
        "chương trình này, nhóm của máy chủ web chỉ được vào, người khác không được vào: chmod 0750."
    )


def _bound(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as other, suppress(OSError):
            other.connect(str(path))
            raise SetupError(f"Chương trình khác đang trả lời ở {path}. Hãy dừng chương trình ấy trước.")
        if path.is_socket():  # left by a process that was killed
            path.unlink()
        listener.bind(str(path))
        path.chmod(0o666)
        listener.listen(QUEUED)
    except OSError:
        listener.close()
        raise SetupError(f"Không mở được ổ cắm {path}.") from None
    except SetupError:
        listener.close()
        raise
    return listener


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
