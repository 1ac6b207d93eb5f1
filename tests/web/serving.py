"""The real server on a real port of this machine, in a thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from pipeline.web import server
from pipeline.web.security.connections import ConnectionLimits
from tests.competing import WAIT_SECONDS


@contextmanager
def served(
    app: Any,
    monkeypatch: pytest.MonkeyPatch,
    proxy: str | None = None,
    limits: ConnectionLimits = ConnectionLimits(),
    socket: Path | None = None,
) -> Iterator[str]:
    """The address of a running server: on a port, or behind ``socket``."""
    made: list[uvicorn.Server] = []
    kept = uvicorn.Server.__init__

    def keep(self: uvicorn.Server, config: uvicorn.Config) -> None:
        kept(self, config)
        made.append(self)

    monkeypatch.setattr(uvicorn.Server, "__init__", keep)
    listener = server.listen_at(socket) if socket else server.listen("127.0.0.1", 0)
    thread = threading.Thread(target=server.serve, args=(app, listener, proxy, limits), daemon=True)
    thread.start()
    try:
        yield "http://desk" if socket else f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        for one in made:
            one.should_exit = True
        thread.join(WAIT_SECONDS)
        listener.close()
        assert not thread.is_alive()
