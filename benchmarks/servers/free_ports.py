"""A port for a server that a measurement or a test starts as a process of its own."""

from __future__ import annotations

import random
import socket
from contextlib import suppress

PORTS = range(10_000, 32_000)
"""Below the ports that Linux gives to outgoing connections, which could take the port before the server does."""

TRIES = 200


def free_port() -> int:
    """Return a port of this machine that nobody listens at.

    Raises:
        RuntimeError: None was found.
    """
    drawn = random.SystemRandom()
    for _ in range(TRIES):
        port = drawn.choice(PORTS)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise RuntimeError("no port of this machine is free")
