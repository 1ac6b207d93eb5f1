"""What a provider answers: fetched from its own address alone, no redirect followed, within bounds of size and time."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from pipeline.base.files import FileRefused, parse_json
from pipeline.base.outbound import ForbiddenAddress, OutboundAddress, connection_to, refuse_forbidden
from pipeline.web.sign_in_provider.failures import SignInFailed

STEP_SECONDS = 5.0
"""For each step of an exchange."""

SECONDS = 10.0
"""For an exchange as a whole, however slowly its bytes come."""

MOST_BYTES = 256 * 1024


def fetch(
    address: OutboundAddress,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] = {},
    seconds: float = SECONDS,
) -> tuple[int, dict[str, Any]]:
    """Return the status and the JSON object that is answered.

    Args:
        address: Where to ask.
        method: The HTTP method.
        body: What to send.
        headers: Headers beside the usual ones.
        seconds: How long it may take as a whole.

    Raises:
        SignInFailed: Nobody is there, or it answers too much, too slowly, or no JSON object.
    """
    connection = connection_to(address, min(STEP_SECONDS, seconds))
    sent = {"Accept": "application/json", "User-Agent": "hotich", "Connection": "close", **headers}
    watch: threading.Timer | None = None
    try:
        connection.connect()
        watch = threading.Timer(seconds, _hang_up, (connection.sock,))
        watch.daemon = True
        watch.start()
        refuse_forbidden(connection, address)
        connection.request(method, address.target, body, sent)
        answer = connection.getresponse()
        content = answer.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise SignInFailed("away")
        told = parse_json(content)
    except (ForbiddenAddress, OSError, http.client.HTTPException, FileRefused, ValueError):
        raise SignInFailed("away") from None
    finally:
        if watch is not None:
            watch.cancel()
        connection.close()
    if not isinstance(told, dict):
        raise SignInFailed("away")
    return answer.status, told


def _hang_up(opened: socket.socket) -> None:
    with suppress(OSError):
        opened.shutdown(socket.SHUT_RDWR)
