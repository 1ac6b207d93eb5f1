"""Requests to a provider: only to its own address, without redirects, within limits of size and time."""

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
"""Time limit of each step of an exchange."""

SECONDS = 10.0
"""Time limit of a whole exchange, however slowly its bytes arrive."""

MOST_BYTES = 256 * 1024


def fetch(
    address: OutboundAddress,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] = {},
    seconds: float = SECONDS,
) -> tuple[int, dict[str, Any]]:
    """Return the status and the JSON object of the answer.

    Args:
        seconds: Time limit of the whole exchange.

    Raises:
        SignInFailed: The provider is unreachable, or its answer is too large, too slow or not a JSON object.
    """
    connection = connection_to(address, min(STEP_SECONDS, seconds))
    all_headers = {"Accept": "application/json", "User-Agent": "hotich", "Connection": "close", **headers}
    watch: threading.Timer | None = None
    try:
        connection.connect()
        watch = threading.Timer(seconds, _hang_up, (connection.sock,))
        watch.daemon = True
        watch.start()
        refuse_forbidden(connection, address)
        connection.request(method, address.target, body, all_headers)
        answer = connection.getresponse()
        content = answer.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise SignInFailed("away")
        content_object = parse_json(content)
    except (ForbiddenAddress, OSError, http.client.HTTPException, FileRefused, ValueError):
        raise SignInFailed("away") from None
    finally:
        if watch is not None:
            watch.cancel()
        connection.close()
    if not isinstance(content_object, dict):
        raise SignInFailed("away")
    return answer.status, content_object


def _hang_up(opened: socket.socket) -> None:
    with suppress(OSError):
        opened.shutdown(socket.SHUT_RDWR)
